"""Every form of every page that writes says what its page showed, or why it need not.

A visitor who may do everything walks from page to page, through an application that has an example
of each, and looks at all their forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine import SYSTEM, Engine, FakeClock
from engine.jobs import failed, outbox
from engine.jobs.outbox import OutboundMessage
from tests.support.databases import database_of
from tests.support.decisions import DISCOUNTS
from tests.support.desk import Desk
from tests.support.diagrams import ad_hoc, chain, diagram, end, start, task
from tests.support.incidents import stopped_case
from tests.support.mover import steps
from tests.support.people import Account, People
from tests.support.samples import PAYMENT
from tests.support.visitor import Form, SignedIn, Visitor, forms

MARKS = {"shown", "revision"}
"""One of these a form carries that writes over what somebody else could have written."""
FREE = {
    # They make something new, and change nothing that was there.
    "cases.start": "starts a case",
    "people.add": "adds a person",
    "tokens.add": "makes a token",
    "previews.create": "has a worker look at what a move would mean",
    # They are about the visitor's own session.
    "accounts.login_sent": "signs in",
    "accounts.logout": "signs out",
    "identity.passkey_login": "signs in",
    "identity.second_step_sent": "signs in",
    "identity.second_step_passkey": "signs in",
    "identity.end_session": "signs out elsewhere",
    "identity.end_others": "signs out elsewhere",
    # What somebody signs in with is their own: nobody else changes it.
    "identity.confirmed": "does one thing to one's own account",
    "identity.codes_sent": "confirms what waits to be confirmed",
    "identity.add_passkey": "adds a passkey",
    "signing.sign": "signs what its page has shown, by its hash",
    "identity.reset": "takes all second factors away, and is done once",
    "tasks.withdraw_signature": "is done once, and the signature never changes",
    "pending_forms.discard": "throws away what the visitor has typed",
    # They write nothing.
    "decisions.tried": "shows what a decision would say",
    "history.verify": "checks the chain",
    # The engine compares each instance with what the preview has kept of it.
    "previews.start": "moves instances that stand as the preview shows",
    # They can be done once, and whoever comes second is told.
    "tasks.see_notice": "a notice is put away once",
    "tokens.revoke": "a token is revoked for good",
    "migration.decide_step": "a step is decided once",
    "migration.take_back": "the migration has kept the revision that it takes back",
}
"""Endpoints whose forms need not say what their page showed, each with its reason."""
IN_BETWEEN = {
    "identity.end_session",
    "identity.codes_sent",
    "identity.second_step_sent",
    "identity.second_step_passkey",
    "identity.second_step_challenge",
    "identity.passkey_challenge",
    "identity.new_passkey_challenge",
    "identity.reset",
    "batch.sign",
    "tasks.withdraw_signature",
    "signing.challenge",
    "signing.sign",
}
"""What is posted by a page in the middle of signing in, or by its script (tests/web/identity); by
one that follows a choice, or shows a signed task (tests/web/tasks)."""
EACH = 3
"""Pages that are visited of each kind: a list leads to many that are alike."""


@pytest.fixture
def somebody(engine: Engine, people: People) -> Account:
    """A person with every role and every right."""
    password = "fyra ord i en rad"
    roles, rights = tuple(engine.roles), ("process_owner", "manager", "administrator")
    engine.people.add(
        SYSTEM, "alla", "Alla Rätt", roles=roles, rights=rights, password=password, key="all"
    )
    person = next(p for p in engine.people.all(SYSTEM) if p.username == "alla")
    return Account(person.actor(), "alla", password)


@pytest.fixture
def examples(
    engine: Engine, clock: FakeClock, people: People, task_id: str, somebody: Account
) -> None:
    """Something of every kind that a page can be about."""
    keys = iter(range(1000))
    desk = Desk(engine, people, lambda: f"example-{next(keys)}")
    desk.deploy(PAYMENT, DISCOUNTS)
    desk.complete(people["ekonomi"], desk.task(desk.case("payment")))
    inner = (task("bredd"), task("trivsel"))
    parts = (start(), ad_hoc("fritt", *inner), end(), chain("start", "fritt", "end"))
    desk.deploy(diagram("fri", *parts, lanes={"kundansvarig": ["fritt"]}))
    desk.case("fri")
    stopped_case(engine)
    desk.deploy(steps(task("write"), ids="write"))
    moved, _waiting = desk.case("work"), desk.case("work")
    desk.deploy(steps(task("first"), task("write"), ids="first write"))
    owner = people["process_owner"].actor
    engine.migrations.start(owner, "work", 2, [moved], key=desk.key())
    engine.previews.create(owner, "work", 2, key=desk.key())
    while engine.previews.run():
        pass
    sent = OutboundMessage("webhook", "event-1", "https://receiver.example/hook", {"type": "test"})
    with database_of(engine).writing() as connection:
        outbox.post(connection, [sent], clock.now())
        [message_id] = outbox.due(connection, clock.now(), 1)
        taken = outbox.claim(connection, message_id, clock.now())
        assert taken is not None
        outbox.record_failure(connection, taken, "410 Gone", clock.now(), permanent=True)
        failed.add(connection, "outbox", {"id": "abc"}, 10, "KeyError: 'x'", clock.now())
    other = "fyra ord i en rad"
    engine.people.add(SYSTEM, "bo", "Bo Ek", roles=("saljare",), password=other, key="bo")
    bo = next(p for p in engine.people.all(SYSTEM) if p.username == "bo").actor()
    engine.tasks.reassign(SYSTEM, task_id, "alla", key="to-all")
    engine.tasks.take_over(bo, task_id, "Alla är sjuk", key="over")
    engine.tokens.add(SYSTEM, "alla", "Ett program", scopes=["read"], expires=None, key="token")


def endpoint(app: Flask, path: str, method: str) -> str | None:
    """The endpoint of a path, without a request."""
    found = app.url_map.bind("localhost")
    if not found.test(urlsplit(path).path, method):
        return None
    return str(found.match(urlsplit(path).path, method)[0])


def asked(page: TestResponse) -> list[str]:
    """The addresses that the page's other forms lead to."""
    return [
        f"{form.action}?{urlencode(form.values, doseq=True)}"
        for form in forms(page)
        if form.method.lower() == "get" and form.action
    ]


