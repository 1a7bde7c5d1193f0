"""Messages: who may tell a case what, when it is heard, and what it brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine import FakeClock, Receipt
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.support.desk import Desk, problems
from tests.support.diagrams import (
    boundary,
    catch,
    chain,
    diagram,
    end,
    field,
    message,
    start,
    task,
)
from tests.support.samples import PAID, PAYMENT
from tests.support.walk import start_walk


@pytest.fixture
def desk(bare_desk: Desk) -> Desk:
    bare_desk.deploy(PAYMENT)
    return bare_desk


def send(
    desk: Desk, case_id: str, payload: Mapping[str, Any] | None = None, who: str = "ekonomi"
) -> Receipt:
    given = {"paid_on": "2026-03-01"} if payload is None else payload
    return desk.engine.cases.deliver(desk.people[who].actor, "Paid", case_id, given, key=desk.key())


def test_a_message_that_is_waited_for_lets_the_process_go_on(desk: Desk) -> None:
    case_id = desk.case("payment")
    desk.complete(desk.people["ekonomi"], desk.task(case_id))
    assert send(desk, case_id).result == {"delivered": 1, "stored": False, "expected": True}
    task_id = desk.task(case_id, "Thank")
    assert desk.engine.tasks.get(desk.people["ekonomi"].actor, task_id).values == {
        "paid_on": "2026-03-01"
    }
    assert desk.facts(case_id).count("message.received") == 1


def test_a_message_that_comes_early_is_kept_until_it_is_waited_for(desk: Desk) -> None:
    case_id = desk.case("payment")
    number = desk.engine.cases.get(desk.manager.actor, case_id).row.number
    assert send(desk, number).result == {"delivered": 0, "stored": True, "expected": True}
    assert desk.names(case_id) == ["Work"]
    desk.complete(desk.people["ekonomi"], desk.task(case_id))
    assert desk.names(case_id) == ["Thank"]
    facts = desk.facts(case_id)
    assert facts.index("message.sent") < facts.index("task.completed")
    assert facts.index("task.completed") < facts.index("message.received")


def test_a_kept_message_is_taken_once_the_oldest_first(desk: Desk, clock: FakeClock) -> None:
    first, other = desk.case("payment"), desk.case("payment")
    for day in ("2026-02-01", "2026-02-02"):
        send(desk, first, {"paid_on": day})
        clock.set(clock.now().replace(minute=clock.now().minute + 1))
    for case_id in (other, first):
        desk.complete(desk.people["ekonomi"], desk.task(case_id, "Work"))
    assert desk.names(other) == []
    task_id = desk.task(first, "Thank")
    assert desk.engine.tasks.get(desk.people["ekonomi"].actor, task_id).values == {
        "paid_on": "2026-02-01"
    }


def test_a_message_that_no_diagram_knows_is_refused(desk: Desk) -> None:
    case_id = desk.case("payment")
    with pytest.raises(Invalid) as caught:
        desk.engine.cases.deliver(desk.manager.actor, "Betald", case_id, {}, key=desk.key())
    assert problems(caught.value) == {("unknown_message", "message")}


def test_only_the_roles_that_the_diagram_names_send_it(desk: Desk) -> None:
    case_id = desk.case("payment")
    with pytest.raises(NotFound):
        send(desk, case_id, who="inkop")
    with pytest.raises(NotFound):
        send(desk, "2026-9999")
    plan = diagram(
        "shared",
        start(),
        task("theirs"),
        task("mine"),
        catch("wait", message="Paid"),
        end(),
        chain("start", "theirs", "mine", "wait", "end"),
        messages=[PAID],
        lanes={"ekonomi": ["mine"], "inkop": ["theirs"]},
    )
    desk.deploy(plan)
    with pytest.raises(NotAllowed):
        send(desk, desk.case("shared"), who="inkop")


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, {("required", "paid_on")}),
        (
            {"paid_on": "i går", "amount": "1.005", "note": "x"},
            {
                ("date_malformed", "paid_on"),
                ("number_malformed", "amount"),
                ("undeclared_field", "note"),
            },
        ),
    ],
)
def test_everything_that_is_wrong_with_a_payload_is_told(
    desk: Desk, payload: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    case_id = desk.case("payment")
    desk.complete(desk.people["ekonomi"], desk.task(case_id))
    with pytest.raises(Invalid) as caught:
        send(desk, case_id, payload)
    assert problems(caught.value) == expected
    assert desk.names(case_id) == []
    assert "message.sent" not in desk.facts(case_id)


def test_a_case_that_has_ended_hears_nothing(desk: Desk) -> None:
    case_id = desk.case("payment")
    desk.engine.cases.cancel(desk.manager.actor, case_id, "Slut", key=desk.key())
    with pytest.raises(Conflict) as caught:
        send(desk, case_id)
    assert caught.value.error_code == "case_ended"


def test_a_message_without_a_form_brings_nothing(desk: Desk) -> None:
    steps = (start(), catch("wait", message="Go"), task("act"), end())
    flows = chain("start", "wait", "act", "end")
    go = message("Go", roles="ekonomi")
    desk.deploy(diagram("going", *steps, flows, messages=[go]))
    case_id = desk.case("going")
    with pytest.raises(Invalid) as caught:
        desk.engine.cases.deliver(desk.manager.actor, "Go", case_id, {"kund": "x"}, key=desk.key())
    assert problems(caught.value) == {("undeclared_field", "kund")}
    desk.engine.cases.deliver(desk.manager.actor, "Go", case_id, key=desk.key())
    assert desk.names(case_id) == ["Act"]


def test_of_an_interrupting_message_only_the_first_counts(desk: Desk) -> None:
    steps = (
        start(),
        task("work"),
        end(),
        chain("start", "work", "end"),
        boundary("stopped", "work", message="Stop", interrupting=True),
        task("clean"),
        end("end2"),
        chain("stopped", "clean", "end2"),
    )
    desk.deploy(diagram("stopping", *steps, messages=[message("Stop", roles="ekonomi")]))
    case_id = desk.case("stopping")
    results = [
        desk.engine.cases.deliver(desk.manager.actor, "Stop", case_id, key=desk.key()).result[
            "delivered"
        ]
        for _ in range(2)
    ]
    assert results == [1, 0]
    assert desk.names(case_id) == ["Clean"]


def test_the_plan_offers_its_messages_while_it_waits_for_them(
    engine: Any, clock: FakeClock, people: Any, key: Any
) -> None:
    walk = start_walk(engine, clock, people, key)
    assert {m.name for m in walk.case().messages if m.allowed} == set()
    walk.prepare()
    walk.start_up()
    assert {m.name for m in walk.case().messages if m.allowed} == {
        "Forlangning",
        "Reklamation",
        "Uppsagning",
    }
    offered = engine.cases.get(people["ekonomi"].actor, walk.case_id).messages
    assert not [m.name for m in offered if m.allowed]


@pytest.mark.parametrize(
    ("known", "payload", "missing"),
    [
        ({"large": False}, {}, set()),
        ({"large": True}, {}, {"reason"}),
        ({"large": False}, {"amount": "7.00"}, {"approver"}),
        ({"large": True}, {"amount": "7.00", "reason": "x", "approver": "y"}, set()),
        ({}, {}, set()),
    ],
)
def test_what_a_message_must_bring_depends_on_the_case_and_on_what_it_brings(
    bare_desk: Desk, known: dict[str, Any], payload: dict[str, Any], missing: set[str]
) -> None:
    desk = bare_desk
    form = (
        field("amount", "money")
        + field("reason", required="= large")
        + field("approver", required="= amount > 5")
    )
    parts = (start(), catch("wait", message="Paid"), task("act"), end())
    flows = chain("start", "wait", "act", "end")
    paid = message("Paid", roles="ekonomi", form=form)
    desk.deploy(diagram("paying", *parts, flows, messages=[paid]))
    case_id = desk.case("paying", variables=known)
    # Whoever opens the case sees what is required before anything is answered.
    [offered] = desk.engine.cases.get(desk.manager.actor, case_id).messages
    required = {f.id for f in offered.form if f.required}
    assert required == ({"reason"} if known.get("large") else set())
    if not missing:
        assert desk.engine.cases.deliver(
            desk.manager.actor, "Paid", case_id, payload, key=desk.key()
        ).result == {"delivered": 1, "stored": False, "expected": True}
        return
    with pytest.raises(Invalid) as caught:
        desk.engine.cases.deliver(desk.manager.actor, "Paid", case_id, payload, key=desk.key())
    assert problems(caught.value) == {("required", name) for name in missing}
