"""Values that break careless programs, in every parameter of every page, every input of every form
and every body of the API: never a fault of the program (500), on either database."""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing.converters import AnyConverter, NumberConverter

import web
from engine import SYSTEM, Config, Engine
from tests.support.people import Account, People
from tests.support.visitor import SignedIn, Visitor, form
from web.api.routes import ROUTES

FORM = "application/x-www-form-urlencoded"
DEEP = "[" * 3_000 + "]" * 3_000
DEEP_OBJECT = '{"a":' * 3_000 + "1" + "}" * 3_000


def cursor(*parts: Any) -> str:
    text = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


TIMES = ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00")
CURSORS = [
    cursor(kind, *parts)
    for kind in (
        "history",
        "history_case",
        "cases",
        "tasks",
        "customers",
        "people",
        "facts",
        "done",
    )
    for parts in ([TIMES[0], "x"], [TIMES[1], "x"], [TIMES[0], 1 << 61, "x"], ["9999-12-31", "\0"])
]
VALUES = [
    "", "\x00", "a\x00b", "%00", "\ud800", "\U000e0001\u202e\u200b", "P9999999Y", "P9999999999999W",
    *TIMES, "9999-12-31", "0001-01-01", "-1", "1e999999", "9" * 5_000, "NaN", "é" * 3_000, DEEP,
    DEEP_OBJECT, "'\"--", "<script>", "{{7*7}}", "%s%n", "../../etc/passwd", "\r\nX-Evil: 1",
    '{"\\ud800": "\\u0000"}', "[1e400]", "null", "2026-W99-9", "R999999/P1D",
]  # fmt: skip
"""Texts, of which a browser sends the lone surrogate as three bytes that are no UTF-8."""
BODIES = [DEEP, DEEP_OBJECT, '"\\ud800"', "null", "[]", "1e999999", "-0", "\x00", "{", '{"":1}']


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def everything(engine: Engine, config: Config, people: People) -> Account:
    """Somebody who may do all there is to do: nothing is refused before it is looked at."""
    receipt = engine.people.add(
        SYSTEM, "allt", "Alla Roller", roles=tuple(config.roles), password="fyra ord som ingen vet",
        rights=("process_owner", "manager", "administrator"), key="everything",
    )  # fmt: skip
    actor = next(p for p in engine.people.all(people["administrator"].actor) if p.id == receipt.id)
    return Account(actor.actor(), "allt", "fyra ord som ingen vet")


def names() -> list[str]:
    """The names of all parameters and inputs that the pages know."""
    folder = Path(web.__file__).parent
    found = {"", "kept", "x"}
    for path in (*folder.rglob("*.py"), *folder.rglob("*.html")):
        text = path.read_text()
        found |= set(re.findall(r"(?:args|form|values)(?:\.get(?:list)?\(|\[)\"(\w+)\"", text))
        found |= set(re.findall(r"\bname=\"([\w-]+)\"", text))
    return sorted(found - {"csrf_token"})


def test_the_names_are_found() -> None:
    assert {"cursor", "q", "due", "kept", "note", "password"} <= set(names())