def posts(app: Flask, visitor: Visitor) -> Iterator[tuple[str, str, Form]]:
    """The forms that post, of all pages that links lead to: page, endpoint, form."""
    waiting, seen, visited = ["/", "/login"], {"/", "/login"}, dict[str, int]()
    while waiting:
        path = waiting.pop(0)
        page = visitor.open(path, follow_redirects=True)
        if page.mimetype != "text/html":
            continue
        for form in forms(page):
            if form.method.lower() == "post":
                action = urljoin(page.request.path, form.action or page.request.path)
                yield page.request.path, str(endpoint(app, action, "POST")), form
        for link in [*re.findall(r'<a [^>]*href="([^"#]+)', page.text), *asked(page)]:
            target = urljoin(page.request.path, unescape(link))
            kind = endpoint(app, target, "GET")
            if kind is None or not target.startswith("/") or target in seen:
                continue
            seen.add(target)
            visited[kind] = visited.get(kind, 0) + 1
            if visited[kind] <= EACH or kind in ("cases.show", "definitions.show"):
                waiting.append(target)


def test_every_form_that_writes_says_what_its_page_showed(
    app: Flask, signed_in: SignedIn, somebody: Account, examples: None
) -> None:
    stranger = list(posts(app, Visitor(app)))
    found = [*stranger, *posts(app, signed_in(somebody))]
    mute = {
        f"{page}: {name}"
        for page, name, form in found
        if name not in FREE and not any(form.values.get(mark, [""])[0] for mark in MARKS)
    }
    assert mute == set()
    takes_posts = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint != "static"
    }
    never_seen = takes_posts - {name for _page, name, _form in found}
    assert never_seen <= {"pending_forms.discard", *IN_BETWEEN}, (
        "the walk has no example of these forms"
    )
    assert FREE.keys() <= takes_posts
