"""Processes that cannot go on: nothing is lost, it is seen, and it can be tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import FakeClock
from engine.errors import Conflict, NotFound, ProcessFailed
from tests.support.desk import Desk
from tests.support.diagrams import (
    call,
    catch,
    chain,
    diagram,
    end,
    field,
    flow,
    gateway,
    message,
    script,
    start,
    task,
)
from tests.support.incidents import (
    CHOICE,
    CHOICE_PARTS,
    LATER,
    LATER_PARTS,
    damage,
    stoppable,
    undecided_case,
)


def test_a_condition_that_fails_leaves_the_task_open_and_is_an_incident(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(CHOICE)
    case_id = desk.case("choice")
    task_id = desk.task(case_id)
    with pytest.raises(ProcessFailed) as caught:
        desk.complete(desk.manager, task_id, {"amount": 13})
    assert caught.value.element_id == "large"
    assert desk.names(case_id) == ["Decide"]
    [incident] = desk.incidents(case_id)
    assert (incident.element_id, incident.kind) == ("large", "expression")
    assert "large_to_big" in incident.message
    assert desk.engine.cases.get(desk.manager.actor, case_id).row.state == "incident"
    assert "task.completed" not in desk.facts(case_id)


def test_completing_the_task_again_after_the_mistake_closes_the_incident(bare_desk: Desk) -> None:
    desk = bare_desk
    case_id, task_id = undecided_case(desk)
    with pytest.raises(ProcessFailed):
        desk.complete(desk.manager, task_id, {"amount": 13})
    assert len(desk.incidents(case_id)) == 1
    desk.complete(desk.manager, task_id, {"amount": 12})
    assert desk.names(case_id) == ["Big"]
    assert not desk.incidents(case_id)
    assert desk.engine.cases.get(desk.manager.actor, case_id).row.state == "running"
    facts = desk.facts(case_id)
    assert facts.count("incident.raised") == facts.count("incident.resolved") == 1


def test_a_failure_above_the_task_is_closed_when_the_task_is_completed_again(
    bare_desk: Desk,
) -> None:
    desk = bare_desk
    child = diagram(
        "child",
        start(),
        task("decide", form=field("amount", "integer")),
        end(),
        chain("start", "decide", "end"),
    )
    parts = [p for p in CHOICE_PARTS if 'id="decide"' not in p]
    desk.deploy(child, diagram("parent", *parts, call("decide", "child")))
    case_id = desk.case("parent")
    task_id = desk.task(case_id)
    with pytest.raises(ProcessFailed):
        desk.complete(desk.manager, task_id, {"amount": 13})
    assert [i.element_id for i in desk.incidents(case_id)] == ["large"]
    desk.complete(desk.manager, task_id, {"amount": 3})
    assert desk.names(case_id) == ["Small"]
    assert not desk.incidents(case_id)
    assert desk.engine.cases.get(desk.manager.actor, case_id).row.state == "running"


def test_a_timer_that_fails_waits_as_an_incident_while_the_others_go_on(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(LATER)
    broken = desk.case("later")
    sound = [desk.case("later", variables={"days_left": 1}) for _ in range(3)]
    clock.advance(timedelta(days=2))
    assert desk.engine.jobs.fire_due() == 4
    assert desk.engine.jobs.fire_due() == 0
    assert [desk.names(c) for c in sound] == [["Remind", "Work"]] * 3
    assert desk.names(broken) == ["Work"]
    [incident] = desk.incidents(broken)
    assert "days_left" in incident.message
    retried = desk.engine.incidents.retry(desk.manager.actor, incident.id, key=desk.key())
    assert retried.result == {"resolved": False}
    desk.complete(desk.manager, desk.task(broken))
    assert desk.engine.cases.get(desk.manager.actor, broken).row.state == "completed"
    assert not desk.incidents(broken)


def test_what_failed_is_tried_again_when_its_cause_is_gone(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    steps = [
        *LATER_PARTS,
        task("beside", form=field("days_left", "integer")),
        gateway("both", "parallel"),
    ]
    steps[3] = (
        chain("start", "both", "work", "end") + flow("both", "beside") + flow("beside", "end")
    )
    desk.deploy(diagram("later", *steps))
    case_id = desk.case("later")
    clock.advance(timedelta(days=2))
    desk.engine.jobs.fire_due()
    [incident] = desk.incidents(case_id)
    desk.complete(desk.manager, desk.task(case_id, "Beside"), {"days_left": 2})
    retried = desk.engine.incidents.retry(desk.manager.actor, incident.id, key=desk.key())
    assert retried.result == {"resolved": True}
    assert desk.names(case_id) == ["Remind", "Work"]
    assert not desk.incidents(case_id)
    with pytest.raises(Conflict):
        desk.engine.incidents.retry(desk.manager.actor, incident.id, key=desk.key())


def test_a_message_that_failed_is_delivered_again_with_its_payload(bare_desk: Desk) -> None:
    desk = bare_desk
    paid = message("Paid", roles="ekonomi", form=field("paid_on", "date", required="true"))
    steps = (
        start(),
        gateway("both", "parallel"),
        task("beside", form=field("known", "boolean")),
        catch("wait", message="Paid"),
        gateway("check", default="check_to_end2"),
        task("thank"),
        end(),
        end("end2"),
        end("end3"),
        chain("start", "both", "beside", "end"),
        chain("both", "wait", "check"),
        flow("check", "thank", '= known and paid_on > date("2026-01-01")'),
        flow("check", "end2"),
        chain("thank", "end3"),
    )
    desk.deploy(diagram("payment", *steps, messages=[paid]))
    case_id = desk.case("payment")
    with pytest.raises(ProcessFailed):
        desk.engine.cases.deliver(
            desk.manager.actor, "Paid", case_id, {"paid_on": "2026-03-01"}, key=desk.key()
        )
    [incident] = desk.incidents(case_id)
    desk.complete(desk.manager, desk.task(case_id, "Beside"), {"known": True})
    retried = desk.engine.incidents.retry(desk.manager.actor, incident.id, key=desk.key())
    assert retried.result == {"resolved": True}
    assert desk.names(case_id) == ["Thank"]


def test_a_case_whose_start_fails_is_there_with_its_incident(bare_desk: Desk) -> None:
    desk = bare_desk
    steps = (
        start(),
        script("count", "= {total: missing + 1}"),
        end(),
        chain("start", "count", "end"),
    )
    desk.deploy(diagram("counting", *steps))
    receipt = desk.engine.cases.start(desk.manager.actor, process_id="counting", key=desk.key())
    assert receipt.result["incident"]
    assert receipt.id is not None
    [incident] = desk.incidents(receipt.id)
    assert incident.element_id == "count"
    assert "missing" in incident.message


@pytest.mark.parametrize("text", ["= deadline", '= "soon"', "= 5", "= duration(deadline)"])
def test_a_timer_whose_time_cannot_be_read_is_an_incident(bare_desk: Desk, text: str) -> None:
    desk = bare_desk
    steps = (
        start(),
        task("work", form=field("deadline")),
        catch("wait", timer=text),
        end(),
        chain("start", "work", "wait", "end"),
    )
    desk.deploy(diagram("waiting", *steps))
    case_id = desk.case("waiting")
    task_id = desk.task(case_id)
    with pytest.raises(ProcessFailed) as caught:
        desk.complete(desk.manager, task_id, {"deadline": "whenever"})
    assert caught.value.element_id == "wait"
    assert [i.kind for i in desk.incidents(case_id)] == ["timer"]
    if "deadline" in text:
        desk.complete(desk.manager, task_id, {"deadline": "P1D"})
        assert not desk.incidents(case_id)


def test_what_a_called_process_is_given_may_fail_like_anything_else(bare_desk: Desk) -> None:
    desk = bare_desk
    child = diagram("child", start(), task("act"), end(), chain("start", "act", "end"))
    steps = (
        start(),
        task("work", form=field("price", "integer")),
        call("sub", "child", given="= price * rate"),
        end(),
        chain("start", "work", "sub", "end"),
    )
    desk.deploy(child, diagram("parent", *steps))
    case_id = desk.case("parent")
    with pytest.raises(ProcessFailed) as caught:
        desk.complete(desk.manager, desk.task(case_id), {"price": 5})
    assert caught.value.element_id == "sub"
    assert [i.element_id for i in desk.incidents(case_id)] == ["sub"]


def test_a_default_that_fails_is_told_as_such(bare_desk: Desk) -> None:
    desk = bare_desk
    steps = (start(), task("act"), end(), chain("start", "act", "end"))
    child = diagram("child", *steps, variables={"rate": "= missing * 2"})
    parent = (
        start(),
        task("work"),
        call("sub", "child"),
        end(),
        chain("start", "work", "sub", "end"),
    )
    desk.deploy(child, diagram("parent", *parent))
    with pytest.raises(ProcessFailed):
        desk.case("child")
    case_id = desk.case("parent")
    with pytest.raises(ProcessFailed):
        desk.complete(desk.manager, desk.task(case_id))
    assert "missing * 2" in desk.incidents(case_id)[0].message


def test_a_state_that_cannot_be_read_is_an_incident_and_the_others_go_on(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(LATER)
    damaged, sound = (desk.case("later", variables={"days_left": 1}) for _ in range(2))
    damage(desk.engine, damaged)
    clock.advance(timedelta(days=2))
    desk.engine.jobs.fire_due()
    assert desk.names(sound) == ["Remind", "Work"]
    assert [i.kind for i in desk.incidents(damaged)] == ["damaged_state"]
    with pytest.raises(ProcessFailed):
        desk.complete(desk.manager, desk.task(damaged))


def test_calls_are_stopped_at_the_nesting_limit(bare_desk: Desk) -> None:
    desk = bare_desk
    steps = (
        start(),
        task("work"),
        call("again", "deep"),
        end(),
        chain("start", "work", "again", "end"),
    )
    desk.deploy(diagram("deep", *steps))
    case_id = desk.case("deep")
    deepest = desk.engine.config.limits.nesting
    for _ in range(deepest):
        desk.complete(desk.manager, desk.task(case_id))
    with pytest.raises(ProcessFailed) as caught:
        desk.complete(desk.manager, desk.task(case_id))
    assert str(deepest) in caught.value.message
    assert [i.kind for i in desk.incidents(case_id)] == ["budget"]
    assert desk.names(case_id) == ["Work"]


def test_variables_that_grow_too_large_are_refused_by_name(bare_desk: Desk) -> None:
    desk = bare_desk
    most = desk.engine.config.limits.variable_bytes
    grown = script("grow", "= {story: [part, part, part, part, part, part, part]}")
    steps = (
        start(),
        task("first", form=field("part", "longtext")),
        grown,
        script("more", "= {copy: story}"),
        task("read"),
        end(),
        chain("start", "first", "grow", "more", "read", "end"),
    )
    desk.deploy(diagram("growing", *steps))
    case_id = desk.case("growing")
    task_id = desk.task(case_id)
    with pytest.raises(ProcessFailed) as caught:
        desk.complete(desk.manager, task_id, {"part": "x" * 20_000})
    assert "the largest is story" in caught.value.message
    assert str(most) in caught.value.message
    assert [i.kind for i in desk.incidents(case_id)] == ["budget"]
    desk.complete(desk.manager, task_id, {"part": "x"})
    assert desk.names(case_id) == ["Read"]


def test_ending_takes_the_incidents_of_what_has_ended_along(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(LATER, stoppable("later"))
    stopped, cancelled = desk.case("parent"), desk.case("parent")
    clock.advance(timedelta(days=2))
    desk.engine.jobs.fire_due()
    assert desk.incidents(stopped)
    assert desk.incidents(cancelled)
    desk.engine.cases.deliver(desk.manager.actor, "Stop", stopped, key=desk.key())
    assert not desk.incidents(stopped)
    assert desk.engine.cases.get(desk.manager.actor, stopped).row.state == "running"
    desk.engine.cases.cancel(desk.manager.actor, cancelled, "Startat av misstag", key=desk.key())
    assert not desk.incidents(cancelled)
    assert desk.engine.cases.get(desk.manager.actor, cancelled).row.state == "cancelled"
    assert desk.engine.history.verify(desk.manager.actor).ok


def test_only_who_looks_after_the_engine_learns_of_incidents(bare_desk: Desk) -> None:
    desk = bare_desk
    case_id, _ = undecided_case(desk)
    [incident] = desk.incidents(case_id)
    assert not desk.engine.incidents.newest(desk.seller.actor)
    with pytest.raises(NotFound):
        desk.engine.incidents.retry(desk.seller.actor, incident.id, key=desk.key())
    owner = desk.people["process_owner"].actor
    assert [i.id for i in desk.engine.incidents.newest(owner)] == [incident.id]


def test_what_a_failed_completion_said_is_the_tasks_draft_also_the_second_time(
    bare_desk: Desk,
) -> None:
    desk = bare_desk
    parts = [p for p in CHOICE_PARTS if 'id="decide"' not in p]
    asked = field("amount", "integer") + field("why")
    desk.deploy(diagram("choice", *parts, task("decide", form=asked, points=("seen",))))
    case_id = desk.case("choice")
    task_id = desk.task(case_id)
    for why in ("först", "sedan"):
        with pytest.raises(ProcessFailed) as caught:
            desk.engine.tasks.complete(
                desk.manager.actor,
                task_id,
                answers={"amount": 13, "why": why},
                ticks={"seen": True},
                note=f"Nu {why}",
                key=desk.key(),
            )
        assert caught.value.error_code == "completion_failed"
        detail = desk.engine.tasks.get(desk.manager.actor, task_id)
        assert (detail.row.state, detail.values["why"], detail.note) == (
            "open",
            why,
            f"Nu {why}",
        )
        assert str(detail.values["amount"]) == "13"
        assert [point.state for point in detail.checklist] == ["done"]
        assert detail.draft_saved_at is not None
    assert len(desk.incidents(case_id)) == 1
