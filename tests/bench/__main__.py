"""``make bench`` and ``make bench-quick``: one run, one table, and ``build/bench/results.json``.

Each section is a process with a share of the time, and is ended when that is used up. A quick run
takes less than two minutes however busy the machine is, and says what it did not get to.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import ground, instructions
from tests.bench.ground import BUILD, POSTGRES_VARIABLE
from tests.bench.sections import SECTIONS, SIZES


def main(arguments: list[str]) -> None:
    kind = "quick" if "--quick" in arguments else "whole"
    chosen = [name for name in arguments if not name.startswith("-")] or list(SECTIONS)
    ground.clear()
    os.environ.setdefault(POSTGRES_VARIABLE, ground.server())
    results: dict[str, Any] = {"about": about(kind), "rows": []}
    shares = {name: SECTIONS[name][2 if kind == "quick" else 3] for name in chosen}
    end = time.monotonic() + sum(shares.values())
    for name in [name for name in chosen if shares[name]]:
        title = SECTIONS[name][0]
        share = shares[name] / sum(shares.values())
        seconds = max(1.0, (end - time.monotonic()) * share)
        del shares[name]
        print(f"\n{title}", flush=True)
        for found in section(name, kind, seconds):
            if isinstance(found, dict):
                results |= found
                continue
            results["rows"].append([title, *found])
            row, value, note = found
            print(f"  {row:<36} {value:>12}   {note}", flush=True)
    results["about"]["load after"] = f"{os.getloadavg()[0]:.1f}"
    (BUILD / "results.json").write_text(json.dumps(results, indent=1, default=str))
    about_it = results["about"]
    print(f"\n{about_it['machine']}, {about_it['date']}, load average {about_it['load']} before, "
          f"{about_it['load after']} after; {BUILD / 'results.json'}")  # fmt: skip


def section(name: str, kind: str, seconds: float) -> Iterator[Any]:
    """What the section tells until its time is over."""
    reading, writing = os.pipe()
    child = os.fork()  # what has been imported need not be imported again
    if not child:
        os.close(reading)
        _run(name, kind, seconds, writing)
    os.close(writing)
    over = threading.Event()

    def end() -> None:
        over.set()
        # With the servers and whatever else it has started.
        os.killpg(child, signal.SIGKILL)

    clock = threading.Timer(seconds, end)
    clock.start()
    try:
        with os.fdopen(reading) as lines:
            for line in lines:
                yield json.loads(line)
        _, status = os.waitpid(child, 0)
    finally:
        clock.cancel()
        clock.join()
    if over.is_set():
        load = f"load average {os.getloadavg()[0]:.0f}"
        yield "the rest", "–", f"not done within its {seconds:.0f} seconds ({load})"
    elif status:
        last = ((BUILD / f"{name}.log").read_text().strip().splitlines() or ["it failed"])[-1]
        yield "the rest", "–", f"{last[:150]} (build/bench/{name}.log)"


def _run(name: str, kind: str, seconds: float, writing: int) -> None:
    """In the child: a line for each thing found; it does not return."""
    os.setsid()
    os.set_inheritable(writing, False)
    with (BUILD / f"{name}.log").open("wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    # A part of the share is for starting and stopping.
    until = time.monotonic() + seconds * 0.6
    try:
        with os.fdopen(writing, "w") as lines:
            for found in SECTIONS[name][1](SIZES[kind], until):
                print(json.dumps(found, default=str), file=lines, flush=True)
    except BaseException:
        os.write(2, traceback.format_exc().encode())
        os._exit(1)
    os._exit(0)


def about(kind: str) -> dict[str, str]:
    """Machine and date."""
    found = (
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    )
    model = next(found, "model name: unknown").split(":")[1].strip()
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} cores, {model}, Linux {platform.release()}, "
        f"Python {platform.python_version()}, {instructions.versions()}",
        "load": f"{os.getloadavg()[0]:.1f}",
        "kind": kind,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
