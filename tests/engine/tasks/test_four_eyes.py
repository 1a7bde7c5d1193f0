"""Whoever did one step may not do another, however the other step comes to them."""

from __future__ import annotations

import pytest

from engine import Conflict, Invalid, NotAllowed, Source
from tests.support.desk import Desk, problems
from tests.support.diagrams import chain, diagram, end, start, task
from tests.support.people import Account


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def process(not_by: str = "pay") -> Source:
    """``check`` is to be done by another person than the one who did ``pay``."""
    check = task("check", sign=True).replace("<sp:signature", f'<sp:signature notBy="{not_by}"')
    steps = (start(), task("pay"), check, end(), chain("start", "pay", "check", "end"))
    return diagram("payment", *steps, lanes={"saljare": ["pay", "check"]})


@pytest.fixture
def bo(bare_desk: Desk) -> Account:
    administrator = bare_desk.people["administrator"].actor
    password = "fyra gröna moroten"
    bare_desk.engine.people.add(
        administrator, "bo", "Bo Berg", roles=["saljare"], password=password, key="bo"
    )
    person = next(p for p in bare_desk.engine.people.all(administrator) if p.username == "bo")
    return Account(person.actor(), "bo", password)


@pytest.fixture
def task_id(bare_desk: Desk, bo: Account) -> str:
    """The task ``check``, of a case in which the seller has done ``pay``."""
    bare_desk.deploy(process())
    case = bare_desk.case("payment")
    bare_desk.complete(bare_desk.seller, bare_desk.task(case, "Pay"), password=None)
    return bare_desk.task(case, "Check")


def refused(error: pytest.ExceptionInfo[NotAllowed]) -> tuple[str, object]:
    return error.value.error_code, error.value.params.get("step")


def test_who_did_the_one_step_cannot_claim_or_sign_the_other(
    bare_desk: Desk, task_id: str, bo: Account
) -> None:
    engine, seller = bare_desk.engine, bare_desk.seller
    with pytest.raises(NotAllowed) as claimed:
        engine.tasks.claim(seller.actor, task_id, key="claim")
    with pytest.raises(NotAllowed) as signed:
        bare_desk.complete(seller, task_id)
    assert refused(claimed) == refused(signed) == ("four_eyes", "Pay")
    with pytest.raises(NotAllowed):
        engine.tasks.signable(seller.actor, task_id, answers={}, ticks={})
    detail = engine.tasks.get(seller.actor, task_id)
    assert detail.four_eyes == "Pay"
    assert detail.can.isdisjoint({"claim", "take_over", "save", "complete"})
    other = engine.tasks.get(bo.actor, task_id)
    assert other.four_eyes == ""
    assert {"claim", "complete"} <= other.can
    bare_desk.complete(bo, task_id)


def test_nobody_gives_it_to_them(bare_desk: Desk, task_id: str, bo: Account) -> None:
    engine, manager = bare_desk.engine, bare_desk.manager.actor
    with pytest.raises(Invalid) as given:
        engine.tasks.reassign(manager, task_id, bare_desk.seller.username, key="give")
    assert problems(given.value) == {("did_before", "username")}
    engine.tasks.reassign(manager, task_id, "bo", key="bo gets it")
    with pytest.raises(NotAllowed) as taken:
        engine.tasks.take_over(bare_desk.seller.actor, task_id, "Bo är sjuk", key="take")
    assert refused(taken) == ("four_eyes", "Pay")


def test_a_task_that_opens_for_them_is_offered_to_the_role(bare_desk: Desk, bo: Account) -> None:
    bare_desk.deploy(process())
    seller = bare_desk.seller
    case = bare_desk.case("payment", people={"saljare": seller.username})
    pay = bare_desk.task(case, "Pay")
    row = bare_desk.engine.tasks.get(seller.actor, pay).row
    assert row.assignee is not None
    bare_desk.complete(seller, pay, password=None)
    check = bare_desk.engine.tasks.get(bo.actor, bare_desk.task(case, "Check")).row
    assert check.assignee is None


def test_another_case_is_another_matter(bare_desk: Desk, task_id: str) -> None:
    bo_case = bare_desk.case("payment")
    pay = bare_desk.task(bo_case, "Pay")
    bare_desk.complete(bare_desk.people["saljare"], pay, password=None)
    with pytest.raises(NotAllowed):
        bare_desk.complete(bare_desk.seller, bare_desk.task(bo_case, "Check"))


def test_the_engine_itself_goes_on(bare_desk: Desk, task_id: str, bo: Account) -> None:
    bare_desk.complete(bo, task_id)
    with pytest.raises(Conflict):
        bare_desk.complete(bo, task_id)


def test_a_step_that_is_not_there_keeps_the_process_a_drawing(bare_desk: Desk) -> None:
    report = bare_desk.engine.definitions.check([process("nothing_such")])
    assert "not_by_unknown" in {f.code for f in report.findings if f.severity == "error"}


def test_a_role_with_one_member_is_told(bare_desk: Desk) -> None:
    found = bare_desk.engine.definitions.check([process()]).findings
    assert [f.element_id for f in found if f.code == "four_eyes_one_person"] == ["check"]
