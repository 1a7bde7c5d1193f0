"""Instructions per request, counted by callgrind: the same on a busy machine as on an idle one.

The process that is counted runs under valgrind with the counting off, answers some requests to
warm up, and lets ``callgrind_control`` count the rest, so that starting up is no part of it.
``PYTHONHASHSEED=0`` makes two runs alike to about one in a thousand.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.ground import PROJECT, Ground, tool

WARM_UP = 10


def per_request(kind: str, ground: Ground, count: int = 20) -> int | None:
    """Of ``floor`` or ``ours``; None where valgrind is not installed."""
    return _counted(["request", kind, ground.url, ground.secret, str(count)], count)


def per_completion(ground: Ground, count: int = 20) -> int | None:
    """Of ``engine.tasks.complete`` in the one case of the loop. Finding the next task is counted
    too (one SELECT by the driver)."""
    worker = f"{ground.worker.id}"
    return _counted(["completion", ground.url, worker, str(count)], count)


def _counted(what: list[str], count: int) -> int | None:
    valgrind = tool("valgrind")
    if valgrind is None or tool("callgrind_control") is None:
        return None
    done = subprocess.run(
        counting(Path("/dev/null"), *what),
        cwd=PROJECT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"callgrind: {done.stderr[-2000:]}")
    return round(int(found[1]) / count)


def counting(into: Path, *what: str) -> list[str]:
    """The command that runs ``tests.bench.counted`` under callgrind, whose dumps go to ``into``."""
    return [
        "valgrind",
        "--tool=callgrind",
        "--instr-atstart=no",
        f"--callgrind-out-file={into}",
        sys.executable,
        "-m",
        "tests.bench.counted",
        *what,
    ]


def counted(work: Callable[[], None]) -> None:
    """Let callgrind count ``work``, in the process that it runs."""
    for switch, then in (("on", work), ("off", lambda: None)):
        command = ["callgrind_control", "-i", switch, str(os.getpid())]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        then()


def counted_alone(work: Callable[[], object]) -> None:
    """Let callgrind count ``work`` and write a dump of its own for it."""
    counted(lambda: (work(), None)[1])
    subprocess.run(
        ["callgrind_control", "--dump", str(os.getpid())], check=True, stdout=subprocess.DEVNULL
    )


def dumped(folder: Path) -> list[int]:
    """The instructions of each dump of ``counted_alone`` in the folder, in their order."""
    dumps = sorted(folder.glob("*.[0-9]*"), key=lambda path: int(path.suffix[1:]))
    found = (re.search(r"^totals: (\d+)", d.read_text(), re.MULTILINE) for d in dumps)
    return [int(match[1]) for match in found if match]


def versions() -> str:
    """Of what counts."""
    valgrind = tool("valgrind")
    if valgrind is None:
        return "no valgrind"
    done = subprocess.run([valgrind, "--version"], check=True, capture_output=True, text=True)
    return done.stdout.strip()
