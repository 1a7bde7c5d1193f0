"""An instance in which nothing can go on: what was done stands, and an incident says what waits."""

from __future__ import annotations

from datetime import timedelta

from engine import FakeClock
from tests.support.desk import Desk
from tests.support.diagrams import (
    chain,
    diagram,
    end,
    flow,
    gateway,
    start,
    task,
)
from tests.support.incidents import TRAP_PARTS, stoppable, trapped_case


def state(desk: Desk, case_id: str) -> str:
    return desk.engine.cases.get(desk.manager.actor, case_id).row.state


def test_a_deadlock_keeps_the_work_that_has_led_into_it_and_says_what_waits(
    bare_desk: Desk,
) -> None:
    desk = bare_desk
    case_id = trapped_case(desk, amount=12)
    assert desk.names(case_id) == []
    [incident] = desk.incidents(case_id)
    assert (incident.kind, incident.element_id) == ("stuck", "both")
    assert "Small" in incident.message
    assert "small_to_both" in incident.message
    assert state(desk, case_id) == "incident"
    facts = desk.facts(case_id)
    assert facts.count("task.completed") == 2
    assert facts[-1] == "incident.raised"
    assert desk.engine.history.verify(desk.manager.actor).ok


def test_looking_again_at_a_deadlock_finds_it_as_it_was(bare_desk: Desk) -> None:
    desk = bare_desk
    case_id = trapped_case(desk, amount=12)
    [incident] = desk.incidents(case_id)
    retried = desk.engine.incidents.retry(desk.manager.actor, incident.id, key=desk.key())
    assert retried.result == {"resolved": False}
    assert [i.id for i in desk.incidents(case_id)] == [incident.id]
    desk.engine.cases.cancel(desk.manager.actor, case_id, "Ritningen var fel", key=desk.key())
    assert desk.incidents(case_id) == []
    assert state(desk, case_id) == "cancelled"


def test_a_case_that_is_stuck_from_its_start_says_so_in_its_receipt(bare_desk: Desk) -> None:
    desk = bare_desk
    steps = (
        start(),
        gateway("which", default="which_to_small"),
        gateway("both", "parallel"),
        gateway("small", "parallel"),
        end(),
        end("none"),
        chain("start", "which"),
        flow("which", "both", "= amount > 2"),
        flow("which", "none", "= amount > 1"),
        chain("which", "small", "both", "end"),
    )
    desk.deploy(diagram("trap", *steps))
    receipt = desk.engine.cases.start(
        desk.manager.actor, process_id="trap", variables={"amount": 0}, key=desk.key()
    )
    [incident] = desk.incidents(receipt.id or "")
    assert receipt.result["incident"] == incident.id
    assert incident.kind == "stuck"


def test_what_interrupts_a_called_process_that_is_stuck_closes_its_incident(
    bare_desk: Desk,
) -> None:
    desk = bare_desk
    desk.deploy(diagram("trap", *TRAP_PARTS), stoppable("trap"))
    case_id = desk.case("parent")
    desk.complete(desk.manager, desk.task(case_id), {"amount": 1})
    desk.complete(desk.manager, desk.task(case_id))
    assert [i.element_id for i in desk.incidents(case_id)] == ["both"]
    assert state(desk, case_id) == "incident"
    desk.engine.cases.deliver(desk.manager.actor, "Stop", case_id, key=desk.key())
    assert desk.names(case_id) == ["Clean"]
    assert desk.incidents(case_id) == []
    assert state(desk, case_id) == "running"


def test_a_timer_that_listens_beside_a_deadlock_still_fires_and_closes_the_incident(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    late = (
        '<bpmn:subProcess id="late" triggeredByEvent="true"><bpmn:startEvent id="due">'
        "<bpmn:timerEventDefinition><bpmn:timeDuration>P3D</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition></bpmn:startEvent>"
        '<bpmn:userTask id="rescue" name="Rescue"/>'
        '<bpmn:sequenceFlow id="r" sourceRef="due" targetRef="rescue"/></bpmn:subProcess>'
    )
    case_id = trapped_case(desk, late)
    assert [i.kind for i in desk.incidents(case_id)] == ["stuck"]
    clock.advance(timedelta(days=4))
    assert desk.engine.jobs.fire_due() == 1
    assert desk.names(case_id) == ["Rescue"]
    assert desk.incidents(case_id) == []
    assert state(desk, case_id) == "running"
    desk.complete(desk.manager, desk.task(case_id))
    assert state(desk, case_id) == "completed"


def test_correcting_a_variable_of_a_case_whose_start_failed_adds_no_second_incident(
    bare_desk: Desk,
) -> None:
    desk = bare_desk
    steps = (
        start(),
        gateway("which", default="which_to_end"),
        task("big"),
        end(),
        chain("start", "which", "end"),
        flow("which", "big", "= amount > 10"),
        chain("big", "end"),
    )
    desk.deploy(diagram("choice", *steps))
    case_id = desk.case("choice")
    manager = desk.manager.actor
    desk.engine.instances.correct_variables(manager, case_id, {"amount": 11}, key=desk.key())
    [incident] = desk.incidents(case_id)
    assert desk.engine.incidents.retry(manager, incident.id, key=desk.key()).result == {
        "resolved": True
    }
    assert desk.names(case_id) == ["Big"]
