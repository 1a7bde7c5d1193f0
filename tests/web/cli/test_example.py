"""The example company of a new database: believable, and as sound as any other data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import SYSTEM, CaseDetail, Config, Engine, FakeClock
from tests.support.plan import plan_sources
from web.example import Login, make

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
Company = tuple[Engine, tuple[Login, ...]]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, config: Config) -> Iterator[Company]:
    path: Path = tmp_path_factory.mktemp("example") / "example.db"
    logins = make(f"sqlite:///{path}", config, plan_sources(), now=NOW)
    engine = Engine.open(f"sqlite:///{path}", config=config, clock=FakeClock(NOW))
    yield engine, logins
    engine.close()


@pytest.fixture(scope="module")
def cases(company: Company) -> list[CaseDetail]:
    engine, _ = company
    return [
        engine.cases.get(SYSTEM, row.id) for row in engine.cases.search(SYSTEM, state="all").items
    ]


def test_there_is_somebody_in_every_role_and_with_every_right(
    company: Company, config: Config
) -> None:
    _, logins = company
    assert {role for login in logins for role in login.roles} == set(config.roles)
    rights = {right for login in logins for right in login.rights}
    assert rights == {"process_owner", "manager", "administrator"}


def test_everybody_can_sign_in_with_a_password_of_their_own(company: Company) -> None:
    engine, logins = company
    assert len({login.password for login in logins}) == len(logins)
    for login in logins[:2]:
        assert engine.sessions.sign_in(login.username, login.password).person.name == login.name


def test_three_customers_stand_at_different_places(cases: list[CaseDetail]) -> None:
    assert sorted(case.row.phases[0] for case in cases) == ["A", "B2", "C"]


def test_an_offer_was_corrected_before_it_was_accepted(cases: list[CaseDetail]) -> None:
    rounds = [
        len([entry for entry in row.entries if entry.state == "completed"])
        for case in cases
        for sheet in case.sheets
        for row in sheet.rows
        if row.plan.element_id == "offert"
    ]
    assert sorted(rounds) == [1, 1, 2]


def test_a_complaint_was_handled_and_quality_was_checked_again_and_again(
    cases: list[CaseDetail],
) -> None:
    done = {
        row.plan.element_id: sum(entry.signature is not None for entry in row.entries)
        for case in cases
        for sheet in case.sheets
        for row in sheet.rows
        if "C" in case.row.phases and sheet.key == "C"
    }
    assert done["atgarda_reklamationer"] == 1  # a second one came in yesterday
    assert done["kvalitetskontroll"] >= 6


def test_something_is_late(company: Company) -> None:
    engine, _ = company
    assert engine.tasks.counts(SYSTEM, show="all")["late"] > 0


def test_every_finished_step_has_a_person_a_date_and_a_signature(cases: list[CaseDetail]) -> None:
    entries = [
        entry
        for case in cases
        for sheet in case.sheets
        for row in sheet.rows
        for entry in row.entries
    ]
    finished = [entry for entry in entries if entry.state == "completed"]
    assert len(finished) > 50
    assert all(e.person and e.completed_at and e.signature for e in finished)
    assert all(e.completed_at <= NOW for e in finished if e.completed_at)


def test_nothing_failed_and_the_history_is_whole(company: Company, cases: list[CaseDetail]) -> None:
    engine, _ = company
    assert [case.incidents for case in cases] == [(), (), ()]
    assert engine.history.verify(SYSTEM).ok
