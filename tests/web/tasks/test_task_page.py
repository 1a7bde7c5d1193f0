"""One task: filled in, saved, signed, and nothing that was written is ever lost."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from engine import SYSTEM, Config, Engine
from tests.support.people import Account, People
from tests.support.visitor import SignedIn, Visitor, form
from web import create_app

POINTS = ("kort_rapport",)
DONE = {f"tick.{point}": "1" for point in POINTS}
REPORT = {"f.marknadsrapport": "Marknaden växer."}


@pytest.fixture
def seller(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["saljare"])


@pytest.fixture
def page(seller: Visitor, task_id: str) -> TestResponse:
    return seller.open(f"/tasks/{task_id}")


def sign(visitor: Visitor, page: TestResponse, account: Account, **filled: Any) -> TestResponse:
    """Everything filled in and the right password, unless told otherwise."""
    values = {**DONE, **REPORT, "password": account.password, **filled}
    return visitor.send(page, values, having="note", button=("action", "complete"))


# ---------------------------------------------------------------- what the page shows


def test_the_page_shows_the_points_the_form_and_who_signs_what(
    page: TestResponse, people: People
) -> None:
    assert "Skriv en kort rapport som innehåller" in page.text
    assert '<span class="point-part">– vilka är konkurrenterna</span>' in page.text
    assert page.text.count('name="tick.') == 1
    assert "Marknadsrapport" in page.text
    assert f"<strong>{people['saljare'].name}</strong>" in page.text
    assert "<strong>Utfört</strong>" in page.text
    assert "inget av det kan ändras efteråt" in page.text
    assert "Skriv inga personnummer" in page.text
    assert "Fastighets AB Örnen" in page.text


def test_the_title_names_the_task_and_the_customer(page: TestResponse) -> None:
    assert "<title>Marknadsanalys, Fastighets AB Örnen – Serviceplan</title>" in page.text
    assert page.text.count("<h1") == 1


def test_a_stranger_to_the_case_reads_that_there_is_no_such_page(
    signed_in: SignedIn, people: People, task_id: str
) -> None:
    visitor = signed_in(people["process_owner"])
    assert visitor.open(f"/tasks/{task_id}").status_code == 404
    assert visitor.open("/tasks/none").status_code == 404


def test_who_does_not_hold_the_role_reads_but_cannot_write(
    signed_in: SignedIn, people: People, task_id: str
) -> None:
    page = signed_in(people["manager"]).open(f"/tasks/{task_id}")
    assert page.status_code == 200
    assert "Någon annan gör uppgiften" in page.text
    assert 'name="password"' not in page.text


# ---------------------------------------------------------------- signing


def test_a_signed_task_gives_a_receipt_and_shows_the_signature(
    seller: Visitor, page: TestResponse, people: People, task_id: str
) -> None:
    answer = sign(seller, page, people["saljare"], note="Bra läge")
    assert answer.location == f"/tasks/{task_id}?done=1"
    receipt = seller.follow(answer)
    assert "Klart! Marknadsanalys är slutförd" in receipt.text
    assert "2026-03-02 09:00" in receipt.text
    assert "Kontrollsumma (SHA-256)" in receipt.text
    assert "Marknaden växer." in receipt.text
    assert "Bra läge" in receipt.text
    assert 'name="password"' not in receipt.text


def test_the_same_press_twice_signs_once(
    seller: Visitor, page: TestResponse, people: People, engine: Engine, case_id: str
) -> None:
    first = sign(seller, page, people["saljare"])
    second = sign(seller, page, people["saljare"])
    assert first.status_code == second.status_code == 302
    assert first.location == second.location
    history = engine.history.search(people["manager"].actor, case_id=case_id).items
    assert [entry.type for entry in history].count("task.signed") == 1


def test_a_wrong_password_loses_nothing_but_itself(
    seller: Visitor, page: TestResponse, people: People
) -> None:
    answer = sign(seller, page, people["saljare"], password="alldeles fel lösenord", note="Kvar?")
    assert answer.status_code == 422
    assert "Fel lösenord. Inget är signerat." in answer.text
    assert "alldeles fel" not in answer.text
    again = form(answer, having="note")
    assert again.values["note"] == ["Kvar?"]
    assert again.values["f.marknadsrapport"] == ["Marknaden växer."]
    assert all(again.values[name] == ["1"] for name in DONE)
    assert again.values["key"] != form(page, having="note").values["key"]


def test_everything_that_is_wrong_is_told_at_once_with_links_to_the_fields(
    seller: Visitor, page: TestResponse
) -> None:
    filled = {"note": "Påbörjad"}
    answer = seller.send(page, filled, having="note", button=("action", "complete"))
    assert answer.status_code == 422
    assert "3 fel behöver rättas" in answer.text
    for anchor in ("f-checklist-kort_rapport", "f-marknadsrapport", "f-password"):
        assert f'href="#{anchor}"' in answer.text
        assert f'id="{anchor}"' in answer.text
    assert 'aria-invalid="true" aria-describedby="f-marknadsrapport-fel"' in answer.text
    kept = form(answer, having="note").values
    assert kept["note"] == ["Påbörjad"]
    assert "<title>Fel: " in answer.text


def test_a_point_that_does_not_apply_needs_a_reason_and_keeps_it(
    seller: Visitor, page: TestResponse, people: People
) -> None:
    filled = {"tick.kort_rapport": None, "why.kort_rapport": "Det finns inga"}
    receipt = seller.follow(sign(seller, page, people["saljare"], **filled))
    assert "Inte aktuell" in receipt.text
    assert "Det finns inga" in receipt.text


def test_a_point_cannot_be_done_and_not_apply_at_once(
    seller: Visitor, page: TestResponse, people: People
) -> None:
    answer = sign(seller, page, people["saljare"], **{"why.kort_rapport": "Hoppas"})
    assert answer.status_code == 422
    assert "Välj det ena" in answer.text
    assert form(answer, having="note").values["why.kort_rapport"] == ["Hoppas"]


def test_a_field_that_the_form_does_not_declare_is_refused(
    seller: Visitor, page: TestResponse, people: People
) -> None:
    answer = sign(seller, page, people["saljare"], **{"f.smuggled": "x"})
    assert answer.status_code == 422
    assert "Formuläret har inget sådant fält" in answer.text


def test_who_comes_second_reads_who_was_first_and_keeps_the_text(
    signed_in: SignedIn, people: People, engine: Engine, task_id: str
) -> None:
    account = people["saljare"]
    late = signed_in(account)
    page = late.open(f"/tasks/{task_id}")
    engine.tasks.complete(
        account.actor,
        task_id,
        answers={"marknadsrapport": "Först"},
        ticks=dict.fromkeys(POINTS, True),
        password=account.password,
        key="first",
    )
    answer = sign(late, page, account, note="Min egen tanke")
    assert answer.status_code == 409
    assert f"{account.name} slutförde den 2026-03-02 09:00" in answer.text
    assert "Min egen tanke" in answer.text
    assert "Marknaden växer." in answer.text


def test_who_lost_the_task_to_a_colleague_keeps_the_text(
    seller: Visitor, page: TestResponse, people: People, engine: Engine, task_id: str
) -> None:
    password = "fyra ord i en rad"
    engine.people.add(SYSTEM, "bo", "Bo Ek", roles=("saljare",), password=password, key="bo")
    engine.tasks.reassign(people["manager"].actor, task_id, "bo", key="to-bo")
    answer = sign(seller, page, people["saljare"], note="Min egen tanke")
    assert answer.status_code == 403
    assert "Uppgiften är inte din" in answer.text
    assert "Bo Ek har uppgiften." in answer.text
    assert "Min egen tanke" in answer.text


def test_a_task_that_the_process_withdrew_says_so_and_keeps_the_text(
    seller: Visitor, page: TestResponse, people: People, engine: Engine, case_id: str
) -> None:
    engine.cases.cancel(people["manager"].actor, case_id, "Kunden ångrade sig", key="cancel")
    answer = sign(seller, page, people["saljare"], note="Min egen tanke")
    assert answer.status_code == 409
    assert "Uppgiften behövs inte längre" in answer.text
    assert "Min egen tanke" in answer.text


# ---------------------------------------------------------------- drafts and files


def test_a_draft_keeps_even_what_cannot_be_read_yet(
    seller: Visitor, page: TestResponse, task_id: str, people: People
) -> None:
    filled = {"tick.kort_rapport": "1", "note": "Utkast", "f.marknadsrapport": "Halvvägs"}
    answer = seller.send(page, filled, having="note", button=("action", "save"))
    again = seller.follow(answer)
    assert "Utkastet sparades 09:00." in again.text
    kept = form(again, having="note").values
    assert kept["note"] == ["Utkast"]
    assert kept["tick.kort_rapport"] == ["1"]
    assert kept["f.marknadsrapport"] == ["Halvvägs"]
    assert f"{people['saljare'].name}, " in again.text


def test_enter_saves_and_signs_only_with_a_password(
    seller: Visitor, page: TestResponse, people: People
) -> None:
    enter = ("action", "enter")
    saved = seller.send(page, {"note": "x"}, having="note", button=enter)
    again = seller.follow(saved)
    assert "Utkastet sparades" in again.text
    filled = {**DONE, **REPORT, "password": people["saljare"].password}
    signed = seller.send(again, filled, having="note", button=enter)
    assert str(signed.location).endswith("?done=1")


def test_a_file_is_attached_downloaded_and_taken_away(
    seller: Visitor, page: TestResponse, task_id: str
) -> None:
    file = (io.BytesIO(b"<script>alert(1)</script>"), "rapport åäö.html")
    answer = seller.send(
        page,
        {"file.marknadsrapport_bilaga": file},
        having="note",
        button=("action", "save"),
    )
    again = seller.follow(answer)
    assert "rapport åäö.html" in again.text
    link = again.text.split('href="/attachments/')[1].split('"')[0]
    download = seller.open(f"/attachments/{link}")
    assert download.data == b"<script>alert(1)</script>"
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert download.mimetype == "application/octet-stream"
    removed = seller.send(again, having="note", button=("action", f"detach:{link}"))
    assert "rapport åäö.html" not in seller.follow(removed).text.replace("borttagen", "")


def test_a_strangers_file_is_not_found(
    seller: Visitor, page: TestResponse, signed_in: SignedIn, people: People
) -> None:
    file = (io.BytesIO(b"data"), "a.txt")
    answer = seller.send(
        page, {"file.marknadsrapport_bilaga": file}, having="note", button=("action", "save")
    )
    link = seller.follow(answer).text.split('href="/attachments/')[1].split('"')[0]
    assert signed_in(people["process_owner"]).open(f"/attachments/{link}").status_code == 404


def test_a_file_that_is_too_large_is_refused_and_the_text_stays(
    engine: Engine, config: Config, people: People, task_id: str
) -> None:
    small = replace(config, limits=replace(config.limits, attachment_bytes=2_000))
    visitor = Visitor(create_app(small, engine))
    visitor.sign_in(people["saljare"])
    page = visitor.open(f"/tasks/{task_id}")
    file = (io.BytesIO(b"0" * 2_001), "stor.bin")
    filled = {"file.marknadsrapport_bilaga": file, "note": "Kvar"}
    answer = visitor.send(page, filled, having="note", button=("action", "save"))
    assert answer.status_code == 422
    assert "Filen är för stor. Högst 2" in answer.text
    assert form(answer, having="note").values["note"] == ["Kvar"]


# ---------------------------------------------------------------- who does it


def test_a_task_is_taken_and_handed_back_and_the_text_goes_with_it(
    seller: Visitor, page: TestResponse, people: People, engine: Engine, task_id: str
) -> None:
    taken = seller.send(page, {"note": "Mitt"}, having="note", button=("action", "claim"))
    mine = seller.follow(taken)
    assert "Uppgiften är din." in mine.text
    assert form(mine, having="note").values["note"] == ["Mitt"]
    assignee = engine.tasks.get(people["saljare"].actor, task_id).row.assignee
    assert assignee is not None
    assert assignee.id == people["saljare"].id
    back = seller.send(mine, {"note": "Deras"}, having="note", button=("action", "release"))
    assert "lämnad tillbaka" in seller.follow(back).text
    detail = engine.tasks.get(people["saljare"].actor, task_id)
    assert detail.row.assignee is None
    assert detail.note == "Deras"


def test_a_manager_gives_the_task_to_somebody_with_the_role(
    signed_in: SignedIn, people: People, engine: Engine, task_id: str
) -> None:
    manager = signed_in(people["manager"])
    page = manager.open(f"/tasks/{task_id}")
    empty = manager.send(page, having="assignee", button=("action", "reassign"))
    assert empty.status_code == 422
    chosen = {"assignee": people["saljare"].username}
    answer = manager.send(page, chosen, having="assignee", button=("action", "reassign"))
    assert f"{people['saljare'].name} har nu uppgiften." in manager.follow(answer).text
    assert engine.tasks.get(people["manager"].actor, task_id).row.assignee is not None


def test_a_button_that_the_page_does_not_have_is_refused(
    seller: Visitor, page: TestResponse
) -> None:
    answer = seller.send(page, having="note", button=("action", "delete"))
    assert answer.status_code == 400
