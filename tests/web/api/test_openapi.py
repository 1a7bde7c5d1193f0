"""The document: valid, complete, and true."""

from __future__ import annotations

import io
import json
import re
import uuid
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.test import TestResponse

from engine import INCIDENT_KINDS, SYSTEM, TOKEN_SCOPES, Engine, FakeClock
from engine.access import actions
from engine.bpmn.forms import FIELD_TYPES
from engine.config.settings import WebhookSettings
from engine.queries import task_detail
from tests.support.caller import Caller, Calling, Document, operations
from tests.support.databases import reopened
from tests.support.diagrams import ad_hoc, chain, diagram, end, start, task
from tests.support.files import PROJECT
from tests.support.incidents import BREAKS
from tests.support.people import People
from tests.support.receivers import http_receiver
from tests.support.samples import DONE, PAYMENT, SMALL
from tests.support.visitor import Visitor
from tests.support.workers import work_off
from web import create_app
from web.api.problems import KINDS
from web.api.routes import ROUTES
from web.texts.facts import FACTS

SHOP = diagram(
    "shop",
    start(),
    ad_hoc("workshop", task("saw"), until="= false"),
    end(),
    chain("start", "workshop", "end"),
)
OPERATIONS = {route.name for route in ROUTES}


@pytest.fixture
def document(stranger: Caller) -> Document:
    answer = stranger.get("/openapi.json")
    assert answer.mimetype == "application/json"
    found: Document = answer.json
    return found


def test_the_document_is_valid_openapi_3_1(document: Document) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_operation_is_in_the_document(document: Document) -> None:
    found = operations(document)
    assert set(found) == OPERATIONS
    for route in ROUTES:
        method, path, operation = found[route.name]
        assert (method, path) == (route.method, f"/api/v1{route.path}")
        assert operation["summary"]
        assert operation["description"]


def test_every_operation_takes_a_token_and_tells_its_problems(document: Document) -> None:
    for method, _, operation in operations(document).values():
        assert operation["security"][0]["token"]
        assert {"401", "403", "404", "429", "500", "503"} <= set(operation["responses"])
        headers = {p["name"] for p in operation["parameters"] if p["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (method == "POST")


def test_every_problem_of_the_document_is_one_and_every_one_is_in_it(document: Document) -> None:
    text = str(document)
    assert [name for name in KINDS if f"/problems/{name}`" not in text] == []


def test_every_body_is_closed_to_unknown_fields(document: Document) -> None:
    schemas = document["components"]["schemas"]
    bodies = {route.body.__name__ for route in ROUTES if route.body}
    assert {name for name in bodies if schemas[name].get("additionalProperties") is not False} == (
        set()
    )


def references(value: Any) -> set[str]:
    """Every reference in a part of the document."""
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_every_component_is_referred_to(document: Document) -> None:
    components = document["components"]
    named = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "examples")
        for name in components[kind]
    }
    assert references(document) == named


def test_times_and_days_say_so(document: Document) -> None:
    kinds: dict[str, set[str]] = {}
    for schema in document["components"]["schemas"].values():
        for name, field in schema.get("properties", {}).items():
            formats = {part.get("format", "") for part in field.get("anyOf", [field])}
            kinds.setdefault(name, set()).update(formats - {""} or {"none"})
    times = {n for n in kinds if n == "at" or n.endswith("_at")} | {"timestamp"}
    days = {"due", "start_date"}
    assert {"opened_at", "completed_at", "started_at", "ended_at", "expires_at"} < times
    assert {name: kinds[name] for name in times} == {name: {"date-time"} for name in times}
    assert {name: kinds[name] for name in days} == {name: {"date"} for name in days}
    list_tasks = operations(document)["list_tasks"][2]["parameters"]
    of = {p["name"]: p["schema"].get("format") for p in list_tasks}
    assert of["due_from"] == of["due_to"] == "date"


