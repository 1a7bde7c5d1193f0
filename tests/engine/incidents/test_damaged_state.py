"""A stored state that cannot be read is quarantined: said, left as it is, and nobody else's
concern."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import FakeClock
from engine.errors import ProcessFailed
from engine.runtime import state
from engine.runtime.state import DamagedState
from tests.support.desk import Desk
from tests.support.diagrams import (
    boundary,
    call,
    catch,
    chain,
    diagram,
    end,
    gateway,
    message,
    start,
    task,
)
from tests.support.incidents import DAMAGES, damage, store_state, stored_state
from tests.support.processes import Life, executor

CHILD = diagram(
    "child",
    start(),
    task("work"),
    catch("wait", message="Go"),
    end(),
    boundary("late", "work", timer="P1D", interrupting=False),
    task("remind"),
    end("end2"),
    chain("start", "work", "wait", "end"),
    chain("late", "remind", "end2"),
    messages=[message("Go", roles="ekonomi")],
)
PARENT = diagram(
    "parent",
    start(),
    gateway("both", "parallel"),
    call("one", "child"),
    call("two", "child"),
    gateway("join", "parallel"),
    end(),
    chain("start", "both", "one", "join", "end"),
    chain("both", "two", "join"),
)


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_instance_is_an_incident_and_its_bytes_stay_as_they_are(
    bare_desk: Desk, clock: FakeClock, how: str
) -> None:
    desk = bare_desk
    desk.deploy(CHILD, PARENT)
    case_id = desk.case("parent")
    damaged, sound = desk.open_tasks(case_id)
    instance_id = desk.engine.tasks.get(desk.manager.actor, damaged.id).instance_id
    blob = damage(desk.engine, instance_id, how)
    manager = desk.manager.actor

    with pytest.raises(ProcessFailed):
        desk.complete(desk.manager, damaged.id)
    clock.advance(timedelta(days=2))
    desk.engine.jobs.fire_due()
    with pytest.raises(ProcessFailed):
        desk.engine.instances.correct_variables(manager, instance_id, {"x": 1}, key=desk.key())
    for incident in desk.incidents(case_id):
        assert (incident.kind, incident.instance_id) == ("damaged_state", instance_id)
        retried = desk.engine.incidents.retry(manager, incident.id, key=desk.key())
        assert retried.result == {"resolved": False}
    assert desk.incidents(case_id)
    assert stored_state(desk.engine, instance_id) == blob

    # The other one goes on to its end meanwhile.
    assert desk.names(case_id) == ["Remind", "Work", "Work"]
    desk.complete(desk.manager, desk.task(case_id, "Remind"))
    desk.complete(desk.manager, sound.id)
    desk.engine.cases.deliver(manager, "Go", case_id, key=desk.key())
    assert [t.id for t in desk.open_tasks(case_id)] == [damaged.id]

    desk.engine.cases.cancel(manager, case_id, "Går inte att läsa", key=desk.key())
    assert desk.engine.cases.get(manager, case_id).row.state == "cancelled"
    assert stored_state(desk.engine, instance_id) == blob
    # The damage was done by hand, and is named.
    faults = desk.engine.history.verify(manager).faults
    assert {fault.chain for fault in faults} == {instance_id}


def test_what_is_read_again_can_go_on(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(CHILD)
    case_id = desk.case("child")
    blob = stored_state(desk.engine, case_id)
    damage(desk.engine, case_id, "flipped")
    with pytest.raises(ProcessFailed):
        desk.complete(desk.manager, desk.task(case_id))
    store_state(desk.engine, case_id, blob)
    [incident] = desk.incidents(case_id)
    retried = desk.engine.incidents.retry(desk.manager.actor, incident.id, key=desk.key())
    assert retried.result == {"resolved": True}
    desk.complete(desk.manager, desk.task(case_id))
    assert desk.names(case_id) == []


def test_a_damaged_instance_does_not_keep_a_signal_from_all_others(bare_desk: Desk) -> None:
    desk = bare_desk
    signal = '<bpmn:signalEventDefinition signalRef="S"/>'
    hearing = diagram(
        "hearing",
        start(),
        f'<bpmn:intermediateCatchEvent id="wait">{signal}</bpmn:intermediateCatchEvent>',
        task("heard"),
        end(),
        chain("start", "wait", "heard", "end"),
        messages=['<bpmn:signal id="S" name="S"/>'],
    )
    sending = diagram(
        "sending",
        start(),
        task("send"),
        f'<bpmn:endEvent id="end">{signal}</bpmn:endEvent>',
        chain("start", "send", "end"),
        messages=['<bpmn:signal id="S" name="S"/>'],
    )
    desk.deploy(hearing, sending)
    damaged, sound, sender = desk.case("hearing"), desk.case("hearing"), desk.case("sending")
    blob = damage(desk.engine, damaged, "flipped")
    desk.complete(desk.manager, desk.task(sender))
    assert desk.names(sound) == ["Heard"]
    assert [i.kind for i in desk.incidents(damaged)] == ["damaged_state"]
    assert desk.engine.cases.get(desk.manager.actor, damaged).row.state == "incident"
    assert stored_state(desk.engine, damaged) == blob


MADE = executor(
    '<startEvent id="s"/><subProcess id="sub"><userTask id="a"/><userTask id="b"/></subProcess>'
    '<userTask id="c"/>[[s > sub > c]]'
)
BLOB = MADE.dump(Life(MADE, stored=False, name="Åsa").process)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 8 * len(BLOB) - 1))
def test_no_flipped_bit_passes_for_a_state(bit: int) -> None:
    place, mask = bit // 8, 1 << bit % 8
    damaged = BLOB[:place] + bytes([BLOB[place] ^ mask]) + BLOB[place + 1 :]
    with pytest.raises(DamagedState):
        MADE.load(damaged, {})


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([1, 2, 3]), st.binary(max_size=60))
def test_nothing_but_damaged_state_comes_of_any_bytes(version: int, rubbish: bytes) -> None:
    with suppress(DamagedState):
        MADE.load(bytes([version]) + rubbish, {})


def test_states_of_older_versions_are_read() -> None:
    marks, tokens = msgpack.unpackb(BLOB[5:])
    older = {2: msgpack.packb([marks, tokens]), 1: msgpack.packb(tokens)}
    for version, packed in older.items():
        process = MADE.load(bytes([version]) + packed, {})
        assert [w.element_id for w in MADE.waits(process)] == ["a", "b"]
        assert MADE.dump(process)[0] == state.VERSION
