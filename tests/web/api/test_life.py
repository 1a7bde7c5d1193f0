"""The life of a case and its tasks, over HTTP."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import text

from engine import Engine
from tests.support.caller import Caller, Calling
from tests.support.databases import database_of
from tests.support.desk import REPORT, TICKED
from tests.support.ground import Keys
from tests.support.people import Account, People
from tests.support.samples import PAYMENT
from tests.support.tampering import as_owner


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """The writes meet both databases."""
    return str(request.param)


@pytest.fixture
def person(people: People) -> Account:
    return people["saljare"]


def test_a_case_is_started_found_worked_on_signed_and_told(
    seller: Caller, person: Account, engine: Engine, key: Keys
) -> None:
    customer = seller.post(
        "/customers", {"name": "Fastighets AB Örnen", "org_number": "556036-0793"}, key=key()
    )
    assert customer.status_code == 201
    given = {"customer_id": customer.json["id"], "start_date": "2026-09-01"}
    started = seller.post("/cases", given, key=key())
    assert started.status_code == 201, started.text
    case_id = started.json["id"]
    assert started.headers["Location"] == f"/api/v1/cases/{case_id}"

    tasks = seller.get("/tasks").json["items"]
    (task,) = [t for t in tasks if t["case_id"] == case_id]
    assert task["name"] == "Marknadsanalys"
    where = f"/tasks/{task['id']}"

    claimed = seller.post(f"{where}/claim", key=key())
    assert claimed.status_code == 200, claimed.text
    assert claimed.json["revision"] == task["revision"] + 1
    detail = seller.get(where)
    assert detail.headers["ETag"].startswith(f'"{claimed.json["revision"]}-')
    assert detail.json["assignee"]["username"] == person.username
    assert detail.json["signature_required"] is True

    draft = {"answers": {"marknadsrapport": "Utkast"}, "note": "Mer kommer."}
    assert seller.write(f"{where}/draft", draft, key=key()).status_code == 200
    assert seller.get(where).json["values"] == {"marknadsrapport": "Utkast"}

    signed = {"answers": REPORT, "ticks": TICKED, "signature": {"password": person.password}}
    done = seller.write(f"{where}/complete", signed, key=key())
    assert done.status_code == 200, done.text
    assert done.json["signature"]["content_sha256"]
    assert seller.get(where).json["state"] == "completed"
    assert seller.get(where).json["signature"]["name"] == person.name

    history = seller.get(f"/cases/{case_id}/history").json["items"]
    assert {"case.started", "task.claimed", "task.completed", "task.signed"} <= {
        fact["type"] for fact in history
    }
    assert engine.history.verify(person.actor, case_id).ok


def test_the_same_key_gives_the_same_receipt_and_does_nothing_twice(
    seller: Caller, person: Account, task_id: str, key: Keys
) -> None:
    one = key()
    given: dict[str, Any] = {"answers": REPORT, "ticks": TICKED}
    given["signature"] = {"password": person.password}
    seen = seller.get(f"/tasks/{task_id}").json
    given |= {name: seen[name] for name in ("revision", "shown_sha256")}
    first = seller.post(f"/tasks/{task_id}/complete", given, key=one)
    again = seller.post(f"/tasks/{task_id}/complete", given, key=f'"{one}"')
    assert first.status_code == 200, first.text
    assert again.json == first.json


def test_diagrams_are_deployed_and_a_message_moves_a_case(
    calling: Calling, people: People, key: Keys
) -> None:
    owner = calling(people["process_owner"])
    file = (io.BytesIO(PAYMENT.data), PAYMENT.filename)
    deployed = owner.post("/definitions", key=key(), data={"files": [file]})
    assert deployed.status_code == 201, deployed.text
    (definition,) = deployed.json["definitions"]
    assert owner.get(f"/definitions/{definition['id']}/xml").data == PAYMENT.data

    manager, clerk = calling(people["manager"]), calling(people["ekonomi"])
    case_id = manager.post("/cases", {"process_id": "payment"}, key=key()).json["id"]
    (task,) = clerk.get("/tasks").json["items"]
    assert clerk.write(f"/tasks/{task['id']}/complete", {}, key=key()).status_code == 200
    (offered,) = clerk.get(f"/cases/{case_id}").json["messages"]
    assert (offered["name"], offered["allowed"]) == ("Paid", True)
    given = {"name": "Paid", "payload": {"paid_on": "2026-03-01"}}
    told = clerk.post(f"/cases/{case_id}/messages", given, key=key())
    assert told.status_code == 200, told.text
    assert (told.json["delivered"], told.json["stored"], told.json["expected"]) == (1, False, True)
    (thank,) = clerk.get("/tasks").json["items"]
    assert clerk.get(f"/tasks/{thank['id']}").json["values"] == {"paid_on": "2026-03-01"}


def test_a_case_answers_to_its_number_as_to_its_id(
    calling: Calling, people: People, key: Keys
) -> None:
    calling(people["process_owner"]).post(
        "/definitions", data={"files": [(io.BytesIO(PAYMENT.data), PAYMENT.filename)]}
    )
    manager = calling(people["manager"])
    started = manager.post("/cases", {"process_id": "payment"}, key=key()).json
    by_id, by_number = (manager.get(f"/cases/{started[name]}") for name in ("id", "number"))
    assert by_number.status_code == 200
    assert by_number.json == by_id.json
    past = manager.get(f"/cases/{started['number']}/history?limit=1")
    assert past.json["items"][0]["instance_id"] == started["id"]
    assert f"/cases/{started['number']}/history" in past.headers["Link"]
    told = {"name": "Paid", "payload": {"paid_on": "2026-03-01"}}
    assert manager.post(f"/cases/{started['number']}/messages", told).status_code == 200
    ended = manager.post(f"/cases/{started['number']}/cancel", {"reason": "Klart."}, key=key())
    assert ended.status_code == 200
    assert manager.get(f"/cases/{started['id']}").json["state"] == "cancelled"
    assert manager.get("/cases/2026-9999").status_code == 404


def test_a_number_opens_no_case_that_is_not_ones_own_to_see(
    calling: Calling, people: People, key: Keys
) -> None:
    owner = calling(people["process_owner"])
    owner.post("/definitions", data={"files": [(io.BytesIO(PAYMENT.data), PAYMENT.filename)]})
    number = calling(people["manager"]).post("/cases", {"process_id": "payment"}).json["number"]
    stranger = calling(people["inkop"])
    assert stranger.get(f"/cases/{number}").status_code == 404
    assert stranger.get(f"/cases/{number}/history").status_code == 404
    cancel = stranger.post(f"/cases/{number}/cancel", {"reason": "Nej."}, key=key())
    assert cancel.status_code == 404


def test_the_history_says_by_which_token_something_was_done(
    seller: Caller, person: Account, engine: Engine, case_id: str, task_id: str
) -> None:
    assert seller.post(f"/tasks/{task_id}/claim").status_code == 200
    engine.tasks.release(person.actor, task_id, key="on-the-page")
    token = engine.tokens.all(person.actor, person.username)[0]
    facts = seller.get(f"/cases/{case_id}/history").json["items"]
    by = {fact["type"]: fact for fact in facts}
    assert by["task.claimed"]["token"] == {"id": token.id, "name": "test"}
    assert "by_token" not in by["task.claimed"]["detail"]
    assert by["task.released"]["token"] is None
    assert by["case.started"]["token"] is None
    assert engine.history.verify(person.actor, case_id).ok


def test_the_token_of_an_entry_cannot_be_changed_afterwards(
    seller: Caller, person: Account, engine: Engine, case_id: str, task_id: str
) -> None:
    seller.post(f"/tasks/{task_id}/claim")
    with as_owner(database_of(engine)) as connection:
        connection.execute(
            text('UPDATE history SET detail = replace(detail, \'"name":"test"\', \'"name":"x"\')')
        )
    assert not engine.history.verify(person.actor, case_id).ok
