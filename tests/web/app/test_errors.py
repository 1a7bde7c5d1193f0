"""Each kind of failure has its status and a page that says what to do, and loses no input."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest
from flask import Flask

from engine import (
    Conflict,
    DatabaseNewer,
    Engine,
    NotAllowed,
    NotFound,
    ProcessFailed,
    ServiceplanError,
    Unavailable,
)
from tests.support.people import People
from tests.support.visitor import SignedIn, form


def failing(error: Exception) -> Any:
    def fail(*_args: object, **_named: object) -> NoReturn:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        (NotFound(), 404, "Sidan finns inte"),
        (NotAllowed(), 403, "Du får inte göra detta"),
        (NotAllowed(code="not_yours"), 403, "Uppgiften är inte din"),
        (Conflict(), 409, "Någon annan hann före"),
        (ProcessFailed("gateway has no way out"), 409, "Processen kunde inte gå vidare"),
        (Unavailable(), 503, "Databasen svarar inte just nu"),
        (DatabaseNewer(), 503, "Databasen är nyare än programmet"),
    ],
)
def test_an_error_of_the_engine_becomes_a_page_with_its_status(
    signed_in: SignedIn,
    people: People,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    error: ServiceplanError,
    status: int,
    heading: str,
) -> None:
    visitor = signed_in(people["saljare"])
    monkeypatch.setattr(engine.tasks, "search", failing(error))
    answer = visitor.open("/tasks")
    assert answer.status_code == status
    assert f"<h1>{heading}</h1>" in answer.text


def test_a_form_that_met_an_error_can_be_sent_again_with_the_same_key(
    signed_in: SignedIn,
    people: People,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    task_id: str,
) -> None:
    visitor = signed_in(people["saljare"])
    page = visitor.open(f"/tasks/{task_id}")
    with monkeypatch.context() as patch:
        patch.setattr(engine.tasks, "save_draft", failing(Unavailable()))
        filled = {"note": "Ett långt resonemang", "password": "hemligt här"}
        failed = visitor.send(page, filled, having="note", button=("action", "save"))
    assert failed.status_code == 503
    assert "hemligt här" not in failed.text
    pending = form(failed, having="note")
    assert pending.values["note"] == ["Ett långt resonemang"]
    assert pending.values["key"] == form(page, having="note").values["key"]
    again = visitor.follow(visitor.send(failed, having="note", button=("action", "save")))
    assert "Ett långt resonemang" in again.text
    assert "Utkastet sparades" in again.text


def test_a_database_that_is_away_when_the_session_is_read_says_so(
    signed_in: SignedIn, people: People, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = signed_in(people["saljare"])
    with monkeypatch.context() as patch:
        patch.setattr(engine.sessions, "get", failing(Unavailable()))
        away = visitor.open("/tasks")
    assert (away.status_code, away.headers["Retry-After"]) == (503, "2")
    assert visitor.open("/tasks").status_code == 200


def test_what_nobody_foresaw_is_a_page_too(
    signed_in: SignedIn,
    people: People,
    engine: Engine,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app.testing = False
    visitor = signed_in(people["saljare"])
    monkeypatch.setattr(engine.tasks, "search", failing(RuntimeError("oops")))
    answer = visitor.open("/tasks")
    assert answer.status_code == 500
    assert "Något gick fel" in answer.text
    assert "oops" not in answer.text


def test_an_address_that_does_not_exist_is_not_found(signed_in: SignedIn, people: People) -> None:
    answer = signed_in(people["saljare"]).open("/nowhere")
    assert answer.status_code == 404
    assert "Sidan finns inte" in answer.text


def test_a_page_that_only_takes_forms_says_so(signed_in: SignedIn, people: People) -> None:
    answer = signed_in(people["saljare"]).open("/logout")
    assert answer.status_code == 405
    assert "Gå tillbaka" in answer.text
