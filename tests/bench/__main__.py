"""``make bench`` and ``make bench-quick``: one run, one table, and ``build/bench/results.json``."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import ground, instructions, loop, others, peers, plot, steps
from tests.bench.ground import BUILD

QUICK = {"cases": 60, "rounds": 3, "completions": 500, "count": 10, "others": 10}
WHOLE = {"cases": 400, "rounds": 9, "completions": 10_000, "count": 40, "others": 50}

Row = tuple[str, str, str]


def main(arguments: list[str]) -> None:
    quick = "--quick" in arguments
    size = QUICK if quick else WHOLE
    ground.clear()
    results: dict[str, Any] = {"about": about(quick), "rows": []}
    for title, rows in parts(size, quick, results):
        results["rows"] += [[title, *row] for row in rows]
        print(f"\n{title}", flush=True)
        for name, value, note in rows:
            print(f"  {name:<44} {value:>16}   {note}", flush=True)
    (BUILD / "results.json").write_text(json.dumps(results, indent=1, default=str))
    print(f"\n{results['about']['machine']}, {results['about']['date']}; {BUILD / 'results.json'}")


def about(quick: bool) -> dict[str, str]:
    """Machine and date."""
    found = (
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    )
    model = next(found, "model name: unknown").split(":")[1].strip()
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} cores, {model}, Linux {platform.release()}, "
        f"Python {platform.python_version()}, {instructions.versions()}",
        "load": f"load average before the run {os.getloadavg()[0]:.1f}",
        "kind": "quick" if quick else "whole",
    }


def parts(
    size: dict[str, int], quick: bool, results: dict[str, Any]
) -> Iterator[tuple[str, list[Row]]]:
    """The table, as it comes to be."""
    for url, name in databases():
        found = steps.steps(
            url,
            name,
            cases=size["cases"],
            rounds=size["rounds"],
            # On PostgreSQL the client's part differs little, and a quick run leaves it out.
            count=0 if quick and not url.startswith("sqlite") else size["count"],
        )
        results.setdefault("steps", []).append(asdict(found))
        yield f"A step over HTTP, {name}, {found.workers} gunicorn workers", step_rows(found)
    if not quick:
        yield "Workers on PostgreSQL, requests per second of ours", list(worker_rows(size, results))
    along = loop.along(size["completions"], count=size["count"])
    results["along"] = asdict(along)
    plot.write(along, BUILD / "along.svg")
    yield f"One instance, {along.completions} completions, SQLite, no HTTP", along_rows(along)
    yield "Elsewhere, CPU time", list(other_rows(size["others"]))
    if not quick:
        yield "Peers, one user task completed and stored in SQLite, no HTTP", list(peers.rows())


def databases() -> Iterator[tuple[str, str]]:
    yield ground.sqlite_url("steps"), "SQLite (WAL, synchronous FULL)"
    url, version = ground.postgresql_url("steps")
    yield url, f"PostgreSQL {version}"


def step_rows(found: steps.Steps) -> list[Row]:
    rows = [
        (f"{kind}, requests per second", f"{found.rates[kind]:.0f}", "median of rounds in turns")
        for kind in steps.KINDS
    ]
    rows.append(("ours / floor", f"{found.ratio:.2f}", "median of the rounds' ratios"))
    for kind, counted in found.instructions.items():
        text = "valgrind is missing" if counted is None else f"{counted / 1e6:.2f} M"
        rows.append((f"{kind}, instructions per request", text, "this process's, by callgrind"))
    return rows


def worker_rows(size: dict[str, int], results: dict[str, Any]) -> Iterator[Row]:
    for workers in (1, 2, 4):
        url, name = ground.postgresql_url(f"workers{workers}")
        found = steps.steps(url, name, cases=size["cases"], rounds=5, workers=workers, count=0)
        results.setdefault("workers", []).append(asdict(found))
        note = f"floor {found.rates['floor']:.0f}, ratio {found.ratio:.2f}"
        yield f"{workers} workers", f"{found.rates['ours']:.0f}", note


def along_rows(along: loop.Along) -> list[Row]:
    first, last = along.instructions_first, along.instructions_last
    rows = [
        ("state of the instance at the end", f"{along.state[-1]} bytes", "the most: "
         f"{max(along.state)}; {along.blob[-1]} of them the tokens"),
        ("CPU time, last tenth / first tenth", f"{along.drift:.2f}", "of medians of 100"),
    ]  # fmt: skip
    if first and last:
        rows += [
            ("instructions, at the beginning", f"{first / 1e6:.2f} M", "Engine.complete_task"),
            ("instructions, at the end", f"{last / 1e6:.2f} M", f"{last / first:.3f} of it"),
        ]
    return rows


def other_rows(rounds: int) -> Iterator[Row]:
    deployed, started = others.plan(rounds)
    yield "deploying the whole plan", f"{deployed:.0f} ms", "nine diagrams, checked for soundness"
    yield "starting a case of it", f"{started:.1f} ms", "with its plan of 38 activities ahead"
    one, other = others.expression(rounds)
    yield (
        "a FEEL comparison",
        f"{one:.2f} µs",
        f"as a Python lambda {other:.2f} µs: {one / other:.1f} ×",
    )


if __name__ == "__main__":
    main(sys.argv[1:])
