"""How much one machine carries: ``python -m tests.bench.load`` (``make bench-load``).

People ask at a fixed rate, whether earlier answers have come or not, for the mix of pages and
completions of ``load_site.MIX``. The rate is doubled until more than 5 % of the answers take longer
than 300 ms, and then halved in between, until the highest rate that holds is known to a tenth. The
server is ``serviceplan serve`` with its own settings, on this machine, with the database and the
one process that asks; what each of them takes of the processors is told.

``--against FOLDER`` does the same with another checkout of the project (a git worktree), rate by
rate in turns, each on a database that it has filled itself. ``--soak MINUTES`` asks at one rate
(``--rate``) for so long, and tells every minute what memory the server has.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench import load_usage
from tests.bench.ground import BUILD, POSTGRES_VARIABLE, PROJECT, postgresql_url, server, sqlite_url
from tests.bench.load_client import Found, OpenLoop, quantile
from tests.bench.load_site import MIX, Checkout, Site, fill, served

LIMIT: Final = 0.3
"""Seconds within which 95 of 100 answers must come."""
FIRST_RATE: Final = 8.0
CLOSE_ENOUGH: Final = 1.1
"""The search ends when the lowest rate that failed is so many times the highest that held."""
ERRORS: Final = 0.002
"""The share of answers that may be wrong."""
WARM_UP: Final = 3.0


@dataclass(frozen=True)
class Step:
    """One rate, and what was found at it."""

    rate: float
    holds: bool
    answered: float
    p50: float
    p95: float
    p99: float
    errors: dict[str, int]
    unanswered: int
    workers_cpu: float
    database_cpu: float | None
    client_cpu: float
    memory: int
    kinds: dict[str, tuple[int, float, float]]
    """By kind of request: how many, median and 95th percentile (s)."""

    def line(self) -> str:
        database = "–" if self.database_cpu is None else f"{self.database_cpu:.2f}"
        return (
            f"{self.rate:7.1f}/s  answered {self.answered:6.1f}/s  p50 {1000 * self.p50:6.0f} ms  "
            f"p95 {1000 * self.p95:6.0f} ms  errors {sum(self.errors.values()) + self.unanswered}  "
            f"cores: workers {self.workers_cpu:.2f}, database {database}, "
            f"client {self.client_cpu:.2f}  memory {self.memory / 2**20:.0f} MB  "
            f"{'holds' if self.holds else 'too much'}"
        )


def step(site: Site, rate: float, seconds: float, warm_up: float = WARM_UP) -> Step:
    """Ask the site at this rate."""
    postmaster = None if site.url.startswith("sqlite") else load_usage.postmaster(site.url)
    families = [load_usage.family(pid) for pid in (site.pid, postmaster) if pid]
    before = [load_usage.of(family) for family in families]
    found = OpenLoop(site.port, site.next_ask).run(rate, seconds, warm_up=warm_up)
    # The database has a process for each connection, and some may be new.
    families = [load_usage.family(pid) for pid in (site.pid, postmaster) if pid]
    after = [load_usage.of(family) for family in families]
    cores = [(b.cpu - a.cpu) / found.wall for a, b in zip(before, after, strict=True)]
    return _step(found, cores, after[0].memory)


def _step(found: Found, cores: Sequence[float], memory: int) -> Step:
    seconds = found.all()
    wrong = found.errors / max(1, len(seconds) + found.unanswered)
    return Step(
        rate=found.rate,
        holds=found.p95() <= LIMIT and wrong <= ERRORS and bool(seconds),
        answered=len(seconds) / found.counted,
        p50=quantile(seconds, 0.5, found.unanswered),
        p95=found.p95(),
        p99=quantile(seconds, 0.99, found.unanswered),
        errors=found.wrong,
        unanswered=found.unanswered,
        workers_cpu=cores[0],
        database_cpu=cores[1] if len(cores) > 1 else None,
        client_cpu=found.own_cpu / found.wall,
        memory=memory,
        kinds={
            kind: (len(some), quantile(some, 0.5), quantile(some, 0.95))
            for kind, some in sorted(found.seconds.items())
        },
    )


class Search:
    """The highest rate that holds, found step by step."""

    def __init__(self, site: Site, seconds: float) -> None:
        self.site, self.seconds = site, seconds
        self.best: Step | None = None
        self.failed: Step | None = None
        self._retried = False
        self.first = load_usage.of(load_usage.family(site.pid)).memory

    @property
    def over(self) -> bool:
        if self.failed is None:
            return False
        if self.best is None:
            return self.failed.rate < 1
        return self.failed.rate <= self.best.rate * CLOSE_ENOUGH

    def go_on(self) -> Step:
        """One more step. A rate that failed is tried once more, against chance."""
        if self.failed is None:
            rate = FIRST_RATE if self.best is None else self.best.rate * 2
        elif self.best is None:
            rate = self.failed.rate / 2
        else:
            rate = math.sqrt(self.best.rate * self.failed.rate)
        done = step(self.site, rate, self.seconds)
        if not done.holds:
            print("   ", done.line(), "(once more)", flush=True)
            time.sleep(2)
            done = step(self.site, rate, self.seconds)
        if done.holds:
            self.best = done
        else:
            self.failed = done
        return done


def compare(kind: str, checkouts: Sequence[Checkout], given: argparse.Namespace) -> dict[str, Any]:
    """The highest rates of the checkouts on one kind of database, found in turns."""
    with ExitStack() as stack:
        searches = {
            checkout.name: Search(
                stack.enter_context(served(checkout, url, given.workers)), given.seconds
            )
            for checkout, url in _filled(kind, checkouts, given)
        }
        while not all(search.over for search in searches.values()):
            for name, search in searches.items():
                if not search.over:
                    print(f"  {name:8}", search.go_on().line(), flush=True)
        return {name: _result(kind, name, search) for name, search in searches.items()}


def _filled(
    kind: str, checkouts: Sequence[Checkout], given: argparse.Namespace
) -> Iterator[tuple[Checkout, str]]:
    for checkout in checkouts:
        name = f"load_{checkout.name}"
        url = sqlite_url(name) if kind == "sqlite" else postgresql_url(name)[0]
        started = time.monotonic()
        fill(checkout, url, given.cases)
        took = time.monotonic() - started
        print(f"  {checkout.name}: {given.cases} cases in {took:.0f} s", flush=True)
        yield checkout, url


def _result(kind: str, name: str, search: Search) -> dict[str, Any]:
    best = search.best
    end = load_usage.of(load_usage.family(search.site.pid)).memory
    memory = {"memory_first": search.first, "memory_last": end}
    if best is None:
        print(f"\n{kind}, {name}: no rate holds")
        return {"rate": 0.0, **memory}
    print(f"\n{kind}, {name}: {best.rate:.1f} requests per second at p95 ≤ {1000 * LIMIT:.0f} ms")
    print(f"  {best.line()}")
    print(f"  memory of the server: {search.first / 2**20:.0f} MB at first, {end / 2**20:.0f} MB")
    print(f"  {'kind':16}{'answers':>9}{'median ms':>11}{'p95 ms':>9}")
    for each, (count, median, p95) in best.kinds.items():
        print(f"  {each:16}{count:9}{1000 * median:11.0f}{1000 * p95:9.0f}")
    return {**asdict(best), **memory}


def soak(kind: str, checkout: Checkout, given: argparse.Namespace) -> dict[str, Any]:
    """One rate for a long time: memory, answers and errors by the minute."""
    (_, url), *_ = _filled(kind, [checkout], given)
    minutes: list[Step] = []
    with served(checkout, url, given.workers) as site:
        for minute in range(given.soak):
            done = step(site, given.rate, 60, warm_up=WARM_UP if minute == 0 else 0)
            minutes.append(done)
            print(f"  minute {minute + 1:3}  {done.line()}", flush=True)
    # The first third fills caches.
    third = max(1, len(minutes) // 3)
    begin = _memory(minutes[third : 2 * third] or minutes)
    end = _memory(minutes[-third:])
    errors = sum(sum(m.errors.values()) + m.unanswered for m in minutes)
    worst = max(m.p95 for m in minutes)
    print(
        f"\n{kind}: {given.soak} minutes at {given.rate}/s: {errors} errors, worst minute's p95 "
        f"{1000 * worst:.0f} ms, memory {begin:.0f} MB in the second third, {end:.0f} MB in the "
        f"last ({end / begin - 1:+.1%})"
    )
    return {"minutes": [asdict(each) for each in minutes], "errors": errors}


def _memory(minutes: Sequence[Step]) -> float:
    """Megabytes, on average."""
    return sum(each.memory for each in minutes) / len(minutes) / 2**20


def main() -> None:
    given = _arguments()
    BUILD.mkdir(parents=True, exist_ok=True)
    checkouts = [Checkout("ours", PROJECT)]
    if given.against:
        checkouts.append(Checkout("other", given.against.resolve()))
    mix = ", ".join(f"{kind} {share} %" for kind, share in MIX.items())
    machine = f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}"
    print(f"{machine}, {given.workers} workers, {given.cases} cases; {mix}")
    results: dict[str, Any] = {"mix": MIX, "workers": given.workers, "cases": given.cases}
    for kind in ("sqlite", "postgresql") if given.database == "both" else (given.database,):
        if kind == "postgresql":
            os.environ.setdefault(POSTGRES_VARIABLE, server())
        print(f"\n{kind}", flush=True)
        if given.soak:
            results[kind] = soak(kind, checkouts[0], given)
            continue
        results[kind] = found = compare(kind, checkouts, given)
        if given.against and found["other"]["rate"]:
            ratio = found["ours"]["rate"] / found["other"]["rate"]
            print(f"\n{kind}: ours / other = {ratio:.2f}")
    file = BUILD / "load.json"
    file.write_text(json.dumps(results, indent=1))
    print(f"\nload average {os.getloadavg()[0]:.1f} afterwards; {file}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--database", choices=("both", "sqlite", "postgresql"), default="both")
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each rate")
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="another checkout")
    parser.add_argument("--soak", type=int, default=0, metavar="MINUTES")
    parser.add_argument("--rate", type=float, default=20.0, help="of --soak, per second")
    return parser.parse_args()


if __name__ == "__main__":
    main()
