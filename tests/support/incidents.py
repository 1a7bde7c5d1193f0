"""Processes that cannot go on: an expression that fails, a deadlock, a stored state that nobody can
read."""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

import msgpack
import pytest
from sqlalchemy import select, update

from engine import SYSTEM, Engine, Source
from engine.errors import ProcessFailed
from engine.store.base import new_id
from engine.store.tables import InstanceTable
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import (
    boundary,
    call,
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

# ---------------------------------------------------------------- expressions

APPROVAL = Source(
    "approval.bpmn",
    b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
             xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
             id="d" targetNamespace="urn:test">
  <process id="approval" isExecutable="true">
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="large"/>
    <exclusiveGateway id="large" name="Large?" default="f3"/>
    <sequenceFlow id="f2" sourceRef="large" targetRef="approve">
      <conditionExpression xsi:type="tFormalExpression">= amount &gt; 100</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="large" targetRef="end"/>
    <userTask id="approve" name="Approve"/>
    <sequenceFlow id="f4" sourceRef="approve" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>""",
)
"""A case of it without ``amount`` is stopped at its first gateway: an expression fails."""


def stopped_case(engine: Engine, *, title: str = "") -> str:
    """A case of the approval that stands at its gateway: nobody has set ``amount``."""
    engine.definitions.deploy(SYSTEM, [APPROVAL], key="approval")
    receipt = engine.cases.start(SYSTEM, process_id="approval", title=title, key=new_id())
    assert receipt.id is not None
    return receipt.id


BREAKS = diagram(
    "breaks",
    start(),
    task("work", form=field("amount", "integer")),
    script("divide", "= {share: number(string(amount)) / amount + missing.part}"),
    end(),
    chain("start", "work", "divide", "end"),
)
"""Its script fails, whatever the amount."""

CHOICE_PARTS = (
    start(),
    task("decide", form=field("amount", "integer")),
    gateway("large", default="large_to_small"),
    task("big"),
    task("small"),
    end(),
    end("end2"),
    chain("start", "decide", "large"),
    flow("large", "big", "= if amount = 13 then 13 else amount > 10"),
    flow("large", "small"),
    chain("big", "end"),
    chain("small", "end2"),
)
"""A task whose answer 13 makes the condition after it fail: it gives a number."""
CHOICE = diagram("choice", *CHOICE_PARTS)


def undecided_case(desk: Desk) -> tuple[str, str]:
    """A case of the choice, and its task, which somebody has tried to complete with 13."""
    desk.deploy(CHOICE)
    case_id = desk.case("choice")
    task_id = desk.task(case_id)
    with pytest.raises(ProcessFailed):
        desk.complete(desk.manager, task_id, {"amount": 13})
    return case_id, task_id


LATER_PARTS = (
    start(),
    task("work", form=field("limit", "integer")),
    end(),
    chain("start", "work", "end"),
    boundary("late", "work", timer="P1D", interrupting=False),
    gateway("check", default="check_to_fine"),
    task("remind"),
    end("fine"),
    end("end2"),
    flow("late", "check"),
    flow("check", "remind", "= days_left < 3"),
    flow("check", "fine"),
    chain("remind", "end2"),
)
"""A timer that fails after a day unless the case was started with ``days_left``."""
LATER = diagram("later", *LATER_PARTS)

# ---------------------------------------------------------------- deadlocks

TRAP_PARTS = (
    start(),
    task("decide", form=field("amount", "integer")),
    gateway("which", default="which_to_small"),
    task("big"),
    task("small"),
    gateway("both", "parallel"),
    end(),
    chain("start", "decide", "which"),
    end("none"),
    flow("which", "big", "= amount > 10"),
    flow("which", "none", "= amount = 0"),
    chain("which", "small", "both"),
    chain("big", "both", "end"),
)
"""A choice whose two ways meet in a gateway that wants both."""


def trapped_case(desk: Desk, *more: str, amount: int = 1) -> str:
    """A case that waits in the joining gateway for ever; ``more`` is in the diagram beside it."""
    desk.deploy(diagram("trap", *TRAP_PARTS, *more))
    case_id = desk.case("trap")
    desk.complete(desk.manager, desk.task(case_id), {"amount": amount})
    desk.complete(desk.manager, desk.task(case_id))
    return case_id


def stoppable(process_id: str) -> Source:
    """A process ``parent`` whose call of another one the message ``Stop`` interrupts."""
    return diagram(
        "parent",
        start(),
        call("sub", process_id),
        boundary("stopped", "sub", message="Stop", interrupting=True),
        task("clean"),
        end(),
        chain("start", "sub", "end"),
        chain("stopped", "clean", "end"),
        messages=[message("Stop", roles="ekonomi")],
    )


# ---------------------------------------------------------------- stored states


def _elsewhere(blob: bytes) -> bytes:
    """A sound state whose token stands on an element that there is not."""
    marks, tokens = msgpack.unpackb(blob[5:])
    tokens[0][1] = "gone"
    packed: bytes = msgpack.packb([marks, tokens])
    return blob[:1] + crc32(packed).to_bytes(4) + packed


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda blob: blob[: len(blob) // 2],
    "empty": lambda blob: b"",
    "flipped": lambda blob: blob[:9] + bytes([blob[9] ^ 4]) + blob[10:],
    "unknown version": lambda blob: b"\x63" + blob[1:],
    "an older version's rubbish": lambda blob: b"\x01rubbish",
    "an element that is gone": _elsewhere,
}
"""What a stored state becomes, by what has happened to it."""


def stored_state(engine: Engine, instance_id: str) -> bytes:
    """The bytes of an instance's state."""
    blob = select(InstanceTable.state_blob).where(InstanceTable.id == instance_id)
    with database_of(engine).reading() as connection:
        return bytes(connection.scalars(blob).one())


def store_state(engine: Engine, instance_id: str, blob: bytes) -> None:
    """Put bytes in the place of an instance's state."""
    with database_of(engine).writing() as connection:
        connection.execute(
            update(InstanceTable).where(InstanceTable.id == instance_id).values(state_blob=blob)
        )


def damage(engine: Engine, instance_id: str, how: str = "flipped") -> bytes:
    """Damage an instance's state; what it says then."""
    blob = DAMAGES[how](stored_state(engine, instance_id))
    store_state(engine, instance_id, blob)
    return blob
