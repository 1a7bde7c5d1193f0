"""The same key again: the same receipt, and nothing done twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine import Engine, FakeClock
from engine.errors import Conflict, Invalid, NotAuthenticated
from tests.support.desk import REPORT, TICKED, Desk, a_customer, problems
from tests.support.diagrams import chain, diagram, end, start, task

Write = Callable[[Engine, Desk, str], Any]
WORK = diagram("work", start(), task("act"), end(), chain("start", "act", "end"))


def writes() -> dict[str, Write]:
    """A write of each kind that makes something new, with what it is done to."""
    return {
        "customer": lambda e, d, k: e.customers.add(d.seller.actor, "Bo AB", "556016-0680", key=k),
        "case": lambda e, d, k: e.cases.start(
            d.seller.actor, customer_id=a_customer(e), title="Ny", key=k
        ),
        "deploy": lambda e, d, k: e.definitions.deploy(
            d.people["process_owner"].actor, [WORK], key=k
        ),
        "person": lambda e, d, k: e.people.add(
            d.people["administrator"].actor, "bo", "Bo", password="fyra gröna moroten", key=k
        ),
    }


@pytest.mark.parametrize("kind", writes())
def test_a_repeated_key_gives_the_same_answer_and_does_nothing(
    desk: Desk, clock: FakeClock, kind: str
) -> None:
    write = writes()[kind]
    first = write(desk.engine, desk, "key")
    entries = desk.engine.history.verify(desk.manager.actor).entries
    clock.advance(timedelta(minutes=1))
    assert write(desk.engine, desk, "key") == first
    assert desk.engine.history.verify(desk.manager.actor).entries == entries


def test_everything_that_is_done_to_a_task_can_be_sent_twice(desk: Desk) -> None:
    case_id = desk.case()
    task_id = desk.task(case_id)
    engine, seller = desk.engine, desk.seller.actor
    steps: list[Callable[[str], Any]] = [
        lambda k: engine.tasks.claim(seller, task_id, key=k),
        lambda k: engine.tasks.release(seller, task_id, key=k),
        lambda k: engine.tasks.reassign(desk.manager.actor, task_id, "saljare", key=k),
        lambda k: engine.tasks.save_draft(seller, task_id, answers=REPORT, ticks={}, key=k),
        lambda k: engine.tasks.attach(
            seller, task_id, "marknadsrapport_bilaga", "a.txt", "text/plain", b"abc", key=k
        ),
        lambda k: desk.complete(desk.seller, task_id, REPORT, TICKED, key=k),
        lambda k: engine.cases.cancel(desk.manager.actor, case_id, "Slut", key=k),
    ]
    for number, step in enumerate(steps):
        first = step(f"key-{number}")
        facts = desk.facts(case_id)
        assert step(f"key-{number}") == first
        assert desk.facts(case_id) == facts


def test_a_key_that_comes_back_with_something_else_is_refused(desk: Desk) -> None:
    task_id = desk.task(desk.case())
    desk.complete(desk.seller, task_id, REPORT, TICKED, key="key")
    others: list[Callable[[], Any]] = [
        lambda: desk.complete(desk.seller, task_id, REPORT, TICKED, note="Mer", key="key"),
        lambda: desk.engine.tasks.claim(desk.seller.actor, task_id, key="key"),
        lambda: desk.engine.cases.start(
            desk.seller.actor, customer_id=a_customer(desk.engine), key="key"
        ),
    ]
    for other in others:
        with pytest.raises(Conflict) as caught:
            other()
        assert caught.value.error_code == "idempotency_mismatch"


def test_a_key_is_its_senders_own(desk: Desk) -> None:
    first = desk.engine.cases.start(
        desk.seller.actor, customer_id=a_customer(desk.engine), key="key"
    )
    second = desk.engine.cases.start(
        desk.manager.actor, customer_id=a_customer(desk.engine), key="key"
    )
    assert first.id != second.id


def test_what_was_refused_can_be_put_right_under_the_same_key(desk: Desk) -> None:
    task_id = desk.task(desk.case())
    with pytest.raises(Invalid):
        desk.complete(desk.seller, task_id, {}, TICKED, key="key")
    receipt = desk.complete(desk.seller, task_id, REPORT, TICKED, key="key")
    assert desk.complete(desk.seller, task_id, REPORT, TICKED, key="key") == receipt


def test_a_receipt_is_not_given_to_who_has_a_wrong_password(desk: Desk) -> None:
    task_id = desk.task(desk.case())
    desk.complete(desk.seller, task_id, REPORT, TICKED, key="key")
    with pytest.raises(NotAuthenticated):
        desk.complete(desk.seller, task_id, REPORT, TICKED, password="fel", key="key")


@pytest.mark.parametrize("key", ["", "x" * 101])
def test_a_key_has_between_1_and_100_characters(desk: Desk, key: str) -> None:
    with pytest.raises(Invalid) as caught:
        desk.engine.cases.start(desk.seller.actor, key=key)
    assert problems(caught.value) == {("key_malformed", "key")}
