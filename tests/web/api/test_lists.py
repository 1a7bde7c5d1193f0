"""Lists, a page at a time, and what one may see in them."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest

from engine import SYSTEM, Engine, FakeClock
from tests.support.caller import Caller, Calling, problem
from tests.support.incidents import stopped_case
from tests.support.people import People
from tests.support.samples import SMALL
from tests.support.visitor import Visitor

CASES = 5


@pytest.fixture
def five(engine: Engine, clock: FakeClock) -> list[str]:
    """Cases, a minute after each other."""
    engine.definitions.deploy(SYSTEM, [SMALL], key="small")
    started = []
    for number in range(CASES):
        clock.advance(timedelta(minutes=1))
        receipt = engine.cases.start(SYSTEM, process_id="small", key=f"case-{number}")
        started.append(str(receipt.id))
    return started


@pytest.mark.parametrize("path", ["/tasks", "/cases", "/cases/{id}/history"])
def test_pages_hold_every_item_once(manager: Caller, five: list[str], path: str) -> None:
    path = path.format(id=five[0])
    whole = [item["id"] for item in manager.get(path).json["items"]]
    assert len(whole) > 2
    seen: list[str] = []
    address = f"/api/v1{path}?limit=2"
    while address:
        page = manager.get(address)
        assert len(page.json["items"]) <= 2
        seen += [item["id"] for item in page.json["items"]]
        link = page.headers.get("Link", "")
        assert bool(link) == (page.json["next"] is not None)
        address = link.removeprefix("<").partition(">")[0]
        if address:
            assert link.endswith('; rel="next"')
            assert "limit=2" in urlsplit(address).query
    assert seen == whole


def test_a_page_is_not_moved_by_what_came_in_between(
    manager: Caller, engine: Engine, clock: FakeClock, five: list[str]
) -> None:
    first = manager.get("/cases?limit=2").json
    clock.advance(timedelta(minutes=1))
    engine.cases.start(SYSTEM, process_id="small", key="another")
    second = manager.get(f"/cases?limit=3&cursor={first['next']}").json
    assert [c["id"] for c in [*first["items"], *second["items"]]] == five[::-1]


def test_a_cursor_belongs_to_its_list(manager: Caller, five: list[str]) -> None:
    cursor = manager.get("/tasks?limit=1").json["next"]
    answer = manager.get(f"/cases?cursor={cursor}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize("path", ["/tasks?show=all", "/cases"])
def test_a_number_that_is_meant_finds_no_other_that_begins_like_it(
    manager: Caller, engine: Engine, five: list[str], path: str
) -> None:
    """The customer's text is searched by words too, and would be found by ``q``."""
    number = manager.get(f"/cases/{five[0]}").json["number"]
    more = engine.cases.start(SYSTEM, process_id="small", title=f"Som {number}", key="like").id
    mark = "&" if "?" in path else "?"
    own = "case_id" if path.startswith("/tasks") else "id"

    def listed(query: str) -> set[str]:
        return {item[own] for item in manager.get(f"{path}{mark}{query}").json["items"]}

    assert listed(f"q={number}") == {five[0], str(more)}
    for name in ("case", "business_key"):
        assert listed(f"{name}={number}") == {five[0]}
        assert listed(f"{name}={number[:-1]}") == set()
    assert listed(f"case={five[0]}") == {five[0]}
    assert listed(f"business_key={five[0]}") == set()


def test_every_exact_filter_chooses(
    manager: Caller, calling: Calling, people: People, case_id: str, task_id: str, five: list[str]
) -> None:
    seller = calling(people["saljare"])
    seller.post(f"/tasks/{task_id}/claim")
    task = seller.get(f"/tasks/{task_id}").json
    case = manager.get(f"/cases/{case_id}").json
    for filters, hit, miss in (
        ({"case": case["number"]}, True, {"case": "2026-9999"}),
        ({"customer": case["customer"]["org_number"]}, True, {"customer": "x"}),
        ({"customer": case["customer"]["id"]}, True, {"customer": "556036-0794"}),
        ({"element": task["element_id"]}, True, {"element": "marknad"}),
        ({"assignee": people["saljare"].username}, True, {"assignee": "manager"}),
        ({"role": "saljare"}, True, {"role": "ekonomi"}),
        ({"phase": task["phase"]}, True, {"phase": "Z"}),
        ({"due_from": task["due"], "due_to": task["due"]}, True, {"due_to": "2000-01-01"}),
    ):
        for path, id in (("/tasks", task_id), ("/cases", case_id)):
            for query, wanted in ((filters, hit), ({**filters, **miss}, False)):
                given = {**query, **({"show": "all"} if path == "/tasks" else {})}
                found = manager.get(path, query_string=given).json["items"]
                assert (id in {item["id"] for item in found}) == wanted, (path, query)
    for process, path, id in (
        (task["process_id"], "/tasks", task_id),
        (task["definition_id"], "/tasks", task_id),
        (case["process_id"], "/cases", case_id),
        (case["instances"][0]["definition_id"], "/cases", case_id),
    ):
        given = {"process": process, **({"show": "all"} if path == "/tasks" else {})}
        found = manager.get(path, query_string=given).json["items"]
        assert id in {item["id"] for item in found}
        assert five[0] not in {item.get("case_id", item["id"]) for item in found}


