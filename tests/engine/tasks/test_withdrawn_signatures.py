"""A signature can be withdrawn, with a reason; it is struck through and never gone."""

from __future__ import annotations

import pytest

from engine import Conflict, Invalid, NotAllowed, NotFound
from tests.support.desk import Desk, problems
from tests.support.diagrams import chain, diagram, end, start, task


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def task_id(bare_desk: Desk) -> str:
    """A task that the seller has signed; another one is open."""
    steps = (start(), task("sign", sign=True), task("next"), end())
    lanes = {"saljare": ["sign", "next"]}
    bare_desk.deploy(
        diagram("contract", *steps, chain("start", "sign", "next", "end"), lanes=lanes)
    )
    task_id = bare_desk.task(bare_desk.case("contract"))
    bare_desk.complete(bare_desk.seller, task_id)
    return task_id


def test_its_signer_withdraws_it_and_it_stays(bare_desk: Desk, task_id: str) -> None:
    engine, seller = bare_desk.engine, bare_desk.seller.actor
    before = engine.tasks.get(seller, task_id)
    assert "withdraw" in before.can
    given = (seller, task_id, "Fel avtal")
    receipt = engine.tasks.withdraw_signature(*given, key="once")
    assert engine.tasks.withdraw_signature(*given, key="once") == receipt
    after = engine.tasks.get(seller, task_id)
    assert after.signature is not None
    assert before.signature is not None
    assert after.signature.withdrawn is not None
    assert (after.signature.withdrawn.by, after.signature.withdrawn.reason) == (
        seller.name,
        "Fel avtal",
    )
    assert after.signature.content_sha256 == before.signature.content_sha256
    assert "withdraw" not in after.can
    assert after.row.state == "completed"
    case = after.row.case_id
    assert bare_desk.names(case) == ["Next"]
    assert bare_desk.facts(case).count("signature.withdrawn") == 1
    assert engine.history.verify(bare_desk.manager.actor, case).ok
    with pytest.raises(Conflict) as again:
        engine.tasks.withdraw_signature(seller, task_id, "Än en gång", key="twice")
    assert again.value.error_code == "already_withdrawn"


def test_a_manager_may_and_a_colleague_may_not(bare_desk: Desk, task_id: str) -> None:
    engine = bare_desk.engine
    other = bare_desk.people["ekonomi"].actor
    with pytest.raises((NotAllowed, NotFound)):
        engine.tasks.withdraw_signature(other, task_id, "Nej", key="no")
    engine.tasks.withdraw_signature(bare_desk.manager.actor, task_id, "Fel avtal", key="yes")


def test_it_needs_a_reason_and_a_signature(bare_desk: Desk, task_id: str) -> None:
    engine, seller = bare_desk.engine, bare_desk.seller.actor
    with pytest.raises(Invalid) as refused:
        engine.tasks.withdraw_signature(seller, task_id, " \u200b", key="why")
    assert problems(refused.value) == {("required", "reason")}
    case = engine.tasks.get(seller, task_id).row.case_id
    with pytest.raises(NotFound):
        engine.tasks.withdraw_signature(seller, bare_desk.task(case), "Orsak", key="open")
