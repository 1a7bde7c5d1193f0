"""What the access rules are asked about, as it is loaded: above all, who sees which case."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from engine.access.actions import TASK_COMPLETE, TASK_VIEW
from engine.access.rules import authorize, may
from engine.errors import NotAllowed, NotFound
from engine.queries import objects
from engine.views import SYSTEM
from tests.support.rows import Rows, Running, watched


def sees(connection: Connection, rows: Rows, case_id: str, *roles: str, **given: object) -> bool:
    actor = rows.person("Någon", *roles, **given)
    return objects.case_object(connection, actor, case_id).visible


def test_a_role_sees_the_cases_in_which_it_has_had_or_will_have_an_activity(
    connection: Connection, rows: Rows
) -> None:
    running = Running(rows)
    running.plan("offert", role="saljare")
    running.task(role="ekonomi")
    running.done(role="inkop")
    running.task(role="kvalitet", state="cancelled")
    for role in ("saljare", "ekonomi", "inkop", "kvalitet"):
        assert sees(connection, rows, running.case, role)
    assert not sees(connection, rows, running.case, "personal")
    assert not sees(connection, rows, running.case)


def test_managers_and_the_system_see_every_case(connection: Connection, rows: Rows) -> None:
    case = Running(rows).case
    assert sees(connection, rows, case, rights=["manager"])
    assert objects.case_object(connection, SYSTEM, case).visible
    assert not sees(connection, rows, case, rights=["administrator", "process_owner"])


def test_whoever_is_planned_for_has_or_has_done_a_task_sees_its_case(
    connection: Connection, rows: Rows
) -> None:
    people = [rows.person(f"Person {n}") for n in range(4)]
    planned, assigned, done, stranger = people
    running = Running(rows)
    running.plan("offert", person_id=planned.id)
    running.task(assignee_id=assigned.id)
    running.done(done)
    for person in (planned, assigned, done):
        assert objects.case_object(connection, person, running.case).visible
    assert not objects.case_object(connection, stranger, running.case).visible


def test_work_that_asks_for_no_role_is_everybodys(connection: Connection, rows: Rows) -> None:
    running = Running(rows)
    running.task(role=None)
    assert sees(connection, rows, running.case)


def test_a_task_is_loaded_with_its_case_for_the_rules(connection: Connection, rows: Rows) -> None:
    keeper = rows.person("Kerstin", "kundansvarig")
    seller = rows.person("Sara", "saljare")
    running = Running(
        rows, people={"kundansvarig": keeper.id}, lead_role="kundansvarig", state="incident"
    )
    task_id = running.task(assignee_id=seller.id, revision=7)
    thing = objects.task_object(connection, seller, task_id)
    assert (thing.role, thing.assignee_id, thing.revision) == ("saljare", seller.id, 7)
    assert thing.case.account_manager_id == keeper.id
    assert thing.case.running
    authorize(seller, TASK_COMPLETE, thing)
    with pytest.raises(NotFound):
        authorize(keeper, TASK_VIEW, objects.task_object(connection, keeper, task_id))
    running.plan("kundkontakt", role="kundansvarig")
    with pytest.raises(NotAllowed):
        authorize(keeper, TASK_COMPLETE, objects.task_object(connection, keeper, task_id))


def test_things_in_a_case_lead_to_it(connection: Connection, rows: Rows) -> None:
    seller = rows.person("Sara", "saljare")
    running = Running(rows, number="2026-0042")
    task_id = running.task()
    file_id = rows.attachment(task_id, "avtal", seller)
    incident_id = rows.incident(running.case, running.instance)
    assert objects.case_by_key(connection, seller, "2026-0042").id == running.case
    assert objects.case_by_key(connection, seller, running.case).id == running.case
    assert objects.case_of_instance(connection, seller, running.instance).id == running.case
    assert objects.task_of_attachment(connection, seller, file_id).id == task_id
    assert objects.incident_object(connection, seller, incident_id).case.id == running.case
    assert objects.person_object(connection, seller.id).id == seller.id


@pytest.mark.parametrize(
    "load",
    [
        objects.case_object,
        objects.case_by_key,
        objects.case_of_instance,
        objects.task_object,
        objects.task_of_attachment,
        objects.incident_object,
    ],
)
def test_what_does_not_exist_is_not_found(connection: Connection, rows: Rows, load: object) -> None:
    with pytest.raises(NotFound):
        load(connection, SYSTEM, "nothing")  # type: ignore[operator]
    with pytest.raises(NotFound):
        objects.person_object(connection, "nobody")


def test_asking_for_a_task_is_one_statement(connection: Connection, rows: Rows) -> None:
    seller = rows.person("Sara", "saljare")
    task_id = Running(rows).task()
    with watched(connection) as sent:
        assert may(seller, TASK_VIEW, objects.task_object(connection, seller, task_id))
    assert len(sent) == 1
