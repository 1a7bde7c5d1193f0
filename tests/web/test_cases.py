"""The list of cases, one case with its paper table, and what is done with it as a whole."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from engine import Engine, FakeClock
from tests.support.people import People
from tests.web.conftest import SignedIn
from tests.web.steps import into_operation, walk
from tests.web.visitor import Visitor, form


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


def cells(text: str, activity: str) -> str:
    """The part of the paper table that is about one activity."""
    found = re.search(rf'<tbody class="act[^>]*>(?:(?!<tbody).)*?{activity}.*?</tbody>', text, re.S)
    assert found, f"no row for {activity}"
    return found[0]


# ---------------------------------------------------------------- the list


def test_the_list_shows_customer_number_phase_and_progress(manager: Visitor, case_id: str) -> None:
    page = manager.open("/cases/")
    assert "Fastighets AB Örnen" in page.text
    assert "2026-0001 · 556036-0793" in page.text
    assert '<span class="phase-key">A</span>' in page.text
    assert "0 av 38" in page.text


def test_the_list_counts_what_is_late(
    signed_in: SignedIn, people: People, clock: FakeClock, case_id: str
) -> None:
    clock.advance(timedelta(days=60))
    assert "1 försenad" in signed_in(people["manager"]).open("/cases/").text


def test_filters_live_in_the_address(manager: Visitor, case_id: str) -> None:
    assert "Fastighets AB Örnen" in manager.open("/cases/?q=örnen&phase=A").text
    assert "Inga ärenden passar in på det" in manager.open("/cases/?q=lackering").text
    assert "Inga ärenden passar in på det" in manager.open("/cases/?state=ended").text
    assert "Inga ärenden passar in på det" in manager.open("/cases/?phase=E").text


def test_a_long_list_goes_on_on_the_next_page_with_the_same_filters(
    manager: Visitor, engine: Engine, people: People
) -> None:
    size = engine.config.web.page_size
    for number in range(size + 1):
        engine.start_case(people["manager"].actor, title=f"Provstart {number}", key=uuid4().hex)
    page = manager.open("/cases/?q=provstart")
    following = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert following
    assert "q=provstart" in following[1]
    rest = manager.open(following[1].replace("&amp;", "&"))
    assert rest.text.count('class="row-link"') == 1
    assert "Till början" in rest.text


def test_a_role_outside_of_sales_is_not_offered_to_start_a_case(
    signed_in: SignedIn, people: People
) -> None:
    buyer = signed_in(people["inkop"])
    assert "/cases/new" not in buyer.open("/cases/").text
    assert buyer.open("/cases/new").status_code == 403


# ---------------------------------------------------------------- the paper table


def test_the_sheet_with_open_work_is_shown_first(manager: Visitor, case_id: str) -> None:
    page = manager.open(f"/cases/{case_id}")
    assert "A – Förberedelse inför samarbete</h2>" in page.text
    assert page.text.count("<h1>") == 1
    assert "<title>Fastighets AB Örnen, 2026-0001, A Förberedelse" in page.text


def test_every_sheet_is_a_link_that_tells_its_progress(manager: Visitor, case_id: str) -> None:
    page = manager.open(f"/cases/{case_id}")
    for key, whole in (("A", 7), ("B1", 7), ("B2", 6), ("C", 6), ("D", 4), ("E", 8)):
        assert f"/cases/{case_id}?blad={key}" in page.text
        assert f'<span class="visually-hidden"> av </span>{whole}' in page.text
    assert "B2 – Förbered uppstart</h2>" in manager.open(f"/cases/{case_id}?blad=B2").text


def test_an_unknown_sheet_shows_the_usual_one(manager: Visitor, case_id: str) -> None:
    page = manager.open(f"/cases/{case_id}?blad=Z9")
    assert page.status_code == 200
    assert "A – Förberedelse inför samarbete</h2>" in page.text


def test_an_open_row_leads_to_its_task_and_a_row_ahead_has_its_plan(
    manager: Visitor, case_id: str, task_id: str
) -> None:
    page = manager.open(f"/cases/{case_id}")
    opened = cells(page.text, "Marknadsanalys")
    assert f'href="/tasks/{task_id}"' in opened
    assert "Skriv en kort rapport" in opened
    ahead = cells(page.text, "Kundbank")
    assert "Kommande" in ahead
    assert re.search(r'class="planned"><time[^>]*>2026-\d\d-\d\d', ahead)
    assert "Säljare" in ahead


def test_a_signed_row_has_initials_date_ticks_and_reasons(
    manager: Visitor, engine: Engine, people: People, case_id: str, task_id: str
) -> None:
    seller = people["saljare"]
    points = [point.id for point in engine.task(seller.actor, task_id).checklist]
    engine.complete_task(
        seller.actor,
        task_id,
        answers={"marknadsrapport": "Marknaden växer."},
        ticks={**dict.fromkeys(points, True), points[-1]: "Ingen konkurrent finns"},
        password=seller.password,
        key=uuid4().hex,
    )
    done = cells(manager.open(f"/cases/{case_id}?blad=A").text, "Marknadsanalys")
    assert '<span class="stamp-who" aria-hidden="true">SÅ</span>' in done
    assert "signerad av Saljare Åberg" in done
    assert "2026-03-02</time>" in done
    assert done.count("Gjort") == len(points) - 1
    assert "(Ingen konkurrent finns)" in done


def test_rounds_before_the_latest_are_folded_and_open_ones_all_shown(
    signed_in: SignedIn, engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    going = into_operation(engine, clock, people, case_id)
    going.do("Kontaktnät hos kunden")
    going.days(32)
    going.do("Kvalitet")
    reported = {"reklamation_vad": "Entrén städas inte", "reklamation_nar": "2026-04-04"}
    for _ in range(2):
        going.send(people["kundansvarig"], case_id, "Reklamation", reported)
    going.days(32)
    page = signed_in(people["manager"]).open(f"/cases/{case_id}?blad=C")
    complaints = cells(page.text, "Åtgärda reklamationer")
    assert complaints.count(">Öppna<") == 2
    assert 'rowspan="2"' in complaints
    quality = cells(page.text, ">Kvalitet<")
    assert "1 tidigare omgång" in quality
    assert quality.count(">Öppna<") == 1


def test_a_stranger_to_the_case_reads_that_there_is_no_such_page(
    signed_in: SignedIn, people: People, case_id: str
) -> None:
    stranger = signed_in(people["administrator"])
    for path in ("", "/plan", "/cancel", "/messages/Reklamation"):
        assert stranger.open(f"/cases/{case_id}{path}").status_code == 404


# ---------------------------------------------------------------- under the table


def test_the_diagram_has_tokens_and_leads_to_the_task(
    manager: Visitor, case_id: str, task_id: str
) -> None:
    page = manager.open(f"/cases/{case_id}")
    assert 'class="bp-seen is-open"' in page.text
    link = rf'<a href="/tasks/{task_id}" class="bp-node"><title>Marknadsanalys [^<]*pågår</title>'
    assert re.search(link, page.text)
    assert " style=" not in page.text


def test_the_latest_history_is_told_in_short_with_a_link_to_the_rest(
    manager: Visitor, case_id: str
) -> None:
    page = manager.open(f"/cases/{case_id}")
    assert "startade ärendet för Fastighets AB Örnen" in page.text
    assert 'href="/history/?case=2026-0001"' in page.text


def test_an_instance_has_a_page_with_its_diagram_and_the_same_as_a_table(
    manager: Visitor, engine: Engine, people: People, case_id: str
) -> None:
    root = engine.case(people["manager"].actor, case_id).instances[0]
    page = manager.open(f"/cases/{case_id}/instances/{root.id}")
    assert "<h1>Serviceplan</h1>" in page.text
    assert "Som tabell" in page.text
    assert "A – Förberedelse inför samarbete" in page.text
    assert manager.open(f"/cases/{case_id}/instances/none").status_code == 404


def test_an_incident_is_shown_and_can_be_tried_again(
    manager: Visitor, engine: Engine, people: People, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    detail = engine.case(people["manager"].actor, case_id)
    broken = _with_incident(detail)
    monkeypatch.setattr(type(engine), "case", lambda *_: broken)

    def retry(_engine: Engine, _actor: object, incident_id: str, *, key: str) -> object:
        tried.append(incident_id)
        return _receipt(key)

    monkeypatch.setattr(type(engine), "retry", retry)
    page = manager.open(f"/cases/{case_id}")
    assert "Uttrycket har fel typ" in page.text
    answer = manager.client.post(
        f"/cases/{case_id}/incidents/fel-1/retry",
        data={"csrf_token": form(page, having="key").values["csrf_token"][0], "key": "k"},
    )
    assert answer.status_code == 302
    assert tried == ["fel-1"]


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
    assert "Reklamation är mottagen" in visitor.follow(answer).text
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
    assert "Uppsägning är mottagen" in visitor.follow(answer).text
    assert "Bekräfta uppsägning" in going.open_tasks()


# ---------------------------------------------------------------- the plan and the end


def test_the_plan_ahead_is_changed_for_all_rows_at_once(
    manager: Visitor, engine: Engine, people: People, case_id: str
) -> None:
    page = manager.open(f"/cases/{case_id}/plan")
    names = [n for n in form(page, having="key").names if n.startswith("plan.")]
    assert len(names) == 2 * 38
    rows = {r.plan.name: r.plan for s in engine.case(people["manager"].actor, case_id).sheets
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
    rows = [r.plan for s in engine.case(people["manager"].actor, case_id).sheets for r in s.rows]
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
    after = [r.plan for s in engine.case(people["manager"].actor, case_id).sheets for r in s.rows]
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


def test_a_finished_case_shows_no_buttons(
    manager: Visitor, engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    going = walk(engine, clock, people, case_id)
    going.do("Marknadsanalys", "Inventering", "Kundbank", "Analys", "Offert")
    going.do("Uppföljning av offerten", offert_svar="avbojd")
    page = manager.open(f"/cases/{case_id}")
    assert "case-actions" not in page.text
    assert "6 av 38" in page.text


def _with_incident(detail: object) -> object:
    from dataclasses import replace
    from datetime import UTC, datetime

    from engine import CaseDetail, Incident

    assert isinstance(detail, CaseDetail)
    incident = Incident(
        id="fel-1",
        case_id=detail.row.id,
        case_number=detail.row.number,
        instance_id=detail.row.id,
        element_id="offert",
        kind="expression",
        message="Uttrycket har fel typ",
        at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
    )
    return replace(detail, incidents=(incident,), can=detail.can | {"retry"})


def _receipt(key: str) -> object:
    from datetime import UTC, datetime

    from engine import Receipt

    return Receipt(key, datetime(2026, 3, 2, 8, 0, tzinfo=UTC), result={"resolved": True})
