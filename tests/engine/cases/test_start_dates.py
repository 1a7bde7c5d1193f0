"""Dates that cannot be kept are told before a case starts, with the first day on which they can."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine import FakeClock
from engine.errors import NotAllowed
from tests.support.desk import Desk, a_customer
from tests.support.diagrams import chain, diagram, end, start, task

SOON, LATER = date(2026, 3, 3), date(2026, 9, 1)


def test_a_plan_with_time_enough_has_no_conflicts(desk: Desk) -> None:
    check = desk.engine.cases.check_start(desk.seller.actor, start_date=LATER)
    assert (check.conflicts, check.earliest) == ((), None)


def test_what_would_be_due_before_it_can_begin_is_told_step_by_step(
    desk: Desk, clock: FakeClock
) -> None:
    check = desk.engine.cases.check_start(desk.seller.actor, start_date=SOON)
    told = {c.name: (c.due, c.opens) for c in check.conflicts}
    assert "Leveranser" in told
    assert "Marknadsanalys" not in told
    today = desk.engine.today()
    assert all(due < opens and opens >= today for due, opens in told.values())
    assert told["Material och lokaler"][0] < today


def test_the_first_day_that_fits_fits_and_the_day_before_does_not(desk: Desk) -> None:
    def check(day: date) -> object:
        return desk.engine.cases.check_start(desk.seller.actor, start_date=day)

    earliest = desk.engine.cases.check_start(desk.seller.actor, start_date=SOON).earliest
    assert earliest is not None
    assert SOON < earliest < LATER
    assert check(earliest).conflicts == ()  # type: ignore[attr-defined]
    assert check(earliest - timedelta(days=1)).conflicts  # type: ignore[attr-defined]


def test_a_case_may_be_started_all_the_same_and_its_receipt_says_it(desk: Desk) -> None:
    given = {"customer_id": a_customer(desk.engine), "key": desk.key()}
    soon = desk.engine.cases.start(desk.seller.actor, start_date=SOON, **given)
    check = desk.engine.cases.check_start(desk.seller.actor, start_date=SOON)
    assert soon.result["date_conflicts"] == len(check.conflicts)
    later = desk.engine.cases.start(
        desk.seller.actor, start_date=LATER, **{**given, "key": desk.key()}
    )
    assert "date_conflicts" not in later.result


@pytest.mark.parametrize(("on", "conflicts"), [("2026-02-27", 1), ("2026-03-02", 0)])
def test_a_fixed_date_that_has_been_has_no_day_that_helps(
    bare_desk: Desk, on: str, conflicts: int
) -> None:
    phase = '<sp:phase key="P" title="Prov" order="1"/>'
    act = task("act", due="P1D").replace('after="P1D" calendar="calendar"', f'on="{on}"')
    steps = (start(), act, end(), chain("start", "act", "end"))
    bare_desk.deploy(diagram("fixed", *steps, said=phase, lanes={"saljare": ["act"]}))
    check = bare_desk.engine.cases.check_start(bare_desk.manager.actor, process_id="fixed")
    assert (len(check.conflicts), check.earliest) == (conflicts, None)


def test_the_dates_of_what_stands_on_no_sheet_are_told_too(bare_desk: Desk) -> None:
    due = task("act", due="P10D").replace("after=", 'of="day" before=')
    said = '<sp:case customer="none" startDate="day"/><sp:starter role="saljare"/>'
    bare_desk.deploy(diagram("round", start(), due, end(), chain("start", "act", "end"), said=said))
    who, soon = bare_desk.seller.actor, date(2026, 3, 4)
    check = bare_desk.engine.cases.check_start(who, process_id="round", start_date=soon)
    (conflict,) = check.conflicts
    assert (conflict.phase, conflict.name, conflict.due) == ("", "Act", date(2026, 2, 22))
    assert check.earliest == bare_desk.engine.today() + timedelta(days=10)
    given = {"process_id": "round", "start_date": soon, "title": "x", "key": bare_desk.key()}
    started = bare_desk.engine.cases.start(who, **given)
    assert started.result["date_conflicts"] == 1


def test_only_who_may_start_the_process_is_told(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.engine.cases.check_start(desk.people["ekonomi"].actor, start_date=SOON)
