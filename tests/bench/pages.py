"""What pages cost: ``python -m tests.bench.pages [URL]``, by instructions and by statements.

Each page is asked for through the whole application by somebody who is signed in, on a database
that ``tests.bench.data`` has filled. Beside it stands its floor: the same template, rendered by
Jinja with what the page had given it, so that all rows are there already. callgrind counts both,
in one process, and a page's SQL statements are counted where SQLAlchemy sends them.

With ``--profile PAGE`` the page's functions are listed by their own time instead, for whoever
wants to make it cheaper.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy
from flask import Flask, template_rendered
from sqlalchemy import event, text
from werkzeug.test import EnvironBuilder

from engine import SYSTEM, Engine
from tests.bench import data, ground
from tests.bench.applications import answer
from tests.bench.ground import CONFIG
from tests.bench.instructions import counted_alone, counting, dumped
from tests.support.databases import database_of
from web import create_app
from web.server import settle
from web.sessions import SIGNED_IN

CASES = 2_000
PASSWORD = "benchmark benchmark"
WARM_UP = 10
GOALS = {
    "inbox": (12, 4),
    "task": (10, 6),
    "case": (35, 10),
    "history": (15, 4),
    "cases": (12, 4),
    "overview": (8, 3),
}
"""What each page may cost: millions of instructions, and statements."""


@dataclass(frozen=True)
class Cost:
    """Of one page: instructions (of the page and of its floor), SQL statements, bytes of HTML."""

    page: str
    instructions: int
    floor: int
    statements: int
    size: int


class Site:
    """The application on a filled database, asked as somebody who is signed in."""

    def __init__(self, url: str) -> None:
        self.engine = Engine.open(url, config=CONFIG)
        self.app = create_app(CONFIG, self.engine, secret=b"benchmark")
        self.engine.analysis.count_figures()
        settle()
        raw = sqlalchemy.create_engine(database_of(self.engine).url)
        with raw.connect() as connection:
            one = (
                "SELECT id FROM task WHERE state = 'open' AND assignee_id = "
                "(SELECT id FROM person WHERE username = 'anna-0') ORDER BY due, place LIMIT 1"
            )
            longest = (
                "SELECT case_id FROM history GROUP BY case_id HAVING case_id IS NOT NULL "
                "ORDER BY count(*) DESC, case_id LIMIT 1"
            )
            task, case = connection.scalar(text(one)), connection.scalar(text(longest))
        raw.dispose()
        assert task is not None, "fill the database with tests.bench.data first"
        staff, manager = (self._signed_in(name) for name in ("anna-0", "cecilia"))
        self.requests = {
            "inbox": self._request("/tasks", staff),
            "task": self._request(f"/tasks/{task}", staff),
            "case": self._request(f"/cases/{case}", manager),
            "history": self._request("/history/", manager),
            "cases": self._request("/cases/", manager),
            "overview": self._request("/overview/", manager),
        }

    def _signed_in(self, username: str) -> str:
        self.engine.people.set_password(SYSTEM, username, PASSWORD, key=f"bench {uuid4()}")
        return self.engine.sessions.sign_in(username, PASSWORD, address="").token

    def _request(self, path: str, token: str) -> dict[str, Any]:
        return EnvironBuilder(path=path, headers={"Cookie": f"{SIGNED_IN}={token}"}).get_environ()

    def ask(self, page: str) -> bytes:
        """The page's HTML."""
        return answer(self.app, dict(self.requests[page]))

    def statements(self, page: str) -> list[str]:
        """The SQL of one request."""
        seen: list[str] = []

        def sent(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        event.listen(sqlalchemy.Engine, "before_cursor_execute", sent)
        try:
            self.ask(page)
        finally:
            event.remove(sqlalchemy.Engine, "before_cursor_execute", sent)
        return seen

    def floor(self, page: str) -> Callable[[], str]:
        """Renders the page's template with what a request has given it."""
        caught: list[tuple[Any, dict[str, Any]]] = []
        with _rendered(self.app, caught):
            self.ask(page)
        template, given = caught[-1]
        return lambda: str(template.render(given))


@contextmanager
def _rendered(app: Flask, caught: list[Any]) -> Any:
    def note(_: Flask, template: Any, context: dict[str, Any], **_k: Any) -> None:
        caught.append((template, context))

    with template_rendered.connected_to(note, app):
        yield


def measured(url: str, count: int = 5, pages: tuple[str, ...] = tuple(GOALS)) -> list[Cost]:
    """Of each page; empty where valgrind is not installed."""
    if ground.tool("valgrind") is None or ground.tool("callgrind_control") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            counting(Path(folder) / "out", "pages", url, str(count), *pages),
            cwd=ground.PROJECT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"callgrind: {done.stderr[-2000:]}")
        totals = dumped(Path(folder))
    facts = re.findall(r"^PAGE (\S+) (\d+) (\d+)$", done.stdout, re.MULTILINE)
    return [
        Cost(page, totals[2 * i] // count, totals[2 * i + 1] // count, int(sent), int(size))
        for i, (page, sent, size) in enumerate(facts)
    ]


def count(url: str, count: str, *pages: str) -> None:
    """In the process that callgrind counts."""
    site = Site(url)
    for page in pages:
        for _ in range(WARM_UP):
            site.ask(page)
        counted_alone(lambda page=page: [site.ask(page) for _ in range(int(count))])
        floor = site.floor(page)
        with site.app.request_context(dict(site.requests[page])):
            site.app.preprocess_request()
            floor()
            counted_alone(lambda floor=floor: [floor() for _ in range(int(count))])
    # Last: whoever has listened to SQLAlchemy's statements makes all that follow cost more.
    for page in pages:
        html = site.ask(page)
        print(f"PAGE {page} {len(site.statements(page))} {len(html)}", flush=True)


def profile(url: str, page: str, rounds: int = 40) -> None:
    """Print the functions of a page, by the time in them alone and with what they call."""
    site = Site(url)
    for _ in range(WARM_UP):
        site.ask(page)
    for number, statement in enumerate(site.statements(page), 1):
        print(f"{number}: {' '.join(statement.split())[:600]}\n")
    running = cProfile.Profile()
    running.enable()
    for _ in range(rounds):
        site.ask(page)
    running.disable()
    stats = pstats.Stats(running)
    stats.sort_stats("tottime").print_stats(45)
    stats.sort_stats("cumulative").print_stats(90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", help="a filled database; without it one is made")
    parser.add_argument("--profile", metavar="PAGE", choices=GOALS)
    parser.add_argument("--pages", nargs="+", choices=GOALS, default=list(GOALS))
    given = parser.parse_args()
    url = given.url
    if not url:
        url = ground.sqlite_url("pages")
        data.load(url, CASES)
    if given.profile:
        profile(url, given.profile)
        return
    print(f"{'page':10}{'M instructions':>15}{'floor':>8}{'goal':>6}{'statements':>12}{'goal':>6}"
          f"{'bytes':>9}")  # fmt: skip
    for cost in measured(url, pages=tuple(given.pages)):
        instructions, statements = GOALS[cost.page]
        print(f"{cost.page:10}{cost.instructions / 1e6:15.1f}{cost.floor / 1e6:8.1f}"
              f"{instructions:6}{cost.statements:12}{statements:6}{cost.size:9}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
