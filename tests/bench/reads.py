"""Every page and every operation of the API that reads, on two databases side by side.

What is asked for is what ``tests/web/app/test_growth.py`` asks for, which counts; here it is timed,
on companies as large as ``tests.bench.data`` makes them. Each address is asked for in turn, first
of the one and then of the other, so that whatever else the machine does slows both.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

from engine import Engine, SystemClock, load_config
from tests.support.growth.addresses import ALL, OF_STAFF
from tests.support.growth.ground import ANSWERED, EVERYTHING, Asked, Company, introduce, opened
from tests.support.growth.places import STAFF

CONFIG: Final = load_config(Path(__file__).parents[2] / "config.toml")
ASKED: Final = (*((EVERYTHING, one) for one in ALL), *((STAFF, one) for one in OF_STAFF))
ROUNDS: Final = 20
RATIO, P95_MS = 1.3, 100.0
"""What is too much: of the large median to the small one, and of the large 95th percentile."""


def measure(small: str, large: str, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """A row per address: its medians (ms), their ratio and the large one's 95th percentile. What
    the databases have no example of is left out."""
    with ExitStack() as stack:
        companies = [stack.enter_context(_opened(url)) for url in (small, large)]
        asked = [one for one in ASKED if all(_has(company, one) for company in companies)]
        for one in asked:
            _times(companies, one, 1)
        # As the server does at its start: what is loaded is not looked through again and again.
        gc.collect()
        gc.freeze()
        return [_row(one, *_times(companies, one, rounds)) for one in asked]


def too_much(row: dict[str, Any]) -> bool:
    """Whether an address grows, or takes too long."""
    return bool(row["ratio"] > RATIO or row["large_p95_ms"] > P95_MS)


def _opened(url: str) -> Any:
    with closing(Engine.open(url, config=CONFIG)) as engine:
        introduce(engine)
    return opened(url, CONFIG, SystemClock())


def _has(company: Company, one: Asked) -> bool:
    try:
        one[1].format(**company.places)
    except KeyError:
        return False
    return True


def _times(companies: Sequence[Company], one: Asked, rounds: int) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in companies]
    for _ in range(rounds):
        for company, taken in zip(companies, times, strict=True):
            begun = time.perf_counter()
            answer = company.ask(*one)
            taken.append((time.perf_counter() - begun) * 1000)
            assert answer.status_code in ANSWERED, f"{one}: {answer.status}"
    return times


def _row(one: Asked, small: list[float], large: list[float]) -> dict[str, Any]:
    reader, address = one
    return {
        "list": address if reader == EVERYTHING else f"{address}, of staff",
        "small_ms": statistics.median(small),
        "large_ms": statistics.median(large),
        "ratio": statistics.median(large) / statistics.median(small),
        "large_p95_ms": statistics.quantiles(large, n=20)[18],
    }