def test_closed_sets_of_words_are_listed(document: Document) -> None:
    of = {name: s.get("properties") for name, s in document["components"]["schemas"].items()}
    assert set(of["Field"]["type"]["enum"]) == set(FIELD_TYPES)
    assert set(of["Me"]["rights"]["items"]["enum"]) == set(actions.RIGHTS)
    assert set(of["Me"]["scopes"]["items"]["enum"]) == set(TOKEN_SCOPES)
    assert set(of["TaskDetail"]["can"]["items"]["enum"]) == {*task_detail.ACTIONS, "withdraw"}
    assert set(of["Fact"]["type"]["enum"]) == set(FACTS) == set(document["webhooks"])
    assert of["Problem"]["type"]["enum"] == [f"/problems/{name}" for name in KINDS]
    assert set(of["Incident"]["kind"]["enum"]) == set(INCIDENT_KINDS)
    for name, field in (
        ("Task", "state"), ("Case", "state"), ("Instance", "state"), ("Planned", "state"),
        ("Point", "state"), ("Finding", "severity"), ("Signature", "method"),
    ):  # fmt: skip
        assert of[name][field].get("enum") or of[name][field].get("const"), (name, field)


def test_every_type_of_fact_that_the_engine_notes_is_an_event(document: Document) -> None:
    noted = re.compile(r"note(?:_fact|_file)?\(.{0,60}?\"([a-z]+\.[a-z_]+)\"", re.DOTALL)
    sources = [path.read_text(encoding="utf-8") for path in (PROJECT / "engine").rglob("*.py")]
    found = {type for text in sources for type in noted.findall(text)}
    assert len(found) > 30
    assert found <= set(document["webhooks"])


def test_every_example_fits_its_schema(document: Document) -> None:
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:document", resource)
    shown = 0
    for path, methods in {**document["paths"], **document["webhooks"]}.items():
        for operation in methods.values():
            body = operation.get("requestBody", {}).get("content", {})
            for content in [*body.values()]:
                if "multipart/form-data" in body:
                    continue
                whole = whole_schema(content["schema"])
                OAS31Validator(whole, registry=registry).validate(content["example"])
                shown += 1
            for status, response in operation["responses"].items():
                for content in response.get("content", {}).values():
                    for example in content.get("examples", {}).values():
                        name = example["$ref"].rpartition("/")[2]
                        value = document["components"]["examples"][name]["value"]
                        whole = whole_schema(content["schema"])
                        OAS31Validator(whole, registry=registry).validate(value)
                        assert str(value["status"]) == status, (path, name)
    assert shown > len(document["webhooks"]) + 10


def whole_schema(schema: Any) -> Any:
    """A schema whose references are into the document."""
    if isinstance(schema, dict):
        return {
            k: f"urn:document{v}" if k == "$ref" else whole_schema(v) for k, v in schema.items()
        }
    return [whole_schema(each) for each in schema] if isinstance(schema, list) else schema


# ---------------------------------------------------------------- what it promises is what comes


