"""The document: valid, complete, and true."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.test import TestResponse

from engine import SYSTEM, Engine
from tests.support.caller import Caller, Calling, Document, operations
from tests.support.diagrams import ad_hoc, chain, diagram, end, start, task
from tests.support.incidents import BREAKS
from tests.support.people import People
from tests.support.samples import DONE, PAYMENT, SMALL
from tests.support.visitor import Visitor
from web.api.problems import KINDS
from web.api.routes import ROUTES

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


# ---------------------------------------------------------------- what it promises is what comes


class Promise:
    """Calls operations by their ids, and checks each answer against the document."""

    def __init__(self, document: Document, caller: Caller):
        self.operations = operations(document)
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self.registry = Registry().with_resource("urn:document", resource)
        self.kept: set[str] = set()
        self.caller = caller

    def __call__(
        self, name: str, body: Any = None, *, id: str = "", by: Caller | None = None, **more: Any
    ) -> Any:
        """The answer's JSON, after all that the document says of it held."""
        method, path, _ = self.operations[name]
        key = uuid.uuid4().hex if method == "POST" else None
        caller = by or self.caller
        answer = caller.send(method, path.replace("{id}", id), body, key=key, **more)
        return self.check(name, answer)

    def check(self, name: str, answer: TestResponse) -> Any:
        responses = self.operations[name][2]["responses"]
        assert str(answer.status_code) in responses, answer.text
        content = responses[str(answer.status_code)]["content"]
        assert answer.mimetype in content
        schema = content[answer.mimetype]["schema"]
        if answer.status_code < 300:
            self.kept.add(name)
        if not schema:
            return answer.data
        whole = {"$ref": f"urn:document{schema['$ref']}"}
        OAS31Validator(whole, registry=self.registry).validate(answer.json)
        return answer.json

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
    work_on_a_task(call)
    move_a_case(call)
    engine.people.change(SYSTEM, "ekonomi", roles=["ekonomi", "saljare"], key="two-roles")
    take_a_task_over(call, calling(people["saljare"]), calling(people["ekonomi"]))
    mend_a_case(call)
    assert call.kept == OPERATIONS
    assert engine.history.verify(SYSTEM).ok


def look_at_definitions(call: Promise) -> None:
    definitions = call("list_definitions")["items"]
    call("get_definition", id=definitions[0]["id"])
    call("get_definition_xml", id=definitions[0]["id"])


def work_on_a_task(call: Promise) -> None:
    customer = call("add_customer", {"name": "Örnen AB", "org_number": "556036-0793"})
    call("list_customers")
    case = call("start_case", {"process_id": "small", "customer_id": customer["id"]})
    task_id = call.task_of(case["id"])
    call("claim_task", id=task_id)
    call("release_task", id=task_id)
    call("reassign_task", {"username": "manager"}, id=task_id)
    call("save_draft", {"answers": {"story": "x"}}, id=task_id)
    call("get_task", id=task_id)
    call("complete_task", DONE, id=task_id)
    call("get_task", id=task_id)
    call("get_case", id=case["id"])


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
    for path in document["paths"]:
        assert path in page.text
    for name, schema in document["components"]["schemas"].items():
        if schema.get("properties"):
            assert f'id="schema-{name}"' in page.text
    assert ("Så börjar du" in page.text) == (language == "sv")
