"""What is done with whole cases: start them, send them messages, change their plan, cancel them."""

from __future__ import annotations

import re

import pytest

from engine import SYSTEM, Config, Engine, FakeClock
from tests.support.diagrams import catch, chain, diagram, end, field, message, start
from tests.support.people import People
from tests.support.steps import cells, into_operation
from tests.support.visitor import SignedIn, Visitor, form
from web import create_app


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


# ---------------------------------------------------------------- start a case


def test_a_case_is_started_for_a_new_customer_with_people_in_its_roles(
    signed_in: SignedIn, engine: Engine, people: People
) -> None:
    seller = signed_in(people["saljare"])
    filled = {
        "name": "Kafé Åttan AB",
        "org_number": "5560360793",
        "start": "1 sept 2026",
        "people.saljare": "saljare",
    }
    page = seller.open("/cases/new")
    answer = seller.send(page, filled, having="org_number", button=("action", "start"))
    page = seller.follow(answer)
    assert "Ärende 2026-0001 är startat" in page.text
    assert "556036-0793" in page.text
    assert "Saljare Åberg" in cells(page.text, "Kundbank")


def test_the_planned_dates_are_shown_before_anything_is_started(
    signed_in: SignedIn, engine: Engine, people: People
) -> None:
    seller = signed_in(people["saljare"])
    page = seller.open("/cases/new")
    filled = {"name": "Kafé Åttan AB", "start": "2026-09-01", "people.saljare": "saljare"}
    page = seller.send(page, filled, having="org_number", button=("action", "preview"))
    assert page.status_code == 200
    assert "Planerade datum" in page.text
    assert page.text.count('<th scope="row">') == 38
    assert 'value="Kafé Åttan AB"' in page.text
    assert not engine.customers.search(people["saljare"].actor).items


def test_everything_that_is_wrong_is_told_at_once_and_stays(
    signed_in: SignedIn, engine: Engine, people: People
) -> None:
    seller = signed_in(people["saljare"])
    page = seller.open("/cases/new")
    filled = {"org_number": "556036-0790", "start": "i vår", "people.saljare": "saljare"}
    page = seller.send(page, filled, having="org_number", button=("action", "start"))
    assert page.status_code == 422
    assert "<title>Fel: Starta ärende" in page.text
    assert 'href="#f-name"' in page.text
    assert 'href="#f-start"' in page.text
    assert 'value="i vår"' in page.text
    assert '<option value="saljare" selected>' in page.text
    filled = {"name": "Kafé Åttan AB", "start": "2026-09-01"}
    page = seller.send(page, filled, having="org_number", button=("action", "start"))
    assert "Kontrollsiffran stämmer inte" in page.text
    assert not engine.cases.search(people["manager"].actor).items


def test_a_known_customer_can_get_another_case(
    signed_in: SignedIn, engine: Engine, people: People, case_id: str
) -> None:
    seller = signed_in(people["saljare"])
    customer = engine.customers.search(people["saljare"].actor).items[0]
    page = seller.open(f"/cases/new?customer={customer.id}")
    assert f'<option value="{customer.id}" selected>' in page.text
    answer = seller.send(
        page, {"start": "2027-01-01"}, having="org_number", button=("action", "start")
    )
    assert "Ärende 2026-0002 är startat" in seller.follow(answer).text


def test_a_double_click_starts_one_case(
    signed_in: SignedIn, engine: Engine, people: People
) -> None:
    seller = signed_in(people["saljare"])
    page = seller.open("/cases/new")
    filled = {"name": "Kafé Åttan AB", "org_number": "556036-0793", "start": "2026-09-01"}
    answers = [
        seller.send(page, filled, having="org_number", button=("action", "start")) for _ in "12"
    ]
    assert answers[0].location == answers[1].location
    assert len(engine.cases.search(people["manager"].actor).items) == 1


def test_an_empty_system_says_that_the_plan_is_missing(
    bare_engine: Engine, config: Config, people: People
) -> None:
    application = create_app(config, bare_engine)
    application.testing = True
    visitor = Visitor(application)
    visitor.sign_in(people["saljare"])
    assert "Ingen plan är publicerad än" in visitor.open("/cases/new").text
    assert "Inga diagram är publicerade än" in visitor.open("/definitions/").text
    assert "inga pågående ärenden" in visitor.open("/cases/").text


# ---------------------------------------------------------------- messages


