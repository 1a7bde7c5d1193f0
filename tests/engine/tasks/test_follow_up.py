"""What a completed task has led to is told by its names."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import AwaitedEvent, FakeClock, Source
from engine.errors import NotFound
from tests.support.bpmn import file
from tests.support.desk import REPORT, TICKED, Desk
from tests.support.diagrams import chain, diagram, end, start, task


def test_the_tasks_that_open_are_told_with_their_role_and_date(
    desk: Desk, clock: FakeClock
) -> None:
    task_id = desk.task(desk.case())
    clock.advance(timedelta(hours=1))
    desk.complete(desk.seller, task_id, REPORT, TICKED)
    next = desk.engine.tasks.follow_up(desk.seller.actor, task_id)
    assert [(row.name, row.role) for row in next.opened] == [("Inventering", "ledningsgrupp")]
    assert next.opened[0].due is not None
    assert (next.case_state, next.left, next.waits) == ("running", (), ())


def test_a_case_that_has_ended_says_so(desk: Desk, clock: FakeClock) -> None:
    steps = (start(), task("act"), end(), chain("start", "act", "end"))
    desk.deploy(diagram("short", *steps, lanes={"saljare": ["act"]}))
    task_id = desk.task(desk.case("short"))
    desk.complete(desk.seller, task_id)
    next = desk.engine.tasks.follow_up(desk.seller.actor, task_id)
    assert (next.case_state, next.opened, next.left, next.waits) == ("completed", (), (), ())


WAITING = """
<process id="waiting" isExecutable="true">
  <startEvent id="start"/><parallelGateway id="split"/>
  <userTask id="one" name="Ett"/><userTask id="two" name="Två"/>
  <boundaryEvent id="late" name="Påminn" attachedToRef="two" cancelActivity="false">
    <timerEventDefinition id="late_t"><timeDuration>P9D</timeDuration></timerEventDefinition>
  </boundaryEvent><endEvent id="late_end"/>
  <intermediateCatchEvent id="pause" name="Till nästa möte">
    <timerEventDefinition id="pause_t"><timeDuration>P3D</timeDuration></timerEventDefinition>
  </intermediateCatchEvent>
  <intermediateCatchEvent id="answer" name="Svar">
    <messageEventDefinition id="answer_m" messageRef="Svar"/>
  </intermediateCatchEvent>
  <endEvent id="end"/>
  <sequenceFlow id="f1" sourceRef="start" targetRef="split"/>
  <sequenceFlow id="f2" sourceRef="split" targetRef="one"/>
  <sequenceFlow id="f3" sourceRef="split" targetRef="two"/>
  <sequenceFlow id="f4" sourceRef="split" targetRef="answer"/>
  <sequenceFlow id="f5" sourceRef="one" targetRef="pause"/>
  <sequenceFlow id="f6" sourceRef="pause" targetRef="end"/>
  <sequenceFlow id="f7" sourceRef="two" targetRef="end"/>
  <sequenceFlow id="f8" sourceRef="answer" targetRef="end"/>
  <sequenceFlow id="f9" sourceRef="late" targetRef="late_end"/>
</process>
<message id="Svar" name="Svar"><extensionElements><sp:message label="Kundens svar"/>
</extensionElements></message>
"""


def test_else_what_is_left_and_what_is_waited_for(desk: Desk, clock: FakeClock) -> None:
    desk.deploy(Source("waiting.bpmn", file(WAITING)))
    case_id = desk.case("waiting")
    clock.advance(timedelta(hours=1))
    task_id = desk.task(case_id, "Ett")
    desk.complete(desk.seller, task_id)
    next = desk.engine.tasks.follow_up(desk.seller.actor, task_id)
    assert next.opened == ()
    assert [row.name for row in next.left] == ["Två"]
    assert next.waits == (
        AwaitedEvent("Till nästa möte", clock.now() + timedelta(days=3)),
        AwaitedEvent("Kundens svar"),
    )


def test_only_who_sees_the_case_is_told(desk: Desk) -> None:
    task_id = desk.task(desk.case())
    with pytest.raises(NotFound):
        desk.engine.tasks.follow_up(desk.people["process_owner"].actor, task_id)
