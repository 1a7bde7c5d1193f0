"""The security log: each event is there, whatever else is logged, and nobody forges its lines."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine import Config, Engine
from tests.support.caller import Caller
from tests.support.people import Account, People
from tests.support.visitor import SignedIn, Visitor
from web import logs
from web.security_log import LOGGER, escaped


class Log:
    """What stands in the security log's file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def text(self) -> str:
        return self.path.read_text() if self.path.exists() else ""

    def events(self, name: str) -> list[dict[str, Any]]:
        told = [json.loads(line) for line in self.text.splitlines()]
        return [event for event in told if event["event"] == name]

    def only(self, name: str) -> dict[str, Any]:
        [event] = self.events(name)
        return event


@pytest.fixture
def log(config: Config, tmp_path: Path) -> Iterator[Log]:
    """The log of a server whose other logging is as quiet as it can be."""
    path = tmp_path / "security.log"
    yield from _configured(config, path, "json")


@pytest.fixture
def plain(config: Config, tmp_path: Path) -> Iterator[Log]:
    yield from _configured(config, tmp_path / "security.txt", "plain")


def _configured(config: Config, path: Path, form: str) -> Iterator[Log]:
    root, security = logging.getLogger(), logging.getLogger(LOGGER)
    before = root.handlers[:], root.level, security.handlers[:], security.propagate
    quiet = replace(config.log, level="error", format=form, security_file=str(path))
    logs.configure(replace(config, log=quiet))
    yield Log(path)
    for handler in security.handlers:
        handler.close()
    root.handlers[:], security.handlers[:], security.propagate = before[0], before[2], before[3]
    root.setLevel(before[1])


def program(app: Flask, engine: Engine, account: Account) -> Caller:
    """A program with a token of somebody's."""
    issued = engine.tokens.add(account.actor, account.username, "prov", key="token of a test")
    return Caller(app, issued.secret)


def try_to_log_in(visitor: Visitor, username: str, password: str) -> int:
    login = visitor.open("/login")
    filled = {"username": username, "password": password}
    return visitor.send(login, filled, having="password").status_code


def test_a_right_log_in_has_account_address_and_request(
    log: Log, visitor: Visitor, people: People
) -> None:
    answer = visitor.sign_in(people["saljare"])
    event = log.only("sign_in.right")
    assert event["account"] == people["saljare"].username
    assert event["account_id"] == people["saljare"].id
    assert event["address"] == "127.0.0.1"
    assert event["request_id"] == answer.headers["X-Request-ID"]
    assert people["saljare"].password not in log.text
    assert people["saljare"].name not in log.text


def test_wrong_and_refused_log_ins_are_told_apart(
    log: Log, visitor: Visitor, people: People
) -> None:
    for _ in range(7):
        try_to_log_in(visitor, people["saljare"].username, "inte detta lösenord")
    assert len(log.events("sign_in.wrong")) == 5
    refused = log.events("sign_in.refused")
    assert {event["account"] for event in refused} == {people["saljare"].username}
    assert all(event["seconds"] >= 1 for event in refused)
    assert "inte detta" not in log.text


def test_what_is_typed_as_a_name_that_nobody_has_is_not_written(log: Log, visitor: Visitor) -> None:
    try_to_log_in(visitor, "mitt hemliga lösenord", "x")
    assert log.only("sign_in.wrong")["unknown_account"] is True
    assert "hemliga" not in log.text


def test_a_wrong_password_of_somebody_signed_in_is_told(
    log: Log, engine: Engine, signed_in: SignedIn, people: People, task_id: str
) -> None:
    visitor = signed_in(people["saljare"])
    page = visitor.open("/password")
    filled = {"current": "fel", "new_password": "ett nytt långt lösenord", "repeated": "x"}
    visitor.send(page, filled, having="new_password")
    event = log.only("signing.wrong")
    assert (event["account"], event["address"]) == (people["saljare"].username, "127.0.0.1")


def test_what_is_denied_is_told(
    log: Log, app: Flask, engine: Engine, signed_in: SignedIn, people: People, case_id: str
) -> None:
    visitor = signed_in(people["saljare"])
    answer = visitor.open("/people/")
    assert answer.status_code in (403, 404)
    event = log.only("denied")
    assert (event["account"], event["path"]) == (people["saljare"].username, "/people/")
    assert (event["status"], event["request_id"]) == (
        answer.status_code,
        answer.headers["X-Request-ID"],
    )
    refused = program(app, engine, people["saljare"]).get("/cases/0123456789abcdef0123456789abcdef")
    assert refused.status_code == 404
    of_api = log.events("denied")[-1]
    assert (of_api["account_id"], of_api["reason"]) == (people["saljare"].id, "not-found")
    assert of_api["request_id"] == refused.headers["X-Request-ID"]
    assert of_api["address"] == "127.0.0.1"


