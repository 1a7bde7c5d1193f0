"""The ``serviceplan`` command; ``python -m serviceplan`` is the same."""

from __future__ import annotations

from web.cli import main

if __name__ == "__main__":
    main()
