"""Lists and figures at two sizes, side by side: ``python -m tests.bench.lists SMALL LARGE``.

The two are databases that ``tests.bench.data`` has filled. Each list is asked for in turn, first
of the one and then of the other, so that whatever else the machine does slows both; the table has
the median of each (ms), the ratio, and the 95th percentile of the large one. Then every page and
every operation of the API that reads, through the application (``tests.bench.reads``); at the end
stands what grows, or takes too long.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from engine import Actor, Engine, load_config
from tests.bench import reads
from tests.support.databases import database_of

CONFIG = Path(__file__).parents[2] / "config.toml"
ROUNDS = 60


class Company:
    """One database, with somebody to ask as."""

    def __init__(self, url: str) -> None:
        self.engine = Engine.open(url, config=load_config(CONFIG))
        raw = create_engine(database_of(self.engine).url)
        with raw.connect() as connection:
            person = connection.execute(
                text(
                    "SELECT id, username, name, roles FROM person WHERE username LIKE '%-0' "
                    "AND id IN (SELECT assignee_id FROM task WHERE state = 'open') ORDER BY id"
                )
            ).first()
            assert person is not None, "fill the database with tests.bench.data first"
            cases = "SELECT id FROM process_case WHERE number LIKE 'K-%0' ORDER BY id LIMIT 20"
            self.cases = list(connection.scalars(text(cases)))
            customer = "SELECT number FROM process_case WHERE number LIKE 'K-%7' LIMIT 1"
            self.number = connection.scalar(text(customer))
        raw.dispose()
        roles = person.roles if isinstance(person.roles, list) else json.loads(person.roles)
        self.staff = Actor(person.id, person.name, frozenset(roles), frozenset())
        self.stranger = Actor("nobody", "Nobody", frozenset({"nothing"}), frozenset())
        self.manager = Actor("system", "Manager", frozenset(), frozenset({"manager"}))

    def questions(self, turn: int) -> Mapping[str, Callable[[], Any]]:
        """What the pages ask, by what a person would call it."""
        engine, staff, manager = self.engine, self.staff, self.manager
        case = self.cases[turn % len(self.cases)]
        return {
            "inbox: mine": lambda: engine.tasks.search(staff),
            "inbox: counts": lambda: engine.tasks.counts(staff),
            "inbox: my roles, late": lambda: engine.tasks.search(staff, show="role", due="late"),
            "inbox: all": lambda: engine.tasks.search(manager, show="all"),
            "inbox: all, counts": lambda: engine.tasks.counts(manager, show="all"),
            "inbox: all of a phase": lambda: engine.tasks.search(manager, show="all", phase="C"),
            "inbox: all of an empty phase": lambda: engine.tasks.search(
                manager, show="all", phase="E"
            ),
            "inbox: search a case": lambda: engine.tasks.search(manager, show="all", q=self.number),
            "inbox: search, mine": lambda: engine.tasks.search(staff, q="arkitekter"),
            "inbox: search nothing": lambda: engine.tasks.search(manager, show="all", q="xyzzy"),
            "inbox: all of staff": lambda: engine.tasks.search(staff, show="all"),
            "inbox: all of staff, counts": lambda: engine.tasks.counts(staff, show="all"),
            "inbox: all of a stranger": lambda: engine.tasks.search(
                self.stranger, show="all", q="norrviken", due="today"
            ),
            "inbox: all of a stranger, counts": lambda: engine.tasks.counts(
                self.stranger, show="all", q="norrviken"
            ),
            "inbox: two words of many, counts": lambda: engine.tasks.counts(
                staff, q="norrviken visby"
            ),
            "cases": lambda: engine.cases.search(manager),
            "cases: of staff": lambda: engine.cases.search(staff),
            "cases: search a number": lambda: engine.cases.search(manager, q=self.number),
            "cases: search a word of many": lambda: engine.cases.search(manager, q="norrviken"),
            "cases: search two words": lambda: engine.cases.search(manager, q="norrviken visby"),
            "cases: of staff, search a word of old ones": lambda: engine.cases.search(
                staff, q="visby"
            ),
            "cases: of a phase": lambda: engine.cases.search(manager, phase="C"),
            "case page": lambda: engine.cases.get(manager, case),
            "case page: its history": lambda: engine.history.search(manager, case_id=case),
            "history": lambda: engine.history.search(manager),
            "history: of a type": lambda: engine.history.search(manager, type="task.signed"),
            "history: search an activity": lambda: engine.history.search(manager, q="offert"),
            "history: search a case": lambda: engine.history.search(manager, q=self.number),
            "history: search a word of many": lambda: engine.history.search(manager, q="norrviken"),
            "history: search two words": lambda: engine.history.search(
                manager, q="offert norrviken"
            ),
            "history: search a person": lambda: engine.history.search(manager, q="karin"),
            "history: search three words": lambda: engine.history.search(
                manager, q="karin offert umeå"
            ),
            "history: what never was": lambda: engine.history.search(
                manager, type="task.signed", person="system"
            ),
            "history: search nothing": lambda: engine.history.search(manager, q="xyzzy"),
            "overview": lambda: engine.analysis.overview(manager),
        }


def measure(small: str, large: str, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """A row per question: its medians (ms), their ratio and the large one's 95th percentile."""
    companies = (Company(small), Company(large))
    for company in companies:
        company.engine.analysis.count_figures()
    for ask in (ask for company in companies for ask in company.questions(0).values()):
        ask()
    # As the server does at its start: what is loaded is not looked through again and again.
    gc.collect()
    gc.freeze()
    times: dict[str, tuple[list[float], list[float]]] = {}
    for turn in range(rounds + 3):
        for name in companies[0].questions(turn):
            for i, company in enumerate(companies):
                ask = company.questions(turn)[name]
                started = time.perf_counter()
                ask()
                took = (time.perf_counter() - started) * 1000
                if turn >= 3:
                    times.setdefault(name, ([], []))[i].append(took)
    return [
        {
            "list": name,
            "small_ms": statistics.median(one),
            "large_ms": statistics.median(other),
            "ratio": statistics.median(other) / statistics.median(one),
            "large_p95_ms": statistics.quantiles(other, n=20)[18],
        }
        for name, (one, other) in times.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("small")
    parser.add_argument("large")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--page-rounds", type=int, default=reads.ROUNDS)
    given = parser.parse_args()
    _print("list", measure(given.small, given.large, given.rounds))
    rows = reads.measure(given.small, given.large, given.page_rounds)
    _print("page or operation", rows)
    found = [row for row in rows if reads.too_much(row)]
    most = f"more than {reads.RATIO} times, or a 95th percentile of more than {reads.P95_MS:.0f} ms"
    print(f"\n{len(found)} of {len(rows)} pages and operations: {most}")
    _print("page or operation", found)


def _print(what: str, rows: Sequence[Mapping[str, Any]]) -> None:
    print(f"{what:70}{'small ms':>10}{'large ms':>10}{'ratio':>8}{'p95 ms':>9}")
    for row in rows:
        print(
            f"{row['list']:70}{row['small_ms']:10.1f}{row['large_ms']:10.1f}"
            f"{row['ratio']:8.2f}{row['large_p95_ms']:9.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