def written(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"))


def fitting(converter: Any, some: str) -> Any:
    """``some``, or what the converter of a rule takes instead."""
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return 1 if isinstance(converter, NumberConverter) else some


def places(app: Flask, method: str, known: list[str]) -> Iterator[str]:
    """The addresses of a method, with ids that there are and with none."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint not in ("static", "accounts.logout"):
            for some in known if rule.arguments else known[:1]:
                values = {name: fitting(rule._converters[name], some) for name in rule.arguments}
                built = rule.build(values)
                if built is not None:
                    yield built[1]


@pytest.fixture
def known(engine: Engine, task_id: str, case_id: str) -> list[str]:
    definition = engine.definitions.all(SYSTEM)[0]
    return [case_id, task_id, definition.id, "serviceplan", "a\x00b"]


def read(answer: Any) -> None:
    """Take the whole answer: one that is streamed must not break in the middle."""
    answer.get_data()


def test_no_parameter_of_a_page_breaks_it(
    app: Flask, signed_in: SignedIn, everything: Account, known: list[str]
) -> None:
    app.testing = False
    visitor = signed_in(everything)
    some = random.Random(20261201)  # noqa: S311
    asked, broken = names(), []
    for path in places(app, "GET", known):
        tries = [dict.fromkeys(asked, value) for value in some.sample(VALUES, 2)]
        tries += [{name: some.choice([*VALUES, *CURSORS])} for name in some.sample(asked, 4)]
        tries += [{"cursor": some.choice(CURSORS)}, {"kept": some.choice([DEEP, DEEP_OBJECT])}]
        for values in tries:
            query = "&".join(f"{name}={written(value)[:9_000]}" for name, value in values.items())
            answer = visitor.client.get(f"{path}?{query}")
            read(answer)
            if answer.status_code == 500:  # 503 says what is not set up
                broken.append((path, {n: v[:60] for n, v in values.items()} if len(values) == 1
                               else next(iter(values.values()))[:60]))  # fmt: skip
    assert broken == []


def test_no_input_of_a_form_breaks_it(
    app: Flask, signed_in: SignedIn, everything: Account, known: list[str]
) -> None:
    app.testing = False
    visitor = signed_in(everything)
    token = form(visitor.open("/password"), having="new_password").values["csrf_token"][0]
    some = random.Random(20261202)  # noqa: S311
    inputs, broken = names(), []
    for path in places(app, "POST", known):
        for value in some.sample([v for v in VALUES if len(v) < 7_000], 3):
            filled = dict.fromkeys(inputs, value)
            for chosen in some.sample(inputs, 15):
                filled[chosen] = some.choice(VALUES)
            body = "&".join(f"{name}={written(text)}" for name, text in filled.items())
            answer = visitor.client.post(
                path, data=f"{body}&csrf_token={token}".encode(),
                content_type=FORM,
                headers={"Sec-Fetch-Site": "same-origin"},
            )  # fmt: skip
            if answer.status_code in (302, 303):
                shown = visitor.client.get(answer.location)
                read(shown)
                answer = shown if shown.status_code >= 500 else answer
            if answer.status_code >= 500:
                broken.append((path, value[:60]))
        if visitor.open("/tasks").status_code == 302:
            visitor.sign_in(everything)
            token = form(visitor.open("/password"), having="new_password").values["csrf_token"][0]
    assert broken == []


def test_no_body_and_no_parameter_of_the_api_breaks_it(
    app: Flask, engine: Engine, everything: Account, known: list[str]
) -> None:
    app.testing = False
    secret = engine.tokens.add(everything.actor, everything.username, "prov", key="t").secret
    client, some, broken = app.test_client(), random.Random(20261203), []  # noqa: S311
    fields = sorted({f for r in ROUTES if r.body for f in r.body.__struct_fields__})
    asked = sorted({f for r in ROUTES for f in r.query.__struct_fields__})
    for route in ROUTES:
        for place in some.sample(known, 3):
            path = "/api/v1" + route.path.replace("{id}", quote(place))
            body: list[str | None] = [None]
            if route.writes:
                made = [{f: some.choice(VALUES) for f in some.sample(fields, 4)} for _ in range(3)]
                made += [
                    {f: {"x": json.loads("[" * 90 + "]" * 90)}} for f in some.sample(fields, 2)
                ]
                body = [*some.sample(BODIES, 3), *(json.dumps(m) for m in made)]
            for data in body:
                query = {name: some.choice([*VALUES, *CURSORS]) for name in some.sample(asked, 2)}
                text = "&".join(f"{n}={written(v)[:3_000]}" for n, v in query.items())
                answer = client.open(
                    f"{path}?{text if some.random() < 0.5 else ''}", method=route.method, data=data,
                    content_type="application/json", headers={"Authorization": f"Bearer {secret}"},
                )  # fmt: skip
                read(answer)
                if answer.status_code >= 500:
                    broken.append((route.name, place, (data or "")[:100], query))
    assert broken == []


def test_no_stranger_breaks_anything(app: Flask, visitor: Visitor) -> None:
    app.testing = False
    for value in VALUES:
        for path in ("/login", "/language/sv", "/problems/x", "/api/docs"):
            short = written(value)[:9_000]
            answer = visitor.client.get(f"{path}?next={short}&refused=1&kept={short}")
            assert answer.status_code < 500, (path, value[:60])
        login = f"username={written(value)}&password={written(value)}&next={written(value)}"
        answer = visitor.client.post("/login", data=login.encode(), content_type=FORM)
        assert answer.status_code < 500, value[:60]
        assert visitor.client.get(f"/cases/{written(value)[:500]}").status_code < 500
