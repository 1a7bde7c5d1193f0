"""The parts of the table. Each yields a row as soon as it knows it, so that what has been measured
when its time is over is not lost."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench import (
    checkpointing,
    data,
    floor,
    ground,
    instructions,
    lists,
    loop,
    migration,
    others,
    pages,
    peers,
    plot,
    starters,
    steps,
    timers,
)
from tests.bench.ground import BUILD

Row = tuple[str, str, str]
Found = Row | dict[str, Any]
"""A row, or something for ``results.json``."""


@dataclass(frozen=True)
class Size:
    """How much is measured; a section that has used up its share of time stops earlier."""

    cases: int
    rounds: int
    completions: int
    count: int
    others: int
    timers: int
    moves: int
    settle: float
    lists: int
    install: bool


SIZES = {
    "quick": Size(20, 5, 500, 5, 10, 20, 48, 2, 5, False),
    "whole": Size(400, 9, 10_000, 40, 50, 2_000, 1_000, 15, 60, True),
}


def sqlite_steps(size: Size, until: float) -> Iterator[Found]:
    yield from _rates(ground.sqlite_url("steps"), "SQLite", size, until)


def postgresql_steps(size: Size, until: float) -> Iterator[Found]:
    url, version = ground.postgresql_url("steps")
    yield from _rates(url, f"PostgreSQL {version}", size, until)


def _rates(url: str, name: str, size: Size, until: float, workers: int = 2) -> Iterator[Found]:
    found = steps.steps(
        url, name, cases=size.cases, rounds=size.rounds, workers=workers, until=until
    )
    yield {f"{name}, {workers} workers": asdict(found)}
    note = f"{name}, {workers} workers; median of {found.rounds} rounds of {found.requests}"
    for kind in steps.KINDS:
        yield f"{kind}, requests per second", f"{found.rates[kind]:.0f}", note
    yield "ours / floor", f"{found.ratio:.2f}", "median of the rounds' ratios"


def workers(size: Size, until: float) -> Iterator[Found]:
    """1, 2 and 4 workers on PostgreSQL, each with a third of the time."""
    begun = time.monotonic()
    for number, count in enumerate((1, 2, 4), 1):
        url, version = ground.postgresql_url(f"workers{count}")
        share = begun + (until - begun) * number / 3
        yield from _rates(url, f"PostgreSQL {version}", size, share, count)


def many_starters(size: Size, until: float) -> Iterator[Found]:
    """Sixteen start cases at once: a ratio to one who does, in the same minutes."""
    url, version = ground.postgresql_url("starters")
    found = starters.measure(
        url, starts=10 * size.count + 110, rounds=max(3, size.rounds), until=until
    )
    yield {"starters": asdict(found)}
    note = f"PostgreSQL {version}; median of {found.rounds} rounds"
    yield "starts per second by one", f"{found.alone:.0f}", note
    yield f"starts per second by {found.starters}", f"{found.together:.0f}", note
    yield f"{found.starters} / one", f"{found.ratio:.2f}", "median of the rounds' ratios"


def checkpoints(size: Size, until: float) -> Iterator[Found]:
    """Sixteen complete tasks, with a checkpoint every second and without."""
    url, version = ground.postgresql_url("checkpoints")
    found = checkpointing.measure(
        url, tasks=100 * size.count, rounds=max(3, size.rounds), until=until
    )
    yield {"checkpoints": asdict(found)}
    note = f"PostgreSQL {version}; median of {found.rounds} rounds"
    yield f"completions per second by {found.writers}", f"{found.without:.0f}", note
    made = f"{found.checkpoints} made, of {found.entries} entries in the end"
    yield "with a checkpoint every second", f"{found.with_them:.0f}", made
    yield "with / without", f"{found.ratio:.2f}", "wanted ≥ 0.85; of the rounds' ratios"


def sqlite_instructions(size: Size, _until: float) -> Iterator[Found]:
    yield from _counted(ground.sqlite_url("counted"), "SQLite", size)


def postgresql_instructions(size: Size, _until: float) -> Iterator[Found]:
    yield from _counted(ground.postgresql_url("counted")[0], "PostgreSQL's client", size)


def _counted(url: str, name: str, size: Size) -> Iterator[Found]:
    found = ground.prepare(url, instructions.WARM_UP + size.count)
    floor.prepare(url, found.open_tasks())
    # The floor first: ours completes the tasks, and the next ones are no items of the floor's.
    for kind in steps.KINDS:
        counted = instructions.per_request(kind, found, size.count)
        text = "valgrind is missing" if counted is None else f"{counted / 1e6:.2f} M"
        yield f"{kind}, per request", text, f"{name}; this process's, by callgrind"


def along(size: Size, until: float) -> Iterator[Found]:
    """One instance, completed again and again on SQLite, without HTTP."""
    found = loop.along(size.completions, count=size.count if size.install else 0, until=until)
    yield {"along": asdict(found)}
    plot.write(found, BUILD / "along.svg")
    done = f"after {found.completions} completions"
    yield "state of the instance", f"{found.state[-1]} bytes", (
        f"{done}; the most: {max(found.state)}; {found.blob[-1]} of them the tokens"
    )  # fmt: skip
    yield "CPU time, last tenth / first tenth", f"{found.drift:.2f}", "of medians of windows"
    first, last = found.instructions_first, found.instructions_last
    if first and last:
        yield "instructions, at the beginning", f"{first / 1e6:.2f} M", "engine.tasks.complete"
        yield "instructions, at the end", f"{last / 1e6:.2f} M", f"{last / first:.3f} of it"


def elsewhere(size: Size, _until: float) -> Iterator[Found]:
    one, other = others.expression(size.others)
    note = f"as a Python lambda {other:.2f} µs: {one / other:.1f} ×"
    yield "a FEEL comparison", f"{one:.2f} µs", note
    deployed, started = others.plan(size.others)
    yield "deploying the whole plan", f"{deployed:.0f} ms", "nine diagrams, checked for soundness"
    yield "starting a case of it", f"{started:.1f} ms", "with its plan of 38 activities ahead"


def many_timers(size: Size, _until: float) -> Iterator[Found]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/timers.db"
        found = timers.measure(
            url, timers=size.timers, workers=1, folder=Path(folder), settle=size.settle
        )
    yield {"timers": found}
    note = f"SQLite; {found['seconds']} s, fired more than once: {found['fired_more_often']}"
    yield f"{size.timers} timers due at once", f"{found['timers_per_second']} /s", note
    page = found["page_ms"]
    yield "a page meanwhile", f"{page['median']} ms", f"p95 {page['p95']} ms"


def moves(size: Size, _until: float) -> Iterator[Found]:
    """Running instances go to another version: on both databases in a whole run."""
    yield from _moved(ground.sqlite_url("moves"), size.moves)
    if size.install:
        yield from _moved(ground.postgresql_url("moves")[0], size.moves)


def _moved(url: str, count: int) -> Iterator[Found]:
    found = migration.measure(url, count)
    name, moved = found["database"], found["move"]
    yield {f"moves, {name}": found}
    note = (
        f"{name}; {moved['cpu_s_per_1000']} s of CPU and {moved['statements']:.0f} statements per "
        f"1,000; the preview {found['preview']['wall_s']} s; moved {found['moved']}, "
        f"failed {found['failed']}"
    )
    yield f"{count} instances move", f"{moved['wall_s']} s", note
    back = found["back"]
    yield f"{found['taken_back']} are taken back", f"{back['wall_s']} s", name


def page_costs(size: Size, _until: float) -> Iterator[Found]:
    """Pages of a company with 2,000 cases on SQLite, each beside its template alone."""
    url = ground.sqlite_url("pages")
    data.load(url, pages.CASES)
    costs = pages.measured(url, size.count)
    if not costs:
        yield "instructions of pages", "–", "valgrind is missing"
    for cost in costs:
        most, statements = pages.GOALS[cost.page]
        note = (
            f"wanted ≤ {most} M; its template alone {cost.floor / 1e6:.1f} M; {cost.statements} "
            f"statements (wanted ≤ {statements}); {cost.size} bytes of HTML"
        )
        yield cost.page, f"{cost.instructions / 1e6:.1f} M", note


def compared_lists(size: Size, _until: float) -> Iterator[Found]:
    """On two databases that have been filled before: that takes longer than all the rest."""
    small, large = os.environ.get("SMALL"), os.environ.get("LARGE")
    if not (small and large):
        how = (
            "fill two: make bench-data URL=postgresql://…/small CASES=1000, and …/large "
            "CASES=100000; then: make bench SMALL=postgresql://…/small LARGE=postgresql://…/large"
        )
        yield "lists at 1,000 and 100,000 cases", "–", how
        return
    for row in lists.measure(small, large, size.lists):
        note = f"small {row['small_ms']:.1f} ms, {row['ratio']:.2f} ×; large p95 "
        yield row["list"], f"{row['large_ms']:.1f} ms", note + f"{row['large_p95_ms']:.1f} ms"


def others_engines(size: Size, _until: float) -> Iterator[Found]:
    yield from peers.rows(install=size.install)


Section = Callable[[Size, float], Iterator[Found]]
SECTIONS: dict[str, tuple[str, Section, int, int]] = {
    "feel": ("An expression; the plan; a case (CPU time, SQLite)", elsewhere, 12, 300),
    "sqlite": ("A step over HTTP, SQLite", sqlite_steps, 20, 300),
    "postgresql": ("A step over HTTP, PostgreSQL", postgresql_steps, 20, 300),
    "along": ("The life of one instance", along, 10, 900),
    "timers": ("Timers", many_timers, 14, 300),
    "moves": ("Running instances go to another version", moves, 8, 300),
    "peers": ("One user task completed and stored, no HTTP", others_engines, 6, 600),
    "lists": ("Lists", compared_lists, 1, 900),
    "workers": ("Workers on PostgreSQL", workers, 0, 600),
    "starters": ("Cases started at once, PostgreSQL", many_starters, 0, 200),
    "checkpoints": ("Checkpoints while sixteen complete, PostgreSQL", checkpoints, 0, 400),
    "instructions": ("Instructions, SQLite", sqlite_instructions, 20, 600),
    "pages": ("What pages cost, SQLite", page_costs, 0, 600),
    "client": ("Instructions, PostgreSQL", postgresql_instructions, 0, 600),
}
"""Title, what to run, and its share of a quick run (0: left out) and of a whole one, in seconds.
What one section leaves over falls to those after it."""
