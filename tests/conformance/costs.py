"""What each hostile upload costs.

``python -m tests.conformance.costs`` prints, as JSON by file, the processor seconds and the largest
memory (MB) of a process that has just been forked and only deploys that file.
"""

from __future__ import annotations

import json
import os
import resource
import runpy
import sys
from contextlib import suppress
from pathlib import Path

from engine import Rejected
from tests.conformance.adapter import make

BAD = Path(__file__).parent / "bad"


def data(file: Path) -> bytes:
    """The upload; a ``.gen`` file makes it."""
    return runpy.run_path(str(file))["make"]() if file.suffix == ".gen" else file.read_bytes()


def costs(file: Path) -> dict[str, float]:
    """Deploys the file in a process of its own."""
    upload = data(file)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        before = resource.getrusage(resource.RUSAGE_SELF)
        with suppress(Rejected):
            make().deploy(upload, file.name)
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        told = {"seconds": seconds, "megabytes": used.ru_maxrss / 1024}
        os.write(writing, json.dumps(told).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = json.loads(pipe.read() or b"{}")
    os.waitpid(child, 0)
    return dict(told)


def main() -> None:
    make()
    files = sorted(p for p in BAD.iterdir() if p.suffix in (".bpmn", ".gen"))
    json.dump({file.name: costs(file) for file in files}, sys.stdout)


if __name__ == "__main__":
    main()
