"""A draft with a plan in it, and the plan that is changed elsewhere after it was saved."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from engine import SYSTEM, Engine
from engine.store.tables import TaskTable
from tests.support.databases import database_of
from tests.support.diagrams import chain, diagram, end, field, start, task
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor, form

PLANNED = diagram(
    "planned",
    start(),
    task("decide", form=field("rows", "plan") + field("text", "text")),
    task("build"),
    task("move"),
    end(),
    chain("start", "decide", "build", "move", "end"),
    said='<sp:phase key="P" title="Prov" order="1"/>',
)
SAVE = ("action", "save")
SIGN = ("action", "complete")


@pytest.fixture
def engine(bare_engine: Engine) -> Engine:
    return bare_engine


@pytest.fixture
def case_id(engine: Engine, people: People) -> str:
    engine.definitions.deploy(SYSTEM, [PLANNED], key="deploy")
    receipt = engine.cases.start(people["manager"].actor, process_id="planned", key="start")
    return str(receipt.id)


@pytest.fixture
def path(engine: Engine, case_id: str) -> str:
    return f"/tasks/{engine.tasks.search(SYSTEM, show='all').items[0].id}"


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


def rows(engine: Engine, case_id: str) -> dict[str, Any]:
    sheets = engine.cases.get(SYSTEM, case_id).sheets
    return {row.plan.element_id: row.plan for sheet in sheets for row in sheet.rows}


def plan(engine: Engine, case_id: str, element: str, due: str) -> None:
    """Somebody changes the plan itself."""
    row = {"id": rows(engine, case_id)[element].id, "due": due}
    engine.cases.set_plan(SYSTEM, case_id, [row], key=uuid.uuid4().hex)


def due(engine: Engine, case_id: str, element: str) -> str:
    """The name of the input with the date of an activity."""
    return f"plan.{rows(engine, case_id)[element].id}.due"


def send(
    visitor: Visitor, page: TestResponse, button: tuple[str, str] = SAVE, **filled: Any
) -> TestResponse:
    return visitor.send(page, filled, having="note", button=button)


def shows(page: TestResponse, name: str) -> str:
    return form(page, having="note").values[name][0]


def test_what_a_draft_left_alone_follows_the_plan(
    manager: Visitor, engine: Engine, case_id: str, path: str
) -> None:
    send(manager, manager.open(path), note="Mer kommer")
    plan(engine, case_id, "build", "2026-12-24")
    page = manager.open(path)
    assert shows(page, due(engine, case_id, "build")) == "2026-12-24"
    assert 'id="krock"' not in page.text
    assert send(manager, page, SIGN).status_code == 302
    assert rows(engine, case_id)["build"].due == date(2026, 12, 24)


def test_a_draft_keeps_what_it_changes_as_long_as_the_plan_is_the_same(
    manager: Visitor, engine: Engine, case_id: str, path: str
) -> None:
    name = due(engine, case_id, "build")
    send(manager, manager.open(path), **{name: "10 dec 2026"})
    plan(engine, case_id, "move", "2026-12-24")
    page = manager.open(path)
    assert shows(page, name) == "2026-12-10"
    assert 'id="krock"' not in page.text
    assert send(manager, page, SIGN).status_code == 302
    now = rows(engine, case_id)
    assert (now["build"].due, now["move"].due) == (date(2026, 12, 10), date(2026, 12, 24))


@pytest.mark.parametrize(("choice", "kept"), [("mine", "2026-12-10"), ("theirs", "2026-12-24")])
def test_a_row_that_the_draft_and_the_plan_have_changed_is_asked_about_at_once(
    manager: Visitor, engine: Engine, case_id: str, path: str, choice: str, kept: str
) -> None:
    name = due(engine, case_id, "build")
    send(manager, manager.open(path), **{name: "2026-12-10"}, note="Kvar")
    plan(engine, case_id, "build", "2026-12-24")
    page = manager.open(path)
    assert "Planen har ändrats sedan utkastet sparades" in page.text
    assert "2026-12-24" in page.text
    assert shows(page, name) == "2026-12-10"
    done = manager.send(page, having="note", button=("keep", choice))
    after = manager.follow(done)
    assert (shows(after, name), shows(after, "note")) == (kept, "Kvar")
    assert 'id="krock"' not in after.text
    assert send(manager, after, SIGN).status_code == 302
    assert rows(engine, case_id)["build"].due == date.fromisoformat(kept)


def test_the_page_with_both_texts_can_be_signed(
    manager: Visitor, engine: Engine, case_id: str, path: str
) -> None:
    name = due(engine, case_id, "build")
    send(manager, manager.open(path), **{name: "2026-12-10"})
    plan(engine, case_id, "build", "2026-12-24")
    assert send(manager, manager.open(path), SIGN).status_code == 302
    assert rows(engine, case_id)["build"].due == date(2026, 12, 10)


@pytest.mark.parametrize("button", [SAVE, SIGN])
def test_a_page_from_before_the_change_neither_signs_nor_drops_the_drafts_date(
    manager: Visitor, engine: Engine, case_id: str, path: str, button: tuple[str, str]
) -> None:
    name = due(engine, case_id, "build")
    send(manager, manager.open(path), **{name: "2026-12-10"})
    old = manager.open(path)
    plan(engine, case_id, "build", "2026-12-24")
    asked = send(manager, old, button, note="Min")
    assert asked.status_code == 409
    assert "2026-12-24" in asked.text
    assert (shows(asked, name), shows(asked, "note")) == ("2026-12-10", "Min")
    assert rows(engine, case_id)["build"].due == date(2026, 12, 24)


def test_a_page_from_before_the_draft_asks_too(
    manager: Visitor, engine: Engine, case_id: str, path: str
) -> None:
    name, old = due(engine, case_id, "build"), manager.open(path)
    send(manager, manager.open(path), **{name: "2026-12-10"})
    plan(engine, case_id, "build", "2026-12-24")
    asked = send(manager, old, SIGN)
    assert asked.status_code == 409
    assert shows(asked, name) == "2026-12-10"
    assert engine.tasks.get(SYSTEM, path.rsplit("/", maxsplit=1)[-1]).row.state == "open"


def test_a_draft_that_does_not_say_what_the_plan_was_is_asked_about(
    manager: Visitor, engine: Engine, case_id: str, path: str
) -> None:
    """Drafts of the version before hold every row, as it was then."""
    name, row = due(engine, case_id, "build"), rows(engine, case_id)["build"].id
    page = manager.open(path)
    answers = {"rows": [{"id": row, "person": None, "due": "2026-12-10"}]}
    given: dict[str, Any] = {"answers": answers, "ticks": {}, "note": ""}
    engine.tasks.save_draft(SYSTEM, path.rsplit("/", maxsplit=1)[-1], **given, key="older")
    forget_what_the_plan_was(engine)
    plan(engine, case_id, "build", "2026-12-24")
    page = manager.open(path)
    assert "Planen har ändrats sedan utkastet sparades" in page.text
    assert shows(page, name) == "2026-12-10"


def forget_what_the_plan_was(engine: Engine) -> None:
    with database_of(engine).writing() as connection:
        [(id, answers)] = connection.execute(
            select(TaskTable.id, TaskTable.answers).where(TaskTable.draft_at.is_not(None))
        ).all()
        older = [{k: v for k, v in row.items() if k != "was"} for row in answers["rows"]]
        connection.execute(
            update(TaskTable).where(TaskTable.id == id).values(answers={**answers, "rows": older})
        )


def test_who_has_changed_the_plan_is_named_beside_it(
    manager: Visitor, engine: Engine, case_id: str, path: str, people: People
) -> None:
    send(manager, manager.open(path), **{due(engine, case_id, "build"): "2026-12-10"})
    plan(engine, case_id, "build", "2026-12-24")
    head = manager.open(path).text.partition('id="krock"')[2].partition("</section>")[0]
    assert "Serviceplan, 09:00" in head
    assert people["manager"].name not in head
