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
        [
            valgrind,
            "--tool=callgrind",
            "--instr-atstart=no",
            "--callgrind-out-file=/dev/null",
            sys.executable,
            "-m",
            "tests.bench.counted",
            *what,
        ],
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


def counted(work: Callable[[], None]) -> None:
    """Let callgrind count ``work``, in the process that it runs."""
    for switch, then in (("on", work), ("off", lambda: None)):
        command = ["callgrind_control", "-i", switch, str(os.getpid())]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        then()


def versions() -> str:
    """Of what counts."""
    valgrind = tool("valgrind")
    if valgrind is None:
        return "no valgrind"
    done = subprocess.run([valgrind, "--version"], check=True, capture_output=True, text=True)
    return done.stdout.strip()
