"""What a server and its database take of the machine, read from ``/proc`` (Linux)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of processor time so far, and bytes of memory that are resident now."""

    cpu: float
    memory: int


def of(pids: Iterable[int]) -> Usage:
    """Of these processes together, those that have ended left out."""
    cpu, memory = 0.0, 0
    for pid in pids:
        try:
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            memory += _memory(pid)
        except OSError:
            continue
        # utime, stime, and those of children that have ended.
        cpu += sum(int(value) for value in after_name[11:15]) / _TICKS
    return Usage(cpu, memory)


def _memory(pid: int) -> int:
    """Of memory that several processes share each has its part: a forked worker shares much."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def family(pid: int) -> list[int]:
    """A process and those that it has started, and theirs."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(entry.name))
    found, look = [], [pid]
    while look:
        at = look.pop()
        found.append(at)
        look += parents.get(at, [])
    return found


def postmaster(url: str) -> int | None:
    """The main process of the PostgreSQL at this URL; None for one on another machine."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        backend = connection.info.backend_pid
        try:
            stat = Path(f"/proc/{backend}/stat").read_text()
        except OSError:
            return None
        return int(stat.rpartition(")")[2].split()[1]) if "(postgres" in stat else None
