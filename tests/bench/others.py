"""What else is worth a row: starting a case, deploying the plan, an expression against a lambda."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from decimal import Decimal
from statistics import median

from engine import SYSTEM, Engine, feel
from tests.bench import ground
from tests.bench.ground import CONFIG
from tests.support.desk import a_customer
from tests.support.plan import plan_sources

TEXT = 'amount * (1 + rate) > 1000 and kind in ["a", "b", "c"]'
CONTEXT = {"amount": Decimal(1200), "rate": Decimal("0.25"), "kind": "b"}


def milliseconds(work: Callable[[int], object], rounds: int) -> float:
    """CPU milliseconds of this process per round, the median."""
    gc.collect()
    spent = []
    for number in range(rounds):
        before = time.process_time()
        work(number)
        spent.append(time.process_time() - before)
    return median(spent) * 1000


def plan(rounds: int) -> tuple[float, float]:
    """Deploying the whole plan on an empty database, and starting a case of it (SQLite, ms)."""
    deployed = []
    for number in range(max(1, rounds // 10)):
        with Engine.open(ground.sqlite_url(f"plan{number}"), config=CONFIG) as engine:
            before = time.process_time()
            engine.definitions.deploy(SYSTEM, plan_sources(), key="plan")
            deployed.append((time.process_time() - before) * 1000)
    with Engine.open(ground.sqlite_url("plan0-cases"), config=CONFIG) as engine:
        engine.definitions.deploy(SYSTEM, plan_sources(), key="plan")
        given = {"process_id": "serviceplan", "customer_id": a_customer(engine)}
        started = milliseconds(
            lambda n: engine.cases.start(SYSTEM, key=f"case{n}", **given), rounds
        )
    return median(deployed), started


def expression(rounds: int) -> tuple[float, float]:
    """Microseconds of one evaluation: FEEL's compiled closures, and the same as a Python lambda
    over the same decimals. FEEL counts steps and checks every kind as it goes."""
    compiled = feel.compile(TEXT)

    def same(c: dict[str, object]) -> bool:
        return c["amount"] * (1 + c["rate"]) > 1000 and c["kind"] in ["a", "b", "c"]  # type: ignore[operator]

    if compiled.evaluate(CONTEXT) is not same(CONTEXT):  # type: ignore[arg-type]
        raise RuntimeError("the two say different things")
    times = 1000
    one = milliseconds(lambda _: [compiled.evaluate(CONTEXT) for _ in range(times)], rounds)
    other = milliseconds(lambda _: [same(CONTEXT) for _ in range(times)], rounds)  # type: ignore[arg-type]
    return one, other  # ms per thousand are µs per one
