"""Whoever has an answer already is told so, and only as long as it is the very same."""

from __future__ import annotations

import pytest

from engine import Engine
from tests.support.caller import Caller
from tests.support.people import People
from web.api.routes import ROUTES

STREAMED = {"/history/export"}
"""Answers that go out while they are written: nobody knows their bytes beforehand."""
LISTS = ["/tasks?show=all", "/cases", "/customers", "/incidents", "/definitions", "/me"]


def asked_again(caller: Caller, path: str, tag: str) -> int:
    return caller.get(path, headers={"If-None-Match": tag}).status_code


def test_every_operation_that_reads_has_an_entity_tag(
    manager: Caller, case_id: str, task_id: str
) -> None:
    definition = manager.get("/definitions").json["items"][0]["id"]
    ids = {"tasks": task_id, "cases": case_id, "definitions": definition}
    paths = [r.path for r in ROUTES if r.method == "GET" and r.path not in STREAMED]
    assert len(paths) > 8
    for path in paths:
        address = path.replace("{id}", ids.get(path.split("/")[1], ""))
        for method in ("GET", "HEAD"):
            whole = manager.send(method, address)
            tag = whole.headers["ETag"]
            again = manager.send(method, address, headers={"If-None-Match": tag})
            assert (again.status_code, again.data) == (304, b""), path
            assert again.headers["ETag"] == tag
            assert again.headers["Cache-Control"] == whole.headers["Cache-Control"]
            assert again.headers.get("Link") == whole.headers.get("Link")
            assert "Content-Type" not in again.headers


@pytest.mark.parametrize(
    ("given", "known"),
    [("{}", True), ('"x", {}', True), ("W/{}", True), ("*", True), ('"x"', False), ("", False),
     ("x", False), ('"', False)],
)  # fmt: skip
def test_what_the_client_has_is_compared(manager: Caller, given: str, known: bool) -> None:
    tag = manager.get("/me").headers["ETag"]
    assert (asked_again(manager, "/me", given.format(tag)) == 304) == known


def test_the_document_is_not_sent_twice(stranger: Caller) -> None:
    tag = stranger.get("/openapi.json").headers["ETag"]
    assert asked_again(stranger, "/openapi.json", tag) == 304


def test_a_tag_lets_nobody_in(manager: Caller, stranger: Caller, task_id: str) -> None:
    tag = manager.get(f"/tasks/{task_id}").headers["ETag"]
    for path in (f"/tasks/{task_id}", "/tasks/0"):
        assert asked_again(stranger, path, tag) == 401
    assert asked_again(manager, "/tasks/0", "*") == 404


def test_any_change_of_an_answer_changes_its_tag(
    seller: Caller, engine: Engine, people: People, case_id: str, task_id: str
) -> None:
    """Also one that leaves the task's revision as it is: a value that the case now has."""
    path, person = f"/tasks/{task_id}", people["saljare"]
    instance = seller.get(path).json["instance_id"]
    tags = [seller.get(path).headers["ETag"]]

    def changed() -> bool:
        tags.append(seller.get(path).headers["ETag"])
        return asked_again(seller, path, tags[-2]) == 200 and len({*tags}) == len(tags)

    engine.tasks.claim(person.actor, task_id, key="claim")
    assert changed()
    known = {"marknadsrapport": "Redan känt"}
    engine.instances.correct_variables(people["manager"].actor, instance, known, key="known")
    assert changed()
    assert tags[-1].partition("-")[0] == tags[-2].partition("-")[0]
    given = {"answers": {"marknadsrapport": "Utkast"}, "ticks": {}}
    engine.tasks.save_draft(person.actor, task_id, **given, key="draft")
    assert changed()


@pytest.mark.parametrize("path", LISTS)
def test_a_list_that_is_the_same_has_the_same_tag(
    manager: Caller, engine: Engine, case_id: str, path: str
) -> None:
    tag = manager.get(path).headers["ETag"]
    assert manager.get(path).headers["ETag"] == tag


def test_a_list_changes_with_what_is_in_it(
    manager: Caller, engine: Engine, people: People, case_id: str, task_id: str
) -> None:
    tags = {path: manager.get(path).headers["ETag"] for path in ("/tasks?show=all", "/cases")}
    engine.cases.cancel(people["manager"].actor, case_id, "Nej.", key="cancel")
    assert {asked_again(manager, path, tag) for path, tag in tags.items()} == {200}


def test_the_tag_is_what_a_write_asks_for(seller: Caller, task_id: str) -> None:
    tag = seller.get(f"/tasks/{task_id}").headers["ETag"]
    for _ in range(2):
        answer = seller.post(f"/tasks/{task_id}/draft", {}, headers={"If-Match": tag})
        assert answer.status_code == 200, tag
        tag = answer.headers["ETag"]
        assert tag == f'"{answer.json["revision"]}"'
