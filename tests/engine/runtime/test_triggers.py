"""Every trigger, on everything that it can stand on (BPMN 2.0.2, 10.5.6, 13.5.3 and 13.5.4)."""

from __future__ import annotations

import pytest

from tests.support.processes import Life, RunningInstance

TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
CONDITION = "<conditionalEventDefinition><condition>= hot</condition></conditionalEventDefinition>"
DEFINITIONS = {
    "timer": TIMER,
    "message": '<messageEventDefinition messageRef="M"/>',
    "signal": '<signalEventDefinition signalRef="S"/>',
    "conditional": CONDITION,
    "escalation": '<escalationEventDefinition escalationRef="X"/>',
    "error": '<errorEventDefinition errorRef="E"/>',
}
CALL = '<callActivity id="act" calledElement="Q"/>'
LOOP = "<standardLoopCharacteristics loopMaximum='3'/>"
THREE = "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
PARALLEL = f"<multiInstanceLoopCharacteristics>{THREE}"
SEQUENTIAL = f'<multiInstanceLoopCharacteristics isSequential="true">{THREE}'
HOSTS = {
    "user task": '<userTask id="act"/>',
    "receive task": '<receiveTask id="act" messageRef="N"/>',
    "call activity": CALL,
    "sub-process": '<subProcess id="act"><userTask id="inner"/></subProcess>',
    "transaction": '<transaction id="act"><userTask id="inner"/></transaction>',
    "ad-hoc sub-process": '<adHocSubProcess id="act"><userTask id="inner"/></adHocSubProcess>',
    "loop": f'<userTask id="act">{LOOP}</userTask>',
    "parallel instances": f'<userTask id="act">{PARALLEL}</userTask>',
    "sequential instances": f'<userTask id="act">{SEQUENTIAL}</userTask>',
    "parallel sub-processes": f'<subProcess id="act">{PARALLEL}<userTask id="inner"/></subProcess>',
    "parallel calls": f'<callActivity id="act" calledElement="Q">{PARALLEL}</callActivity>',
    "parallel receive tasks": f'<receiveTask id="act" messageRef="N">{PARALLEL}</receiveTask>',
}
THROWN = {
    "escalation": '<intermediateThrowEvent id="throw"><escalationEventDefinition '
    'escalationRef="X"/></intermediateThrowEvent>',
    "error": '<endEvent id="throw"><errorEventDefinition errorRef="E"/></endEvent>',
}


def trigger(life: Life, kind: str) -> Life:
    """Let the event happen; ``gate`` is the user task before what throws it from inside."""
    if kind == "conditional":
        life.process.write({"hot": True})
        life.executor.run(life.process)
        return life.settled()
    if kind in THROWN:
        return life.do("gate")
    return life.hear(kind, {"message": "M", "signal": "S"}.get(kind))


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("kind", ["timer", "message", "signal", "conditional"])
def test_a_boundary_event_of_each_kind_stands_on_each_activity(
    live: RunningInstance, kind: str, host: str, interrupting: bool
) -> None:
    cancels = str(interrupting).lower()
    body = (
        f'<startEvent id="s"/>{HOSTS[host]}<userTask id="after"/>[[s > act > after]]'
        f'<boundaryEvent id="on" attachedToRef="act" cancelActivity="{cancels}">'
        f'{DEFINITIONS[kind]}</boundaryEvent><userTask id="heard"/>[[on > heard]]'
    )
    life = live(body, hot=False)
    before = [w.element_id for w in life.waits("user", "call", "message") if w.name != "M"]
    assert before
    trigger(life, kind)
    left = [w.element_id for w in life.waits("user", "call", "message") if w.name != "M"]
    if interrupting:
        assert left == ["heard"]
        assert life.do("heard").ended == "completed"
    else:
        assert sorted(left) == sorted([*before, "heard"])


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize("kind", DEFINITIONS)
def test_an_event_sub_process_of_each_kind_starts_within_its_scope(
    live: RunningInstance, kind: str, nested: bool, interrupting: bool
) -> None:
    if kind == "error" and not interrupting:
        return  # An error always interrupts (BPMN 2.0.2, Table 10.86).
    flag = str(interrupting).lower()
    inside = (
        '<startEvent id="s"/><parallelGateway id="split"/><userTask id="work"/>'
        '<userTask id="gate"/>[[s > split > work]][[split > gate]]'
        f"{THROWN.get(kind, '')}{'[[gate > throw]]' if kind in THROWN else ''}"
        '<subProcess id="on" triggeredByEvent="true">'
        f'<startEvent id="when" isInterrupting="{flag}">{DEFINITIONS[kind]}</startEvent>'
        '<userTask id="heard"/>[[when > heard]]</subProcess>'
    )
    body = inside
    if nested:
        body = f'<subProcess id="sub">{inside}</subProcess><userTask id="after"/>[[sub > after]]'
    life = trigger(live(body, hot=False), kind)
    if interrupting:
        assert life.open == ["heard"]
    else:
        gate = [] if kind in THROWN else ["gate"]
        assert life.open == sorted([*gate, "heard", "work"])
        life.do(*gate, "work")
    assert life.do("heard").open == (["after"] if nested else [])
    assert life.ended == (None if nested else "completed")
    if nested:
        assert life.do("after").ended == "completed"


