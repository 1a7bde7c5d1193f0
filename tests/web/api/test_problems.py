"""Every way in which the API says no, each with its own type."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from engine import SYSTEM, Config, Engine, FakeClock, Unavailable
from tests.support.caller import Caller, Calling, problem
from tests.support.desk import REPORT, TICKED
from tests.support.ground import Keys
from tests.support.incidents import BREAKS
from tests.support.people import Account, People
from tests.support.samples import DONE, SMALL
from tests.support.visitor import Visitor
from web import create_app
from web.api.problems import KINDS


@pytest.fixture
def person(people: People) -> Account:
    return people["saljare"]


@pytest.fixture
def small(engine: Engine, manager: Caller) -> str:
    """The path of an open task that anybody may do, unsigned."""
    engine.definitions.deploy(SYSTEM, [SMALL], key="small")
    case_id = manager.post("/cases", {"process_id": "small"}).json["id"]
    (row,) = [t for t in manager.get("/tasks").json["items"] if t["case_id"] == case_id]
    return f"/tasks/{row['id']}"


DEEP = b'{"answers": {"x": ' + b"[" * 100_000


# ---------------------------------------------------------------- who asks


@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "Bearer", "Bearer  "])
def test_without_a_token_nothing_is_told(stranger: Caller, header: str | None) -> None:
    answer = stranger.get("/tasks", headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, problem(answer)) == (401, "token-missing")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="serviceplan"'


def test_a_token_that_does_not_hold_says_why(
    app: Flask, engine: Engine, clock: FakeClock, person: Account, key: Keys
) -> None:
    def refused(secret: str | None) -> str:
        answer = Caller(app, secret).get("/me")
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
        return problem(answer)

    made = [
        engine.tokens.add(SYSTEM, person.username, "x", expires="P1D", key=key()) for _ in range(2)
    ]
    assert refused("sp_wrong") == "token-unknown"
    engine.tokens.revoke(SYSTEM, made[0].token.id, key=key())
    assert refused(made[0].secret) == "token-revoked"
    engine.people.change(SYSTEM, person.username, active=False, key=key())
    assert refused(made[1].secret) == "account-closed"
    clock.advance(timedelta(days=1))
    assert refused(made[1].secret) == "token-expired"


def test_a_revoked_token_is_refused_at_its_next_request(
    app: Flask, engine: Engine, person: Account, key: Keys
) -> None:
    issued = engine.tokens.add(SYSTEM, person.username, "x", key=key())
    caller = Caller(app, issued.secret)
    assert caller.get("/me").status_code == 200
    engine.tokens.revoke(person.actor, issued.token.id, key=key())
    assert problem(caller.get("/me")) == "token-revoked"


def test_who_tries_too_many_tokens_waits(app: Flask) -> None:
    guesser = Caller(app, "sp_guess")
    answers = [guesser.get("/me") for _ in range(31)]
    assert {problem(a) for a in answers[:30]} == {"token-unknown"}
    assert (answers[30].status_code, problem(answers[30])) == (429, "too-many-attempts")
    assert int(answers[30].headers["Retry-After"]) >= 1


def test_a_token_does_only_what_it_was_made_for(
    calling: Calling, people: People, task_id: str
) -> None:
    reader = calling(people["saljare"], "read")
    assert reader.get(f"/tasks/{task_id}").status_code == 200
    answer = reader.post(f"/tasks/{task_id}/claim")
    assert (answer.status_code, problem(answer)) == (403, "scope-missing")
    assert 'scope="tasks"' in answer.headers["WWW-Authenticate"]
    assert problem(calling(people["saljare"], "tasks").get("/tasks")) == "scope-missing"


def test_a_session_opens_no_door_here(app: Flask, visitor: Visitor, person: Account) -> None:
    visitor.sign_in(person)
    answer = visitor.open("/api/v1/tasks")
    assert (answer.status_code, problem(answer)) == (401, "token-missing")
    assert "Set-Cookie" not in answer.headers


def test_a_token_opens_no_page(app: Flask, seller: Caller) -> None:
    answer = seller.client.get("/tasks", headers={"Authorization": f"Bearer {seller.secret}"})
    assert answer.status_code == 302


# ---------------------------------------------------------------- what may be done


def test_what_the_person_may_not_do_the_token_may_not(
    calling: Calling, people: People, task_id: str
) -> None:
    clerk = calling(people["ekonomi"])
    started = clerk.post("/cases", {})
    assert (started.status_code, problem(started)) == (403, "not-allowed")
    file = (io.BytesIO(SMALL.data), SMALL.filename)
    deployed = clerk.post("/definitions", data={"files": [file]})
    assert (deployed.status_code, problem(deployed)) == (403, "not-allowed")


def test_somebody_elses_task_is_not_yours(seller: Caller, manager: Caller, task_id: str) -> None:
    assert seller.post(f"/tasks/{task_id}/claim").status_code == 200
    answer = manager.write(f"/tasks/{task_id}/draft", {})
    assert (answer.status_code, problem(answer)) == (403, "not-yours")


def test_a_token_alone_cannot_sign(seller: Caller, person: Account, task_id: str) -> None:
    where = f"/tasks/{task_id}/complete"
    given = {"answers": REPORT, "ticks": TICKED}
    unsigned = seller.write(where, given)
    assert (unsigned.status_code, problem(unsigned)) == (403, "signature-required")
    wrong = seller.write(where, {**given, "signature": {"password": "inte detta alls"}})
    assert (wrong.status_code, problem(wrong)) == (403, "wrong-password")
    assert "WWW-Authenticate" not in wrong.headers
    assert seller.get(f"/tasks/{task_id}").json["state"] == "open"
    signed = {**given, "signature": {"password": person.password}}
    assert seller.write(where, signed).status_code == 200


def test_nobody_signs_without_saying_what_was_shown(
    seller: Caller, person: Account, task_id: str
) -> None:
    seen = seller.get(f"/tasks/{task_id}").json
    given = {"answers": REPORT, "ticks": TICKED, "signature": {"password": person.password}}
    given["revision"] = seen["revision"]
    answer = seller.post(f"/tasks/{task_id}/complete", given)
    assert (answer.status_code, problem(answer)) == (428, "shown-required")
    assert seller.get(f"/tasks/{task_id}").json["state"] == "open"


def test_what_was_not_shown_is_not_signed(
    engine: Engine, seller: Caller, person: Account, task_id: str
) -> None:
    seen = seller.get(f"/tasks/{task_id}").json
    note = {"answers": {}, "ticks": {}, "note": "Ring först"}
    engine.tasks.save_draft(SYSTEM, task_id, **note, key="note")
    given = {"answers": REPORT, "ticks": TICKED, "signature": {"password": person.password}}
    given |= {"revision": seen["revision"] + 1, "shown_sha256": seen["shown_sha256"]}
    answer = seller.post(f"/tasks/{task_id}/complete", given)
    assert (answer.status_code, problem(answer)) == (409, "shown-changed")
    told = answer.json
    assert told["stored"]["note"] == "Ring först"
    assert {"pointer": "/note", "sent": "", "stored": "Ring först"} in told["differences"]
    now = seller.get(f"/tasks/{task_id}").json
    assert told["shown"]["sha256"] == now["shown_sha256"] != seen["shown_sha256"]
    assert told["shown"]["meaning"] == seen["meaning"]
    assert now["state"] == "open"
    given["shown_sha256"] = now["shown_sha256"]
    assert seller.post(f"/tasks/{task_id}/complete", given).status_code == 200


def test_nobody_guesses_a_password_through_the_api(
    seller: Caller, person: Account, task_id: str
) -> None:
    given = {"answers": REPORT, "ticks": TICKED, "signature": {"password": "inte detta alls"}}
    answers = [seller.write(f"/tasks/{task_id}/complete", given) for _ in range(6)]
    assert problem(answers[-1]) == "too-many-attempts"
    assert int(answers[-1].headers["Retry-After"]) >= 1


# ---------------------------------------------------------------- what is there


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/tasks/", "/tasks/x/y/z", "/tasks/x/nothing", "/tasks/{id}", "/cases//history",
        "/tasks/%00", "/tasks/0/claim/", "/api", "/api/", "/api/v2/tasks", "/api/v1", "/api/v1/",
        "/cases/x/%7Bid%7D",
    ],
)  # fmt: skip
def test_an_address_that_does_not_exist_is_not_found(seller: Caller, path: str) -> None:
    answer = seller.get(path)
    assert (answer.status_code, problem(answer)) == (404, "not-found")


@pytest.mark.parametrize(
    "path",
    ["/tasks/0", "/cases/0", "/cases/0/history", "/definitions/0", "/definitions/0/xml"],
)
def test_a_thing_that_does_not_exist_is_not_found(seller: Caller, path: str) -> None:
    answer = seller.get(path)
    assert (answer.status_code, problem(answer)) == (404, "not-found")


def test_a_strangers_case_does_not_exist(
    calling: Calling, people: People, engine: Engine, small: str
) -> None:
    nobody = engine.people.add(SYSTEM, "nobody", "Nils Ek", password="x1 lång nog ändå", key="n")
    assert nobody.id
    hidden = Account(people["ekonomi"].actor, "nobody", "")
    task_case = calling(people["manager"]).get(small).json["case_id"]
    customer = engine.customers.add(SYSTEM, "Någon AB", "556036-0793", key="c").id
    body = {"customer_id": customer, "people": {"saljare": "saljare"}}
    given = calling(people["manager"]).post("/cases", body).json["id"]
    for case_id in {given} - {task_case}:
        found = [calling(hidden).get(f"/cases/{case_id}{end}") for end in ("", "/history")]
        assert {problem(a) for a in found} == {"not-found"}


def test_another_method_is_not_allowed(seller: Caller) -> None:
    answer = seller.send("DELETE", "/tasks")
    assert (answer.status_code, problem(answer)) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD"
    assert seller.send("PUT", "/tasks/0/claim").headers["Allow"] == "POST"


# ---------------------------------------------------------------- what is sent


def test_what_is_not_json_cannot_be_read(seller: Caller, small: str) -> None:
    for body in (b"{", b"\xff\xfe", b'{"note": "\\ud800"}', DEEP, b'{"note": NaN}'):
        answer = seller.write(f"{small}/draft", data=body, content_type="application/json")
        assert (answer.status_code, problem(answer)) == (400, "malformed-request"), body[:20]


def test_a_body_of_another_type_is_refused(seller: Caller, small: str) -> None:
    answer = seller.write(f"{small}/draft", data="note=x")
    assert (answer.status_code, problem(answer)) == (415, "unsupported-media-type")
    assert problem(seller.post("/definitions", {})) == "unsupported-media-type"


def test_a_body_over_the_limit_is_refused_before_it_is_read(
    seller: Caller, small: str, config: Config
) -> None:
    most = config.limits.request_bytes
    answer = seller.write(f"{small}/draft", {"note": "x" * most})
    assert (answer.status_code, problem(answer)) == (413, "body-too-large")
    assert str(most) in answer.json["detail"]
    untold = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = seller.client.post(
        f"/api/v1{small}/draft",
        input_stream=io.BytesIO(b" " * (most + 1)),
        headers={"Authorization": f"Bearer {seller.secret}"},
        content_type="application/json",
        environ_overrides={**untold, "CONTENT_LENGTH": ""},
    )
    assert problem(answer) == "body-too-large"


def test_a_body_that_was_cut_off_is_refused(seller: Caller, small: str) -> None:
    answer = seller.post(
        f"{small}/draft",
        data=b"{}",
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": "10"},
    )
    assert problem(answer) == "malformed-request"


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/draft", {"notes": "x"}, "/notes"),
        ("/complete", {"signature": {"password": "x", "pin": 1}}, "/signature/pin"),
        ("/claim", {"because": "x"}, "/because"),
        ("/complete", {**DONE, "answers": {"stori": "x"}}, "/answers/stori"),
        ("/complete", {"ticks": {"one": True, "tw/o~": True}}, "/ticks/tw~1o~0"),
    ],
)
def test_a_field_that_does_not_exist_is_named(
    seller: Caller, small: str, path: str, body: Any, pointer: str
) -> None:
    answer = seller.write(small + path, body)
    assert (answer.status_code, problem(answer)) == (422, "unknown-field")
    assert [e["pointer"] for e in answer.json["errors"]] == [pointer]


def test_a_parameter_that_does_not_exist_is_named(seller: Caller) -> None:
    answer = seller.get("/tasks?colour=red")
    assert (answer.status_code, problem(answer)) == (422, "unknown-field")
    assert answer.json["errors"][0]["parameter"] == "colour"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"), ("show=yours", "show"),
     ("due=never", "due"), ("cursor=x", "cursor")],
)  # fmt: skip
def test_a_parameter_that_does_not_fit_is_named(seller: Caller, query: str, parameter: str) -> None:
    answer = seller.get(f"/tasks?{query}")
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    assert [e["parameter"] for e in answer.json["errors"]] == [parameter]


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/draft", {"note": 7}, "/note"),
        ("/complete", {"signature": {}}, "/signature"),
        ("/reassign", {}, ""),
        ("/reassign", {"username": "nobody"}, "/username"),
        ("/complete", {"ticks": {"one": False}}, "/ticks/one"),
        ("/complete", {**DONE, "answers": {"short": "x" * 1001}}, "/answers/short"),
        ("/complete", {**DONE, "note": "x" * 20_001}, "/note"),
    ],
)
def test_what_does_not_fit_is_pointed_at(
    manager: Caller, small: str, path: str, body: Any, pointer: str
) -> None:
    answer = manager.write(small + path, body)
    assert (answer.status_code, problem(answer)) == (422, "invalid"), answer.text
    assert [e["pointer"] for e in answer.json["errors"]] == [pointer]
    assert all(e["code"] and e["detail"] for e in answer.json["errors"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"process_id": "nothing"}, "/process_id"),
        ({"customer_id": "nobody"}, "/customer_id"),
        ({"people": {"nobody": "saljare"}}, "/people/nobody"),
        ({"start_date": "2026-02-30"}, "/start_date"),
        ({"variables": {"x": {"@date": "never"}}}, "/variables/x"),
    ],
)
def test_a_case_that_cannot_be_started_says_why(manager: Caller, body: Any, pointer: str) -> None:
    answer = manager.post("/cases", body)
    assert (answer.status_code, problem(answer)) == (422, "invalid"), answer.text
    # All that is wrong is told together; without a process the plan is meant, which has a customer.
    assert pointer in [e["pointer"] for e in answer.json["errors"]]


def test_a_variable_over_the_limit_has_its_own_type_and_leaves_no_incident(
    seller: Caller, manager: Caller, small: str, config: Config
) -> None:
    long = "x" * (config.limits.variable_bytes + 1)
    asked = (
        (
            manager,
            "/cases",
            {"process_id": "small", "variables": {"much": [long]}},
            "/variables/much",
        ),
        (seller, f"{small}/complete", {**DONE, "answers": {"story": long}}, "/answers/story"),
        (seller, f"{small}/draft", {"answers": {"story": long}}, "/answers/story"),
    )
    for caller, path, body, pointer in asked:
        answer = caller.write(path, body) if path.startswith(small) else caller.post(path, body)
        assert (answer.status_code, problem(answer)) == (422, "variable-too-large"), path
        assert [e["pointer"] for e in answer.json["errors"]] == [pointer]
    case_id = manager.get(small).json["case_id"]
    told = manager.post(f"/cases/{case_id}/messages", {"name": "x", "payload": {"much": long}})
    assert problem(told) == "variable-too-large"
    assert manager.get("/incidents").json["items"] == []


def test_variables_that_are_too_large_together_are_refused_too(
    app: Flask, engine: Engine, manager: Caller, config: Config
) -> None:
    part = config.limits.variable_bytes // 3
    given = {"a": "x" * part, "b": "x" * part, "c": "x" * (part + 10)}
    answer = manager.post("/cases", {"variables": given})
    assert problem(answer) == "variable-too-large"
    assert [e["pointer"] for e in answer.json["errors"]] == ["/variables/c"]


# ---------------------------------------------------------------- what was before


def test_a_key_that_comes_back_with_other_content_is_refused(
    seller: Caller, small: str, key: Keys
) -> None:
    one = key()
    assert seller.write(f"{small}/draft", {"note": "a"}, key=one).status_code == 200
    other = seller.write(f"{small}/draft", {"note": "b"}, key=one)
    assert (other.status_code, problem(other)) == (422, "idempotency-key-reused")
    elsewhere = seller.post(f"{small}/claim", {}, key=one)
    assert problem(elsewhere) == "idempotency-key-reused"
    assert seller.get(small).json["note"] == "a"


@pytest.mark.parametrize("given", ["", '""', "x" * 101])
def test_a_key_that_cannot_be_one_is_refused(seller: Caller, small: str, given: str) -> None:
    answer = seller.post(f"{small}/claim", {}, key=given)
    assert (answer.status_code, problem(answer)) == (400, "malformed-request")


def test_a_stale_revision_is_refused_by_header_and_by_body(
    seller: Caller, manager: Caller, small: str
) -> None:
    seen = seller.get(small)
    assert seller.write(f"{small}/draft", {"note": "mine"}).status_code == 200
    late = {"If-Match": seen.headers["ETag"]}
    for headers, more in ((late, {}), ({}, {"revision": seen.json["revision"]})):
        for path, body in (("complete", DONE), ("draft", {}), ("claim", {})):
            answer = seller.post(f"{small}/{path}", {**body, **more}, headers=headers)
            assert (answer.status_code, problem(answer)) == (409, "stale-revision")
            assert answer.json["revision"] == seen.json["revision"] + 1
    given = {"username": "saljare"}
    assert problem(manager.post(f"{small}/reassign", given, headers=late)) == "stale-revision"
    future = {"If-Match": f'"{seen.json["revision"] + 2}"'}
    assert problem(seller.post(f"{small}/draft", {}, headers=future)) == "stale-revision"
    assert seller.write(f"{small}/complete", DONE).status_code == 200


def test_who_writes_over_another_is_told_both_texts_and_loses_none(
    seller: Caller, manager: Caller, small: str, people: People
) -> None:
    seen = seller.get(small).json["revision"]
    theirs = {"answers": {"story": "Hennes"}, "ticks": {"one": "Behövs ej"}, "note": "Kvar"}
    saved = manager.write(f"{small}/draft", theirs).json
    mine = {"answers": {"story": "Min"}, "ticks": {"one": True}, "note": "Kvar", "revision": seen}
    for action in ("draft", "complete"):
        told = seller.post(f"{small}/{action}", mine).json
        assert told["stored"] == theirs
        assert told["differences"] == [
            {"pointer": "/answers/story", "sent": "Min", "stored": "Hennes"},
            {"pointer": "/ticks/one", "sent": True, "stored": "Behövs ej"},
        ]
        assert (told["by"], told["revision"]) == (people["manager"].name, saved["revision"])
        assert told["at"]
    assert seller.get(small).json["values"]["story"] == "Hennes"
    merged = {**mine, "answers": {"story": "Hennes. Min."}, "revision": told["revision"]}
    assert seller.post(f"{small}/draft", merged).status_code == 200


def test_what_is_missing_on_either_side_is_a_difference(
    seller: Caller, manager: Caller, small: str
) -> None:
    seen = seller.get(small).json["revision"]
    manager.write(f"{small}/draft", {"answers": {"short": "5"}, "note": ""})
    given = {"answers": {"story": "", "short": 5}, "note": "Ny", "revision": seen}
    told = seller.post(f"{small}/draft", given).json
    assert told["differences"] == [{"pointer": "/note", "sent": "Ny", "stored": ""}]
    told = seller.post(f"{small}/draft", {"revision": seen}).json
    assert told["differences"] == [{"pointer": "/answers/short", "sent": None, "stored": "5"}]


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
@pytest.mark.parametrize("action", ["draft", "complete"])
def test_who_writes_says_from_which_revision(
    seller: Caller, small: str, key: Keys, action: str, headers: dict[str, str]
) -> None:
    answer = seller.post(f"{small}/{action}", DONE, headers=headers, key=key())
    assert (answer.status_code, problem(answer)) == (428, "revision-required")
    assert "If-Match" in answer.json["detail"]
    assert seller.get(small).json["state"] == "open"
    now = seller.get(small).json["revision"]
    given = {**DONE, "revision": now}
    assert seller.post(f"{small}/{action}", given, headers=headers).status_code == 200


def test_two_revisions_in_one_request_contradict_each_other(seller: Caller, small: str) -> None:
    headers = {"If-Match": seller.get(small).headers["ETag"]}
    answer = seller.post(f"{small}/draft", {"revision": 99}, headers=headers)
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    assert [e["pointer"] for e in answer.json["errors"]] == ["/revision"]


@pytest.mark.parametrize("place", ["header", "body"])
@pytest.mark.parametrize("action", ["draft", "complete"])
def test_a_receipt_of_what_was_written_is_given_again_at_the_old_revision(
    seller: Caller, small: str, key: Keys, action: str, place: str
) -> None:
    one, seen = key(), seller.get(small)
    headers = {"If-Match": seen.headers["ETag"]} if place == "header" else {}
    body = DONE if place == "header" else {**DONE, "revision": seen.json["revision"]}
    first = seller.post(f"{small}/{action}", body, key=one, headers=headers)
    assert first.status_code == 200, first.text
    again = seller.post(f"{small}/{action}", body, key=one, headers=headers)
    assert (again.status_code, again.json) == (200, first.json)


def test_a_receipt_is_given_again_although_the_revision_has_moved_on(
    seller: Caller, small: str, key: Keys
) -> None:
    one, etag = key(), {"If-Match": seller.get(small).headers["ETag"]}
    first = seller.post(f"{small}/claim", {}, key=one, headers=etag)
    again = seller.post(f"{small}/claim", {}, key=one, headers=etag)
    assert again.status_code == 200
    assert again.json == first.json


@pytest.mark.parametrize("given", ["7", '"x"', 'W/"7"', '"1", "2"', '""'])
def test_an_etag_that_no_task_has_is_refused(seller: Caller, small: str, given: str) -> None:
    answer = seller.post(f"{small}/claim", {}, headers={"If-Match": given})
    assert problem(answer) == "malformed-request"


def test_any_revision_will_do_for_a_star(seller: Caller, small: str) -> None:
    assert seller.post(f"{small}/claim", {}, headers={"If-Match": "*"}).status_code == 200


def test_a_task_is_completed_once_and_the_second_learns_who_was_first(
    seller: Caller, manager: Caller, small: str, person: Account
) -> None:
    assert seller.write(f"{small}/complete", DONE).status_code == 200
    answer = manager.write(f"{small}/complete", DONE)
    assert (answer.status_code, problem(answer)) == (409, "already-completed")
    assert answer.json["by"] == person.name
    assert answer.json["at"]


def test_what_has_ended_takes_nothing_more(
    manager: Caller, engine: Engine, people: People, small: str
) -> None:
    case_id = manager.get(small).json["case_id"]
    engine.cases.cancel(people["manager"].actor, case_id, "Avbruten.", key="end")
    answer = manager.write(f"{small}/complete", DONE)
    assert (answer.status_code, problem(answer)) == (409, "task-withdrawn")
    answer = manager.post(f"/cases/{case_id}/messages", {"name": "x"})
    assert (answer.status_code, problem(answer)) == (409, "case-ended")


def test_a_process_that_fails_says_where_and_an_incident_is_retried(
    manager: Caller, engine: Engine
) -> None:
    engine.definitions.deploy(SYSTEM, [BREAKS], key="breaks")
    case_id = manager.post("/cases", {"process_id": "breaks"}).json["id"]
    (row,) = [t for t in manager.get("/tasks").json["items"] if t["case_id"] == case_id]
    answer = manager.write(f"/tasks/{row['id']}/complete", {"answers": {"amount": 0}})
    assert (answer.status_code, problem(answer)) == (409, "process-failed")
    assert answer.json["element_id"] == "divide"
    (incident,) = manager.get("/incidents").json["items"]
    assert manager.post(f"/incidents/{incident['id']}/retry").json["resolved"] is True
    again = manager.post(f"/incidents/{incident['id']}/retry")
    assert (again.status_code, problem(again)) == (409, "already-resolved")


def test_diagrams_with_errors_are_rejected_with_every_finding(
    calling: Calling, people: People
) -> None:
    owner = calling(people["process_owner"])
    file = (io.BytesIO(b"<?xml version='1.0'?><!DOCTYPE x><x/>"), "bad.bpmn")
    answer = owner.post("/definitions", data={"files": [file]})
    assert (answer.status_code, problem(answer)) == (422, "definitions-rejected")
    assert answer.json["findings"][0]["severity"] == "error"
    none = owner.post("/definitions", data={"files": []}, content_type="multipart/form-data")
    assert problem(none) == "invalid"
    other = owner.post("/definitions", data={"file": [(io.BytesIO(b"x"), "x")]})
    assert problem(other) == "unknown-field"


# ---------------------------------------------------------------- what is broken


def test_a_database_that_does_not_answer_is_worth_another_try(
    seller: Caller, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise Unavailable()

    monkeypatch.setattr(engine.tasks, "search", away)
    answer = seller.get("/tasks")
    assert (answer.status_code, problem(answer)) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_what_nobody_thought_of_tells_nothing_of_the_inside(
    seller: Caller, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(engine.tasks, "search", broken)
    answer = seller.get("/tasks")
    assert (answer.status_code, problem(answer)) == (500, "internal-error")
    assert "secret" not in answer.text


def test_a_smaller_limit_holds_at_once(config: Config, engine: Engine, seller: Caller) -> None:
    small = replace(config, limits=replace(config.limits, request_bytes=1000))
    caller = Caller(create_app(small, engine), seller.secret)
    assert problem(caller.post("/cases", {"title": "x" * 1000})) == "body-too-large"


# ---------------------------------------------------------------- the pages


@pytest.mark.parametrize("name", KINDS)
def test_every_type_is_a_page_in_both_languages(visitor: Visitor, name: str) -> None:
    swedish = visitor.open(f"/problems/{name}")
    english = visitor.open(f"/problems/{name}?lang=en")
    assert (swedish.status_code, english.status_code) == (200, 200)
    assert KINDS[name].title in swedish.text
    assert KINDS[name].text in swedish.text
    assert KINDS[name].text not in english.text


def test_the_types_are_listed_and_others_do_not_exist(visitor: Visitor) -> None:
    listed = visitor.open("/problems/").text
    assert [name for name in KINDS if f"/problems/{name}" not in listed] == []
    assert visitor.open("/problems/nothing").status_code == 404
