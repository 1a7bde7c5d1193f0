"""17. A database of every version that there was, with running cases, is upgraded and the work
goes on; an upgrade that is killed leaves the old database or the new one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engine import Config, Engine, FakeClock
from engine.store.tables import CaseTable
from tests.support.chaos.old import VERSIONS, facts, killed_upgrade, restore
from tests.support.chaos.scale import LONG
from tests.support.databases import Databases, database_of
from tests.support.desk import Desk
from tests.support.people import People
from tests.support.walk import answers_to

MOMENT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
"""Where the clock stood when the old databases were kept."""
KILLS = range(1, 400) if LONG else (3, 25)
"""After how many statements an upgrade is killed."""


def go_on(url: str, version: str, config: Config, people: People, key: Callable[[], str]) -> None:
    """Everything that was under way in that version's database comes to its end."""
    clock = FakeClock(MOMENT)
    with Engine.open(url, config=config, clock=clock) as engine:
        desk = Desk(engine, people, key)
        manager, ekonomi = people["manager"], people["ekonomi"]
        verified = engine.history.verify(manager.actor)
        assert verified.faults == ()
        # What older versions have written is noted as it stood at the upgrade.
        assert verified.rows == verified.since_upgrade > 100
        entries = [each for some in engine.history.export(manager.actor) for each in some]
        before = sum(entry.type != "rows.noted" for entry in entries)
        assert before == facts(version) >= 100
        clock.advance(timedelta(days=7))
        assert engine.jobs.fire_due() == 3
        cases = engine.cases.search(manager.actor, state="all", limit=100).items
        plans = {c.id for c in cases if "Inventering" in desk.names(c.id)}
        parents = [c for c in cases if c.id not in plans]
        assert sorted(c.state for c in parents) == ["completed"] * 2 + ["running"] * 3
        for row in parents:
            if row.state == "completed":
                continue
            if "Act" in desk.names(row.id):
                task_id = desk.task(row.id, "Act")
                desk.complete(ekonomi, task_id, {"amount": 12}, {"first": True})
            if "Thank" not in desk.names(row.id):
                engine.cases.deliver(manager.actor, "Paid", row.id, key=key())
            desk.complete(ekonomi, desk.task(row.id, "Thank"))
            for open_task in desk.open_tasks(row.id):
                assert open_task.name == "Remind"
                desk.complete(manager, open_task.id)
            assert engine.cases.get(manager.actor, row.id).row.state == "completed"
        [plan] = [c for c in cases if c.id in plans]
        [todo] = [t for t in desk.open_tasks(plan.id) if t.name == "Inventering"]
        who = people[todo.role or "manager"]
        answers = answers_to(engine.tasks.get(who.actor, todo.id), {}, who.username)
        desk.complete_all_points(who, todo.id, **answers)
        assert todo.id not in [t.id for t in desk.open_tasks(plan.id)]
        assert engine.incidents.newest(manager.actor) == ()
        assert engine.history.verify(manager.actor).ok
        found = engine.cases.search(manager.actor, q=plan.number, state="all").items
        assert [c.id for c in found] == [plan.id]
        word = who.actor.name.split()[-1]
        assert who.id in {
            fact.actor_id for fact in engine.history.search(manager.actor, q=word).items
        }


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_an_older_version_is_upgraded_and_its_cases_go_on(
    version: str, database_url: str, config: Config, key: Callable[[], str]
) -> None:
    people = restore(database_url, version)
    Engine.open(database_url, config=config, migrate=True).close()
    go_on(database_url, version, config, people, key)


@pytest.mark.parametrize("version", [VERSIONS[0], "0007"])  # since then, a case says it itself
def test_whoever_answered_for_a_case_still_does(
    version: str, database_url: str, config: Config
) -> None:
    people = restore(database_url, version)
    Engine.open(database_url, config=config, migrate=True).close()
    with Engine.open(database_url, config=config, clock=FakeClock(MOMENT)) as engine:
        account_manager = people["kundansvarig"].actor
        [plan] = engine.cases.search(account_manager, q="", limit=100).items[:1]
        assert "plan" in engine.cases.get(account_manager, plan.id).can
        assert "plan" not in engine.cases.get(people["saljare"].actor, plan.id).can
        with database_of(engine).reading() as connection:
            kept = set(connection.execute(select(CaseTable.lead_role, CaseTable.started_by)).all())
        assert kept == {("kundansvarig", None)}
        # Nobody sees more than before: only the plan's case has work for the role.
        assert len(engine.cases.search(account_manager, state="all", limit=100).items) < len(
            engine.cases.search(people["manager"].actor, state="all", limit=100).items
        )


def test_an_upgrade_that_is_killed_leaves_the_old_database_or_the_new_one(
    databases: Databases, config: Config, key: Callable[[], str]
) -> None:
    old = databases.fresh()
    people = restore(old, VERSIONS[0])
    newest = Engine.versions(old)[1]
    for after in KILLS:
        url = databases.copy(old)
        killed = killed_upgrade(url, after)
        assert Engine.versions(url)[0] == (VERSIONS[0] if killed else newest)
        if after == KILLS[-1] or not killed:
            Engine.open(url, config=config, migrate=True).close()
            go_on(url, VERSIONS[0], config, people, key)
        databases.drop(url)
        if not killed:
            break
    databases.drop(old)
