"""The plan of a case: who and when, decided before the work opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from engine import Actor, FakeClock, PlanRow, TaskRow
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.support.desk import REPORT, TICKED, Desk, problems
from tests.support.diagrams import chain, diagram, end, field, start, task
from tests.support.people import Account
from tests.support.walk import CONTRACT_STARTS, start_walk

MIDSUMMER = date(2026, 6, 22)
"""A date that no rule gives."""


def all_rows(desk: Desk, case_id: str) -> list[PlanRow]:
    sheets = desk.engine.cases.get(desk.manager.actor, case_id).sheets
    return [row.plan for sheet in sheets for row in sheet.rows]


def plan(desk: Desk, case_id: str) -> dict[str, PlanRow]:
    """The rows of the case's plan by name."""
    # One name is on two sheets: its first row is the one that is meant here.
    return {row.name: row for row in reversed(all_rows(desk, case_id))}


def edit(desk: Desk, case_id: str, name: str, **change: Any) -> None:
    row: Mapping[str, Any] = {"id": plan(desk, case_id)[name].id, **change}
    desk.engine.cases.set_plan(desk.manager.actor, case_id, [row], key=desk.key())


def open_row(desk: Desk, case_id: str, name: str) -> TaskRow:
    return next(r for r in desk.open_tasks(case_id) if r.name == name)


def second_seller(desk: Desk, **more: Any) -> Account:
    administrator, password = desk.people["administrator"].actor, "fyra gröna moroten"
    receipt = desk.engine.people.add(
        administrator, "bo", "Bo Berg", roles=["saljare"], password=password, key=desk.key()
    )
    return Account(Actor(receipt.id or "", "Bo Berg", frozenset({"saljare"})), "bo", password)


def test_a_new_case_has_a_row_for_every_activity_of_the_plan(desk: Desk) -> None:
    case_id = desk.case(start_date=CONTRACT_STARTS, people={"saljare": "saljare"})
    rows = all_rows(desk, case_id)
    assert len(rows) == 38
    assert {r.name for r in rows if r.state == "open"} == {"Marknadsanalys"}
    assert {r.state for r in rows} == {"open", "ahead"}
    assert {r.person.username for r in rows if r.person} == {"saljare"}
    assert all(r.due is None or r.due >= date(2026, 3, 2) for r in rows)


def test_the_plan_that_is_shown_before_the_start_is_the_plan_that_the_case_gets(
    desk: Desk,
) -> None:
    given: dict[str, Any] = {"start_date": CONTRACT_STARTS, "people": {"ekonomi": "ekonomi"}}
    shown = desk.engine.cases.preview_plan(desk.manager.actor, **given)
    rows = all_rows(desk, desk.case(**given))
    assert {(r.name, r.due, r.person and r.person.id) for r in shown} == {
        (r.name, r.due, r.person and r.person.id) for r in rows
    }


def test_a_task_takes_over_what_was_planned_for_it(desk: Desk) -> None:
    case_id = desk.case()
    edit(desk, case_id, "Inventering", person="ledningsgrupp", due=MIDSUMMER)
    edit(desk, case_id, "Kundbank", due="2026-06-23")
    desk.complete(desk.seller, desk.task(case_id), REPORT, TICKED)
    row = open_row(desk, case_id, "Inventering")
    assert row.assignee is not None
    assert (row.assignee.username, row.due) == ("ledningsgrupp", MIDSUMMER)
    management = desk.people["ledningsgrupp"]
    desk.complete_all_points(management, row.id, foretag_att_kontakta="Alla")
    following = open_row(desk, case_id, "Kundbank")
    assert (following.assignee, following.due) == (None, date(2026, 6, 23))


def test_the_date_that_a_rule_gives_counts_from_when_the_task_opens(
    desk: Desk, clock: FakeClock
) -> None:
    case_id = desk.case()
    forecast = plan(desk, case_id)["Inventering"].due
    clock.set(clock.now().replace(month=5))
    desk.complete(desk.seller, desk.task(case_id), REPORT, TICKED)
    opened = open_row(desk, case_id, "Inventering").due
    assert forecast is not None
    assert opened == date(2026, 5, 8)
    assert forecast < opened


def test_open_tasks_follow_the_plan(desk: Desk) -> None:
    case_id = desk.case()
    edit(desk, case_id, "Marknadsanalys", person="saljare", due=MIDSUMMER)
    row = open_row(desk, case_id, "Marknadsanalys")
    assert row.assignee is not None
    assert (row.assignee.username, row.due) == ("saljare", MIDSUMMER)
    edit(desk, case_id, "Marknadsanalys", person=None)
    row = open_row(desk, case_id, "Marknadsanalys")
    assert (row.assignee, row.due) == (None, MIDSUMMER)


