"""11. Very many timers are due at once, and the workers that fire them are killed: each fires
once. In the long form ten thousand are gone within a minute, while pages are read."""

from __future__ import annotations

import random
from pathlib import Path

from engine import Engine
from tests.bench.timers import measure
from tests.support.chains import chains_hold
from tests.support.chaos.scale import LONG, scale
from tests.support.workers import fired, kill_at_random, now, waiting_cases

TIMERS = scale(2_000, 10_000)
KILLS = scale(2, 20)
SECONDS = 60.0
PAGE_MS = 500.0


def test_timers_fire_once_though_their_workers_are_killed(database_url: str) -> None:
    with Engine.open(database_url) as engine:
        cases = waiting_cases(engine, TIMERS, due=now())
        chance = random.Random(11)  # noqa: S311 - dice
        killed = kill_at_random(
            database_url, engine, count=2, kills=KILLS, chance=chance, patience=600
        )
        assert killed == KILLS
        assert fired(engine) == dict.fromkeys(cases, 1)
        assert chains_hold(engine)


if LONG:

    def test_ten_thousand_are_fired_within_a_minute_while_pages_are_read(
        database_url: str, tmp_path: Path
    ) -> None:
        figures = measure(database_url, timers=TIMERS, workers=2, folder=tmp_path)
        assert figures["fired_once"] == TIMERS
        assert figures["seconds"] <= SECONDS
        assert figures["page_ms"]["p95"] < PAGE_MS
