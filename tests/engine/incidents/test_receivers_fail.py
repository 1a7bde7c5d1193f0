"""Whoever throws a signal or a message waits for nobody who receives it: the thrower goes on, all
who can receive it have it, and who cannot has an incident at an element of its own."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from engine import SYSTEM, FakeClock, Source
from engine.service.transactions import AT_ONCE, Transactions
from engine.store.tables import DeliveryTable
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import (
    catch,
    chain,
    diagram,
    end,
    flow,
    gateway,
    message,
    script,
    start,
    task,
)
from tests.support.threads import at_once

SIGNAL = '<bpmn:signal id="Price" name="Prices"/>'
HEARD = '<bpmn:signalEventDefinition signalRef="Price"/>'
WAIT = f'<bpmn:intermediateCatchEvent id="wait">{HEARD}</bpmn:intermediateCatchEvent>'
THROW = f'<bpmn:intermediateThrowEvent id="throw">{HEARD}</bpmn:intermediateThrowEvent>'
AGAIN = (
    '<bpmn:multiInstanceLoopCharacteristics sp:collection="names" sp:item="name"/>',
    '<bpmn:userTask id="bad" name="Bad">',
)
BREAKS = {
    "no way out": gateway("bad") + task("after") + flow("bad", "after", "= discount > 1"),
    "a timer of nonsense": catch("bad", timer="date:= nothing") + task("after"),
    "a due date of nonsense": '<bpmn:userTask id="bad" name="Bad"><bpmn:extensionElements>'
    '<sp:due after="P1D" of="nothing" calendar="calendar"/></bpmn:extensionElements>'
    "</bpmn:userTask>" + task("after"),
    "no collection": f"{AGAIN[1]}{AGAIN[0]}</bpmn:userTask>" + task("after"),
    "no end of a loop": script("bad", "= {n: 1}") + gateway("x") + task("after"),
}


def healthy(name: str = "healthy", first: str = WAIT) -> Source:
    parts = (start(), first, task("got"), end(), chain("start", "wait", "got", "end"))
    return diagram(name, *parts, messages=[SIGNAL])


def broken(how: str) -> Source:
    nothing = {"nothing": '= "nonsense"'} if how == "a due date of nonsense" else {}
    rest = chain("wait", "bad", "after") if how != "no way out" else chain("wait", "bad")
    if how == "no end of a loop":
        rest = chain("wait", "bad", "x") + flow("x", "bad", "= n = 1") + flow("x", "after")
    parts = (start(), WAIT, BREAKS[how], chain("start", "wait"), rest)
    return diagram("broken", *parts, messages=[SIGNAL], variables=nothing)


def sender(timer: str = "") -> Source:
    ask = catch("ask", timer=timer) if timer else task("ask")
    parts = (start(), ask, THROW, task("done"), end())
    return diagram(
        "sender", *parts, chain("start", "ask", "throw", "done", "end"), messages=[SIGNAL]
    )


def elsewhere(desk: Desk, clock: FakeClock) -> Transactions:
    """The transactions of another process on the desk's database: a worker's."""
    return Transactions(database_of(desk.engine), desk.engine.config, clock)


def left_over(desk: Desk) -> int:
    with database_of(desk.engine).reading() as connection:
        return connection.scalar(select(func.count()).select_from(DeliveryTable)) or 0


@pytest.mark.parametrize("by", ["a task", "a timer"])
@pytest.mark.parametrize("how", BREAKS)
def test_one_that_cannot_hear_a_signal_stops_alone(
    bare_desk: Desk, clock: FakeClock, how: str, by: str
) -> None:
    desk = bare_desk
    desk.deploy(healthy(), broken(how), sender("PT1H" if by == "a timer" else ""))
    first, bad, last = desk.case("healthy"), desk.case("broken"), desk.case("healthy")
    thrower = desk.case("sender")
    if by == "a timer":
        clock.advance(timedelta(hours=2))
        assert desk.engine.jobs.fire_due() == 1
    else:
        desk.complete(desk.manager, desk.task(thrower))
    assert desk.names(thrower) == ["Done"]
    assert desk.names(first) == desk.names(last) == ["Got"]
    (incident,) = desk.incidents(bad)
    assert incident.element_id in ("bad", "x")
    assert "signal.received" not in desk.facts(bad)
    everybody = [i for case in (first, last, thrower) for i in desk.incidents(case)]
    assert everybody == []
    assert left_over(desk) == 0


BESIDE = (start(), gateway("fork", "parallel"), task("ask"), THROW, task("done"))
GOES_ON = chain("start", "fork", "ask", "throw", "done")
BROKEN_WAY = BREAKS["no way out"]
LISTENER = '<bpmn:startEvent id="wait" isInterrupting="false">' + HEARD + "</bpmn:startEvent>"
IN_THE_SENDER = {
    "a branch": WAIT + BROKEN_WAY + chain("fork", "wait", "bad"),
    "a boundary event": '<bpmn:boundaryEvent id="wait" attachedToRef="work" cancelActivity="false">'
    + f"{HEARD}</bpmn:boundaryEvent>{task('work')}{BROKEN_WAY}"
    + chain("fork", "work")
    + chain("wait", "bad"),
    "an event sub-process": '<bpmn:subProcess id="handler" triggeredByEvent="true">'
    + f"{LISTENER}{BROKEN_WAY}{chain('wait', 'bad')}</bpmn:subProcess>",
}


@pytest.mark.parametrize("where", IN_THE_SENDER)
def test_one_in_the_instance_that_throws_stops_alone(bare_desk: Desk, where: str) -> None:
    desk = bare_desk
    hears = '<bpmn:intermediateCatchEvent id="well">' + HEARD + "</bpmn:intermediateCatchEvent>"
    well = hears + task("got") + chain("fork", "well", "got")
    source = diagram("both", *BESIDE, GOES_ON, well, IN_THE_SENDER[where], messages=[SIGNAL])
    desk.deploy(source)
    case_id = desk.case("both")
    desk.complete(desk.manager, desk.task(case_id, "Ask"))
    working = ["Work"] if where == "a boundary event" else []
    assert desk.names(case_id) == ["Done", "Got", *working]
    (incident,) = desk.incidents(case_id)
    assert incident.element_id == "bad"
    owner = desk.manager.actor
    desk.engine.instances.correct_variables(
        owner, case_id, {"discount": 2}, reason="Rättad", key=desk.key()
    )
    again = desk.engine.incidents.retry(owner, incident.id, key=desk.key())
    assert again.result == {"resolved": True}
    assert desk.names(case_id) == ["After", "Done", "Got", *working]
    assert desk.incidents(case_id) == []


def test_whoever_begins_to_wait_after_the_signal_does_not_hear_it(bare_desk: Desk) -> None:
    """Also where it is heard later, since somebody could not."""
    desk = bare_desk
    late = '<bpmn:intermediateCatchEvent id="late">' + HEARD + "</bpmn:intermediateCatchEvent>"
    parts = (*BESIDE[:-1], late, task("done"), GOES_ON.replace("done", "late"))
    ways = chain("late", "done") + IN_THE_SENDER["a branch"]
    desk.deploy(diagram("both", *parts, ways, messages=[SIGNAL]))
    case_id = desk.case("both")
    desk.complete(desk.manager, desk.task(case_id, "Ask"))
    assert desk.names(case_id) == []
    assert [i.element_id for i in desk.incidents(case_id)] == ["bad"]


def test_one_round_that_cannot_hear_a_signal_stops_alone(bare_desk: Desk) -> None:
    desk = bare_desk
    rounds = '<bpmn:multiInstanceLoopCharacteristics sp:collection="= [1, 2, 3]" sp:item="number"/>'
    inside = (start("begin"), WAIT, gateway("bad"), task("got"), chain("begin", "wait", "bad"))
    body = "".join(inside) + flow("bad", "got", "= number != 2")
    each = f'<bpmn:subProcess id="each">{body}{rounds}</bpmn:subProcess>'
    desk.deploy(
        diagram("rounds", start(), each, end(), chain("start", "each", "end"), messages=[SIGNAL]),
        sender(),
    )
    case_id, thrower = desk.case("rounds"), desk.case("sender")
    desk.complete(desk.manager, desk.task(thrower))
    assert desk.names(case_id) == ["Got", "Got"]
    assert [i.element_id for i in desk.incidents(case_id)] == ["bad"]
    assert desk.incidents(thrower) == []


def test_hearing_is_tried_again(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(broken("no way out"), sender())
    bad, thrower = desk.case("broken"), desk.case("sender")
    desk.complete(desk.manager, desk.task(thrower))
    incident = desk.incidents(bad)[0]
    owner = desk.manager.actor
    again = desk.engine.incidents.retry(owner, incident.id, key=desk.key())
    assert again.result == {"resolved": False}
    desk.engine.instances.correct_variables(
        owner, bad, {"discount": 2}, reason="Rättad", key=desk.key()
    )
    again = desk.engine.incidents.retry(owner, incident.id, key=desk.key())
    assert again.result == {"resolved": True}
    assert desk.names(bad) == ["After"]


@pytest.mark.parametrize("kind", ["signal", "message"])
def test_a_process_that_an_event_starts_fails_alone(bare_desk: Desk, kind: str) -> None:
    desk = bare_desk
    event = HEARD if kind == "signal" else '<bpmn:messageEventDefinition messageRef="M"/>'
    known = [SIGNAL, message("M")]
    begins = f'<bpmn:startEvent id="begin">{event}</bpmn:startEvent>'
    bad = (begins, gateway("bad"), task("after"), chain("begin", "bad"))
    throws = f'<bpmn:intermediateThrowEvent id="throw">{event}</bpmn:intermediateThrowEvent>'
    sends = (start(), task("ask"), throws, task("done"), end())
    desk.deploy(
        diagram("begun", *bad, flow("bad", "after", "= discount > 1"), messages=known),
        diagram("sends", *sends, chain("start", "ask", "throw", "done", "end"), messages=known),
    )
    case_id = desk.case("sends")
    desk.complete(desk.manager, desk.task(case_id))
    assert desk.names(case_id) == ["Done"]
    (incident,) = desk.incidents(case_id)
    assert (incident.element_id, incident.instance_id != case_id) == ("bad", True)
    desk.complete(desk.manager, desk.task(case_id))
    assert "instance.completed" in desk.facts(case_id)


def test_a_process_that_starts_itself_by_its_own_signal_comes_to_an_end(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    begins = f'<bpmn:startEvent id="begin">{HEARD}</bpmn:startEvent>'
    echo = (begins, THROW, end(), chain("begin", "throw", "end"))
    desk.deploy(diagram("echo", *echo, messages=[SIGNAL]), sender())
    thrower = desk.case("sender")
    desk.complete(desk.manager, desk.task(thrower))
    for _ in range(20):
        elsewhere(desk, clock).hand_out_waiting()
    assert left_over(desk) == 0
    assert desk.names(thrower) == ["Done"]
    assert [i.kind for i in desk.incidents(thrower)] == ["budget"]


def test_one_that_cannot_receive_a_message_of_its_case_stops_alone(bare_desk: Desk) -> None:
    desk = bare_desk
    known = [message("M")]
    event = '<bpmn:messageEventDefinition messageRef="M"/>'
    throws = f'<bpmn:intermediateThrowEvent id="throw">{event}</bpmn:intermediateThrowEvent>'
    both = (start(), gateway("split", "parallel"), task("ask"), throws, task("done"))
    bad = (catch("wait", message="M"), gateway("bad"), task("after"))
    ways = chain("start", "split", "ask", "throw", "done") + chain("split", "wait", "bad")
    ways += flow("bad", "after", "= discount > 1")
    desk.deploy(diagram("both", *both, *bad, ways, messages=known))
    case_id = desk.case("both")
    desk.complete(desk.manager, desk.task(case_id))
    assert desk.names(case_id) == ["Done"]
    assert [i.element_id for i in desk.incidents(case_id)] == ["bad"]


def test_events_that_nobody_has_handed_out_are_a_workers(
    bare_desk: Desk, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    """As when a program is killed after the commit."""
    desk = bare_desk
    desk.deploy(healthy(), sender())
    case_id, thrower = desk.case("healthy"), desk.case("sender")
    with monkeypatch.context() as killed:
        killed.setattr(Transactions, "hand_out", lambda *_: None)
        desk.complete(desk.manager, desk.task(thrower))
    assert (desk.names(thrower), desk.names(case_id)) == (["Done"], [])
    clock.advance(timedelta(seconds=5))
    transactions = elsewhere(desk, clock)
    with database_of(desk.engine).reading() as connection:
        jobs = desk.engine.jobs._handlers.overdue(connection, clock.now())
    assert "deliveries" in {job.kind for job in jobs}
    assert transactions.hand_out_waiting()
    assert not transactions.hand_out_waiting()
    assert desk.names(case_id) == ["Got"]
    assert desk.facts(case_id).count("signal.received") == 1


def test_more_than_a_request_hands_out_are_left_to_a_worker(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(healthy(), sender())
    cases = [desk.case("healthy") for _ in range(AT_ONCE + 1)]
    thrower = desk.case("sender")
    desk.complete(desk.manager, desk.task(thrower))
    assert left_over(desk) == 1
    elsewhere(desk, clock).hand_out_waiting()
    assert all(desk.names(case) == ["Got"] for case in (cases[0], cases[-1]))


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_nobody_waits_for_a_case_that_somebody_else_is_at_work_in(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(healthy(), sender())
    busy, free, thrower = desk.case("healthy"), desk.case("healthy"), desk.case("sender")
    transactions = elsewhere(desk, clock)
    with transactions.database.writing() as other:
        transactions.unit_of_work(other, SYSTEM).hold(busy)
        desk.complete(desk.manager, desk.task(thrower))
        assert (desk.names(thrower), desk.names(busy), desk.names(free)) == (["Done"], [], ["Got"])
        assert not transactions.hand_out_waiting()
    assert transactions.hand_out_waiting()
    assert desk.names(busy) == ["Got"]


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_two_that_throw_to_each_other_at_once_both_go_on(bare_desk: Desk, clock: FakeClock) -> None:
    """Each holds its own case, and waits for nobody else's."""
    desk = bare_desk
    both = (start(), gateway("fork", "parallel"), task("ask"), THROW, task("done"))
    ways = chain("start", "fork", "ask", "throw", "done") + chain("fork", "wait", "got")
    source = diagram("both", *both, WAIT, task("got"), ways, messages=[SIGNAL])
    desk.deploy(source)
    cases = [desk.case("both") for _ in range(4)]
    tasks = [desk.task(case, "Ask") for case in cases]
    at_once([partial(desk.complete, desk.manager, one) for one in tasks])
    while elsewhere(desk, clock).hand_out_waiting():
        pass
    assert [desk.names(case) for case in cases] == [["Done", "Got"]] * 4
    heard = [desk.facts(case).count("signal.received") for case in cases]
    assert all(count <= 1 for count in heard)