class Promise:
    """Calls operations by their ids, and checks each answer against the document."""

    def __init__(self, document: Document, caller: Caller):
        self.operations = operations(document)
        self.webhooks = document["webhooks"]
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self.registry = Registry().with_resource("urn:document", resource)
        self.kept: set[str] = set()
        self.caller = caller

    def __call__(
        self, name: str, body: Any = None, *, id: str = "", by: Caller | None = None, **more: Any
    ) -> Any:
        """The answer's JSON, after all that the document says of it held."""
        method, path, operation = self.operations[name]
        key = uuid.uuid4().hex if method == "POST" else None
        caller, path = by or self.caller, path.replace("{id}", id)
        if name in ("save_draft", "complete_task"):
            told = self.check(name, caller.send(method, path, body, key=key, **more))
            assert told["type"] == "/problems/revision-required"
            body = {**(body or {}), "revision": self("get_task", id=id, by=caller)["revision"]}
        answer = caller.send(method, path, body, key=key, **more)
        if method == "GET":
            headers = {"If-None-Match": answer.headers["ETag"]}
            again = caller.send(method, path, headers=headers, **more)
            assert (again.status_code, again.data) == (304, b"")
            assert set(operation["responses"]["304"]["headers"]) <= set(again.headers.keys())
        return self.check(name, answer)

    def check(self, name: str, answer: TestResponse) -> Any:
        response = self.operations[name][2]["responses"][str(answer.status_code)]
        assert answer.mimetype in response["content"]
        told = {"ETag", "Link", "Location", "Content-Disposition", "WWW-Authenticate", "Allow"}
        promised = set(response.get("headers", ()))
        assert {h for h in told if h in answer.headers} <= promised
        assert promised - {"Link"} <= set(answer.headers.keys())
        schema = response["content"][answer.mimetype]["schema"]
        if answer.status_code < 300:
            self.kept.add(name)
        value = answer.json if answer.mimetype.endswith("json") else answer.text
        self.validate(schema, value)
        return value

    def validate(self, schema: Any, value: Any) -> None:
        checker = OAS31Validator.FORMAT_CHECKER
        whole = whole_schema(schema)
        OAS31Validator(whole, registry=self.registry, format_checker=checker).validate(value)

    def task_of(self, case_id: str) -> str:
        (row,) = (t for t in self("list_tasks")["items"] if t["case_id"] == case_id)
        return str(row["id"])


@pytest.fixture
def call(document: Document, calling: Calling, people: People) -> Promise:
    return Promise(document, calling(people["manager"]))


def test_every_operation_answers_as_the_document_says(
    call: Promise, calling: Calling, people: People, engine: Engine
) -> None:
    files = [(io.BytesIO(s.data), s.filename) for s in (SMALL, PAYMENT, BREAKS, SHOP)]
    call("deploy_definitions", by=calling(people["process_owner"]), data={"files": files})
    call("get_me")
    look_at_definitions(call)
    work_on_a_task(call, people["manager"].password)
    move_a_case(call)
    engine.people.change(SYSTEM, "ekonomi", roles=["ekonomi", "saljare"], key="two-roles")
    take_a_task_over(call, calling(people["saljare"]), calling(people["ekonomi"]))
    mend_a_case(call)
    refuse(call)
    assert call.kept == OPERATIONS
    assert engine.history.verify(SYSTEM).ok


def refuse(call: Promise) -> None:
    """Every operation on one thing says that there is none."""
    for route in ROUTES:
        if "{id}" in route.path:
            body = None if route.body is None else {**(route.example or {})}
            answer = call.caller.send(route.method, route.path.replace("{id}", "0"), body)
            assert answer.status_code in (403, 404, 422), (route.name, answer.text)
            call.check(route.name, answer)


def test_every_event_is_told_as_the_document_says(
    call: Promise, calling: Calling, people: People, engine: Engine, clock: FakeClock
) -> None:
    told: list[tuple[dict[str, str], bytes]] = []
    with http_receiver() as events:
        hooks = (WebhookSettings(events.url, ("*",), "a secret of sixteen"),)
        with reopened(engine, clock, webhooks=hooks) as hooked:
            app = create_app(hooked.config, hooked)
            call.caller = Caller(app, call.caller.secret)
            owner = Caller(app, calling(people["process_owner"]).secret)
            files = [(io.BytesIO(s.data), s.filename) for s in (SMALL, PAYMENT, BREAKS, SHOP)]
            call("deploy_definitions", by=owner, data={"files": files})
            work_on_a_task(call, people["manager"].password)
            move_a_case(call)
            mend_a_case(call)
            work_off(hooked)
        told += events.got
    types = set()
    for headers, body in told:
        event = json.loads(body)
        types.add(event["type"])
        operation = call.webhooks[event["type"]]["post"]
        call.validate(operation["requestBody"]["content"]["application/json"]["schema"], event)
        assert headers["content-type"] == "application/json"
        for parameter in operation["parameters"]:
            call.validate(parameter["schema"], headers[parameter["name"]])
    wanted = {"case.completed", "case.cancelled", "task.completed", "incident.raised"}
    wanted |= {"message.sent", "draft.saved", "definition.deployed", "customer.added"}
    assert wanted <= types


