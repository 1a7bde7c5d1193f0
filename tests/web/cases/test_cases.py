"""The list of cases, and one case with its paper table, its diagram and its story."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from engine import CaseDetail, CasePage, Engine, FakeClock, Incident, Receipt
from tests.support.desk import a_customer
from tests.support.ground import START
from tests.support.people import People
from tests.support.steps import cells, into_operation, rows, walk
from tests.support.visitor import SignedIn, Visitor, form


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


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
    assert "Inga ärenden motsvarar" in manager.open("/cases/?q=lackering").text
    assert "Inga ärenden motsvarar" in manager.open("/cases/?state=ended").text
    assert "Inga ärenden motsvarar" in manager.open("/cases/?phase=E").text


def test_a_long_list_goes_on_on_the_next_page_with_the_same_filters(
    manager: Visitor, engine: Engine, people: People
) -> None:
    size = engine.config.web.page_size
    for number in range(size + 1):
        engine.cases.start(
            people["manager"].actor,
            title=f"Provstart {number}",
            customer_id=a_customer(engine),
            key=uuid4().hex,
        )
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
    assert f'href="/tasks/{task_id}?back=' in opened
    assert "Skriv en kort rapport" in opened
    ahead = cells(page.text, "Kundbank")
    assert "Kommande" in ahead
    assert re.search(r'class="planned"><time[^>]*>2026-\d\d-\d\d', ahead)
    assert "Säljare" in ahead


def test_a_signed_row_has_initials_date_ticks_and_reasons(
    manager: Visitor, engine: Engine, people: People, case_id: str, task_id: str
) -> None:
    seller = people["saljare"]
    points = [point.id for point in engine.tasks.get(seller.actor, task_id).checklist]
    engine.tasks.complete(
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
    for what in ("Entrén städas inte", "Golvet är halt"):
        clock.advance(timedelta(minutes=1))
        reported = {"reklamation_vad": what, "reklamation_nar": "2026-04-04"}
        going.send(people["kundansvarig"], case_id, "Reklamation", reported)
    day = engine.today().isoformat()
    going.days(32)
    page = signed_in(people["manager"]).open(f"/cases/{case_id}?blad=C")
    first, second = rows(page.text, "Åtgärda reklamationer")
    for row, what in ((first, "Entrén städas inte"), (second, "Golvet är halt")):
        assert row.count(">Öppna<") == 1
        assert row.count("think-open") == 6
        assert f"{day}</time>" in row
        assert what in row
    assert "Golvet" not in first
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
    link = rf'<a href="/tasks/{task_id}[?][^"]*" class="bp-node"><title>Marknadsanalys [^<]*pågår<'
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
    root = engine.cases.get(people["manager"].actor, case_id).instances[0]
    page = manager.open(f"/cases/{case_id}/instances/{root.id}")
    assert '<h1 lang="sv">Serviceplan</h1>' in page.text
    assert "Som tabell" in page.text
    assert "A – Förberedelse inför samarbete" in page.text
    assert manager.open(f"/cases/{case_id}/instances/none").status_code == 404


def test_an_incident_is_shown_and_can_be_tried_again(
    manager: Visitor, engine: Engine, people: People, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    detail = engine.cases.get(people["manager"].actor, case_id)
    broken = _with_incident(detail)
    shown_page = engine.cases.page

    def broken_page(*given: Any, **named: Any) -> CasePage:
        page = shown_page(*given, **named)
        return replace(page, incidents=broken.incidents, can=broken.can)

    monkeypatch.setattr(engine.cases, "get", lambda *_: broken)
    monkeypatch.setattr(engine.cases, "page", broken_page)

    def retry(_actor: object, incident_id: str, **_seen: object) -> Receipt:
        tried.append(incident_id)
        return Receipt("k", START, result={"resolved": True})

    monkeypatch.setattr(engine.incidents, "retry", retry)
    page = manager.open(f"/cases/{case_id}")
    assert "Uttrycket har fel typ" in page.text
    shown = form(page, having="shown").values
    answer = manager.client.post(
        f"/cases/{case_id}/incidents/fel-1/retry",
        data={name: values[0] for name, values in shown.items()},
    )
    assert answer.status_code == 302
    assert tried == ["fel-1"]


def test_a_finished_case_shows_no_buttons(
    manager: Visitor, engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    going = walk(engine, clock, people, case_id)
    going.do("Marknadsanalys", "Inventering", "Kundbank", "Analys", "Offert")
    going.do("Uppföljning av offerten", offert_svar="avbojd")
    page = manager.open(f"/cases/{case_id}")
    assert "case-actions" not in page.text
    assert "6 av 38" in page.text


def _with_incident(detail: CaseDetail) -> CaseDetail:
    incident = Incident(
        id="fel-1",
        case_id=detail.row.id,
        case_number=detail.row.number,
        instance_id=detail.row.id,
        element_id="offert",
        kind="expression",
        message="Uttrycket har fel typ",
        at=START,
    )
    return replace(detail, incidents=(incident,), can=detail.can | {"retry"})
