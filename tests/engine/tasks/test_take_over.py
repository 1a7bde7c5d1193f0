"""A colleague takes a task over: with a reason, and whoever had it is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import Actor, FakeClock
from engine.config.settings import MailSettings, WebSettings
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.store.tables import OutboxTable
from tests.support.databases import database_of, reopened
from tests.support.desk import REPORT, TICKED, Desk, problems
from tests.support.diagrams import chain, diagram, end, start, task
from tests.support.people import Account


@pytest.fixture
def bo(desk: Desk) -> Account:
    """Another seller."""
    return seller(desk, "bo", "Bo Berg")


def seller(desk: Desk, username: str, name: str, role: str = "saljare") -> Account:
    password = "ett långt lösenord till"
    administrator = desk.people["administrator"].actor
    receipt = desk.engine.people.add(
        administrator, username, name, roles=[role], password=password, key=desk.key()
    )
    assert receipt.id is not None
    return Account(Actor(receipt.id, name, frozenset({role})), username, password)


@pytest.fixture
def task_id(desk: Desk) -> str:
    """Marknadsanalys, which the seller has."""
    return desk.task(desk.case(people={"saljare": "saljare"}), "Marknadsanalys")


def test_a_colleague_takes_a_task_over_and_completes_it(
    desk: Desk, task_id: str, bo: Account
) -> None:
    assert "take_over" in desk.engine.tasks.get(bo.actor, task_id).can
    desk.engine.tasks.save_draft(
        desk.seller.actor, task_id, answers=REPORT, ticks={}, key=desk.key()
    )
    desk.engine.tasks.take_over(bo.actor, task_id, " Anna är sjuk. ", key=desk.key())
    detail = desk.engine.tasks.get(bo.actor, task_id)
    assert detail.row.assignee is not None
    assert detail.row.assignee.username == "bo"
    assert detail.values["marknadsrapport"] == REPORT["marknadsrapport"]
    assert "take_over" in desk.engine.tasks.get(desk.seller.actor, task_id).can
    with pytest.raises(NotAllowed) as refused:
        desk.complete(desk.seller, task_id, REPORT, TICKED)
    assert refused.value.error_code == "not_yours"
    desk.complete(bo, task_id, REPORT, TICKED)


def test_it_stands_in_the_history_with_the_reason(desk: Desk, task_id: str, bo: Account) -> None:
    desk.engine.tasks.take_over(bo.actor, task_id, "Anna är sjuk.", key=desk.key())
    (fact,) = desk.engine.history.search(bo.actor, type="task.taken_over").items
    assert (fact.actor_name, fact.element_name) == ("Bo Berg", "Marknadsanalys")
    assert fact.detail["from_name"] == desk.seller.name
    assert fact.detail["reason"] == "Anna är sjuk."


def test_whoever_had_it_is_told_until_they_have_seen_it(
    desk: Desk, task_id: str, bo: Account, clock: FakeClock
) -> None:
    desk.engine.tasks.take_over(bo.actor, task_id, "Anna är sjuk.", key=desk.key())
    (notice,) = desk.engine.notices.unseen(desk.seller.actor)
    assert (notice.by, notice.reason, notice.at) == ("Bo Berg", "Anna är sjuk.", clock.now())
    assert notice.task.id == task_id
    assert desk.engine.notices.unseen(bo.actor) == ()
    with pytest.raises(NotFound):
        desk.engine.notices.see(bo.actor, notice.id, key=desk.key())
    desk.engine.notices.see(desk.seller.actor, notice.id, key=desk.key())
    assert desk.engine.notices.unseen(desk.seller.actor) == ()


def test_it_needs_a_reason(desk: Desk, task_id: str, bo: Account) -> None:
    for reason, code in (("", "required"), ("  ", "required"), ("x" * 2001, "too_long")):
        with pytest.raises(Invalid) as refused:
            desk.engine.tasks.take_over(bo.actor, task_id, reason, key=desk.key())
        assert problems(refused.value) == {(code, "reason")}


def test_who_does_not_hold_the_role_takes_nothing_over(desk: Desk, task_id: str) -> None:
    for who in (desk.manager, desk.people["ledningsgrupp"], desk.seller):
        assert "take_over" not in desk.engine.tasks.get(who.actor, task_id).can
        with pytest.raises(NotAllowed):
            desk.engine.tasks.take_over(who.actor, task_id, "Jag vill", key=desk.key())


def test_a_task_that_nobody_has_is_taken_and_not_taken_over(desk: Desk, bo: Account) -> None:
    offered = desk.task(desk.case(), "Marknadsanalys")
    assert "take_over" not in desk.engine.tasks.get(bo.actor, offered).can
    with pytest.raises(NotAllowed):
        desk.engine.tasks.take_over(bo.actor, offered, "Jag vill", key=desk.key())


def test_two_who_take_it_over_from_the_same_page_do_not_both_get_it(
    desk: Desk, task_id: str, bo: Account
) -> None:
    eva = seller(desk, "eva", "Eva Ek")
    revision = desk.engine.tasks.get(eva.actor, task_id).row.revision
    desk.engine.tasks.take_over(bo.actor, task_id, "Först", revision=revision, key=desk.key())
    with pytest.raises(Conflict):
        desk.engine.tasks.take_over(eva.actor, task_id, "Sen", revision=revision, key=desk.key())


@pytest.mark.parametrize("given", ["saljare", "= vem", "= upper case(vem)"])
def test_what_the_diagram_gives_to_a_person_is_not_taken_from_that_person(
    desk: Desk, bo: Account, given: str
) -> None:
    says = f'<bpmn:extensionElements><sp:assignee value="{given}"/>'
    act = task("act").replace("<bpmn:extensionElements>", says)
    steps = (start(), act, end(), chain("start", "act", "end"))
    desk.deploy(diagram("named", *steps, lanes={"saljare": ["act"]}))
    named = desk.task(desk.case("named", variables={"vem": "saljare"}))
    assert "take_over" not in desk.engine.tasks.get(bo.actor, named).can
    with pytest.raises(NotAllowed):
        desk.engine.tasks.take_over(bo.actor, named, "Anna är sjuk.", key=desk.key())
    # Once a manager has given it to somebody else, it is that person's like any other.
    desk.engine.tasks.reassign(desk.manager.actor, named, "bo", key=desk.key())
    desk.engine.tasks.take_over(desk.seller.actor, named, "Tillbaka igen", key=desk.key())


@pytest.mark.parametrize("enabled", [True, False])
def test_a_mail_tells_it_where_mails_are_sent(
    desk: Desk, task_id: str, bo: Account, clock: FakeClock, enabled: bool
) -> None:
    mail = MailSettings(enabled=enabled)
    web = WebSettings(address="https://plan.example")
    desk.engine.people.change(
        desk.people["administrator"].actor, "saljare", email="anna@example.com", key=desk.key()
    )
    with reopened(desk.engine, clock, mail=mail, web=web) as engine:
        engine.tasks.take_over(bo.actor, task_id, "Anna är sjuk.", key=desk.key())
        with database_of(engine).reading() as connection:
            sent = connection.execute(select(OutboxTable.target, OutboxTable.payload)).all()
    if not enabled:
        assert sent == []
        return
    ((target, content),) = sent
    assert target == "anna@example.com"
    assert "Bo Berg har tagit över uppgiften Marknadsanalys" in content["subject"]
    assert "Orsak: Anna är sjuk." in content["text"]
    assert f"https://plan.example/tasks/{task_id}" in content["text"]