def test_a_new_date_does_not_take_the_work_from_whoever_has_it(desk: Desk) -> None:
    case_id = desk.case()
    task_id = desk.task(case_id)
    desk.engine.tasks.claim(desk.seller.actor, task_id, key=desk.key())
    edit(desk, case_id, "Marknadsanalys", due=MIDSUMMER)
    row = open_row(desk, case_id, "Marknadsanalys")
    assert row.assignee is not None
    assert (row.assignee.username, row.due) == ("saljare", MIDSUMMER)
    assert desk.engine.tasks.get(desk.seller.actor, task_id).can >= {"complete", "release"}


def test_everything_that_is_wrong_with_a_plan_is_told_and_nothing_is_changed(desk: Desk) -> None:
    case_id = desk.case()
    before = plan(desk, case_id)
    offer, bank, analysis = (before[n].id for n in ("Offert", "Kundbank", "Analys"))
    rows = [
        {"id": before["Accept"].id, "due": "2026-09-09"},
        {"id": offer, "person": "ekonomi"},
        {"id": bank, "person": "ingen"},
        {"id": analysis, "due": "snart"},
        {"id": "okänd", "due": None},
        {"id": before["Inventering"].id, "role": "saljare"},
    ]
    with pytest.raises(Invalid) as caught:
        desk.engine.cases.set_plan(desk.manager.actor, case_id, rows, key=desk.key())
    assert problems(caught.value) == {
        ("not_in_role", f"plan.{offer}"),
        ("unknown_person", f"plan.{bank}"),
        ("date_malformed", f"plan.{analysis}"),
        ("unknown_row", "plan.okänd"),
        ("undeclared_field", f"plan.{before['Inventering'].id}"),
    }
    assert plan(desk, case_id) == before


def test_the_plan_is_the_managers_and_the_account_managers(desk: Desk) -> None:
    case_id = desk.case(people={"kundansvarig": "kundansvarig"})
    row = {"id": plan(desk, case_id)["Offert"].id, "due": "2026-06-22"}
    with pytest.raises(NotAllowed):
        desk.engine.cases.set_plan(desk.people["ekonomi"].actor, case_id, [row], key=desk.key())
    stranger = Actor("stranger", "Ingen")
    with pytest.raises(NotFound):
        desk.engine.cases.set_plan(stranger, case_id, [row], key=desk.key())
    desk.engine.cases.set_plan(desk.people["kundansvarig"].actor, case_id, [row], key=desk.key())
    assert plan(desk, case_id)["Offert"].due == MIDSUMMER
    desk.engine.cases.cancel(desk.manager.actor, case_id, "Slut", key=desk.key())
    with pytest.raises((Conflict, NotAllowed)):
        desk.engine.cases.set_plan(desk.manager.actor, case_id, [row], key=desk.key())


def test_work_planned_for_who_has_left_is_offered_to_the_role(desk: Desk) -> None:
    bo = second_seller(desk)
    case_id = desk.case(people={"saljare": "bo"})
    row = open_row(desk, case_id, "Marknadsanalys")
    assert row.assignee is not None
    desk.complete(bo, row.id, REPORT, TICKED)
    administrator = desk.people["administrator"].actor
    desk.engine.people.change(administrator, "bo", active=False, key=desk.key())
    management = desk.people["ledningsgrupp"]
    desk.complete_all_points(management, desk.task(case_id), foretag_att_kontakta="Alla")
    assert open_row(desk, case_id, "Kundbank").assignee is None
    edit(desk, case_id, "Kundbank", due=MIDSUMMER)
    assert open_row(desk, case_id, "Kundbank").assignee is None
    desk.complete_all_points(desk.seller, desk.task(case_id))


# ---------------------------------------------------------------- Upprätta tidplan


@pytest.fixture
def planning(desk: Desk, clock: FakeClock) -> tuple[str, str]:
    """A case that has come to Upprätta tidplan, and that task."""
    walk = start_walk(desk.engine, clock, desk.people, desk.key)
    walk.prepare()
    walk.do("Utse kundansvarig")
    return walk.case_id, desk.task(walk.case_id, "Upprätta tidplan")


