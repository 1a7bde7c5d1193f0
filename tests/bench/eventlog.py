"""What the history costs as XES and OCEL 2.0: seconds, and the most memory of the process.

    .venv/bin/python -m tests.bench.eventlog [ENTRIES]

The facts are made up as they are read, so that what is measured is the writing alone.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from engine.eventlog import files
from engine.views import HistoryEntry

ENTRIES = 1_000_000
AT_ONCE = 500
EVENTS = 200
"""Facts of a case."""
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def batches(count: int) -> Iterator[list[HistoryEntry]]:
    """So many facts, the newest first, of cases with two hundred each."""
    for first in range(count, 0, -AT_ONCE):
        yield [_entry(number) for number in range(first, max(first - AT_ONCE, 0), -1)]


def _entry(number: int) -> HistoryEntry:
    case = number // EVENTS
    return HistoryEntry(
        id=number,
        at=BEGIN + timedelta(seconds=number),
        type=("task.opened", "task.claimed", "task.completed", "task.signed")[number % 4],
        actor_id=f"{number % 40:032x}",
        actor_name=f"Person {number % 40}",
        chain=f"{case:032x}",
        seq=number % EVENTS,
        hash=f"{number:064x}",
        case_id=f"{case:032x}",
        case_number=f"2026-{case:06}",
        customer=f"Kund {case % 500}",
        customer_id=f"{case % 500:032x}",
        instance_id=f"{case:032x}",
        definition_id="d" * 32,
        process_id="drift",
        version=1,
        process_name="Drift",
        element_id="kvalitet",
        element_name="Kvalitet",
        detail={"task": f"{number // 4:032x}"},
    )


def measure(form: str, count: int) -> tuple[float, int, int]:
    """Seconds, bytes of the file, and the most memory of this process in MB."""
    begun = time.perf_counter()
    size = sum(map(len, files.pieces(form, batches(count), lambda _: "kvalitet")))  # type: ignore[arg-type]
    seconds = time.perf_counter() - begun
    return seconds, size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Each form in a process of its own: the most memory of one is not that of another."""
    words = sys.argv[1:]
    if len(words) == 2:
        seconds, size, memory = measure(words[1], int(words[0]))
        print(f"{words[1]:12} {seconds:8.1f} s {size / 1e6:8.0f} MB on disk {memory:6} MB memory")
        return
    count = words[0] if words else str(ENTRIES)
    for form in files.LOG_FORMATS:
        subprocess.run([sys.executable, "-m", "tests.bench.eventlog", count, form], check=True)


if __name__ == "__main__":
    main()
