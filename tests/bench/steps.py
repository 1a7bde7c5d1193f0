"""A step over HTTP: floor and ours in turns, against the same database, in the same minutes."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from tests.bench import floor
from tests.bench.applications import requests
from tests.bench.ground import Ground, prepare
from tests.bench.server import rate, serving

KINDS = ("floor", "ours")


@dataclass(frozen=True)
class Steps:
    """Requests per second (medians of the rounds) by kind. The ratio is the median of the rounds'
    own ratios: another's load falls on both halves of one."""

    database: str
    workers: int
    rounds: int
    requests: int
    rates: dict[str, float]
    ratio: float


def steps(
    url: str, database: str, *, cases: int, rounds: int, workers: int = 2, until: float
) -> Steps:
    """Measure on the empty database at ``url``: ``rounds``, or fewer when the monotonic clock has
    come to ``until``."""
    ground = prepare(url, cases)
    items = ground.open_tasks()
    floor.prepare(url, items)
    measured = _rounds(ground, items, rounds, workers, until)
    ratios = [ours / lowest for lowest, ours in measured]
    return Steps(
        database=database,
        workers=workers,
        rounds=len(measured),
        requests=cases,
        rates={k: median(r[i] for r in measured) for i, k in enumerate(KINDS)},
        ratio=median(ratios),
    )


def _rounds(
    ground: Ground, items: list[str], rounds: int, workers: int, until: float
) -> list[tuple[float, float]]:
    with ExitStack() as stack:
        ports = {k: stack.enter_context(serving(k, ground.url, workers)) for k in KINDS}
        found = []
        for number in range(rounds + 1):
            asked = {"floor": items, "ours": ground.open_tasks()}
            # Who is first changes from round to round.
            order = KINDS if number % 2 else KINDS[::-1]
            rates = {
                kind: rate(ports[kind], requests(kind, asked[kind], ground.secret))
                for kind in order
            }
            found.append((rates["floor"], rates["ours"]))
            if number and time.monotonic() > until:
                break
        return found[1:]  # the first one has warmed up
