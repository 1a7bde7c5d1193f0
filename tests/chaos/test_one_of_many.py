"""13. One instance's expression fails: its save rolls back, an incident can be tried again, and
all others proceed.

14. One instance's stored state cannot be read: it is put aside and seen, whoever comes by leaves
it, and all others proceed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from engine import SYSTEM, Engine
from engine.errors import ProcessFailed
from engine.store.tables import HistoryTable, SignatureTable, TaskTable
from tests.support.chains import chains_hold
from tests.support.chaos.scale import scale
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, field, flow, gateway, start, task
from tests.support.incidents import damage
from tests.support.people import People
from tests.support.threads import at_once
from tests.support.workers import fired, now, waiting_cases, workers

OTHERS = scale(20, 999)
AT_ONCE = 4
PATIENCE = 120.0
CHOICE = diagram(
    "choice",
    start(),
    task("decide", form=field("amount", "integer"), sign=True),
    gateway("which", default="which_to_small"),
    task("big"),
    task("small"),
    end(),
    chain("start", "decide", "which", "small", "end"),
    flow("which", "big", "= amount > limit"),
    chain("big", "end"),
)
"""A case that was started without a limit cannot decide."""


def test_an_expression_that_fails_in_one_instance_keeps_no_other_from_going_on(
    bare_engine: Engine, people: People, key: Callable[[], str]
) -> None:
    desk = Desk(bare_engine, people, key)
    manager = desk.manager.actor
    desk.deploy(CHOICE)
    broken = desk.case("choice")
    given = {"process_id": "choice", "variables": {"limit": 10}}
    others = [desk.engine.cases.start(manager, key=key(), **given).id for _ in range(OTHERS)]
    with database_of(desk.engine).reading() as connection:
        rows = connection.execute(select(TaskTable.case_id, TaskTable.id)).all()
    tasks: dict[str, str] = {row.case_id: row.id for row in rows}
    order = [*others[: OTHERS // 2], broken, *others[OTHERS // 2 :]]

    def complete(mine: list[str]) -> list[str]:
        failed = []
        for case_id in mine:
            try:
                desk.complete(desk.manager, tasks[case_id], {"amount": 12})
            except ProcessFailed:
                failed.append(case_id)
        return failed

    shares = [order[n::AT_ONCE] for n in range(AT_ONCE)]
    told = at_once([lambda mine=mine: complete(mine) for mine in shares])
    assert [case_id for failed in told for case_id in failed] == [broken]
    with database_of(desk.engine).reading() as connection:
        found = connection.execute(select(TaskTable.id, TaskTable.state))
        states = {row.id: row.state for row in found}
        names = connection.scalars(select(TaskTable.name).where(TaskTable.state == "open")).all()
        signed = connection.scalars(select(SignatureTable.task_id)).all()
    assert states[tasks[broken]] == "open"
    assert sorted(signed) == sorted(tasks[case_id] for case_id in others)
    assert sorted(names) == ["Big"] * OTHERS + ["Decide"]

    [incident] = desk.engine.incidents.newest(manager)
    assert (incident.case_id, incident.element_id) == (broken, "which")
    desk.engine.instances.correct_variables(manager, broken, {"limit": 20}, key=key())
    desk.complete(desk.manager, tasks[broken], {"amount": 12})
    assert desk.names(broken) == ["Small"]
    assert desk.engine.incidents.newest(manager) == ()
    assert desk.engine.history.verify(manager).ok


def test_a_state_that_cannot_be_read_is_put_aside_and_told_once(database_url: str) -> None:
    with Engine.open(database_url) as engine:
        cases = waiting_cases(engine, OTHERS + 1, due=now() - timedelta(minutes=1))
        damaged = cases[len(cases) // 2]
        damage(engine, damaged)
        with workers(database_url, 2):
            deadline = time.monotonic() + PATIENCE
            while sum(fired(engine).values()) < OTHERS or not _raised(engine):
                assert time.monotonic() < deadline
                time.sleep(0.1)
            # Sweeps go by, and leases end (tests/support/workers.py): it is left alone.
            time.sleep(scale(4.0, 20.0))
        assert fired(engine) == dict.fromkeys(set(cases) - {damaged}, 1)
        assert _raised(engine) == [damaged]
        [incident] = engine.incidents.newest(SYSTEM)
        assert (incident.case_id, incident.kind) == (damaged, "damaged_state")
        assert chains_hold(engine)


def _raised(engine: Engine) -> list[str | None]:
    with database_of(engine).reading() as connection:
        raised = connection.scalars(
            select(HistoryTable.case_id).where(HistoryTable.type == "incident.raised")
        )
        return list(raised)
