"""Customers and their cases: started, numbered, seen by the right people, and cancelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from engine import Actor, FakeClock
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.support.desk import REPORT, TICKED, Desk, a_customer, problems
from tests.support.diagrams import chain, diagram, end, start, task

STRANGER = Actor("stranger", "Ingen")


# ---------------------------------------------------------------- customers


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("Bok AB", "556016-0681", {("org_number_check_digit", "org_number")}),
        ("Bok AB", "55601", {("org_number_malformed", "org_number")}),
        (" ", "556016-0681", {("required", "name"), ("org_number_check_digit", "org_number")}),
        ("x" * 201, "556016-0680", {("too_long", "name")}),
    ],
)
def test_a_customer_that_cannot_be_is_refused(
    desk: Desk, name: str, number: str, expected: set[tuple[str, str]]
) -> None:
    with pytest.raises(Invalid) as caught:
        desk.engine.customers.add(desk.seller.actor, name, number, key=desk.key())
    assert problems(caught.value) == expected


def test_an_organisation_number_is_one_customers(desk: Desk) -> None:
    desk.engine.customers.add(desk.seller.actor, "Bok AB", "5560160680", key=desk.key())
    with pytest.raises(Invalid) as caught:
        desk.engine.customers.add(desk.seller.actor, "Papper AB", "556016-0680", key=desk.key())
    [problem] = caught.value.problems
    assert (problem.code, problem.params["name"]) == ("org_number_taken", "Bok AB")
    with pytest.raises(NotAllowed):
        desk.engine.customers.add(
            desk.people["ekonomi"].actor, "Papper AB", "556036-0793", key=desk.key()
        )


# ---------------------------------------------------------------- start


def test_cases_are_numbered_by_the_year_in_which_they_start(desk: Desk, clock: FakeClock) -> None:
    def number() -> str:
        receipt = desk.engine.cases.start(
            desk.seller.actor, customer_id=a_customer(desk.engine), key=desk.key()
        )
        return str(receipt.result["number"])

    assert [number(), number()] == ["2026-0001", "2026-0002"]
    clock.set(datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    assert number() == "2026-0003"
    clock.set(datetime(2026, 12, 31, 23, 0, tzinfo=UTC))
    assert [number(), number()] == ["2027-0001", "2027-0002"]


def test_everything_that_is_wrong_with_a_start_is_told(desk: Desk) -> None:
    people = {"saljare": "ekonomi", "chef": "saljare", "inkop": "ingen", "kvalitet": ""}
    with pytest.raises(Invalid) as caught:
        desk.engine.cases.start(desk.seller.actor, people=people, key=desk.key())
    assert problems(caught.value) == {
        ("not_in_role", "people.saljare"),
        ("unknown_role", "people.chef"),
        ("unknown_person", "people.inkop"),
        ("required", "customer_id"),
    }
    assert not desk.engine.cases.search(desk.manager.actor).items


def test_a_case_of_an_unknown_process_or_customer_is_not_started(desk: Desk) -> None:
    for given in ({"process_id": "fas_x"}, {"customer_id": "nobody"}):
        with pytest.raises(NotFound):
            desk.engine.cases.start(desk.manager.actor, **given, key=desk.key())


def test_not_everybody_starts_cases(desk: Desk) -> None:
    for role in ("ekonomi", "driftledare", "process_owner", "administrator"):
        with pytest.raises(NotAllowed):
            desk.engine.cases.start(desk.people[role].actor, key=desk.key())


@pytest.mark.parametrize("value", [{"@date": "soon"}, {"@number": "x"}, "\ud800"])
def test_a_start_variable_that_cannot_be_read_is_refused(desk: Desk, value: Any) -> None:
    with pytest.raises(Invalid):
        desk.engine.cases.start(desk.manager.actor, variables={"x": value}, key=desk.key())


def test_a_case_knows_its_number_its_customer_and_its_planned_start(desk: Desk) -> None:
    customer = desk.engine.customers.add(desk.seller.actor, "Bok AB", "5560160680", key=desk.key())
    start_date = datetime(2026, 9, 1, tzinfo=UTC).date()
    case_id = desk.case(customer_id=customer.id, start_date=start_date)
    case = desk.engine.cases.get(desk.manager.actor, case_id)
    assert case.row.customer is not None
    assert (case.row.customer.name, case.row.title) == ("Bok AB", "Bok AB")
    assert (case.variables["kund"], case.variables["arende"], case.variables["avtalsstart"]) == (
        "Bok AB",
        "2026-0001",
        "2026-09-01",
    )


# ---------------------------------------------------------------- who sees it


def test_a_stranger_learns_nothing_of_a_case(desk: Desk) -> None:
    engine, key, case_id = desk.engine, desk.key, desk.case()
    attempts: list[Callable[[], Any]] = [
        lambda: engine.cases.get(STRANGER, case_id),
        lambda: engine.instances.get(STRANGER, case_id),
        lambda: engine.instances.element_states(STRANGER, case_id),
        lambda: engine.history.verify(STRANGER, case_id),
        lambda: engine.cases.cancel(STRANGER, case_id, "Slut", key=key()),
        lambda: engine.cases.deliver(STRANGER, "Reklamation", case_id, {}, key=key()),
        lambda: engine.cases.deliver(STRANGER, "Reklamation", "2026-0001", {}, key=key()),
        lambda: engine.cases.set_plan(STRANGER, case_id, [], key=key()),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert not engine.cases.search(STRANGER, state="all").items
    assert not engine.history.search(STRANGER).items


def test_a_role_without_work_in_a_case_does_not_see_it(bare_desk: Desk) -> None:
    desk = bare_desk
    steps = (start(), task("act"), end(), chain("start", "act", "end"))
    desk.deploy(diagram("work", *steps, lanes={"ekonomi": ["act"]}))
    case_id = desk.case("work")
    assert desk.engine.cases.get(desk.people["ekonomi"].actor, case_id).row.id == case_id
    with pytest.raises(NotFound):
        desk.engine.cases.get(desk.people["inkop"].actor, case_id)
    assert not desk.engine.cases.search(desk.people["inkop"].actor).items


# ---------------------------------------------------------------- cancel


def test_a_case_is_cancelled_with_all_that_is_open_in_it_and_the_reason_is_kept(
    desk: Desk,
) -> None:
    case_id = desk.case()
    task_id = desk.task(case_id)
    desk.engine.cases.cancel(
        desk.manager.actor, case_id, "Kunden har gått i konkurs", key=desk.key()
    )
    case = desk.engine.cases.get(desk.manager.actor, case_id)
    assert case.row.state == "cancelled"
    assert {i.state for i in case.instances} == {"cancelled"}
    assert not desk.open_tasks(case_id)
    [entry] = desk.engine.history.search(desk.manager.actor, type="case.cancelled").items
    assert entry.detail["reason"] == "Kunden har gått i konkurs"
    with pytest.raises(Conflict) as caught:
        desk.complete(desk.seller, task_id, REPORT, TICKED)
    assert caught.value.error_code == "withdrawn"
    assert desk.engine.history.verify(desk.manager.actor).ok


def test_a_case_is_not_cancelled_without_a_reason_or_by_just_anyone(desk: Desk) -> None:
    case_id = desk.case()
    for reason, code in ((" ", "required"), ("x" * 2001, "too_long")):
        with pytest.raises(Invalid) as caught:
            desk.engine.cases.cancel(desk.manager.actor, case_id, reason, key=desk.key())
        assert problems(caught.value) == {(code, "reason")}
    for who in ("saljare", "kundansvarig", "process_owner"):
        with pytest.raises((NotAllowed, NotFound)):
            desk.engine.cases.cancel(desk.people[who].actor, case_id, "Slut", key=desk.key())
    assert desk.engine.cases.get(desk.manager.actor, case_id).row.state == "running"


def test_a_case_that_has_ended_is_not_cancelled_again_nor_told_anything(desk: Desk) -> None:
    case_id = desk.case()
    desk.engine.cases.cancel(desk.manager.actor, case_id, "Slut", key=desk.key())
    with pytest.raises(Conflict) as caught:
        desk.engine.cases.cancel(desk.manager.actor, case_id, "Slut igen", key=desk.key())
    assert caught.value.error_code == "case_ended"
    with pytest.raises(Conflict) as caught:
        desk.engine.cases.deliver(desk.manager.actor, "Reklamation", case_id, {}, key=desk.key())
    assert caught.value.error_code == "case_ended"


# ---------------------------------------------------------------- characters


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_characters_that_no_database_takes_are_an_error_of_the_input_or_left_out(
    desk: Desk, text: str
) -> None:
    engine, manager, key = desk.engine, desk.manager.actor, desk.key
    customer = a_customer(engine)
    case_id = desk.case()
    task_id = desk.task(case_id)
    writes: list[Callable[[], Any]] = [
        lambda: engine.cases.start(manager, title=text, customer_id=customer, key=key()),
        lambda: engine.cases.start(manager, variables={"x": text}, customer_id=customer, key=key()),
        lambda: engine.customers.add(manager, text, "556016-0680", key=key()),
        lambda: engine.tasks.save_draft(
            desk.seller.actor, task_id, answers={"marknadsrapport": text}, ticks={}, key=key()
        ),
        lambda: desk.complete(desk.seller, task_id, REPORT, TICKED, note=text),
        lambda: engine.cases.cancel(manager, case_id, text, key=key()),
        lambda: engine.tasks.search(manager, q=text),
        lambda: engine.cases.search(manager, q=text),
        lambda: engine.customers.search(manager, q=text),
        lambda: engine.customers.matching(manager, text),
        lambda: engine.customers.by_id(manager, [text]),
        lambda: engine.people.search(manager, q=text, role=text),
        lambda: engine.people.matching(manager, text, role=text),
        lambda: engine.people.named(manager, [text]),
        lambda: engine.people.by_id(manager, [text]),
        lambda: engine.people.choices(manager, [text], case_id=text),
        lambda: engine.people.holders(manager, [text]),
        lambda: engine.people.held(manager, [text]),
        lambda: engine.history.search(manager, q=text),
        lambda: engine.cases.get(manager, text),
        lambda: engine.tasks.get(manager, text),
        lambda: engine.sessions.sign_in(text, text),
    ]
    for write in writes:
        try:
            write()
        except (Invalid, NotFound, NotAllowed, Conflict):
            continue
    assert engine.history.verify(manager).ok
