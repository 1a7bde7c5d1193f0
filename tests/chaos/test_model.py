"""18. Whatever people do in whatever order, the engine is where a small model of it is; and who
reads nothing but the history comes to the same state."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import datetime, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from engine import Engine, FakeClock, load_config
from engine.errors import Conflict
from engine.store.tables import HistoryTable, InstanceTable, SignatureTable, TaskTable
from tests.support.chaos.scale import scale
from tests.support.databases import Databases, database_of
from tests.support.desk import Desk
from tests.support.diagrams import (
    boundary,
    call,
    catch,
    chain,
    diagram,
    end,
    field,
    flow,
    gateway,
    message,
    start,
    task,
)
from tests.support.files import PROJECT
from tests.support.ground import START
from tests.support.people import People, add_people

CONFIG = load_config(PROJECT / "config.toml")
EXAMPLES = scale(2, 100)
STEPS = scale(40, 100)
"""Rules of each example: 80 steps in the short form, 10,000 in the long one."""
WORK = diagram(
    "work",
    start(),
    task("decide", form=field("amount", "integer"), sign=True),
    gateway("which", default="which_to_small"),
    call("large", "review"),
    task("small"),
    gateway("met"),
    catch("paid", message="Paid"),
    end(),
    chain("start", "decide", "which", "small", "met", "paid", "end"),
    flow("which", "large", "= amount > 10"),
    chain("large", "met"),
    boundary("late", "decide", timer="P1D", interrupting=False),
    task("remind"),
    end("reminded"),
    chain("late", "remind", "reminded"),
    messages=[message("Paid", roles="ekonomi")],
)
REVIEW = diagram("review", start(), task("look"), end(), chain("start", "look", "end"))


@cache
def template(databases: Databases) -> tuple[str, People]:
    """A database with people and the diagrams, to copy."""
    url = databases.fresh()
    with Engine.open(url, config=CONFIG, clock=FakeClock(START)) as engine:
        people = add_people(engine, CONFIG)
        Desk(engine, people, lambda: uuid.uuid4().hex).deploy(REVIEW, WORK)
    return url, people


class Model:
    """One case as a person with paper would keep it."""

    def __init__(self, due: datetime | None, work: Counter[str]) -> None:
        self.open = work
        self.due = due
        """When the reminder comes; None when it has or never will."""
        self.waits = False
        self.passed = False
        self.signed = 0
        self.state = "running"

    def complete(self, name: str, amount: int) -> None:
        self.open -= Counter({name: 1})
        # With a password each is signed, asked for or not.
        self.signed += 1
        if name == "Decide":
            self.due = None
            self.open["Look" if amount > 10 else "Small"] += 1
        elif name in ("Look", "Small"):
            self.waits = True
        self._see()

    def paid(self) -> None:
        self.waits, self.passed = False, True
        self._see()

    def _see(self) -> None:
        if self.passed and not self.open:
            self.state = "completed"

    def cancel(self) -> None:
        self.open.clear()
        self.waits, self.due, self.state = False, None, "cancelled"

    def hear(self, kind: str, name: str, *, whole: bool) -> None:
        """A fact of the history, of the task ``name`` or of the ``whole`` case."""
        if kind == "task.opened":
            self.open[name] += 1
        elif kind in ("task.completed", "task.cancelled"):
            self.open[name] -= 1
        elif kind == "task.signed":
            self.signed += 1
        elif whole and kind in ("case.completed", "case.cancelled"):
            self.state = kind.removeprefix("case.")


class Office(RuleBasedStateMachine):
    """People at work, and the model of each of their cases."""

    def __init__(self, databases: Databases) -> None:
        super().__init__()
        source, people = template(databases)
        self.databases, self.url = databases, databases.copy(source)
        self.clock = FakeClock(START)
        self.engine = Engine.open(self.url, config=CONFIG, clock=self.clock)
        self.desk = Desk(self.engine, people, lambda: uuid.uuid4().hex)
        self.cases: dict[str, Model] = {}

    def teardown(self) -> None:
        try:
            assert self.engine.history.verify(self.desk.manager.actor).ok
            self.the_history_tells_the_state()
        finally:
            self.engine.close()
            self.databases.drop(self.url)

    def running(self) -> list[str]:
        return [case_id for case_id, model in self.cases.items() if model.state == "running"]

    def with_work(self) -> list[str]:
        return [case_id for case_id in self.running() if self.cases[case_id].open]

    # ------------------------------------------------------------ what people do

    @precondition(lambda self: len(self.running()) < 4)
    @rule()
    def begin(self) -> None:
        self.cases[self.desk.case("work")] = Model(
            self.clock.now() + timedelta(days=1), Counter({"Decide": 1})
        )

    @precondition(lambda self: self.with_work())
    @rule(data=st.data(), amount=st.integers(0, 20), twice=st.booleans())
    def complete(self, data: st.DataObject, amount: int, twice: bool) -> None:
        case_id = data.draw(st.sampled_from(self.with_work()))
        row = data.draw(st.sampled_from(self.desk.open_tasks(case_id)))
        answers = {"amount": amount} if row.name == "Decide" else {}
        key = uuid.uuid4().hex
        receipt = self.desk.complete(self.desk.manager, row.id, answers, key=key)
        if twice:
            again = self.desk.complete(self.desk.manager, row.id, answers, key=key)
            assert again == receipt
            with pytest.raises(Conflict):
                self.desk.complete(self.desk.manager, row.id, answers)
        self.cases[case_id].complete(row.name, amount)

    @precondition(lambda self: any(self.cases[c].waits for c in self.running()))
    @rule(data=st.data())
    def pay(self, data: st.DataObject) -> None:
        waiting = [c for c in self.running() if self.cases[c].waits]
        case_id = data.draw(st.sampled_from(waiting))
        self.engine.cases.deliver(self.desk.manager.actor, "Paid", case_id, key=uuid.uuid4().hex)
        self.cases[case_id].paid()

    @rule(hours=st.integers(-5, 40))
    def let_time_pass(self, hours: int) -> None:
        now = self.clock.advance(timedelta(hours=hours))
        due = [m for m in self.cases.values() if m.due is not None and m.due <= now]
        assert self.engine.jobs.fire_due() == len(due)
        for model in due:
            model.due = None
            model.open["Remind"] += 1

    @precondition(lambda self: len(self.running()) > 2)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        case_id = data.draw(st.sampled_from(self.running()))
        key = uuid.uuid4().hex
        self.engine.cases.cancel(self.desk.manager.actor, case_id, "Slumpen", key=key)
        self.cases[case_id].cancel()

    @rule()
    def restart(self) -> None:
        """As after a kill: another process, which knows only what is written."""
        self.engine.close()
        self.engine = Engine.open(self.url, config=CONFIG, clock=self.clock)
        self.desk.engine = self.engine

    # ------------------------------------------------------------ what must hold

    @invariant()
    def the_engine_is_where_the_model_is(self) -> None:
        with database_of(self.engine).reading() as connection:
            roots = select(InstanceTable.id, InstanceTable.state).where(
                InstanceTable.parent_id.is_(None)
            )
            states = {row.id: row.state for row in connection.execute(roots)}
            rows = connection.execute(
                select(TaskTable.case_id, TaskTable.name).where(TaskTable.state == "open")
            ).all()
            signed = Counter(connection.scalars(select(SignatureTable.case_id)))
        work = Counter((row.case_id, row.name) for row in rows)
        assert states == {case_id: model.state for case_id, model in self.cases.items()}
        assert work == Counter(
            {(c, name): n for c, model in self.cases.items() for name, n in model.open.items() if n}
        )
        assert signed == Counter({c: m.signed for c, m in self.cases.items() if m.signed})

    def the_history_tells_the_state(self) -> None:
        """What each fact says has happened, one after the other, and nothing else."""
        with database_of(self.engine).reading() as connection:
            facts = connection.execute(
                select(
                    HistoryTable.case_id,
                    HistoryTable.instance_id,
                    HistoryTable.type,
                    HistoryTable.element_id,
                )
                .where(HistoryTable.case_id.is_not(None))
                .order_by(HistoryTable.id)
            ).all()
        told: dict[str, Model] = {}
        for case_id, instance_id, kind, element in facts:
            model = told.setdefault(case_id, Model(None, Counter()))
            model.hear(kind, (element or "").capitalize(), whole=instance_id == case_id)
        assert _shown(told) == _shown(self.cases)


def _shown(models: dict[str, Model]) -> dict[str, object]:
    return {case_id: (m.state, m.signed, +m.open) for case_id, m in models.items()}


def test_the_engine_and_its_history_agree_with_a_model_of_it(databases: Databases) -> None:
    run_state_machine_as_test(
        lambda: Office(databases),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
