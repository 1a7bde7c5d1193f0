"""Writes that say what their writer has seen: of several at the same moment one is done, and the
others are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from engine import SYSTEM, Conflict, LiveVersions
from engine.errors import ProcessFailed
from tests.support.desk import REPORT, TICKED, Desk
from tests.support.diagrams import ad_hoc, chain, diagram, end, start, task
from tests.support.mover import steps
from tests.support.threads import at_once


def outcome(works: list[Callable[[], Any]], code: str) -> list[Any]:
    """What came of works of which one can be done; all others meet the conflict ``code``."""
    done = at_once(works)
    refused = [each for each in done if isinstance(each, Conflict)]
    assert [each.error_code for each in refused] == [code] * (len(works) - 1), done
    return [each for each in done if not isinstance(each, Exception)]


def test_drafts_at_the_same_moment(desk: Desk) -> None:
    task_id = desk.task(desk.case(), "Marknadsanalys")
    seen = desk.engine.tasks.get(SYSTEM, task_id)

    def save(note: str) -> Callable[[], Any]:
        return lambda: desk.engine.tasks.save_draft(
            desk.seller.actor,
            task_id,
            answers={},
            ticks={},
            note=note,
            revision=seen.row.revision,
            instance_revision=seen.instance_revision,
            key=f"save-{note}",
        )

    outcome([save(note) for note in "abcd"], "stale_revision")
    now = desk.engine.tasks.get(SYSTEM, task_id)
    assert now.note in "abcd"
    assert now.row.revision == seen.row.revision + 1


def test_a_completion_beside_a_draft_that_it_has_not_seen(desk: Desk) -> None:
    task_id = desk.task(desk.case(), "Marknadsanalys")
    seen = desk.engine.tasks.get(SYSTEM, task_id)
    desk.engine.tasks.save_draft(
        desk.seller.actor, task_id, answers={}, ticks={}, note="Sett?", key="draft"
    )
    with pytest.raises(Conflict) as refused:
        desk.complete(desk.seller, task_id, REPORT, TICKED, revision=seen.row.revision)
    assert refused.value.error_code == "stale_revision"


def test_a_completion_over_variables_that_it_has_not_seen(desk: Desk) -> None:
    task_id = desk.task(desk.case(), "Marknadsanalys")
    seen = desk.engine.tasks.get(SYSTEM, task_id)
    desk.engine.instances.correct_variables(
        SYSTEM, seen.instance_id, {"marknadsrapport": "Rättad"}, reason="Fel", key="right"
    )
    given = {"revision": seen.row.revision, "instance_revision": seen.instance_revision}
    with pytest.raises(Conflict) as refused:
        desk.complete(desk.seller, task_id, REPORT, TICKED, **given)
    assert refused.value.error_code == "stale_revision"
    given["instance_revision"] = desk.engine.tasks.get(SYSTEM, task_id).instance_revision
    desk.complete(desk.seller, task_id, REPORT, TICKED, **given)


def test_plans_at_the_same_moment(desk: Desk) -> None:
    case = desk.case()
    row = desk.engine.cases.get(SYSTEM, case).sheets[0].rows[1].plan
    seen = {row.id: (row.person.username if row.person else None, row.due)}

    def plan(day: int) -> Callable[[], Any]:
        changed = [{"id": row.id, "due": date(2027, 1, day)}]
        return lambda: desk.engine.cases.set_plan(
            desk.manager.actor, case, changed, seen=seen, key=f"plan-{day}"
        )

    [done] = outcome([plan(day) for day in (4, 5, 6)], "stale_plan")
    assert done.result == {"changed": 1}


def test_rows_of_a_plan_that_nobody_else_has_touched(desk: Desk) -> None:
    case = desk.case()
    rows = [row.plan for row in desk.engine.cases.get(SYSTEM, case).sheets[0].rows[1:4]]

    def plan(place: int) -> Callable[[], Any]:
        row = rows[place]
        seen = {row.id: (row.person.username if row.person else None, row.due)}
        changed = [{"id": row.id, "due": date(2027, 2, 1)}]
        return lambda: desk.engine.cases.set_plan(
            desk.manager.actor, case, changed, seen=seen, key=f"row-{place}"
        )

    done = at_once([plan(place) for place in range(3)])
    assert [each.result for each in done] == [{"changed": 1}] * 3


def test_accounts_at_the_same_moment(desk: Desk) -> None:
    seen = desk.engine.people.account(SYSTEM, "inkop").person

    def change(role: str) -> Callable[[], Any]:
        return lambda: desk.engine.people.change(
            SYSTEM, "inkop", roles=[*seen.roles, role], seen=seen, key=f"role-{role}"
        )

    outcome([change(role) for role in ("ekonomi", "saljare", "kundansvarig")], "stale_person")
    account = desk.engine.people.account(SYSTEM, "inkop")
    assert len(account.person.roles) == 2
    assert (account.changed_by, account.changed_at) == (SYSTEM.name, desk.engine.now())
    with pytest.raises(Conflict):
        desk.engine.people.change(
            SYSTEM, "inkop", active=True, seen=replace(account.person, active=False), key="open"
        )


def test_passwords_one_after_the_other(desk: Desk, clock: Any) -> None:
    seen = desk.engine.people.account(SYSTEM, "inkop").password_at
    clock.advance(timedelta(minutes=1))
    desk.engine.people.set_password(SYSTEM, "inkop", "fyra ord i en rad", seen=seen, key="one")
    with pytest.raises(Conflict) as refused:
        desk.engine.people.set_password(SYSTEM, "inkop", "fem ord i en rad", seen=seen, key="two")
    assert refused.value.error_code == "stale_password"
    assert refused.value.params["at"] == desk.engine.now()


def test_corrections_at_the_same_moment(desk: Desk) -> None:
    case = desk.case()

    def correct(value: int) -> Callable[[], Any]:
        return lambda: desk.engine.instances.correct_variables(
            SYSTEM, case, {"x": value}, reason="Fel", seen={"x": None}, key=f"x-{value}"
        )

    outcome([correct(value) for value in (1, 2, 3)], "stale_variable")


def test_a_case_that_has_moved_on_is_not_cancelled(desk: Desk) -> None:
    case = desk.case()
    seen = desk.engine.cases.get(SYSTEM, case).revision
    desk.complete(desk.seller, desk.task(case, "Marknadsanalys"), REPORT, TICKED)
    with pytest.raises(Conflict) as refused:
        desk.engine.cases.cancel(SYSTEM, case, "Ångrat", revision=seen, key="cancel")
    assert refused.value.error_code == "case_moved_on"
    now = desk.engine.cases.get(SYSTEM, case).revision
    assert now > seen
    desk.engine.cases.cancel(SYSTEM, case, "Ångrat", revision=now, key="cancel")


def test_an_activity_is_begun_once_for_two_who_saw_none(bare_desk: Desk) -> None:
    inner = (task("bredd"), task("trivsel"))
    parts = (start(), ad_hoc("fritt", *inner), end(), chain("start", "fritt", "end"))
    bare_desk.deploy(diagram("fri", *parts, lanes={"kundansvarig": ["fritt"]}))
    case = bare_desk.case("fri")
    option = next(
        o for o in bare_desk.engine.cases.get(SYSTEM, case).activities if o.element_id == "bredd"
    )

    def begin(key: str) -> Callable[[], Any]:
        return lambda: bare_desk.engine.cases.begin_activity(
            SYSTEM, option.instance_id, "bredd", active=option.active, key=key
        )

    outcome([begin("one"), begin("two")], "begun_meanwhile")
    assert bare_desk.names(case).count("Bredd") == option.active + 1


def test_versions_at_the_same_moment(bare_desk: Desk) -> None:
    engine = bare_desk.engine
    engine.definitions.deploy(SYSTEM, [steps(task("a"), ids="a")], key="a")
    seen = LiveVersions({"work": 1}, {})

    def deploy(name: str) -> Callable[[], Any]:
        source = steps(task(name), ids=name)
        return lambda: engine.definitions.deploy(SYSTEM, [source], seen=seen, key=name)

    done = at_once([deploy("b"), deploy("c")])
    [refused] = [each for each in done if isinstance(each, Conflict)]
    assert refused.error_code == "other_version"
    [other] = refused.params["versions"]
    assert (other["version"], other["by"], other["at"]) == (2, SYSTEM.name, engine.now())
    assert not any(isinstance(each, ProcessFailed) for each in done)
