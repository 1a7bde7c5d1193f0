"""What docs/api.md shows works as it stands there."""

from __future__ import annotations

import json
import re
from typing import Any

from engine import Engine
from tests.support.caller import Caller
from tests.support.desk import a_customer
from tests.support.files import PROJECT
from tests.support.people import People
from web.api.problems import KINDS
from web.api.requests import Exact

PAGE = (PROJECT / "docs/api.md").read_text(encoding="utf-8")
SENT = re.compile(r"\$API(/\S+) \\\n +-d '(.+?)'$", re.DOTALL | re.MULTILINE)


def shown() -> dict[str, Any]:
    """The bodies that the page sends, by path."""
    return {path: json.loads(body) for path, body in SENT.findall(PAGE)}


def test_the_case_of_the_page_starts_and_its_task_is_signed(
    seller: Caller, people: People, engine: Engine
) -> None:
    given = shown()["/cases"]
    assert given["customer_id"] == "CUSTOMER"
    started = seller.post("/cases", {**given, "customer_id": a_customer(engine)})
    assert started.status_code == 201, started.text
    (task,) = seller.get("/tasks?show=mine").json["items"]
    where = f"/tasks/{task['id']}"
    claimed = seller.post(f"{where}/claim")
    assert claimed.status_code == 200
    assert f"-H 'If-Match: {claimed.headers['ETag']}' $API/tasks/ID/complete" in PAGE
    body = shown()["/tasks/ID/complete"]
    assert body["signature"] == {"password": "PASSWORD"}
    body["signature"]["password"] = people["saljare"].password
    assert body["shown_sha256"] == "SHOWN"
    body["shown_sha256"] = seller.get(where).json["shown_sha256"]
    given = {"If-Match": claimed.headers["ETag"]}
    done = seller.post(f"{where}/complete", body, headers=given)
    assert done.status_code == 200, done.text
    assert done.json["signature"]


def test_the_message_of_the_page_is_one_of_the_plan() -> None:
    body = shown()["/cases/2025-0001/messages"]
    diagram = (PROJECT / "workflows/c_drift.bpmn").read_text(encoding="utf-8")
    message = re.search(
        rf'<bpmn:message [^>]*name="{body["name"]}".*?</bpmn:message>', diagram, re.S
    )
    assert message is not None
    assert re.findall(r'<sp:field id="(\w+)"', message[0]) == list(body["payload"])


def test_every_filter_and_every_type_of_problem_is_on_the_page() -> None:
    table = PAGE[PAGE.index("## Filters") : PAGE.index("## Paging")]
    rows = {name for row in re.findall(r"^\| (`.+?) \|", table, re.M) for name in row.split(", ")}
    assert rows == {f"`{name}`" for name in Exact.__struct_fields__}
    table = PAGE[PAGE.index("## Problems") : PAGE.index("## Events")]
    for name, kind in KINDS.items():
        (row,) = [r for r in table.splitlines() if f"`{name}`" in r and r.startswith("|")]
        assert str(kind.status) in row.split("|")[1], name
