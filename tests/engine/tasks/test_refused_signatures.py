"""Attempts to sign that were refused are in the history, and cannot fill it."""

from __future__ import annotations

import pytest

from engine import SYSTEM, Conflict, NotAllowed, NotAuthenticated
from engine.work import refusals
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, start, task


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def case(bare_desk: Desk) -> str:
    steps = (start(), task("sign", sign=True), end(), chain("start", "sign", "end"))
    bare_desk.deploy(diagram("contract", *steps, lanes={"saljare": ["sign"]}))
    return bare_desk.case("contract")


def refused(desk: Desk, case: str) -> list[object]:
    page = desk.engine.history.search(desk.manager.actor, case_id=case, limit=200)
    return [e.detail["code"] for e in reversed(page.items) if e.type == refusals.FACT]


def test_each_refused_attempt_is_noted_with_its_cause(bare_desk: Desk, case: str) -> None:
    engine, seller, task_id = bare_desk.engine, bare_desk.seller, bare_desk.task(case)
    before = engine.tasks.get(seller.actor, task_id).shown_sha256
    with pytest.raises(NotAuthenticated):
        bare_desk.complete(seller, task_id, password="inte detta alls")
    note = {"answers": {}, "ticks": {}, "note": "Ring"}
    engine.tasks.save_draft(SYSTEM, task_id, **note, key="note")
    with pytest.raises(Conflict):
        bare_desk.complete(seller, task_id, shown_sha256=before)
    with pytest.raises(NotAllowed):
        bare_desk.complete(bare_desk.manager, task_id)
    assert len(refused(bare_desk, case)) == 3
    assert refused(bare_desk, case)[1] == "shown_changed"
    bare_desk.complete(seller, task_id)
    assert engine.history.verify(bare_desk.manager.actor, case).ok


def test_they_cannot_fill_the_history(
    bare_desk: Desk, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MOST", 3)
    task_id = bare_desk.task(case)
    for _ in range(5):
        with pytest.raises(Conflict):
            bare_desk.complete(bare_desk.seller, task_id, shown_sha256="0" * 64)
    assert refused(bare_desk, case) == ["shown_changed"] * 3
