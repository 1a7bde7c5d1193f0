"""Many timers due at once, while pages are read: how long until the last has fired, and how long
a page takes meanwhile.

    python -m tests.bench.timers --timers 10000 --workers 2 [--database URL]

On SQLite the serving process does the jobs; on PostgreSQL ``--workers`` processes of their own.
The database must be new; without a URL it is an SQLite file in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from engine import SYSTEM, Engine
from tests.support.databases import database_of
from tests.support.workers import fired, left, now, waiting_cases

PASSWORD = "en lång fras för mätningen"
PAGES = ("/", "/cases")
BETWEEN_PAGES = 0.05
PATIENCE = 600.0
SETTLE = 15.0
"""Seconds, long enough for workers to be there."""
COMMAND = [sys.executable, "-c", "from web.cli import main; main()"]


class Reader:
    """Somebody who is signed in and reads pages."""

    def __init__(self, address: str):
        self._address = address
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._open = urllib.request.build_opener(jar).open
        page = self._open(f"{address}/login", timeout=60).read().decode()
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        form = {"csrf_token": found[1], "username": "mia", "password": PASSWORD}
        self._open(f"{address}/login", urllib.parse.urlencode(form).encode(), timeout=60).read()

    def seconds(self, path: str) -> float:
        """How long a page takes."""
        begun = time.perf_counter()
        with self._open(self._address + path, timeout=60) as answer:
            answer.read()
            assert "/login" not in answer.url
        return time.perf_counter() - begun


def measure(
    url: str, *, timers: int, workers: int, folder: Path, settle: float = SETTLE
) -> dict[str, Any]:
    """The figures of one run on a new database; ``settle`` is what the workers get to start."""
    with Engine.open(url) as engine:
        engine.people.add(
            SYSTEM, "mia", "Mia Mätare", rights=["manager"], password=PASSWORD, key="mia"
        )
        due = now() + timedelta(days=1)
        waiting_cases(engine, timers, due=due)
        with ExitStack() as running:
            port = _free_port()
            own = database_of(engine).is_sqlite
            config = folder / "config.toml"
            config.write_text(f"[jobs]\nin_server = {str(own).lower()}\n", encoding="utf-8")
            running.enter_context(_process(url, config, "serve", "--port", str(port), "--empty"))
            for _ in range(0 if own else workers):
                running.enter_context(_process(url, config, "worker"))
            reader = _reader(f"http://127.0.0.1:{port}")
            ready = time.monotonic() + settle
            idle = _pages(reader, lambda: time.monotonic() > ready)
            return {
                "database": "SQLite" if own else "PostgreSQL",
                "timers": timers,
                "workers": 1 if own else workers,
                **_fire(engine, reader, timers),
                "idle_page_ms": _figures(idle),
            }


def _fire(engine: Engine, reader: Reader, timers: int) -> dict[str, Any]:
    from engine.job_queue import Job
    from engine.jobs.queue import DatabaseQueue
    from engine.store.tables import TimerTable

    with database_of(engine).writing() as connection:
        moment = now()
        connection.execute(TimerTable.__table__.update().values(due_at=moment))
        DatabaseQueue().put(connection, [Job("timers", "timers:bench", moment)])
    begun = time.monotonic()
    pages = _pages(reader, lambda: left(engine) == 0)
    seconds = time.monotonic() - begun
    times = fired(engine)
    return {
        "seconds": round(seconds, 1),
        "timers_per_second": round(timers / seconds, 1),
        "fired_once": sum(n == 1 for n in times.values()),
        "fired_more_often": sum(n > 1 for n in times.values()),
        "page_ms": _figures(pages),
    }


def _pages(reader: Reader, done: Callable[[], bool]) -> list[float]:
    deadline = time.monotonic() + PATIENCE
    times: list[float] = []
    looked = 0.0
    while True:
        times.append(reader.seconds(PAGES[len(times) % len(PAGES)]))
        time.sleep(BETWEEN_PAGES)
        if time.monotonic() - looked > 0.5:
            looked = time.monotonic()
            assert looked < deadline, "the timers did not fire"
            if done():
                return times


def _figures(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {
        "count": len(times),
        "median": round(1000 * cuts[49], 1),
        "p95": round(1000 * cuts[94], 1),
        "p99": round(1000 * cuts[98], 1),
        "max": round(1000 * max(times), 1),
    }


def _reader(address: str) -> Reader:
    deadline = time.monotonic() + 120
    while True:
        try:
            return Reader(address)
        except OSError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(url: str, config: Path, *arguments: str) -> Iterator[None]:
    command = [*COMMAND, "--config", str(config), *arguments, "--database", url]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database")
    parser.add_argument("--timers", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{folder}/timers.db"
        result = measure(url, timers=given.timers, workers=given.workers, folder=Path(folder))
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
