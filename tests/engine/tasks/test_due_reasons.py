"""Why this date: asked of every due date, and answered with the days and the people behind it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine import FakeClock
from engine.errors import NotFound
from tests.support.desk import REPORT, TICKED, Desk
from tests.support.diagrams import chain, diagram, end, field, start, task


def opened(desk: Desk, **due: str) -> str:
    """A task whose date follows the rule ``due``; its id."""
    rule = "".join(f' {name}="{value}"' for name, value in due.items())
    act = task("act", due="P1D", form=field("slut", "date"))
    act = act.replace('<sp:due after="P1D" calendar="calendar"/>', f"<sp:due{rule}/>")
    parts = (start(), act, end())
    desk.deploy(diagram("acting", *parts, chain("start", "act", "end")))
    return desk.task(desk.case("acting", variables={"slut": "2026-06-30"}))


def test_working_days_name_the_days_that_do_not_count(bare_desk: Desk, clock: FakeClock) -> None:
    clock.set(datetime(2026, 6, 17, 8, 0, tzinfo=UTC))
    task_id = opened(bare_desk, after="P3D", calendar="working")
    reason = bare_desk.engine.tasks.explain_due(bare_desk.manager.actor, task_id)
    assert (reason.source, reason.due) == ("rule", date(2026, 6, 23))
    assert reason.opened == date(2026, 6, 17)
    assert [(off.day.day, off.sv, off.en) for off in reason.skipped] == [
        (19, "Midsommarafton", "Midsummer Eve"),
        (20, "Midsommardagen", "Midsummer Day"),
        (21, "söndag", "Sunday"),
    ]
    assert reason.zone == "Europe/Stockholm"


def test_a_rule_that_counts_from_a_variable_says_its_date(bare_desk: Desk) -> None:
    task_id = opened(bare_desk, before="P1M", of="slut")
    reason = bare_desk.engine.tasks.explain_due(bare_desk.manager.actor, task_id)
    assert (reason.due, reason.reference) == (date(2026, 5, 30), date(2026, 6, 30))
    assert reason.rule == {"before": "P1M", "of": "slut", "calendar": "calendar"}


def test_a_variable_that_is_not_known_is_said_by_its_absence(bare_desk: Desk) -> None:
    task_id = opened(bare_desk, after="P1D", of="okand")
    reason = bare_desk.engine.tasks.explain_due(bare_desk.manager.actor, task_id)
    assert (reason.reference, reason.opened) == (None, date(2026, 3, 2))
    assert reason.due == date(2026, 3, 3)


def test_a_variable_that_has_changed_since_does_not_change_the_past(bare_desk: Desk) -> None:
    desk = bare_desk
    task_id = opened(desk, before="P1M", of="slut")
    [instance] = desk.engine.cases.get(
        desk.manager.actor, desk.engine.tasks.get(desk.manager.actor, task_id).row.case_id
    ).instances
    owner = desk.people["process_owner"].actor
    desk.engine.instances.correct_variables(
        owner, instance.id, {"slut": "2026-09-30"}, key=desk.key()
    )
    reason = desk.engine.tasks.explain_due(desk.manager.actor, task_id)
    assert (reason.source, reason.due) == ("changed", date(2026, 5, 30))
    assert reason.by_rule == date(2026, 8, 30)


def test_a_task_without_a_rule_has_no_date_and_says_so(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(diagram("acting", start(), task("act"), end(), chain("start", "act", "end")))
    reason = desk.engine.tasks.explain_due(desk.manager.actor, desk.task(desk.case("acting")))
    assert (reason.source, reason.due, reason.rule) == ("none", None, None)


def test_every_row_of_the_plan_can_be_asked(desk: Desk, clock: FakeClock) -> None:
    case_id = desk.case(start_date=date(2026, 9, 1))
    actor = desk.manager.actor
    reasons = desk.engine.cases.explain_plan(actor, case_id)
    rows = [row.plan for s in desk.engine.cases.get(actor, case_id).sheets for row in s.rows]
    assert {r.id for r in rows} == set(reasons)
    assert {r.id: r.due for r in rows} == {id: reason.due for id, reason in reasons.items()}
    assert {reasons[r.id].source for r in rows if r.due} == {"rule"}
    assert any(reason.skipped for reason in reasons.values())
    assert desk.engine.tasks.explain_due(actor, rows[3].id) == reasons[rows[3].id]


def test_a_date_that_somebody_chose_says_who_and_when(desk: Desk, clock: FakeClock) -> None:
    case_id = desk.case(start_date=date(2026, 9, 1))
    actor = desk.manager.actor
    rows = [row.plan for s in desk.engine.cases.get(actor, case_id).sheets for row in s.rows]
    chosen = rows[1]
    assert chosen.due is not None
    new = chosen.due + timedelta(days=9)
    desk.engine.cases.set_plan(actor, case_id, [{"id": chosen.id, "due": new}], key=desk.key())
    reason = desk.engine.tasks.explain_due(actor, chosen.id)
    assert (reason.source, reason.due, reason.by_rule) == ("decided", new, chosen.due)
    assert (reason.decided_by, reason.decided_at) == (desk.manager.name, clock.now())
    desk.complete(desk.seller, desk.task(case_id), REPORT, TICKED)
    task_id = desk.task(case_id, chosen.name)
    assert desk.engine.tasks.explain_due(actor, task_id).source == "decided"


def test_what_is_not_there_has_no_reason(bare_desk: Desk) -> None:
    with pytest.raises(NotFound):
        bare_desk.engine.tasks.explain_due(bare_desk.manager.actor, "nothing")