def test_upratta_tidplan_edits_all_coming_activities_at_once(
    desk: Desk, planning: tuple[str, str]
) -> None:
    case_id, task_id = planning
    who = desk.people[open_row(desk, case_id, "Upprätta tidplan").role or ""]
    shown = desk.engine.tasks.get(who.actor, task_id).plan
    ahead = [r for r in plan(desk, case_id).values() if r.state == "ahead"]
    assert {r.id for r in shown} >= {r.id for r in ahead}
    rows = [{"id": r.id, "person": r.role, "due": "2026-12-01"} for r in ahead]
    receipt = desk.complete_all_points(who, task_id, tidplan=rows)
    changed = plan(desk, case_id)
    assert {changed[r.name].due for r in ahead} == {date(2026, 12, 1)}
    assert receipt.result["signature"]
    entries = desk.engine.history.search(
        desk.manager.actor, case_id=case_id, type="plan.changed"
    ).items
    assert len(entries) == 1
    assert len(entries[0].detail["rows"]) == len(ahead)


def test_the_plan_may_change_the_very_task_that_it_is_made_in(
    desk: Desk, planning: tuple[str, str]
) -> None:
    case_id, task_id = planning
    who = desk.people[open_row(desk, case_id, "Upprätta tidplan").role or ""]
    rows = [{"id": plan(desk, case_id)["Upprätta tidplan"].id, "due": MIDSUMMER}]
    desk.complete_all_points(who, task_id, tidplan=rows)
    assert plan(desk, case_id)["Upprätta tidplan"].due == MIDSUMMER


def test_a_wrong_row_of_the_plan_is_told_beside_all_else_that_is_missing(
    desk: Desk, planning: tuple[str, str]
) -> None:
    case_id, task_id = planning
    who = desk.people[open_row(desk, case_id, "Upprätta tidplan").role or ""]
    rows = plan(desk, case_id)
    wrong = [
        {"id": rows["Leveranser"].id, "person": "saljare", "due": "snart"},
        {"id": rows["Kvalitet"].id, "person": "saljare"},
        {"id": "okänd", "due": None},
    ]
    with pytest.raises(Invalid) as caught:
        desk.complete(who, task_id, {"tidplan": wrong, "fritt": "x"}, {}, password=None)
    assert {
        ("date_malformed", f"plan.{rows['Leveranser'].id}"),
        ("not_in_role", f"plan.{rows['Kvalitet'].id}"),
        ("unknown_row", "plan.okänd"),
        ("undeclared_field", "fritt"),
        ("unticked", "checklist.koppla_ihop"),
        ("password_required", "password"),
    } <= problems(caught.value)


def test_a_draft_of_the_plan_changes_nothing_yet(desk: Desk, planning: tuple[str, str]) -> None:
    case_id, task_id = planning
    who = desk.people[open_row(desk, case_id, "Upprätta tidplan").role or ""]
    before = plan(desk, case_id)
    rows = [{"id": before["Kvalitet"].id, "person": "kvalitet", "due": "i höst"}]
    desk.engine.tasks.save_draft(
        who.actor, task_id, answers={"tidplan": rows}, ticks={}, key=desk.key()
    )
    assert plan(desk, case_id) == before
    detail = desk.engine.tasks.get(who.actor, task_id)
    row = before["Kvalitet"]
    assert row.person is not None
    assert row.person.username == "kvalitet"  # so the draft changes the date alone
    assert detail.values["tidplan"] == [{"id": row.id, "due": "i höst"}]
    assert detail.plan_was == {row.id: {"due": row.due and row.due.isoformat()}}


@pytest.mark.parametrize(
    ("moving", "due"),
    [("2026-06-01", date(2026, 6, 11)), ("nonsense", date(2026, 3, 12)), (None, date(2026, 3, 12))],
)
def test_the_plan_before_the_start_counts_with_the_answers_that_can_be_read(
    bare_desk: Desk, moving: str | None, due: date
) -> None:
    desk = bare_desk
    rule = '<sp:due after="P10D" of="moving" calendar="calendar"/>'
    pack = task("pack").replace("<bpmn:extensionElements>", f"<bpmn:extensionElements>{rule}")
    parts = (start(form=field("moving", "date", required="true")), pack, end())
    said = '<sp:phase key="A" title="Flytt" order="1"/>'
    desk.deploy(diagram("move", *parts, chain("start", "pack", "end"), said=said))
    given = {} if moving is None else {"moving": moving}
    (row,) = desk.engine.cases.preview_plan(desk.manager.actor, process_id="move", variables=given)
    assert (row.name, row.due) == ("Pack", due)
