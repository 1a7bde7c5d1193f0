"""The plan ahead: every coming activity has a person and a date before any token has reached it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine import CaseDetail, Engine, FakeClock, Invalid, PlanRow
from tests.support.ground import Keys
from tests.support.people import People

CONTRACT_STARTS = date(2026, 9, 1)


@pytest.fixture
def case(engine: Engine, people: People, key: Keys) -> CaseDetail:
    """A new case whose account manager and purchaser are chosen."""
    seller = people["saljare"].actor
    customer = engine.customers.add(seller, "Åsö Arkitekter AB", "559999-0123", key=key())
    chosen = {"kundansvarig": "kundansvarig", "inkop": "inkop"}
    started = engine.cases.start(
        seller, customer_id=customer.id, start_date=CONTRACT_STARTS, people=chosen, key=key()
    )
    assert started.id is not None
    return engine.cases.get(people["manager"].actor, started.id)


def plan(case: CaseDetail) -> dict[str, PlanRow]:
    return {row.plan.element_id: row.plan for sheet in case.sheets for row in sheet.rows}


def test_all_38_activities_are_planned_when_a_case_starts(case: CaseDetail) -> None:
    assert len([row for sheet in case.sheets for row in sheet.rows]) == 38
    states = {row.plan.state for sheet in case.sheets for row in sheet.rows}
    assert states == {"open", "ahead"}


def test_a_chosen_person_is_planned_for_every_activity_of_the_role(case: CaseDetail) -> None:
    rows = plan(case).values()
    planned = {row.role: row.person.username if row.person else None for row in rows}
    assert (planned["kundansvarig"], planned["inkop"]) == ("kundansvarig", "inkop")
    assert planned["ekonomi"] is None


def test_dates_before_the_contract_are_counted_in_working_days_from_its_start(
    case: CaseDetail,
) -> None:
    # Five working days before Tuesday 1 September is Tuesday 25 August.
    assert plan(case)["checklista"].due == date(2026, 8, 25)


def test_the_preview_shows_the_plan_that_the_case_then_gets(
    engine: Engine, people: People, case: CaseDetail
) -> None:
    rows = engine.cases.preview_plan(people["saljare"].actor, start_date=CONTRACT_STARTS)
    assert {r.element_id: r.due for r in rows} == {k: r.due for k, r in plan(case).items()}


def test_a_task_takes_over_its_rows_person_and_date_when_it_opens(
    engine: Engine, people: People, case: CaseDetail, key: Keys
) -> None:
    manager, seller = people["manager"].actor, people["saljare"]
    row = plan(case)["inventering"]
    due = date(2026, 4, 30)
    change = [{"id": row.id, "person": "ledningsgrupp", "due": due}]
    engine.cases.set_plan(manager, case.row.id, change, key=key())
    (task,) = engine.tasks.search(seller.actor, show="all").items
    detail = engine.tasks.get(seller.actor, task.id)
    engine.tasks.complete(
        seller.actor,
        task.id,
        answers={"marknadsrapport": "Kort."},
        ticks={point.id: True for point in detail.checklist},
        password=seller.password,
        key=key(),
    )
    (opened,) = engine.tasks.search(manager, show="all").items
    assert opened.element_id == "inventering"
    assert opened.assignee is not None
    assert (opened.assignee.username, opened.due) == ("ledningsgrupp", due)


def test_an_open_task_follows_its_row(
    engine: Engine, people: People, case: CaseDetail, clock: FakeClock, key: Keys
) -> None:
    manager = people["manager"].actor
    row = plan(case)["marknadsanalys"]
    later = (clock.now() + timedelta(days=90)).date()
    change = [{"id": row.id, "person": None, "due": later.isoformat()}]
    engine.cases.set_plan(manager, case.row.id, change, key=key())
    (task,) = engine.tasks.search(manager, show="all").items
    assert (task.due, task.assignee) == (later, None)


def test_a_wrong_plan_says_every_row_that_is_wrong_and_changes_none(
    engine: Engine, people: People, case: CaseDetail, key: Keys
) -> None:
    manager = people["manager"].actor
    before = plan(case)
    changes = [
        {"id": before["offert"].id, "person": "saljare"},
        {"id": before["analys"].id, "due": "2026-02-30"},
        {"id": before["accept"].id, "person": "ingen"},
    ]
    with pytest.raises(Invalid) as refused:
        engine.cases.set_plan(manager, case.row.id, changes, key=key())
    assert {p.code for p in refused.value.problems} == {"date_malformed", "unknown_person"}
    assert plan(engine.cases.get(manager, case.row.id)) == before
