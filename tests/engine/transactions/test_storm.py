"""Everything at once in the same few cases, with real threads: whoever was first, what is kept fits
together afterwards, and what was acknowledged is there."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, text

from engine import FakeClock
from engine.errors import Conflict, NotAllowed
from engine.store.tables import ReceiptTable
from tests.support.databases import database_of, renew
from tests.support.desk import Desk
from tests.support.diagrams import (
    boundary,
    call,
    catch,
    chain,
    diagram,
    end,
    field,
    gateway,
    message,
    start,
    task,
)
from tests.support.fitting import misfits
from tests.support.threads import at_once

THREADS, STEPS, CASES = 6, 14, 3
GO = '<bpmn:signal id="Go" name="Go"/>'
EVENT = '<bpmn:signalEventDefinition signalRef="Go"/>'
TASKS = ("file", "send", "ask", "thank", "wait", "hurry", "look", "poked", "hear", "answer", "rest")
STORM = diagram(
    "storm",
    start(),
    gateway("fork", "parallel"),
    gateway("join", "parallel"),
    gateway("merge"),
    *(task(name, form=field(f"of_{name}")) for name in TASKS),
    catch("paid", message="Paid"),
    boundary("late", "wait", timer="P1D", interrupting=True),
    boundary("poke", "look", message="Poke", interrupting=False),
    f'<bpmn:intermediateCatchEvent id="go">{EVENT}</bpmn:intermediateCatchEvent>',
    catch("again", message="Again"),
    catch("nap", timer="P1D"),
    call("below", "below"),
    end(),
    end("end2"),
    chain("start", "fork", "file", "nap", "send", "join"),
    chain("fork", "ask", "paid", "thank", "join"),
    chain("fork", "wait", "merge", "join"),
    chain("late", "hurry", "merge"),
    chain("fork", "look", "join"),
    chain("poke", "poked", "end2"),
    chain("fork", "hear", "go", "again", "answer", "join"),
    chain("fork", "below", "join"),
    chain("join", "rest", "end"),
    messages=[*(message(name, roles="ekonomi") for name in ("Paid", "Poke", "Again")), GO],
)
BELOW = diagram("below", start(), task("dig"), end(), chain("start", "dig", "end"))
SHOUT = diagram(
    "shout",
    start(),
    task("cry"),
    f'<bpmn:intermediateThrowEvent id="go">{EVENT}</bpmn:intermediateThrowEvent>',
    end(),
    chain("start", "cry", "go", "end"),
    messages=[GO],
)


class Storm:
    """One of those who work at once."""

    def __init__(self, desk: Desk, clock: FakeClock, cases: list[str], seed: int):
        self.desk, self.clock, self.cases = desk, clock, cases
        self.dice = random.Random(seed)  # noqa: S311 - dice, not secrets
        self.acknowledged: list[str] = []
        self.last: Callable[[], object] | None = None

    def run(self) -> list[str]:
        """The keys of all that was acknowledged."""
        moves = [self.complete, self.tell, self.write, self.take, self.let_time_pass, self.repeat]
        for _ in range(STEPS):
            move = self.dice.choices(moves, [10, 4, 2, 2, 1, 2])[0]
            try:
                move()
            except (Conflict, NotAllowed):
                continue
        return self.acknowledged

    def do(self, what: Callable[..., object]) -> None:
        key = self.desk.key()
        self.last = partial(what, key=key)
        self.last()
        self.acknowledged.append(key)

    def task(self) -> str:
        while not (rows := [r for case_id in self.cases for r in self.desk.open_tasks(case_id)]):
            self.cases.append(self.desk.case("storm"))
        # Mostly what everybody else is at too.
        return rows[min(int(self.dice.expovariate(0.5)), len(rows) - 1)].id

    def complete(self) -> None:
        self.do(partial(self.desk.complete, self.desk.manager, self.task(), password=None))

    def tell(self) -> None:
        name, case_id = self.dice.choice(["Paid", "Poke", "Again"]), self.dice.choice(self.cases)
        self.do(partial(self.desk.engine.cases.deliver, self.desk.manager.actor, name, case_id))

    def write(self) -> None:
        save = partial(
            self.desk.engine.tasks.save_draft, answers={}, ticks={}, note=self.desk.key()
        )
        self.do(partial(save, self.desk.manager.actor, self.task()))

    def take(self) -> None:
        self.do(partial(self.desk.engine.tasks.claim, self.desk.manager.actor, self.task()))

    def let_time_pass(self) -> None:
        self.clock.advance(timedelta(hours=9))
        self.desk.engine.jobs.fire_due()

    def repeat(self) -> None:
        """Send again what was sent last."""
        if self.last is not None:
            self.last()


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_at_once_the_books_are_in_order(
    bare_desk: Desk, clock: FakeClock, seed: int
) -> None:
    desk = bare_desk
    desk.deploy(BELOW, STORM, SHOUT)
    cases = [*(desk.case("storm") for _ in range(CASES)), desk.case("shout")]
    storms = [Storm(desk, clock, cases, seed * 100 + number) for number in range(THREADS)]
    results = at_once([storm.run for storm in storms])
    assert [r for r in results if isinstance(r, Exception)] == []
    assert misfits(desk.engine) == []
    assert desk.engine.incidents.newest(desk.manager.actor) == ()
    assert desk.engine.history.verify(desk.manager.actor).ok
    with database_of(desk.engine).reading() as connection:
        kept = set(connection.scalars(select(ReceiptTable.key)))
    acknowledged = {key for keys in results for key in keys}
    assert len(acknowledged) > THREADS * STEPS / 4
    assert acknowledged <= kept


def test_cases_that_all_wake_each_other_go_on_one_after_the_other(bare_desk: Desk) -> None:
    desk = bare_desk
    database = database_of(desk.engine)
    if not database.is_sqlite:
        with database.writing() as connection:
            # The server looks sooner than after a second whether some lock each other out.
            name = connection.scalar(text("SELECT current_database()"))
            connection.execute(text(f"ALTER DATABASE {name} SET deadlock_timeout = '50ms'"))
        renew(database)
    parts = (
        start(),
        gateway("fork", "parallel"),
        task("cry"),
        f'<bpmn:intermediateThrowEvent id="throw">{EVENT}</bpmn:intermediateThrowEvent>',
        f'<bpmn:intermediateCatchEvent id="go">{EVENT}</bpmn:intermediateCatchEvent>',
        task("hear"),
        end(),
        end("end2"),
        chain("start", "fork", "cry", "throw", "end"),
        chain("fork", "go", "hear", "end2"),
    )
    desk.deploy(diagram("both", *parts, messages=[GO]))
    cases = [desk.case("both") for _ in range(8)]
    tasks = [desk.task(case_id) for case_id in cases]
    cry = partial(desk.complete, desk.manager, password=None)
    results = at_once([partial(cry, task_id) for task_id in tasks])
    assert [r for r in results if isinstance(r, Exception)] == []
    assert [desk.names(case_id) for case_id in cases] == [["Hear"]] * 8
    assert misfits(desk.engine) == []
