"""Time: what fires when, once, and on the wall clock of Stockholm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engine import FakeClock
from engine.store.tables import TimerTable
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import (
    boundary,
    catch,
    chain,
    diagram,
    end,
    field,
    message,
    start,
    task,
)
from tests.support.ground import START


def beside(timer: str, *, interrupting: bool = False) -> tuple[str, ...]:
    """Work with a timer on it that opens "Remind"."""
    return (
        start(),
        task("work", form=field("when")),
        end(),
        chain("start", "work", "end"),
        boundary("late", "work", timer=timer, interrupting=interrupting),
        task("remind"),
        end("end2"),
        chain("late", "remind", "end2"),
    )


def waiting(timer: str) -> tuple[str, ...]:
    flows = chain("start", "wait", "act", "end")
    return (start(), catch("wait", timer=timer), task("act"), end(), flows)


def due(desk: Desk) -> list[datetime]:
    with database_of(desk.engine).reading() as connection:
        return list(connection.scalars(select(TimerTable.due_at).order_by(TimerTable.due_at)))


def test_a_cycle_of_three_fires_three_times_on_the_second(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(diagram("cycle", *beside("R3/PT10S")))
    case_id = desk.case("cycle")
    counts = []
    for _ in range(5):
        clock.advance(timedelta(seconds=9))
        early = desk.engine.jobs.fire_due()
        clock.advance(timedelta(seconds=1))
        counts.append((early, desk.engine.jobs.fire_due()))
    assert counts == [(0, 1), (0, 1), (0, 1), (0, 0), (0, 0)]
    assert desk.names(case_id) == ["Remind"] * 3 + ["Work"]
    fired = desk.engine.history.search(
        desk.manager.actor, case_id=case_id, type="timer.fired"
    ).items
    assert [e.actor_id for e in fired] == ["system"] * 3
    assert fired[0].detail["due"] == (START + timedelta(seconds=30)).isoformat()


def test_after_a_day_down_a_cycle_catches_up_once_and_keeps_its_grid(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(diagram("cycle", *beside("R/PT1M")))
    case_id = desk.case("cycle")
    clock.advance(timedelta(days=1, seconds=30))
    assert desk.engine.jobs.fire_due() == 1
    assert desk.names(case_id) == ["Remind", "Work"]
    assert due(desk) == [START + timedelta(days=1, minutes=1)]


def test_the_clock_may_be_set_back_and_nothing_fires_twice(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(diagram("cycle", *beside("R/PT1H")))
    case_id = desk.case("cycle")
    clock.advance(timedelta(hours=1))
    assert desk.engine.jobs.fire_due() == 1
    clock.advance(timedelta(hours=-1))
    assert desk.engine.jobs.fire_due() == 0
    clock.advance(timedelta(hours=1))
    assert desk.engine.jobs.fire_due() == 0
    assert desk.names(case_id) == ["Remind", "Work"]
    assert desk.engine.history.verify(desk.manager.actor).ok


@pytest.mark.parametrize(
    ("begins", "changes"),
    [
        (datetime(2027, 3, 26, 16, 0, tzinfo=UTC), [16, 15, 15]),
        (datetime(2027, 10, 29, 15, 0, tzinfo=UTC), [15, 16, 16]),
    ],
)
def test_five_in_the_afternoon_stays_so_when_the_clocks_change(
    bare_desk: Desk, clock: FakeClock, begins: datetime, changes: list[int]
) -> None:
    desk = bare_desk
    desk.deploy(diagram("daily", *beside(f"R/{begins.date()}T17:00:00/P1D")))
    clock.set(begins + timedelta(minutes=1))
    desk.case("daily")
    hours = []
    for _ in changes:
        [moment] = due(desk)
        hours.append(moment.hour)
        clock.set(moment)
        assert desk.engine.jobs.fire_due() == 1
    assert hours == changes


@pytest.mark.parametrize(
    ("timer", "expected"),
    [
        ("PT2H", START + timedelta(hours=2)),
        ('= duration("P1D")', START + timedelta(days=1)),
        ('= duration("P1M")', datetime(2026, 4, 2, 7, 0, tzinfo=UTC)),
        ("date:2026-05-01", datetime(2026, 4, 30, 22, 0, tzinfo=UTC)),
        ("date:2026-05-01T12:00:00Z", datetime(2026, 5, 1, 12, 0, tzinfo=UTC)),
        ('date:= date("2026-05-01") + duration("P1D")', datetime(2026, 5, 1, 22, 0, tzinfo=UTC)),
        ('date:= date and time("2026-05-01T09:00:00")', datetime(2026, 5, 1, 7, 0, tzinfo=UTC)),
    ],
)
def test_a_timer_is_a_duration_or_a_moment_as_text_or_as_feel(
    bare_desk: Desk, clock: FakeClock, timer: str, expected: datetime
) -> None:
    desk = bare_desk
    desk.deploy(diagram("waiting", *waiting(timer)))
    case_id = desk.case("waiting")
    assert due(desk) == [expected]
    clock.set(expected - timedelta(seconds=1))
    assert desk.engine.jobs.fire_due() == 0
    clock.set(expected)
    assert desk.engine.jobs.fire_due() == 1
    assert desk.names(case_id) == ["Act"]


def test_a_month_after_the_31st_of_january_is_the_end_of_february(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(diagram("waiting", *waiting("P1M")))
    clock.set(datetime(2027, 1, 31, 11, 0, tzinfo=UTC))
    desk.case("waiting")
    assert due(desk) == [datetime(2027, 2, 28, 11, 0, tzinfo=UTC)]


def test_a_timer_goes_with_what_it_stands_on(bare_desk: Desk, clock: FakeClock) -> None:
    desk = bare_desk
    desk.deploy(diagram("cycle", *beside("P1D")))
    done, cancelled = desk.case("cycle"), desk.case("cycle")
    desk.complete(desk.manager, desk.task(done))
    desk.engine.cases.cancel(desk.manager.actor, cancelled, "Slut", key=desk.key())
    assert due(desk) == []
    clock.advance(timedelta(days=2))
    assert desk.engine.jobs.fire_due() == 0


def test_an_interrupting_timer_takes_the_task_away(bare_desk: Desk, clock: FakeClock) -> None:
    desk = bare_desk
    desk.deploy(diagram("limit", *beside("P1D", interrupting=True)))
    case_id = desk.case("limit")
    clock.advance(timedelta(days=1))
    desk.engine.jobs.fire_due()
    assert desk.names(case_id) == ["Remind"]
    facts = desk.facts(case_id)
    assert facts.index("timer.fired") < facts.index("task.cancelled")


def test_a_limit_on_one_round_leaves_the_rest_for_the_next(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(diagram("waiting", *waiting("P1D")))
    cases = [desk.case("waiting") for _ in range(5)]
    clock.advance(timedelta(days=1))
    assert [desk.engine.jobs.fire_due(most=2) for _ in range(4)] == [2, 2, 1, 0]
    assert all(desk.names(c) == ["Act"] for c in cases)


def test_the_first_of_a_message_and_a_timer_takes_the_others_place(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    steps = (
        start(),
        '<bpmn:eventBasedGateway id="either"/>',
        catch("paid", message="Paid"),
        catch("late", timer="P1D"),
        task("thank"),
        task("remind"),
        end(),
        end("end2"),
        chain("start", "either", "paid", "thank", "end"),
        chain("either", "late", "remind", "end2"),
    )
    desk.deploy(diagram("payment", *steps, messages=[message("Paid", roles="ekonomi")]))
    paid, late = desk.case("payment"), desk.case("payment")
    desk.engine.cases.deliver(desk.people["manager"].actor, "Paid", paid, key=desk.key())
    clock.advance(timedelta(days=1))
    assert desk.engine.jobs.fire_due() == 1
    assert (desk.names(paid), desk.names(late)) == (["Thank"], ["Remind"])


def test_a_bounded_cycle_with_a_start_fires_as_often_as_is_left(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    begun = START - timedelta(days=40)
    desk.deploy(diagram("cycle", *beside(f"cycle:R4/{begun.date().isoformat()}T08:00:00/P15D")))
    case_id = desk.case("cycle")
    assert len(due(desk)) == 1
    for _ in range(5):
        clock.advance(timedelta(days=15))
        desk.engine.jobs.fire_due()
    assert desk.names(case_id) == ["Remind", "Work"]
    assert due(desk) == []


def test_a_cycle_whose_times_are_over_is_nobodys_beside_work_and_an_incident_on_the_way(
    bare_desk: Desk,
) -> None:
    desk = bare_desk
    over = f"cycle:R2/{START.year - 1}-01-15T08:00:00/P1M"
    desk.deploy(diagram("cycle", *beside(over)), diagram("way", *waiting(over)))
    case_id, stopped = desk.case("cycle"), desk.case("way")
    assert (desk.names(case_id), desk.incidents(case_id)) == (["Work"], [])
    assert "have passed" in desk.incidents(stopped)[0].message
    desk.complete(desk.manager, desk.task(case_id))
    assert "instance.completed" in desk.facts(case_id)


@pytest.mark.parametrize(
    ("timer", "last"),
    [
        ('date:= date and time(when, time("23:00:00"))', datetime(9999, 12, 31, 22, tzinfo=UTC)),
        ("date:= when", datetime(9999, 12, 30, 23, tzinfo=UTC)),
        ("date:9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("cycle:R3/9999-12-31T20:00:00Z/P1D", datetime(9999, 12, 31, 20, tzinfo=UTC)),
    ],
)
def test_a_timer_waits_until_the_end_of_the_calendar(
    bare_desk: Desk, clock: FakeClock, timer: str, last: datetime
) -> None:
    desk = bare_desk
    asks = (start(), task("ask", form=field("when", "date")), catch("wait", timer=timer))
    desk.deploy(
        diagram("far", *asks, task("act"), end(), chain("start", "ask", "wait", "act", "end"))
    )
    case_id = desk.case("far")
    desk.complete(desk.manager, desk.task(case_id), {"when": "9999-12-31"})
    assert (due(desk), desk.incidents(case_id)) == ([last], [])
    clock.set(datetime(9999, 12, 30, tzinfo=UTC))
    assert desk.engine.jobs.fire_due() == 0