def look_at_definitions(call: Promise) -> None:
    definitions = call("list_definitions")["items"]
    call("get_definition", id=definitions[0]["id"])
    assert "<" in call("get_definition_xml", id=definitions[0]["id"])


def work_on_a_task(call: Promise, password: str) -> None:
    customer = call("add_customer", {"name": "Örnen AB", "org_number": "556036-0793"})
    call("list_customers")
    case = call("start_case", {"process_id": "small", "customer_id": customer["id"]})
    task_id = call.task_of(case["id"])
    call("claim_task", id=task_id)
    call("release_task", id=task_id)
    call("reassign_task", {"username": "manager"}, id=task_id)
    call("save_draft", {"answers": {"story": "x"}}, id=task_id)
    shown = call("get_task", id=task_id)["shown_sha256"]
    signed = {**DONE, "signature": {"password": password}, "shown_sha256": shown}
    call("complete_task", signed, id=task_id)
    call("get_task", id=task_id)
    call("get_case", id=case["id"])
    call("withdraw_signature", {"reason": "x"}, id=task_id)
    call("get_task", id=task_id)


def move_a_case(call: Promise) -> None:
    customer = call("list_customers")["items"][0]["id"]
    given = {"customer_id": customer, "people": {"ekonomi": "ekonomi"}}
    plan = call("start_case", {"start_date": "2026-09-01", **given})
    call("check_start", query_string={"start_date": "2026-03-03"})
    call("list_cases")
    call("get_case", id=plan["id"])
    call("get_case_history", id=plan["id"])
    for row in call("list_tasks", query_string={"show": "all"})["items"]:
        call("get_task", id=row["id"])
    paid = call("start_case", {"process_id": "payment"})
    message = {"name": "Paid", "payload": {"paid_on": "2026-03-01"}}
    call("deliver_message", message, id=paid["id"])
    call("cancel_case", {"reason": "Klart."}, id=paid["id"])
    call("get_case", id=paid["id"])
    shop = call("start_case", {"process_id": "shop"})
    (offer,) = call("get_case", id=shop["id"])["offered"]
    begun = {"element_id": offer["element_id"], "scope_token": offer["scope_token"]}
    call("begin_activity", begun, id=offer["instance_id"])


def take_a_task_over(call: Promise, seller: Caller, colleague: Caller) -> None:
    tasks = call("list_tasks", by=seller, query_string={"q": "marknadsanalys"})["items"]
    call("claim_task", id=tasks[0]["id"], by=seller)
    call("take_over_task", {"reason": "Anna är sjuk."}, id=tasks[0]["id"], by=colleague)


def mend_a_case(call: Promise) -> None:
    broken = call("start_case", {"process_id": "breaks"})
    call("complete_task", {"answers": {"amount": 0}}, id=call.task_of(broken["id"]))
    (incident,) = call("list_incidents")["items"]
    call("get_case", id=broken["id"])
    call("correct_variables", {"variables": {"amount": 1}}, id=incident["instance_id"])
    call("retry_incident", id=incident["id"])


# ---------------------------------------------------------------- the readable page


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_page_shows_every_operation_and_every_schema(
    visitor: Visitor, document: Document, language: str
) -> None:
    page = visitor.open(f"/api/v1/docs?lang={language}")
    assert page.status_code == 200
    text = page.text.replace("<wbr>", "")  # where a long path may break
    for path in (*document["paths"], *document["webhooks"]):
        assert path in text
    for name, schema in document["components"]["schemas"].items():
        if schema.get("properties"):
            assert f'id="schema-{name}"' in page.text
    assert ("Så börjar du" in page.text) == (language == "sv")
