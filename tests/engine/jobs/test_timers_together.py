"""Timers that are due at once fire together: it is quicker, and nothing else is different."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from engine import Engine, FakeClock
from engine.runtime import timers
from engine.service import timers as timer_service
from engine.store.tables import TimerTable
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import boundary, chain, diagram, end, start, task
from tests.support.ground import START
from tests.support.incidents import LATER
from tests.support.workers import fired, left, waiting_cases

WORK = (start(), task("work"), end(), chain("start", "work", "end"))
REMINDING = (task("remind"), end("end2"), chain("late", "remind", "end2"))


def reminding(timer: str, *, interrupting: bool = False) -> Any:
    late = boundary("late", "work", timer=timer, interrupting=interrupting)
    return diagram("later", *WORK, late, *REMINDING)


def twice(*, interrupting: bool) -> Any:
    """Work with two timers on it, due at the same moment."""
    first = boundary("late", "work", timer="P1D", interrupting=interrupting)
    second = boundary("too_late", "work", timer="P1D", interrupting=interrupting)
    beside = (task("act"), end("end3"), chain("too_late", "act", "end3"))
    return diagram("later", *WORK, first, *REMINDING, second, *beside)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, what fits into a transaction is the number and not the time."""
    monkeypatch.setattr(timer_service, "LONGEST", 600.0)


@contextmanager
def commits(engine: Engine) -> Iterator[list[None]]:
    """As many as there are commits meanwhile."""
    done: list[None] = []

    def note(_connection: Any) -> None:
        done.append(None)

    event.listen(database_of(engine)._engine, "commit", note)
    yield done
    event.remove(database_of(engine)._engine, "commit", note)


def test_many_timers_take_one_commit(bare_engine: Engine) -> None:
    ids = waiting_cases(bare_engine, 100, due=START)
    with commits(bare_engine) as done:
        assert bare_engine.jobs.fire_due() == 100
    assert len(done) <= 2  # and the look that finds no more
    assert fired(bare_engine) == dict.fromkeys(ids, 1)


def test_one_that_fails_among_many_is_an_incident_and_the_others_fire(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(LATER)
    cases = [
        desk.case("later", variables={} if number == 13 else {"days_left": 1})
        for number in range(25)
    ]
    clock.advance(timedelta(days=1))
    assert desk.engine.jobs.fire_due() == 25
    assert desk.engine.jobs.fire_due() == 0
    broken = cases.pop(13)
    assert [desk.names(c) for c in cases] == [["Remind", "Work"]] * 24
    assert desk.names(broken) == ["Work"]
    assert [i.case_id for i in desk.engine.incidents.newest(desk.manager.actor)] == [broken]
    assert fired(desk.engine) == dict.fromkeys(cases, 1)
    assert desk.engine.history.verify(desk.manager.actor).ok


def test_what_nobody_has_foreseen_keeps_no_other_timer_waiting(
    bare_desk: Desk, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = bare_desk
    desk.deploy(reminding("P1D"))
    cases = [desk.case("later") for _ in range(3)]
    clock.advance(timedelta(days=1))

    def broken(*_: Any) -> Any:
        raise RuntimeError("a defect of the engine")

    monkeypatch.setattr(timers, "fire_batch", broken)
    assert desk.engine.jobs.fire_due() == 3
    assert [desk.names(c) for c in cases] == [["Remind", "Work"]] * 3


def test_two_timers_of_one_case_both_fire(bare_desk: Desk, clock: FakeClock) -> None:
    desk = bare_desk
    desk.deploy(twice(interrupting=False))
    cases = [desk.case("later") for _ in range(3)]
    clock.advance(timedelta(days=1))
    with commits(desk.engine) as done:
        assert desk.engine.jobs.fire_due() == 6
    assert len(done) <= 2
    assert [desk.names(c) for c in cases] == [["Act", "Remind", "Work"]] * 3
    assert fired(desk.engine) == dict.fromkeys(cases, 2)
    assert desk.engine.history.verify(desk.manager.actor).ok


def test_of_two_timers_that_interrupt_the_same_work_one_fires(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(twice(interrupting=True))
    cases = [desk.case("later") for _ in range(3)]
    clock.advance(timedelta(days=1))
    assert desk.engine.jobs.fire_due() == 3
    assert all(len(desk.names(c)) == 1 for c in cases)
    assert fired(desk.engine) == dict.fromkeys(cases, 1)


def test_after_a_day_down_each_of_many_cycles_catches_up_once(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(reminding("R/PT1M"))
    cases = [desk.case("later") for _ in range(25)]
    clock.advance(timedelta(days=1, seconds=30))
    assert desk.engine.jobs.fire_due() == 25
    assert desk.engine.jobs.fire_due() == 0
    assert [desk.names(c) for c in cases] == [["Remind", "Work"]] * 25
    with database_of(desk.engine).reading() as connection:
        assert set(connection.scalars(select(TimerTable.due_at))) == {
            START + timedelta(days=1, minutes=1)
        }


@pytest.mark.parametrize("together", [1, 3, 20])
def test_how_many_fire_at_once_changes_nothing_that_is_told(
    bare_desk: Desk, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    desk = bare_desk
    monkeypatch.setattr(timer_service, "TOGETHER", together)
    desk.deploy(twice(interrupting=False))
    cases = [desk.case("later") for _ in range(4)]
    clock.advance(timedelta(days=1))
    assert desk.engine.jobs.fire_due() == 8
    expected = [
        ("instance.started", None),
        ("task.opened", "act"),
        ("task.opened", "remind"),
        ("task.opened", "work"),
        ("timer.fired", "late"),
        ("timer.fired", "too_late"),
    ]
    for case_id in cases:
        facts = desk.engine.history.search(desk.manager.actor, case_id=case_id, limit=100).items
        told = [(f.type, f.element_id) for f in facts if f.type != "case.started"]
        assert sorted(told, key=str) == sorted(expected, key=str)
    assert desk.engine.history.verify(desk.manager.actor).ok


class Killed(BaseException):
    """What a worker's end looks like from within."""


def test_what_a_killed_worker_had_begun_is_anothers_at_once(
    bare_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = waiting_cases(bare_engine, 50, due=START)
    real, rounds = timers.fire_batch, []

    def killed(*given: Any) -> Any:
        rounds.append(real(*given))
        if len(rounds) == 2:
            raise Killed
        return rounds[-1]

    with monkeypatch.context() as patched:
        patched.setattr(timers, "fire_batch", killed)
        with pytest.raises(Killed):
            bare_engine.jobs.fire_due()
    assert [count for count, _ in rounds] == [timer_service.TOGETHER] * 2
    assert left(bare_engine) == 50
    assert not fired(bare_engine)
    # Without waiting for anything: the clock stands still.
    assert bare_engine.jobs.fire_due() == 50
    assert fired(bare_engine) == dict.fromkeys(ids, 1)


def test_no_more_fire_than_are_asked_for(bare_engine: Engine) -> None:
    waiting_cases(bare_engine, 60, due=START)
    assert [bare_engine.jobs.fire_due(most=25) for _ in range(4)] == [25, 25, 10, 0]


def test_a_transaction_that_has_taken_long_leaves_the_rest_to_the_next(
    bare_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting_cases(bare_engine, 100, due=START)
    # Long before the first timers have fired.
    monkeypatch.setattr(timer_service, "LONGEST", 1e-9)
    monkeypatch.setattr(timer_service, "TOGETHER", 10)
    with commits(bare_engine) as done:
        assert bare_engine.jobs.fire_due() == 100
    assert len(done) in (10, 11)  # the last one looks whether there are more