def test_messages_are_offered_to_those_who_may_send_them(
    signed_in: SignedIn, engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    into_operation(engine, clock, people, case_id)
    page = signed_in(people["kundansvarig"]).open(f"/cases/{case_id}")
    for name in ("Reklamation", "Uppsagning", "Forlangning"):
        assert f"/cases/{case_id}/messages/{name}" in page.text
    quality = signed_in(people["kvalitet"])
    page = quality.open(f"/cases/{case_id}")
    assert "/messages/Reklamation" in page.text
    assert "/messages/Uppsagning" not in page.text
    assert quality.open(f"/cases/{case_id}/messages/Uppsagning").status_code == 404


def test_a_complaint_opens_its_task(
    signed_in: SignedIn, engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    going = into_operation(engine, clock, people, case_id)
    visitor = signed_in(people["kundansvarig"])
    page = visitor.open(f"/cases/{case_id}/messages/Reklamation")
    filled = {"f.reklamation_vad": "Entrén städas inte", "f.reklamation_nar": "2 mars 2026"}
    answer = visitor.send(page, filled, having="f.reklamation_vad")
    assert "”Reklamation” har tagits emot" in visitor.follow(answer).text
    assert "Åtgärda reklamationer" in going.open_tasks()


def test_a_notice_says_its_consequence_and_wants_it_confirmed(
    signed_in: SignedIn, engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    going = into_operation(engine, clock, people, case_id)
    visitor = signed_in(people["kundansvarig"])
    page = visitor.open(f"/cases/{case_id}/messages/Uppsagning")
    assert "Det här avslutar pågående arbete" in page.text
    filled = {"f.uppsagning_av": "kunden", "f.uppsagning_datum": "igår", "f.avtalsslut": "snart"}
    refused = visitor.send(page, filled, having="f.uppsagning_datum")
    assert refused.status_code == 422
    assert "Bekräfta att du förstår" in refused.text
    assert 'value="snart"' in refused.text
    assert "E" not in going.case().row.phases
    filled = {"sure": "1", "f.avtalsslut": "2026-09-30"}
    answer = visitor.send(refused, filled, having="f.uppsagning_datum")
    assert "”Uppsägning” har tagits emot" in visitor.follow(answer).text
    assert "Bekräfta uppsägning" in going.open_tasks()


PAYING = diagram(
    "paying",
    start(),
    catch("wait", message="Paid"),
    end(),
    chain("start", "wait", "end"),
    messages=[message("Paid", roles="ekonomi", form=field("reason", required="= large"))],
)


@pytest.mark.parametrize("large", [True, False])
def test_what_a_message_must_bring_is_shown_before_it_is_sent(
    manager: Visitor, engine: Engine, large: bool
) -> None:
    engine.definitions.deploy(SYSTEM, [PAYING], key="deploy")
    given = {"large": large}
    started = engine.cases.start(SYSTEM, process_id="paying", variables=given, key="start")
    page = manager.open(f"/cases/{started.id}/messages/Paid")
    assert ("(frivilligt)" in page.text) is not large
    assert ('name="f.reason" aria-required="true"' in page.text) is large
    answer = manager.send(page, having="f.reason")
    assert answer.status_code == (422 if large else 302)


# ---------------------------------------------------------------- the plan and the end


def test_the_plan_ahead_is_changed_for_all_rows_at_once(
    manager: Visitor, engine: Engine, people: People, case_id: str
) -> None:
    page = manager.open(f"/cases/{case_id}/plan")
    names = [n for n in form(page, having="key").names if n.startswith("plan.")]
    assert len(names) == 2 * 38
    rows = {r.plan.name: r.plan for s in engine.cases.get(people["manager"].actor, case_id).sheets
            for r in s.rows}  # fmt: skip
    bank = rows["Kundbank"]
    filled = {f"plan.{bank.id}.person": "saljare", f"plan.{bank.id}.due": "24 dec 2026"}
    answer = manager.send(page, filled, having="key")
    page = manager.follow(answer)
    assert "1 rad i planen ändrades" in page.text
    row = cells(page.text, "Kundbank")
    assert "Saljare Åberg" in row
    assert "2026-12-24" in row


def test_a_wrong_date_in_the_plan_changes_nothing_and_stays_as_it_was_typed(
    manager: Visitor, engine: Engine, people: People, case_id: str
) -> None:
    page = manager.open(f"/cases/{case_id}/plan")
    rows = [
        r.plan for s in engine.cases.get(people["manager"].actor, case_id).sheets for r in s.rows
    ]
    filled = {
        f"plan.{rows[3].id}.due": "nån gång",
        f"plan.{rows[4].id}.due": "2026-12-01",
        f"plan.{rows[4].id}.person": "saljare",
    }
    refused = manager.send(page, filled, having="key")
    assert refused.status_code == 422
    assert 'value="nån gång"' in refused.text
    assert 'value="2026-12-01"' in refused.text
    assert re.search(rf'href="#f-plan-{rows[3].id}[\w-]*"', refused.text)
    after = [
        r.plan for s in engine.cases.get(people["manager"].actor, case_id).sheets for r in s.rows
    ]
    assert after == rows


def test_only_those_who_lead_the_case_may_plan_or_cancel_it(
    signed_in: SignedIn, people: People, case_id: str
) -> None:
    buyer = signed_in(people["inkop"])
    page = buyer.open(f"/cases/{case_id}")
    for path in ("plan", "cancel"):
        assert f"/cases/{case_id}/{path}" not in page.text
        assert buyer.open(f"/cases/{case_id}/{path}").status_code == 403


def test_a_case_is_cancelled_with_a_reason(manager: Visitor, case_id: str) -> None:
    page = manager.open(f"/cases/{case_id}/cancel")
    assert "1 öppen uppgift stängs osignerad" in page.text
    refused = manager.send(page, {"reason": "  "}, having="reason")
    assert refused.status_code == 422
    answer = manager.send(refused, {"reason": "Kunden lades ner"}, having="reason")
    page = manager.follow(answer)
    assert "Avbrutet" in page.text
    assert "Orsak: Kunden lades ner" in page.text
    assert "Inte aktuell" in manager.open(f"/cases/{case_id}?blad=E").text
