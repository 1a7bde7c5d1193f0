"""A signed task is shown as it was signed, and says where its rows have come to say otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text, update

from engine import TaskDetail
from engine.store.tables import AttachmentTable, TaskTable
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, field, start, task
from tests.support.tampering import as_owner

FORM = (
    field("said")
    + field("price", "money")
    + field("day", "date")
    + field("sure", "boolean")
    + field("many", "integer")
    + field("long", "interval")
    + field("papers", "attachment")
)
ANSWERS = {
    "said": "ja",
    "price": "216000.50",
    "day": "2026-04-01",
    "sure": "true",
    "many": "12",
    "long": "P1M",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def task_id(bare_desk: Desk) -> str:
    """A task that was signed, with all that can be signed."""
    step = task("sign", form=FORM, points=["look", "ask"], sign=True)
    bare_desk.deploy(diagram("contract", start(), step, end(), chain("start", "sign", "end")))
    task_id = bare_desk.task(bare_desk.case("contract"))
    manager = bare_desk.manager
    file = (task_id, "papers", "a.txt", "text/plain", b"a")
    bare_desk.engine.tasks.attach(manager.actor, *file, key="file")
    seen = bare_desk.engine.tasks.get(manager.actor, task_id).shown_sha256
    ticks = {"look": True, "ask": "Ingen där"}
    bare_desk.complete(manager, task_id, ANSWERS, ticks, note="Klart", shown_sha256=seen)
    return task_id


def shown(desk: Desk, task_id: str) -> TaskDetail:
    return desk.engine.tasks.get(desk.manager.actor, task_id)


def change(desk: Desk, statement: Any) -> None:
    with as_owner(database_of(desk.engine)) as connection:
        connection.execute(statement)


def test_what_nobody_has_changed_is_shown_without_a_word(bare_desk: Desk, task_id: str) -> None:
    detail = shown(bare_desk, task_id)
    assert detail.differs == ()
    assert (detail.values["price"], detail.values["day"]) == (216000.5, "2026-04-01")
    assert (detail.values["many"], detail.values["sure"]) == (12, True)
    assert [p.state for p in detail.checklist] == ["done", "not_applicable"]
    assert detail.checklist[0].by == bare_desk.manager.actor.name


def test_what_was_changed_by_hand_is_shown_as_it_was_signed(bare_desk: Desk, task_id: str) -> None:
    before = shown(bare_desk, task_id)
    answers = {"said": "nej", "price": 1, "day": None, "sure": False, "many": 13, "more": "x"}
    values = {"answers": answers, "ticks": {}, "note": "Annat"}
    change(bare_desk, update(TaskTable).where(TaskTable.id == task_id).values(**values))
    after = shown(bare_desk, task_id)
    assert {k: v for k, v in after.values.items() if k in before.values} == before.values
    assert after.note == "Klart"
    assert [(p.state, p.reason) for p in after.checklist] == [
        ("done", ""),
        ("not_applicable", "Ingen där"),
    ]
    told = {(d.kind, d.label): (d.signed, d.stored) for d in after.differs}
    assert told["answer", "Said"] == ("ja", "nej")
    assert told["answer", "more"] == ("", "x")
    assert told["note", ""] == ("Klart", "Annat")
    assert told["point", "Look."] == ("True", "False")
    assert {"Price", "Day", "Sure", "Many"} <= {label for _kind, label in told}


def test_who_signed_when_and_what_it_means_come_from_the_signed_bytes(
    bare_desk: Desk, task_id: str
) -> None:
    other = bare_desk.seller.actor.id
    change(bare_desk, update(TaskTable).values(completed_by=other))
    assert [d.kind for d in shown(bare_desk, task_id).differs] == ["completed_by"]


def test_a_file_that_is_gone_or_another_is_told(bare_desk: Desk, task_id: str) -> None:
    change(bare_desk, update(AttachmentTable).values(sha256="0" * 64))
    (differs,) = shown(bare_desk, task_id).differs
    assert (differs.kind, differs.label) == ("files", "papers")
    change(bare_desk, text("DELETE FROM attachment"))
    (differs,) = shown(bare_desk, task_id).differs
    assert differs.signed.startswith("a.txt")
    assert differs.stored == ""
