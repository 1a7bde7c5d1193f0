"""The whole plan, driven by chance: people, time, messages and mistakes in no order at all."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from engine import FakeClock, Field, TaskRow
from engine.errors import Invalid, NotAllowed
from engine.store.tables import (
    CaseTable,
    IncidentTable,
    InstanceTable,
    SignatureTable,
    SubscriptionTable,
    TaskTable,
    TimerTable,
)
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.walk import CONTRACT_STARTS, answers_to

STEPS = 180
CASES = 3
SEED = 20260302
RUNNING = ("running", "incident")


class Chance:
    """Does one thing after the other, as the dice fall."""

    def __init__(self, desk: Desk, clock: FakeClock, seed: int):
        self.desk, self.clock = desk, clock
        self.dice = random.Random(seed)  # noqa: S311 - dice, not secrets
        self.done: dict[str, int] = {}

    def step(self) -> None:
        moves = [
            (self.complete, 60),
            (self.make_a_mistake, 8),
            (self.hand_around, 8),
            (self.write_a_draft, 6),
            (self.edit_the_plan, 5),
            (self.tell, 6),
            (self.let_time_pass, 14),
            (self.begin_or_cancel, 3),
        ]
        move = self.dice.choices([m for m, _ in moves], [w for _, w in moves])[0]
        if move():
            self.done[move.__name__] = self.done.get(move.__name__, 0) + 1

    # ------------------------------------------------------------ what there is

    def cases(self) -> list[str]:
        page = self.desk.engine.cases.search(self.desk.manager.actor, state="running")
        return sorted(row.id for row in page.items)

    def row(self) -> TaskRow | None:
        rows = self.desk.engine.tasks.search(self.desk.manager.actor, show="all", limit=100).items
        return self.dice.choice(rows) if rows else None

    def answers(self, task_id: str, who: str) -> dict[str, Any]:
        task = self.desk.engine.tasks.get(self.desk.people[who].actor, task_id)
        wanted = {f.id: self.dice.choice(f.options).value for f in task.form if f.options}
        if "offert_svar" in wanted:
            wanted["offert_svar"] = self.dice.choice(["accepterad"] * 3 + ["korrigeras"])
        # Not what a draft has: that may be anything.
        return answers_to(replace(task, values={}), wanted, self.desk.people[who].username)

    # ------------------------------------------------------------ moves

    def complete(self) -> bool:
        row = self.row()
        if row is None:
            return False
        role = row.role or "manager"
        answers = self.answers(row.id, role)
        points = self.desk.engine.tasks.get(self.desk.people[role].actor, row.id).checklist
        ticks = {p.id: self.dice.choice([True, True, "Gäller inte här"]) for p in points}
        self.desk.complete(self.desk.people[role], row.id, answers, ticks)
        return True

    def make_a_mistake(self) -> bool:
        row = self.row()
        if row is None:
            return False
        role = row.role or "manager"
        other = self.dice.choice([r for r in self.desk.engine.roles if r != role])
        if self.dice.random() < 0.5:
            with pytest.raises(NotAllowed):
                self.desk.complete(self.desk.people[other], row.id)
        else:
            with pytest.raises(Invalid):
                self.desk.complete(self.desk.people[role], row.id, {"okänt": "x"})
        return True

    def hand_around(self) -> bool:
        row = self.row()
        if row is None or row.role is None:
            return False
        engine, key, who = self.desk.engine, self.desk.key, self.desk.people[row.role]
        if row.assignee is None:
            engine.tasks.claim(who.actor, row.id, key=key())
        elif self.dice.random() < 0.5:
            engine.tasks.release(who.actor, row.id, key=key())
        else:
            engine.tasks.reassign(self.desk.manager.actor, row.id, who.username, key=key())
        return True

    def write_a_draft(self) -> bool:
        row = self.row()
        if row is None or row.role is None:
            return False
        who = self.desk.people[row.role].actor
        task = self.desk.engine.tasks.get(who, row.id)
        texts = {f.id: "?" for f in task.form if f.type not in ("attachment", "plan")}
        ticks = {p.id: self.dice.choice([True, False, ""]) for p in task.checklist}
        self.desk.engine.tasks.save_draft(
            who, row.id, answers=texts, ticks=ticks, key=self.desk.key()
        )
        return True

    def edit_the_plan(self) -> bool:
        if not (cases := self.cases()):
            return False
        case = self.desk.engine.cases.get(self.desk.manager.actor, self.dice.choice(cases))
        rows = [r.plan for s in case.sheets for r in s.rows]
        due = self.clock.now().date() + timedelta(days=self.dice.randrange(90))
        edits = [
            {"id": r.id, "person": self.dice.choice([None, r.role]), "due": due.isoformat()}
            for r in self.dice.sample(rows, 5)
        ]
        self.desk.engine.cases.set_plan(
            self.desk.manager.actor, case.row.id, edits, key=self.desk.key()
        )
        return True

    def tell(self) -> bool:
        if not (cases := self.cases()):
            return False
        case = self.desk.engine.cases.get(self.desk.manager.actor, self.dice.choice(cases))
        if not case.messages:
            return False
        # Notice ends what is interesting: seldom.
        names = {m.name: 1 if m.name == "Uppsagning" else 4 for m in case.messages}
        name = self.dice.choices(list(names), list(names.values()))[0]
        form = next(m.form for m in case.messages if m.name == name)
        payload = {f.id: _word(f) for f in form}
        self.desk.engine.cases.deliver(
            self.desk.manager.actor, name, case.row.id, payload, key=self.desk.key()
        )
        return True

    def let_time_pass(self) -> bool:
        self.clock.advance(timedelta(days=self.dice.randrange(1, 40), hours=self.dice.randrange(9)))
        self.desk.engine.jobs.fire_due()
        return True

    def begin_or_cancel(self) -> bool:
        cases = self.cases()
        if len(cases) < CASES:
            self.desk.case(start_date=CONTRACT_STARTS, people=self.people())
        elif self.dice.random() < 0.3:
            self.desk.engine.cases.cancel(
                self.desk.manager.actor, self.dice.choice(cases), "Slumpen", key=self.desk.key()
            )
        return True

    def people(self) -> Mapping[str, str]:
        roles = sorted(self.desk.engine.roles)
        return {r: self.desk.people[r].username for r in self.dice.sample(roles, 5)}


def _word(field: Field) -> str:
    if field.options:
        return field.options[0].value
    return "2027-09-01" if field.type == "date" else "Ord"


@pytest.mark.walk
def test_whatever_people_do_the_books_are_in_order(
    desk: Desk, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Chance(desk, clock, seed=SEED)
    # Lists are in the order of ids where all else is equal: only so the walk is the same each time.
    ids = random.Random(SEED)  # noqa: S311 - dice, not secrets
    monkeypatch.setattr(
        "engine.store.base.uuid4", lambda: UUID(int=ids.getrandbits(128), version=4)
    )
    for _ in range(CASES):
        desk.case(start_date=CONTRACT_STARTS, people=chance.people())
    for _ in range(STEPS):
        chance.step()
    assert len(chance.done) == 8
    assert chance.done["complete"] > STEPS // 4
    assert desk.engine.history.verify(desk.manager.actor).ok
    for question, statement in QUESTIONS.items():
        with database_of(desk.engine).reading() as connection:
            assert connection.scalars(statement).all() == [], question


_child = aliased(InstanceTable)
_waits = or_(
    exists().where(TaskTable.instance_id == InstanceTable.id, TaskTable.state == "open"),
    exists().where(TimerTable.instance_id == InstanceTable.id),
    exists().where(SubscriptionTable.instance_id == InstanceTable.id),
    exists().where(_child.parent_id == InstanceTable.id, _child.state.in_(RUNNING)),
)
_ended = select(InstanceTable.id).where(InstanceTable.state.not_in(RUNNING))
_over = select(CaseTable.id).where(CaseTable.state.not_in(RUNNING))

QUESTIONS: Mapping[str, Any] = {
    "completed without a person or a time": select(TaskTable.id).where(
        TaskTable.state == "completed",
        or_(TaskTable.completed_by.is_(None), TaskTable.ended_at.is_(None)),
    ),
    "completed without a signature": select(TaskTable.id).where(
        TaskTable.state == "completed", ~exists().where(SignatureTable.task_id == TaskTable.id)
    ),
    "signed and not completed": select(SignatureTable.id)
    .join(TaskTable, TaskTable.id == SignatureTable.task_id)
    .where(TaskTable.state != "completed"),
    "open in what has ended": select(TaskTable.id).where(
        TaskTable.state == "open", TaskTable.instance_id.in_(_ended)
    ),
    "a timer of what has ended": select(TimerTable.id).where(TimerTable.instance_id.in_(_ended)),
    "waiting in what has ended": select(SubscriptionTable.id).where(
        SubscriptionTable.instance_id.in_(_ended)
    ),
    "running in a case that is over": select(InstanceTable.id).where(
        InstanceTable.state.in_(RUNNING), InstanceTable.case_id.in_(_over)
    ),
    "running without anything to wait for": select(InstanceTable.id).where(
        InstanceTable.state.in_(RUNNING), ~_waits
    ),
    "ended without a time": select(InstanceTable.id).where(
        InstanceTable.state.not_in(RUNNING), InstanceTable.ended_at.is_(None)
    ),
    "a case that runs without a root": select(CaseTable.id)
    .join(InstanceTable, InstanceTable.id == CaseTable.id)
    .where(CaseTable.state.in_(RUNNING), InstanceTable.state.not_in(RUNNING)),
    "an incident": select(IncidentTable.message).where(IncidentTable.resolved_at.is_(None)),
    "two open tasks on one token": select(TaskTable.token)
    .where(TaskTable.state == "open")
    .group_by(TaskTable.instance_id, TaskTable.token)
    .having(func.count() > 1),
}
