"""What comes in so that nobody can read it: told to its sender, never an error of ours."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from gunicorn.http.errors import InvalidChunkSize, LimitRequestHeaders, LimitRequestLine
from werkzeug.test import EnvironBuilder, TestResponse
from werkzeug.wrappers import Response

from engine import Engine
from tests.support.caller import Caller, problem
from tests.support.desk import a_customer
from tests.support.ground import Keys
from tests.support.people import People
from tests.support.visitor import SignedIn
from web.api.problems import Refused
from web.gunicorn_worker import UNREADABLE, answer


class Broken:
    """A body that the server cannot read to its end."""

    def read(self, *_: Any) -> bytes:
        raise InvalidChunkSize(b"zz")

    readline = readinto = read


def send_broken(caller: Caller, path: str, content_type: str, **environ: Any) -> Response:
    builder = EnvironBuilder(path=f"/api/v1{path}", method="POST", content_type=content_type)
    builder.headers["Authorization"] = f"Bearer {caller.secret}"
    given = builder.get_environ() | {"REMOTE_ADDR": "127.0.0.1", "wsgi.input": Broken(), **environ}
    return Response.from_app(caller.client.application, given)


@pytest.mark.parametrize(
    ("path", "content_type"),
    [("/cases", "application/json"), ("/definitions", "multipart/form-data; boundary=b")],
)
@pytest.mark.parametrize(
    "length", [{"CONTENT_LENGTH": "9"}, {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}]
)
def test_a_body_that_cannot_be_read_is_its_senders(
    manager: Caller, path: str, content_type: str, length: dict[str, Any]
) -> None:
    refused = send_broken(manager, path, content_type, **length)
    assert (refused.status_code, refused.mimetype) == (400, "application/problem+json")
    assert json.loads(refused.get_data())["type"] == "/problems/malformed-request"


def test_a_parameter_given_twice_is_pointed_at(manager: Caller) -> None:
    refused = manager.get("/cases?limit=1&limit=2")
    assert (refused.status_code, problem(refused)) == (422, "invalid")
    assert refused.json["errors"][0]["parameter"] == "limit"


@pytest.mark.parametrize("query", ["due=null", "due=", "limit=null", "state=null"])
def test_null_is_no_parameter(manager: Caller, query: str) -> None:
    path = "/cases" if "state" in query else "/tasks"
    assert problem(manager.get(f"{path}?{query}")) == "invalid"


def test_a_packed_body_is_not_taken_for_what_it_is_not(manager: Caller) -> None:
    packed = manager.post("/cases", {}, headers={"Content-Encoding": "gzip"})
    assert (packed.status_code, problem(packed)) == (415, "unsupported-media-type")
    plain = manager.post("/cases", {"process_id": "x"}, headers={"Content-Encoding": "identity"})
    assert problem(plain) == "invalid"


def test_the_document_takes_get_only(stranger: Caller) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        refused = stranger.send(method, "/openapi.json")
        assert (refused.status_code, problem(refused)) == (405, "method-not-allowed")
        assert refused.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("number", ["1e6145", "-1e999999999", "1e99999999999999999999"])
def test_a_number_that_nothing_holds_is_pointed_at(
    manager: Caller, number: str, engine: Engine
) -> None:
    for path, body in (
        ("/cases", f'{{"variables": {{"a": {number}}}}}'),
        ("/instances/x/variables", f'{{"variables": {{"a": [{number}]}}}}'),
    ):
        refused = manager.send("POST", path, data=body, content_type="application/json")
        assert (refused.status_code, problem(refused)) == (422, "invalid")
    customer = f'"customer_id": "{a_customer(engine)}"'
    held = f'{{{customer}, "variables": {{"a": 1e6144, "b": 1e-999999999}}}}'
    started = manager.send("POST", "/cases", data=held, content_type="application/json")
    assert started.status_code == 201, started.text


@pytest.mark.parametrize("levels", [101, 900, 100_000])
def test_a_body_is_not_nested_for_ever(manager: Caller, levels: int, engine: Engine) -> None:
    customer = f'"customer_id": "{a_customer(engine)}"'

    def start(inner: int) -> TestResponse:
        body = "{" + customer + ', "variables": {"a": ' + inner * "[" + inner * "]" + "}}"
        return manager.send("POST", "/cases", data=body, content_type="application/json")

    refused = start(levels)
    assert (refused.status_code, problem(refused)) == (400, "malformed-request")
    assert start(90).status_code == 201


# ---------------------------------------------------------------- cases


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_contract_begins_within_the_calendar(manager: Caller, day: str, key: Keys) -> None:
    refused = manager.post("/cases", {"start_date": day}, key=key())
    assert (refused.status_code, problem(refused)) == (422, "invalid")
    assert refused.json["errors"][0]["pointer"] == "/start_date"


@pytest.mark.parametrize("value", ["nonsense", {"@date": "9999-12-31"}, {"@date": "0001-01-01"}])
def test_a_date_that_nothing_can_be_counted_from_stops_no_start(
    manager: Caller, value: Any, key: Keys, engine: Engine
) -> None:
    given = {"customer_id": a_customer(engine), "variables": {"avtalsstart": value}}
    started = manager.post("/cases", given, key=key())
    assert started.status_code == 201, started.text
    assert manager.get(f"/cases/{started.json['number']}").status_code == 200


def test_titles_and_names_are_kept_as_people_write_them(
    manager: Caller, key: Keys, engine: Engine
) -> None:
    long = manager.post("/cases", {"title": "x" * 201}, key=key())
    assert ("too_long", "/title") in {(e["code"], e["pointer"]) for e in long.json["errors"]}
    named = {"customer_id": a_customer(engine), "title": " Å\u0000 b\n"}
    odd = manager.post("/cases", named, key=key())
    assert manager.get(f"/cases/{odd.json['id']}").json["title"] == "Å b"
    given = {"name": "Örnen\u0000 AB", "org_number": "556036-0793"}
    assert manager.post("/customers", given, key=key()).status_code == 201
    assert [c["name"] for c in manager.get("/customers?q=Örnen").json["items"]] == ["Örnen AB"]


def test_the_page_says_that_a_contract_cannot_begin_then(
    signed_in: SignedIn, people: People
) -> None:
    visitor = signed_in(people["manager"])
    page = visitor.open("/cases/new")
    filled = {"name": "Örnen AB", "org_number": "556036-0793", "start": "9999-12-31"}
    for action in ("preview", "start"):
        told = visitor.send(page, filled, having="org_number", button=("action", action))
        assert told.status_code == 422
        assert "2199-12-31" in told.text


# ---------------------------------------------------------------- before anybody looks at it


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (LimitRequestLine(5000, 4094), 414, "address-too-long"),
        (LimitRequestHeaders("too many"), 431, "headers-too-large"),
        (InvalidChunkSize(b"zz"), 400, "malformed-request"),
    ],
)
def test_what_is_not_http_is_answered_with_a_problem(
    error: Exception, status: int, name: str
) -> None:
    found = next(n for kind, n in UNREADABLE if isinstance(error, kind))
    assert found == name
    head, _, body = answer(Refused(found, str(error))).decode().partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert "application/problem+json" in head
    assert re.search(r"Content-Length: (\d+)", head)[1] == str(len(body.encode()))  # type: ignore[index]
    assert f'"/problems/{name}"' in body
