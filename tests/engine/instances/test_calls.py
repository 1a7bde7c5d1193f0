"""Called processes: errors, escalations, ends and interruption travel between caller and called."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import FakeClock, Source
from tests.support.desk import Desk
from tests.support.diagrams import boundary, call, chain, diagram, end, gateway, script, start, task

ROOTS = (
    '<bpmn:error id="E" errorCode="E1"/><bpmn:escalation id="X" escalationCode="X1"/>'
    '<bpmn:signal id="S" name="S"/><bpmn:message id="M" name="M"/>'
)
EVENT = {
    "error": '<bpmn:errorEventDefinition errorRef="E"/>',
    "escalation": '<bpmn:escalationEventDefinition escalationRef="X"/>',
    "signal": '<bpmn:signalEventDefinition signalRef="S"/>',
    "message": '<bpmn:messageEventDefinition messageRef="M"/>',
    "terminate": "<bpmn:terminateEventDefinition/>",
}


def made(process_id: str, *parts: str) -> Source:
    return diagram(process_id, *parts, messages=[ROOTS])


def ends_with(kind: str, id: str = "end") -> str:
    return f'<bpmn:endEvent id="{id}">{EVENT[kind]}</bpmn:endEvent>'


def throws(kind: str, id: str = "throw") -> str:
    return f'<bpmn:intermediateThrowEvent id="{id}">{EVENT[kind]}</bpmn:intermediateThrowEvent>'


def catches(kind: str, on: str, *, interrupting: bool = True) -> str:
    return (
        f'<bpmn:boundaryEvent id="on" attachedToRef="{on}" '
        f'cancelActivity="{str(interrupting).lower()}">{EVENT[kind]}</bpmn:boundaryEvent>'
        + task("told")
        + end("told_end")
        + chain("on", "told", "told_end")
    )


def around(kind: str, *, interrupting: bool = True) -> str:
    """An event sub-process."""
    return (
        '<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="when" '
        f'isInterrupting="{str(interrupting).lower()}">{EVENT[kind]}</bpmn:startEvent>'
        + task("told")
        + chain("when", "told")
        + "</bpmn:subProcess>"
    )


def parent(*more: str, calls: str = "child", process_id: str = "parent") -> Source:
    steps = (start(), call("sub", calls), task("after"), end())
    return made(process_id, *steps, chain("start", "sub", "after", "end"), *more)


def child(kind: str) -> Source:
    """Has ``a`` and ``b`` open, and throws when ``a`` is done."""
    if kind in ("error", "terminate"):
        after = ends_with(kind) + chain("a", "end")
    else:
        after = throws(kind) + task("c") + chain("a", "throw", "c", "end_b")
    both = (start(), gateway("both", "parallel"), task("a"), task("b"), end("end_b"))
    flows = chain("start", "both", "a") + chain("both", "b", "end_b")
    return made("child", *both, flows, after)


def finish(desk: Desk, case_id: str) -> str:
    while rows := desk.open_tasks(case_id):
        desk.complete(desk.manager, rows[0].id)
    assert desk.engine.history.verify(desk.manager.actor).ok
    return desk.engine.cases.get(desk.manager.actor, case_id).row.state


@pytest.mark.parametrize("kind", ["error", "escalation"])
@pytest.mark.parametrize("catcher", ["boundary", "event sub-process"])
def test_what_a_called_process_throws_interrupts_its_caller(
    bare_desk: Desk, kind: str, catcher: str
) -> None:
    desk = bare_desk
    caught = catches(kind, "sub") if catcher == "boundary" else around(kind)
    desk.deploy(child(kind), parent(caught))
    case_id = desk.case("parent")
    desk.complete(desk.manager, desk.task(case_id, "A"))
    assert desk.names(case_id) == ["Told"]
    assert finish(desk, case_id) == "completed"


@pytest.mark.parametrize("catcher", ["boundary", "event sub-process"])
def test_an_escalation_that_does_not_interrupt_lets_the_called_process_go_on(
    bare_desk: Desk, catcher: str
) -> None:
    desk = bare_desk
    caught = (
        catches("escalation", "sub", interrupting=False)
        if catcher == "boundary"
        else around("escalation", interrupting=False)
    )
    desk.deploy(child("escalation"), parent(caught))
    case_id = desk.case("parent")
    desk.complete(desk.manager, desk.task(case_id, "A"))
    assert desk.names(case_id) == ["B", "C", "Told"]
    for name in ("B", "C"):
        desk.complete(desk.manager, desk.task(case_id, name))
    assert desk.names(case_id) == ["After", "Told"]
    assert finish(desk, case_id) == "completed"


def test_an_error_travels_up_through_processes_that_do_not_catch_it(bare_desk: Desk) -> None:
    desk = bare_desk
    middle = parent(process_id="middle")
    desk.deploy(child("error"), middle, parent(catches("error", "sub"), calls="middle"))
    case_id = desk.case("parent")
    desk.complete(desk.manager, desk.task(case_id, "A"))
    assert desk.names(case_id) == ["Told"]
    states = {
        i.process_id: i.state for i in desk.engine.cases.get(desk.manager.actor, case_id).instances
    }
    assert states == {"parent": "running", "middle": "terminated", "child": "terminated"}


def test_an_error_that_nobody_catches_ends_the_case_and_is_kept_by_its_code(
    bare_desk: Desk,
) -> None:
    desk = bare_desk
    desk.deploy(child("error"), parent())
    case_id = desk.case("parent")
    desk.complete(desk.manager, desk.task(case_id, "A"))
    assert desk.names(case_id) == []
    assert desk.engine.cases.get(desk.manager.actor, case_id).row.state == "terminated"
    found = desk.engine.history.search(
        desk.manager.actor, case_id=case_id, type="instance.terminated"
    )
    assert {entry.detail["error"] for entry in found.items} == {"E1"}


def test_a_called_process_that_terminates_itself_lets_its_caller_go_on(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(child("terminate"), parent())
    case_id = desk.case("parent")
    desk.complete(desk.manager, desk.task(case_id, "A"))
    assert desk.names(case_id) == ["After"]


def test_interrupting_a_caller_takes_all_away_that_it_has_called(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    late = boundary("late", "sub", timer="P1D", interrupting=True)
    more = (late, task("told"), end("end2"), chain("late", "told", "end2"))
    desk.deploy(child("signal"), parent(process_id="middle"), parent(*more, calls="middle"))
    case_id = desk.case("parent")
    assert desk.names(case_id) == ["A", "B"]
    clock.advance(timedelta(days=2))
    desk.engine.jobs.fire_due()
    assert desk.names(case_id) == ["Told"]
    states = {
        i.process_id: i.state for i in desk.engine.cases.get(desk.manager.actor, case_id).instances
    }
    assert states == {"parent": "running", "middle": "cancelled", "child": "cancelled"}


def test_a_signal_reaches_all_cases_and_starts_what_begins_with_it(bare_desk: Desk) -> None:
    desk = bare_desk
    waiting = made(
        "waiting",
        start(),
        f'<bpmn:intermediateCatchEvent id="wait">{EVENT["signal"]}</bpmn:intermediateCatchEvent>',
        task("after"),
        end(),
        chain("start", "wait", "after", "end"),
    )
    begun = made(
        "begun",
        f'<bpmn:startEvent id="start">{EVENT["signal"]}</bpmn:startEvent>',
        task("new"),
        end(),
        chain("start", "new", "end"),
    )
    desk.deploy(waiting, begun, child("signal"))
    cases = [desk.case("waiting") for _ in range(2)]
    sender = desk.case("child")
    desk.complete(desk.manager, desk.task(sender, "A"))
    assert [desk.names(c) for c in cases] == [["After"], ["After"]]
    assert desk.names(sender) == ["B", "C", "New"]


def test_a_message_that_a_called_process_throws_reaches_its_caller(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(child("message"), parent(around("message", interrupting=False)))
    case_id = desk.case("parent")
    desk.complete(desk.manager, desk.task(case_id, "A"))
    assert desk.names(case_id) == ["B", "C", "Told"]


def test_each_instance_of_a_repeated_call_gets_its_item_and_gives_its_result(
    bare_desk: Desk,
) -> None:
    desk = bare_desk
    repeated = (
        '<bpmn:callActivity id="sub" calledElement="child"><bpmn:extensionElements>'
        '<sp:in source="= price * 2" target="given"/><sp:out source="= given + 1" target="got"/>'
        "</bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics>"
        "<bpmn:loopDataInputRef>prices</bpmn:loopDataInputRef>"
        "<bpmn:loopDataOutputRef>results</bpmn:loopDataOutputRef>"
        '<bpmn:inputDataItem id="price" name="price"/><bpmn:outputDataItem id="got" name="got"/>'
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:callActivity>"
    )
    steps = (start(), repeated, task("after"), end(), chain("start", "sub", "after", "end"))
    inner = (start(), task("act"), end(), chain("start", "act", "end"))
    desk.deploy(made("child", *inner), made("parent", *steps))
    case_id = desk.case("parent", variables={"prices": [1, 2, 3]})
    assert desk.names(case_id) == ["Act"] * 3
    while "Act" in desk.names(case_id):
        desk.complete(desk.manager, desk.open_tasks(case_id)[-1].id)
    assert desk.names(case_id) == ["After"]
    assert desk.engine.cases.get(desk.manager.actor, case_id).variables["results"] == [3, 5, 7]


@pytest.mark.parametrize(("out", "known"), [('<sp:out variables="all"/>', 2), ("", None)])
def test_all_comes_back_from_a_call_when_that_is_said(
    bare_desk: Desk, out: str, known: int | None
) -> None:
    desk = bare_desk
    call = (
        '<bpmn:callActivity id="sub" calledElement="child"><bpmn:extensionElements>'
        f'<sp:in source="= price * 2" target="given"/>{out}'
        "</bpmn:extensionElements></bpmn:callActivity>"
    )
    steps = (start(), call, task("after"), end(), chain("start", "sub", "after", "end"))
    inner = (start(), task("act"), end(), chain("start", "act", "end"))
    desk.deploy(made("child", *inner), made("parent", *steps))
    case_id = desk.case("parent", variables={"price": 1})
    desk.complete(desk.manager, desk.open_tasks(case_id)[0].id)
    assert desk.engine.cases.get(desk.manager.actor, case_id).variables.get("given") == known


def test_when_enough_calls_are_done_the_others_are_taken_away(bare_desk: Desk) -> None:
    desk = bare_desk
    repeated = (
        '<bpmn:callActivity id="sub" calledElement="child">'
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality>"
        "<bpmn:completionCondition>= numberOfCompletedInstances &gt;= 1</bpmn:completionCondition>"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:callActivity>"
    )
    steps = (start(), repeated, task("after"), end(), chain("start", "sub", "after", "end"))
    inner = (start(), task("act"), end(), chain("start", "act", "end"))
    desk.deploy(made("child", *inner), made("parent", *steps))
    case_id = desk.case("parent")
    desk.complete(desk.manager, desk.open_tasks(case_id)[0].id)
    assert desk.names(case_id) == ["After"]


def test_a_call_that_ends_at_once_goes_round_in_a_loop(bare_desk: Desk) -> None:
    desk = bare_desk
    looped = (
        '<bpmn:callActivity id="sub" calledElement="child"><bpmn:standardLoopCharacteristics>'
        "<bpmn:loopCondition>= count &lt; 5</bpmn:loopCondition>"
        "</bpmn:standardLoopCharacteristics></bpmn:callActivity>"
    )
    steps = (start(), looped, task("after"), end(), chain("start", "sub", "after", "end"))
    inner = (start(), script("raise", "= {count: count + 1}"), end())
    desk.deploy(
        made("child", *inner, chain("start", "raise", "end")),
        made("parent", *steps),
    )
    case_id = desk.case("parent", variables={"count": 0})
    assert desk.names(case_id) == ["After"]
    assert desk.engine.cases.get(desk.manager.actor, case_id).variables["count"] == 5


def undone(id: str) -> str:
    return (
        f'<bpmn:boundaryEvent id="c_{id}" attachedToRef="{id}"><bpmn:compensateEventDefinition/>'
        "</bpmn:boundaryEvent>"
        f'<bpmn:userTask id="un_{id}" name="Undo {id}" isForCompensation="true"/>'
        f'<bpmn:association id="as_{id}" sourceRef="c_{id}" targetRef="un_{id}"/>'
    )


UNDO = (
    '<bpmn:intermediateThrowEvent id="undo"><bpmn:compensateEventDefinition/>'
    "</bpmn:intermediateThrowEvent>"
)
UNDOING = (
    start(),
    call("sub", "child"),
    UNDO,
    task("after"),
    end(),
    chain("start", "sub", "undo", "after", "end"),
)


def test_what_a_called_process_has_done_is_undone_in_it_the_last_first(bare_desk: Desk) -> None:
    desk = bare_desk
    inner = (start(), task("a"), task("b"), end(), chain("start", "a", "b", "end"))
    desk.deploy(made("child", *inner, undone("a"), undone("b")), made("parent", *UNDOING))
    case_id = desk.case("parent")
    for name in ("A", "B", "Undo b", "Undo a"):
        desk.complete(desk.manager, desk.task(case_id, name))
    assert desk.names(case_id) == ["After"]
    assert finish(desk, case_id) == "completed"


def test_two_levels_down_too(bare_desk: Desk) -> None:
    desk = bare_desk
    inner = (start(), task("a"), end(), chain("start", "a", "end"))
    middle = (start(), call("sub", "child"), end(), chain("start", "sub", "end"))
    outer = [p for p in UNDOING if 'id="sub"' not in p]
    desk.deploy(
        made("child", *inner, undone("a")),
        made("middle", *middle),
        made("parent", *outer, call("sub", "middle")),
    )
    case_id = desk.case("parent")
    for name in ("A", "Undo a"):
        desk.complete(desk.manager, desk.task(case_id, name))
    assert desk.names(case_id) == ["After"]


def test_a_compensation_event_sub_process_of_a_called_process_undoes_it_as_it_likes(
    bare_desk: Desk,
) -> None:
    desk = bare_desk
    inner = (start(), task("a"), end(), chain("start", "a", "end"))
    own = (
        '<bpmn:subProcess id="own" triggeredByEvent="true"><bpmn:startEvent id="asked">'
        "<bpmn:compensateEventDefinition/></bpmn:startEvent>"
        + task("clean")
        + chain("asked", "clean")
        + "</bpmn:subProcess>"
    )
    desk.deploy(made("child", *inner, undone("a"), own), made("parent", *UNDOING))
    case_id = desk.case("parent")
    for name in ("A", "Clean"):
        desk.complete(desk.manager, desk.task(case_id, name))
    assert desk.names(case_id) == ["After"]


def test_a_handler_of_the_call_itself_is_asked_instead(bare_desk: Desk) -> None:
    desk = bare_desk
    inner = (start(), task("a"), end(), chain("start", "a", "end"))
    desk.deploy(made("child", *inner, undone("a")), made("parent", *UNDOING, undone("sub")))
    case_id = desk.case("parent")
    for name in ("A", "Undo sub"):
        desk.complete(desk.manager, desk.task(case_id, name))
    assert desk.names(case_id) == ["After"]
