"""One customer from the market analysis to the final report, through the engine's own methods."""

from __future__ import annotations

from engine import Engine, FakeClock
from tests.support.ground import Keys
from tests.support.people import People
from tests.support.walk import (
    check_finished,
    start_walk,
)


def test_a_customer_goes_from_market_analysis_to_final_report(
    engine: Engine, clock: FakeClock, people: People, key: Keys
) -> None:
    walk = start_walk(engine, clock, people, key)
    walk.prepare()
    assert set(walk.open_tasks()) == {"Utse kundansvarig"}
    walk.start_up()
    assert set(walk.open_tasks()) == {"Kontaktnät hos kunden"}
    walk.operate()
    assert {m.name for m in walk.case().messages} == {"Reklamation", "Uppsagning", "Forlangning"}
    walk.wind_up()
    case = walk.case()
    check_finished(case)
    offers = next(r for s in case.sheets for r in s.rows if r.plan.name == "Offert")
    assert len(offers.entries) == 2
    rounds = next(
        r for s in case.sheets if s.key == "C" for r in s.rows if r.plan.name == "Kvalitet"
    )
    assert sum(e.state == "completed" for e in rounds.entries) == 2
    checked = engine.history.verify(people["manager"].actor)
    assert checked.ok
    entries = [e for s in case.sheets for r in s.rows for e in r.entries]
    assert checked.signatures == sum(e.state == "completed" for e in entries)


def test_a_declined_offer_ends_the_case_without_an_agreement(
    engine: Engine, clock: FakeClock, people: People, key: Keys
) -> None:
    walk = start_walk(engine, clock, people, key)
    walk.do("Marknadsanalys", "Inventering", "Kundbank", "Analys", "Offert")
    walk.do("Uppföljning av offerten", offert_svar="avbojd")
    case = walk.case()
    assert case.row.state == "completed"
    assert {r.state for s in case.sheets if s.key == "B1" for r in s.rows} == {"not_reached"}


def test_notice_takes_the_open_work_of_operations_away_and_leads_to_winding_up(
    engine: Engine, clock: FakeClock, people: People, key: Keys
) -> None:
    walk = start_walk(engine, clock, people, key)
    walk.prepare()
    walk.start_up()
    walk.days(40)
    assert {"Kontaktnät hos kunden", "Kvalitet", "Kundkontakt"} <= set(walk.open_tasks())
    kundansvarig = people["kundansvarig"]
    walk.send(kundansvarig, walk.case_id, "Uppsagning", walk.payload("Uppsagning"))
    assert set(walk.open_tasks()) == {"Bekräfta uppsägning"}
    states = {i.process_id: i.state for i in walk.case().instances}
    assert states["fas_c"] == states["fas_d"] == states["kvalitet"] == "cancelled"


def test_a_case_lives_through_three_years_of_operations(
    engine: Engine, clock: FakeClock, people: People, key: Keys
) -> None:
    walk = start_walk(engine, clock, people, key)
    walk.prepare()
    walk.start_up()
    for _ in range(36):
        for name in walk.open_tasks():
            walk.do(name)
        walk.days(31)
    rows = {r.plan.name: r for s in walk.case().sheets if s.key in "CD" for r in s.rows}
    done = {name: sum(e.state == "completed" for e in r.entries) for name, r in rows.items()}
    assert done["Kvalitet"] >= 20
    assert done["Kontaktnät hos kunden"] >= 9
    assert 2 <= done["Ekonomi"] <= 4
    assert done["Trivsel"] >= 4
    assert engine.history.verify(people["manager"].actor, walk.case_id).ok


def test_the_meeting_decides_when_the_next_one_is(
    engine: Engine, clock: FakeClock, people: People, key: Keys
) -> None:
    walk = start_walk(engine, clock, people, key)
    walk.prepare()
    walk.start_up()
    walk.days(32)
    walk.do("Kundkontakt", kundkontakt_intervall="P6M")
    walk.days(150)
    assert "Kundkontakt" not in walk.open_tasks()
    walk.days(40)
    assert "Kundkontakt" in walk.open_tasks()


def test_several_complaints_are_handled_side_by_side(
    engine: Engine, clock: FakeClock, people: People, key: Keys
) -> None:
    walk = start_walk(engine, clock, people, key)
    walk.prepare()
    walk.start_up()
    for what in ("Fönstren", "Trappan", "Köket"):
        reported = {"reklamation_vad": what, "reklamation_nar": "2026-03-02"}
        walk.send(people["kundansvarig"], walk.case_id, "Reklamation", reported)
    manager = people["manager"].actor
    open_rows = engine.tasks.search(manager, show="all", limit=50).items
    complaints = [r for r in open_rows if r.name == "Åtgärda reklamationer"]
    assert len(complaints) == 3
    said = {engine.tasks.get(manager, r.id).values.get("reklamation_vad") for r in complaints}
    assert said == {"Fönstren", "Trappan", "Köket"}
