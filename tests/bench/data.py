"""A company with very many cases: ``python -m tests.bench.data URL [--cases 100000]``.

The example company's three cases are real: the engine has run them. They are copied, each copy
with ids of its own, other people (one team per 1,000 cases), another town in its customer's name,
other days, and its open user tasks five times over: per 100,000 cases about 1.1 million open user
tasks and 11 million facts. A copy can be looked at and worked on like any case; only its hash
chains cannot be verified, since a copy's ids are not those that were hashed. How they are copied:
``tests.support.company``.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from engine import load_config
from tests.support.company import multiply
from web import example
from web.cli.common import diagrams, plan_folder

CONFIG = Path(__file__).parents[2] / "config.toml"


def load(url: str, cases: int, workers: int) -> None:
    """Fill the empty database at ``url`` with the example company and ``cases`` copies."""
    started = time.monotonic()
    example.make(url, load_config(CONFIG), diagrams([plan_folder()]))
    print(f"  the example company: {time.monotonic() - started:.0f} s", flush=True)
    multiply(url, cases, workers=workers, report=lambda text: print(f"  {text}", flush=True))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count(), help="processes that write to PostgreSQL"
    )
    given = parser.parse_args()
    started = time.monotonic()
    load(given.url, given.cases, given.workers)
    print(f"{given.cases} cases in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
