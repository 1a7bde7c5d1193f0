"""What checkpoints cost: sixteen who complete tasks on PostgreSQL, with a checkpoint every second
and without, in turns of the same minutes.

The sixteen are as a server with two processes has them: in eight threads each. The process that
makes the checkpoints is one of them, as it is with ``jobs.in_server``.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from threading import Barrier, Event, Thread
from typing import Any
from uuid import uuid4

from engine import Config, Engine
from tests.bench import ground
from web.server import THREADS, settle

PROCESSES = 2


@dataclass(frozen=True)
class Checkpointed:
    """Completions per second without and with checkpoints, the median of the rounds' own ratios,
    how many checkpoints were made, and of how many entries the last one is."""

    writers: int
    without: float
    with_them: float
    ratio: float
    rounds: int
    checkpoints: int
    entries: int


def measure(url: str, *, tasks: int, rounds: int, until: float) -> Checkpointed:
    """``tasks`` completions in each turn, shared by the writers."""
    made = ground.prepare(url, tasks)
    with tempfile.TemporaryDirectory() as folder:
        own = {"key_file": str(Path(folder) / "key"), "folder": str(Path(folder) / "published")}
        config = replace(ground.CONFIG, checkpoints=replace(ground.CONFIG.checkpoints, **own))
        with Engine.open(url, config=config) as engine:
            # What was there before is numbered before the clock runs.
            engine.checkpoints.make()
        rates: list[tuple[float, float]] = []
        while len(rates) < rounds and (not rates or time.monotonic() < until):
            # Which comes first changes: the database grows all the time.
            first = len(rates) % 2 == 0
            one = _rate(made, config, checkpoints=first)
            other = _rate(made, config, checkpoints=not first)
            rates.append((other, one) if first else (one, other))
        with Engine.open(url, config=config) as engine:
            newest = engine.checkpoints.make()
    without, with_them = (median(each) for each in zip(*rates, strict=True))
    ratio = median(beside / alone for alone, beside in rates)
    count, entries = (newest.id, newest.size) if newest else (0, 0)
    return Checkpointed(PROCESSES * THREADS, without, with_them, ratio, len(rates), count, entries)


def _rate(made: ground.Ground, config: Config, *, checkpoints: bool) -> float:
    context = get_context("fork")
    go, spans = context.Barrier(PROCESSES), context.SimpleQueue()
    ids = made.open_tasks()
    before = _completed(made)
    servers = [
        context.Process(
            target=_serve,
            args=(made, config, ids[number::PROCESSES], go, spans, checkpoints and not number),
        )
        for number in range(PROCESSES)
    ]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    if any(server.exitcode for server in servers):
        raise RuntimeError("a writer has failed")
    if _completed(made) != before + len(ids):
        raise RuntimeError("not all tasks were completed")
    begins, ends = zip(*(spans.get() for _ in servers), strict=True)
    return len(ids) / (max(ends) - min(begins))


def _completed(made: ground.Ground) -> int:
    with ground.connect(made.url) as connection:
        text = "SELECT count(*) FROM task WHERE state = 'completed'"
        return int(connection.execute(text).fetchone()[0])


def _serve(
    made: ground.Ground, config: Config, ids: list[str], go: Any, spans: Any, checkpoints: bool
) -> None:
    with Engine.open(made.url, config=config) as engine:
        done, turn = Event(), Barrier(THREADS + 1)
        writers = [
            Thread(target=_complete, args=(engine, made, ids[number::THREADS], turn))
            for number in range(THREADS)
        ]
        helper = Thread(target=_checkpoint, args=(engine, done))
        for writer in writers:
            writer.start()
        settle()
        go.wait(timeout=120)
        if checkpoints:
            helper.start()
        begun = time.perf_counter()
        turn.wait()
        for writer in writers:
            writer.join()
        spans.put((begun, time.perf_counter()))
        done.set()
        if checkpoints:
            helper.join()


def _checkpoint(engine: Engine, done: Event) -> None:
    while not done.wait(engine.config.checkpoints.seconds):
        engine.checkpoints.tick()


def _complete(engine: Engine, made: ground.Ground, ids: list[str], turn: Barrier) -> None:
    turn.wait()
    for task_id in ids:
        engine.tasks.complete(made.worker, task_id, answers={}, ticks={}, key=uuid4().hex)
