"""Every address of the application and every operation of the API, asked by a stranger and by
everybody: what is not declared here fails, and what is declared is what happens."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

import pytest
from flask import Flask
from werkzeug.routing import Rule

from engine import SYSTEM, Engine
from tests.support.people import Account, People
from tests.support.visitor import Visitor
from web.api.call import BASE
from web.api.routes import ROUTES

WHO: Final = ("stranger", "nobody", "seller", "owner", "administrator", "manager")
"""Who asks, in the order of the marks: without a session or token, with an account and no role,
with the first role of the case, with each of the rights."""

# "+" the door is open (whatever comes of it), "-" refused, "0" it does not exist for them, "L" they
# are led to the login.
PAGES: Final[Mapping[str, str]] = {
    "accounts.login": "++++++",
    "accounts.language": "++++++",
    "accounts.password": "L+++++",
    "identity.index": "L+++++",
    "identity.confirm": "L00000",
    "identity.codes": "L+++++",
    "identity.recovery": "L+++++",
    "identity.new_passkey": "L+++++",
    "identity.second_step": "LLLLLL",
    "home.index": "L+++++",
    "batch.choose": "L+++++",
    "tasks.inbox": "L+++++",
    "tasks.show": "L0+00+",
    "tasks.attachment": "L00000",
    "overview.index": "L----+",
    "cases.cancel": "L0-00+",
    "cases.new": "L++--+",
    "cases.index": "L+++++",
    "cases.message": "L00000",
    "cases.plan": "L0-00+",
    "cases.show": "L0+00+",
    "cases.instance": "L0+00+",
    "cases.variables": "L0-00+",
    "cases.correct_variable": "L0-00+",
    "incidents.index": "L--+-+",
    "decisions.show": "L-0000",
    "decisions.file": "L-0000",
    "definitions.index": "L-++++",
    "definitions.show": "L0++++",
    "definitions.file": "L-++++",
    "definitions.upload": "L--+--",
    "migration.preview": "L--+-+",
    "migration.job": "L--0-0",
    "previews.show": "L--0-0",
    "history.index": "L+++++",
    "history.export": "L+++++",
    "history.verified": "L----+",
    "checkpoints.index": "L----+",
    "checkpoints.note": "L----+",
    "checkpoints.script": "L+++++",
    "people.index": "L---+-",
    "people.settings": "L---+-",
    "people.new": "L---+-",
    "people.show": "L---+-",
    "invitations.show": "000000",
    "invitations.first": "000000",
    "tokens.index": "L+++++",
    "understood.read": "L+++++",
    "api.docs": "++++++",
    "api.problems": "++++++",
    "api.problem": "000000",
    "monitoring.live": "++++++",
    "monitoring.ready": "++++++",
    "monitoring.metrics": "++++++",
    "printed.case": "L0+00+",
    "printed.task": "L0+00+",
}  # fmt: skip
"""What each endpoint answers those of ``WHO`` when it is read."""
FORMS: Final[Mapping[str, str]] = {
    "accounts.login_sent": "LLLLLL",
    "accounts.password_sent": "L+++++",
    "identity.end_session": "L+++++",
    "identity.end_others": "L+++++",
    "identity.confirmed": "L+++++",
    "identity.codes_sent": "L+++++",
    "identity.reset": "L+++++",
    "identity.passkey_challenge": "++++++",
    "identity.passkey_login": "LLLLLL",
    "identity.new_passkey_challenge": "L+++++",
    "identity.add_passkey": "L+++++",
    "identity.second_step_sent": "LLLLLL",
    "identity.second_step_challenge": "++++++",
    "identity.second_step_passkey": "LLLLLL",
    "pending_forms.discard": "L+++++",
    "batch.sign": "L+++++",
    "tasks.act": "L+++++",
    "tasks.see_notice": "L+++++",
    "tasks.withdraw_signature": "L+++++",
    "overview.resend": "L+++++",
    "overview.retry": "L+++++",
    "cases.begin_activity": "L+++++",
    "cases.cancel_sent": "L+++++",
    "cases.retry": "L+++++",
    "cases.start": "L+++++",
    "cases.send": "L+0++0",
    "cases.plan_sent": "L+++++",
    "cases.correct_variable_sent": "L+++++",
    "incidents.retry": "L+++++",
    "decisions.tried": "L+++++",
    "definitions.open_to_anyone": "L+++++",
    "definitions.uploaded": "L+++++",
    "migration.migrate": "L+++++",
    "migration.take_back": "L+++++",
    "migration.decide_step": "L+++++",
    "previews.create": "L+++++",
    "previews.start": "L+++++",
    "history.verify": "L+++++",
    "people.add": "L+++++",
    "people.decide": "L+++++",
    "people.change": "L+++++",
    "invitations.accept": "++++++",
    "invitations.accept_first": "++++++",
    "tokens.add": "L+++++",
    "tokens.revoke": "L+++++",
}  # fmt: skip
"""What each endpoint answers them when an empty form is sent to it; one that is refused leads back
to its page, which says why, so that an open door is not yet an act."""
OPERATIONS: Final[Mapping[str, str]] = {
    "GET /tasks": "L+++++",
    "GET /tasks/{id}": "L0+00+",
    "POST /tasks/{id}/claim": "L0+00-",
    "POST /tasks/{id}/release": "L0+00-",
    "POST /tasks/{id}/reassign": "L+++++",
    "POST /tasks/{id}/take-over": "L+++++",
    "POST /tasks/{id}/draft": "L+++++",
    "POST /tasks/{id}/complete": "L+++++",
    "POST /tasks/{id}/withdraw-signature": "L+++++",
    "GET /cases": "L+++++",
    "POST /cases": "L-+--+",
    "GET /start-check": "L-+--+",
    "GET /cases/{id}": "L0+00+",
    "GET /cases/{id}/history": "L0+00+",
    "POST /cases/{id}/messages": "L+++++",
    "POST /cases/{id}/cancel": "L+++++",
    "POST /instances/{id}/begin": "L+++++",
    "POST /instances/{id}/variables": "L+++++",
    "GET /customers": "L+++++",
    "POST /customers": "L+++++",
    "GET /incidents": "L+++++",
    "POST /incidents/{id}/retry": "L00000",
    "GET /cases/{id}/sheet.pdf": "L0+00+",
    "GET /tasks/{id}/sheet.pdf": "L0+00+",
    "GET /me": "L+++++",
    "GET /definitions": "L-++++",
    "POST /definitions": "L+++++",
    "GET /definitions/{id}": "L0++++",
    "GET /definitions/{id}/xml": "L-++++",
}  # fmt: skip
"""What each operation of the API answers them, with an empty request."""
GOOD: Final = "fyra gröna moroten"


class World:
    """The application, and somebody of each kind."""

    def __init__(self, app: Flask, engine: Engine, people: People, case_id: str) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self.app, self.engine, self.case = app, engine, case_id
        engine.people.add(SYSTEM, "nobody", "Nils", password=GOOD, key="nobody")
        nobody = engine.people.named(SYSTEM, ["nobody"])["nobody"]
        accounts = {
            "nobody": Account(nobody.actor(), "nobody", GOOD),
            "seller": people["saljare"],
            "owner": people["process_owner"],
            "administrator": people["administrator"],
            "manager": people["manager"],
        }
        self.clients = {"stranger": Visitor(app).client}
        self.secrets = {"stranger": ""}
        for name, account in accounts.items():
            visitor = Visitor(app)
            visitor.sign_in(account)
            self.clients[name] = visitor.client
            made = engine.tokens.add(account.actor, account.username, name, key=f"t-{name}")
            self.secrets[name] = str(made.secret)
        seller = people["saljare"].actor
        self.task = engine.tasks.search(seller, show="mine").items[0].id
        self.definition = engine.definitions.all(SYSTEM)[0].id

    def address(self, rule: Rule) -> str:
        """The address of a rule, of something that there is where that is easy to say."""
        case_like = {"case_id": self.case, "instance_id": self.case}
        values = {**case_like, "task_id": self.task, "definition_id": self.definition}
        values |= {"username": "saljare", "code": "sv", "name": "verify.py"}
        given = {name: values.get(name, "1") for name in rule.arguments}
        built = rule.build(given)
        assert built is not None
        return built[1]

    def mark(self, who: str, method: str, address: str) -> str:
        data = {"key": uuid.uuid4().hex} if method == "POST" else None
        answer = self.clients[who].open(address, method=method, data=data)
        return _mark(answer.status_code, str(answer.location or ""))

    def call(self, who: str, method: str, path: str) -> str:
        headers = {"Authorization": f"Bearer {self.secrets[who]}"} if self.secrets[who] else {}
        headers["Idempotency-Key"] = uuid.uuid4().hex
        more: dict[str, Any] = {} if method == "GET" else {"json": {}}
        address = f"{BASE}{path.replace('{id}', self._id(path))}"
        answer = self.app.test_client().open(address, method=method, headers=headers, **more)
        return _mark(answer.status_code, "")

    def _id(self, path: str) -> str:
        if path.startswith("/tasks"):
            return self.task
        return self.definition if path.startswith("/definitions") else self.case


def _mark(status: int, location: str) -> str:
    assert status < 500, status
    if status in (302, 303) and location.startswith("/login"):
        return "L"
    return {401: "L", 403: "-", 404: "0"}.get(status, "+")


@pytest.fixture
def world(app: Flask, engine: Engine, people: People, case_id: str) -> World:
    return World(app, engine, people, case_id)


def found(world: World) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The marks of all pages, forms and operations."""
    pages, forms = {}, {}
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint in ("static", "accounts.logout"):
            continue  # the same for everybody; and it would end what the others ask with
        address = world.address(rule)
        for method, marks in (("GET", pages), ("POST", forms)):
            if method in (rule.methods or ()):
                marks[rule.endpoint] = "".join(world.mark(w, method, address) for w in WHO)
    operations = {
        f"{route.method} {route.path}": "".join(
            world.call(w, route.method, route.path) for w in WHO
        )
        for route in ROUTES
    }
    return pages, forms, operations


def test_every_route_is_declared_and_answers_as_declared(world: World) -> None:
    pages, forms, operations = found(world)
    facts = world.engine.history.search(SYSTEM, limit=200).items
    by_others = [f for f in facts if f.actor_name == "Nils" and f.type != "token.added"]
    assert by_others == [], "whoever has no role has changed something"
    assert pages == dict(PAGES)
    assert forms == dict(FORMS)
    assert operations == dict(OPERATIONS)