@pytest.mark.parametrize("kind", ["timer", "message", "signal", "conditional"])
def test_an_event_sub_process_in_an_event_sub_process(live: RunningInstance, kind: str) -> None:
    body = (
        '<userTask id="work"/><subProcess id="outer" triggeredByEvent="true">'
        '<startEvent id="first" isInterrupting="false"><messageEventDefinition messageRef="N"/>'
        '</startEvent><userTask id="a"/>[[first > a]]'
        '<subProcess id="on" triggeredByEvent="true">'
        f'<startEvent id="when">{DEFINITIONS[kind]}</startEvent><userTask id="heard"/>'
        "[[when > heard]]</subProcess></subProcess>"
    )
    life = live(body, hot=False).hear("message", "N")
    assert life.open == ["a", "work"]
    trigger(life, kind)
    assert life.open == ["heard", "work"]
    assert life.do("heard", "work").ended == "completed"


@pytest.mark.parametrize("repeat", ["", PARALLEL, SEQUENTIAL, LOOP])
@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_what_is_thrown_inside_is_caught_on_the_boundary_of_a_repeated_sub_process(
    live: RunningInstance, kind: str, repeat: str
) -> None:
    body = (
        f'<subProcess id="sub">{repeat}<userTask id="gate"/>{THROWN[kind]}[[gate > throw]]'
        f'</subProcess><userTask id="after"/>[[sub > after]]'
        f'<boundaryEvent id="on" attachedToRef="sub">{DEFINITIONS[kind]}</boundaryEvent>'
        '<userTask id="heard"/>[[on > heard]]'
    )
    life = live(body).do("gate")
    assert life.open == ["heard"]


def test_an_escalation_that_does_not_interrupt_is_heard_from_each_instance(
    live: RunningInstance,
) -> None:
    body = (
        f'<subProcess id="sub">{PARALLEL}<userTask id="gate"/>{THROWN["escalation"]}'
        '<userTask id="rest"/>[[gate > throw > rest]]</subProcess><userTask id="after"/>'
        "[[sub > after]]"
        '<boundaryEvent id="on" attachedToRef="sub" cancelActivity="false">'
        f'{DEFINITIONS["escalation"]}</boundaryEvent><userTask id="heard"/>[[on > heard]]'
    )
    life = live(body).do("gate", "gate", "gate")
    assert life.open == ["heard"] * 3 + ["rest"] * 3
    life.do("rest", "rest", "rest")
    assert life.open == ["after"] + ["heard"] * 3


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_what_a_called_process_throws_is_caught_by_an_event_sub_process_around_the_call(
    live: RunningInstance, kind: str
) -> None:
    body = (
        f'<subProcess id="sub">{CALL}<subProcess id="on" triggeredByEvent="true">'
        f'<startEvent id="when">{DEFINITIONS[kind]}</startEvent><userTask id="heard"/>'
        '[[when > heard]]</subProcess></subProcess><userTask id="after"/>[[sub > after]]'
    )
    life = live(body)
    [wait] = life.waits("call")
    code = {"error": "E1", "escalation": "X1"}[kind]
    assert life.executor.throw_into(life.process, wait.token, kind, code)
    assert life.open == ["heard"]
    assert life.do("heard").open == ["after"]