@pytest.mark.parametrize("path", ["/tasks", "/cases"])
@pytest.mark.parametrize(
    ("query", "type"),
    [(f"{name}=", "invalid") for name in ("case", "process", "element", "assignee", "role",
                                          "business_key", "customer", "phase", "due_from")]
    + [("due_from=2026-02-30", "invalid"), ("due_to=tomorrow", "invalid"),
       ("due_to=2026-3-2", "invalid"), ("case=%00", "invalid"), ("element=" + "x" * 256, "invalid"),
       ("number=2026-0001", "unknown-field"), ("Case=x", "unknown-field"),
       ("case=a&case=b", "invalid")],
)  # fmt: skip
def test_a_filter_that_cannot_be_names_its_parameter(
    manager: Caller, path: str, query: str, type: str
) -> None:
    answer = manager.get(f"{path}?{query}")
    assert (answer.status_code, problem(answer)) == (422, type)
    assert [e["parameter"] for e in answer.json["errors"]] == [query.partition("=")[0]]


def test_the_next_page_keeps_its_filters(manager: Caller, five: list[str]) -> None:
    query = {"process": "small", "state": "all", "limit": 2, "element": "write"}
    found, address = [], "/cases?" + urlencode(query)
    while address:
        page = manager.get(address)
        found += [item["id"] for item in page.json["items"]]
        address = page.headers.get("Link", "").removeprefix("<").partition(">")[0]
        assert not address or "process=small" in address
    assert found == five[::-1]


def test_filters_choose(manager: Caller, five: list[str]) -> None:
    assert manager.get("/cases?state=ended").json["items"] == []
    number = manager.get(f"/cases/{five[0]}").json["number"]
    assert [c["id"] for c in manager.get(f"/cases?q={number}").json["items"]] == [five[0]]
    assert manager.get("/tasks?role=ekonomi").json["items"] == []
    assert manager.get("/tasks?show=all&due=late").json["items"] == []
    started = manager.get(f"/cases/{five[0]}/history?type=case.started").json["items"]
    assert [fact["type"] for fact in started] == ["case.started"]


def test_a_list_holds_what_the_person_may_see(
    calling: Calling, people: People, case_id: str, task_id: str
) -> None:
    def listed(who: str, path: str) -> set[str]:
        return {item["id"] for item in calling(people[who]).get(path).json["items"]}

    assert task_id in listed("saljare", "/tasks")
    assert task_id not in listed("ekonomi", "/tasks")
    assert case_id in listed("manager", "/cases")
    assert listed("saljare", "/incidents") == set()


def test_incidents_come_in_pages_with_what_a_person_is_told(
    calling: Calling, people: People, engine: Engine
) -> None:
    for _ in range(3):
        stopped_case(engine, title="Köp")
    manager = calling(people["manager"])
    first = manager.get("/incidents?limit=2")
    assert 'rel="next"' in first.headers["Link"]
    second = manager.get(f"/incidents?limit=2&cursor={first.json['next']}").json
    assert (len(first.json["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    one = second["items"][0]
    assert (one["title"], one["kind"], one["task_id"]) == ("Köp", "expression", None)
    assert one["element_name"]


def test_definitions_are_listed_with_their_versions_and_findings(manager: Caller) -> None:
    items = manager.get("/definitions").json["items"]
    assert "serviceplan" in {d["process_id"] for d in items}
    one = manager.get(f"/definitions/{items[0]['id']}").json
    assert one["version"] == 1
    assert one["latest"] is True
    file = manager.get(f"/definitions/{one['id']}/xml")
    assert file.mimetype == "application/xml"
    assert b"definitions" in file.data


def test_customers_are_found_by_words(manager: Caller, case_id: str) -> None:
    found = manager.get("/customers?q=örnen").json["items"]
    assert [(c["name"], c["cases"]) for c in found] == [("Fastighets AB Örnen", 1)]
    assert manager.get("/customers?q=nobody").json["items"] == []


def test_the_customer_of_a_case_claims_no_number_of_cases(manager: Caller, case_id: str) -> None:
    for case in (manager.get("/cases").json["items"][0], manager.get(f"/cases/{case_id}").json):
        assert set(case["customer"]) == {"id", "name", "org_number"}


def test_who_the_token_speaks_for_is_told(calling: Calling, people: People) -> None:
    me = calling(people["ekonomi"], "read").get("/me").json
    assert (me["username"], me["roles"], me["scopes"]) == ("ekonomi", ["ekonomi"], ["read"])


def test_head_is_get_without_a_body(manager: Caller) -> None:
    whole, head = manager.get("/me"), manager.send("HEAD", "/me")
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_no_answer_is_anybody_elses_or_framed(
    manager: Caller, stranger: Caller, task_id: str
) -> None:
    private, never = "private, no-cache", "no-store"
    answers = {
        private: [manager.get("/me"), manager.get("/tasks"), manager.get(f"/tasks/{task_id}")],
        never: [stranger.get("/me"), manager.get("/none"), manager.post(f"/tasks/{task_id}/claim")],
        "public, no-cache": [stranger.get("/openapi.json")],
    }
    for kept, given in answers.items():
        for answer in given:
            assert answer.headers.getlist("Cache-Control") == [kept]
            assert ("ETag" in answer.headers) == (kept != never)
            assert (answer.headers.get("Vary") == "Authorization") == (kept == private)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "Set-Cookie" not in answer.headers


def test_answers_are_measured_by_operation(manager: Caller, visitor: Visitor) -> None:
    manager.get("/me")
    manager.get("/nothing")
    text = visitor.open("/metrics").text
    assert re.search(r'_count\{[^}]*"api\.get_me"[^}]*"2xx"[^}]*\} [1-9]', text)
    assert re.search(r'_count\{[^}]*"api\.none"[^}]*"4xx"[^}]*\} [1-9]', text)
