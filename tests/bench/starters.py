"""Cases that many start at once on PostgreSQL, against one after the other by one, in turns.

The many are as a server with two processes has them: in eight threads each.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

from engine import SYSTEM, Engine
from tests.bench import ground
from web.server import THREADS, settle

PROCESSES = 2
WARM_UP = 10
"""Cases that each starter starts before the clock runs."""


@dataclass(frozen=True)
class Starts:
    """Starts per second of one starter and of ``starters``, and the median of the rounds' own
    ratios."""

    starters: int
    alone: float
    together: float
    ratio: float
    rounds: int


def measure(url: str, *, starts: int, rounds: int, until: float) -> Starts:
    """``starts`` in each turn, shared by those who start."""
    ground.prepare(url, 1)
    rates: list[tuple[float, float]] = []
    while len(rates) < rounds and (not rates or time.monotonic() < until):
        one = _rate(url, 1, 1, starts)
        rates.append((one, _rate(url, PROCESSES, THREADS, starts)))
    alone, together = (median(each) for each in zip(*rates, strict=True))
    ratio = median(many / one for one, many in rates)
    return Starts(PROCESSES * THREADS, alone, together, ratio, len(rates))


def _rate(url: str, processes: int, threads: int, starts: int) -> float:
    context = get_context("fork")
    go, spans = context.Barrier(processes), context.SimpleQueue()
    each = max(1, starts // (processes * threads))
    servers = [
        context.Process(target=_serve, args=(url, threads, each, go, spans))
        for _ in range(processes)
    ]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    if any(server.exitcode for server in servers):
        raise RuntimeError("a starter has failed")
    begins, ends = zip(*(spans.get() for _ in servers), strict=True)
    return each * processes * threads / (max(ends) - min(begins))


def _serve(url: str, threads: int, count: int, go: Any, spans: Any) -> None:
    with Engine.open(url, config=ground.CONFIG) as engine:
        turn = Barrier(threads + 1)
        starters = [Thread(target=_start, args=(engine, count, turn)) for _ in range(threads)]
        for starter in starters:
            starter.start()
        turn.wait()
        settle()
        go.wait(timeout=120)
        begun = time.perf_counter()
        turn.wait()
        for starter in starters:
            starter.join()
        spans.put((begun, time.perf_counter()))


def _start(engine: Engine, count: int, turn: Barrier) -> None:
    for number in range(WARM_UP + count):
        if number == WARM_UP:
            turn.wait()
            turn.wait()
        engine.cases.start(SYSTEM, process_id="chain", key=uuid4().hex)