def test_a_form_of_another_site_is_told(log: Log, signed_in: SignedIn, people: People) -> None:
    signed_in(people["saljare"]).client.post("/password", data={"current": "x"})
    assert log.only("denied")["reason"] == "csrf"


def test_a_wrong_token_is_told_and_not_written(log: Log, app: Flask) -> None:
    headers = {"Authorization": "Bearer sp_0123456789abcdef0123456789abcdef"}
    app.test_client().get("/api/v1/tasks", headers=headers)
    event = log.only("token.wrong")
    assert (event["reason"], event["path"]) == ("token_unknown", "/api/v1/tasks")
    assert "sp_0123" not in log.text


def test_accounts_rights_passwords_and_tokens_are_told_when_they_change(
    log: Log, engine: Engine, people: People
) -> None:
    boss = people["administrator"].actor
    added = engine.people.add(
        boss, "nils", "Nils Ny", roles=("saljare",), password="fyra ord i en rad!", key="1"
    )
    engine.people.change(boss, "nils", rights=("manager",), key="2")
    engine.people.set_password(boss, "nils", "fem andra ord i en rad", key="3")
    token = engine.tokens.add(
        people["saljare"].actor, people["saljare"].username, "bok", scopes=("read",), key="4"
    )
    engine.tokens.revoke(boss, token.token.id, key="5")
    for name in ("person.added", "person.changed", "password.changed"):
        event = log.only(name)
        assert (event["person"], event["by"]) == (added.id, boss.id)
    assert log.only("person.changed")["rights"] == ["manager"]
    assert log.only("token.added")["token"] == log.only("token.revoked")["token"] == token.token.id
    for secret in ("fyra ord", "fem andra", str(token.secret), "Nils Ny"):
        assert secret not in log.text


def test_what_was_rolled_back_is_not_told(log: Log, engine: Engine, people: People) -> None:
    with pytest.raises(Exception, match="finns inte"):
        engine.people.change(
            people["administrator"].actor, "saljare", roles=("finns inte",), key="1"
        )
    assert log.text == ""


def test_reading_the_history_is_told_without_what_was_looked_for(
    log: Log, app: Flask, engine: Engine, signed_in: SignedIn, people: People, case_id: str
) -> None:
    visitor = signed_in(people["manager"])
    visitor.open("/history/?q=sjukdom")
    visitor.open("/history/export.csv").get_data()
    program(app, engine, people["manager"]).get(f"/cases/{case_id}/history")
    events = log.events("history.read")
    assert {event["how"] for event in events} == {"search", "export"}
    assert {event["by"] for event in events} == {people["manager"].id}
    assert events[0]["filters"] == ["q"]
    assert events[-1]["case"] == case_id
    assert "sjukdom" not in log.text


@pytest.mark.parametrize(
    "path", ["/cases/x%0aSECURITY account=root", "/cases/%e2%80%ae%c2%85%e2%80%a8x%0d%1b[2J"]
)
def test_nobody_writes_lines_into_the_log(
    plain: Log, signed_in: SignedIn, people: People, path: str
) -> None:
    visitor = signed_in(people["saljare"])
    before = len(plain.text.splitlines())
    assert visitor.open(path).status_code == 404
    added = plain.text.splitlines()[before:]
    assert len(added) == 1
    assert added[0].isprintable()
    assert " SECURITY event=denied " in added[0]


def test_the_other_log_escapes_what_was_sent_too(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord("x", 30, "f", 1, "denied %s", ("/a\nERROR all is lost\x1b",), None)
    record.request_id = "-"
    line = logs.PlainLines(logs.PLAIN).format(record)
    assert len(line.splitlines()) == 1
    assert "\\nERROR" in line
    assert line.isprintable()
    assert (
        json.loads(logs.JsonLines().format(record))["message"]
        == "denied /a\\nERROR all is lost\\x1b"
    )


def test_an_error_that_quotes_what_was_sent_writes_no_line_of_its_own() -> None:
    try:
        raise ValueError("a\n2026-12-01 SECURITY forged")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", 40, "f", 1, "failed", (), info)
    record.request_id = "-"
    lines = logs.PlainLines(logs.PLAIN).format(record).splitlines()
    assert all(line.startswith("    ") for line in lines[1:])


def test_without_a_file_it_goes_to_standard_error(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    security = logging.getLogger(LOGGER)
    before = security.handlers[:], security.propagate
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    try:
        logs.configure(replace(config, log=replace(config.log, level="error")))
        security.info("sign_in.right", extra={"security": {"account": "anna"}})
    finally:
        security.handlers[:], security.propagate = before
        root.handlers[:] = kept[0]
        root.setLevel(kept[1])
    assert "SECURITY event=sign_in.right account=anna" in capsys.readouterr().err


def test_visible_characters_are_left_as_they_are() -> None:
    assert escaped("Åsa /ärenden?q=1 – €") == "Åsa /ärenden?q=1 – €"
