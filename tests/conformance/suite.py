"""Runs the kit's runner on suites that lie in another folder than the runner itself.

``python -m tests.conformance.suite FOLDER OPTION…``, from the project's root; the options are those
of ``run_kit.py``.
"""

from __future__ import annotations

import sys

from tests.conformance import run_kit


def main() -> int:
    folder, *options = sys.argv[1:]
    run_kit.HERE = folder
    sys.argv[1:] = ["--adapter", "tests.conformance.adapter:make", *options]
    return int(run_kit.main())


if __name__ == "__main__":
    sys.exit(main())
