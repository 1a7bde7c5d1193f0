"""Activities that were inserted before the place where an instance was when it moved.

Each is offered until somebody has it done, outside of the sequence flows and with nothing that
follows, or says why it is not needed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from engine.access import actions
from engine.access.rules import authorize, may
from engine.blank_text import is_blank
from engine.bpmn.model import ACTIVITIES
from engine.errors import Conflict, Invalid, NotFound, Problem
from engine.queries import objects
from engine.runtime.running_instance import RUNNING
from engine.store.tables import SkippedStepTable, TaskTable
from engine.unit_of_work import UnitOfWork
from engine.work.user_tasks import advance

REASON_LENGTH = 2000
"""The most characters of why a step is not needed."""


def run(work: UnitOfWork, instance_id: str, element_id: str) -> dict[str, Any]:
    """Have the activity done now; the result has its ``task`` when it is one for a person.

    :raises Conflict: when it has been decided already, the instance has ended, or its version has
        no such activity any more
    """
    skipped = _open_step(work, instance_id, element_id)
    step = advance(work)
    instance = step.instance(instance_id)
    node = instance.definition.model.nodes.get(element_id)
    if instance.state not in RUNNING:
        raise Conflict("This process has ended.", code="case_ended", state=instance.state)
    if node is None or node.kind not in ACTIVITIES:
        text = f"version {instance.definition.version} has no activity {element_id} any more"
        raise Conflict(text, code="step_gone", element=element_id)
    step.note(instance, "step.offered", element_id, {"step": skipped.id})
    begun: list[str] = []

    def begin() -> None:
        begun.append(instance.executor.begin_beside(instance.process, element_id))

    step.move_later(instance, begin)
    step.run()
    _decide(work, skipped, state="opened", token=begun[0] if begun else None)
    task = work.connection.scalar(
        select(TaskTable.id).where(
            TaskTable.instance_id == instance_id, TaskTable.token == (begun or [""])[0]
        )
    )
    return {"id": skipped.id, "task": task}


def dismiss(work: UnitOfWork, instance_id: str, element_id: str, reason: str) -> dict[str, Any]:
    """The activity is not needed in this case; ``reason`` says why.

    :raises Invalid: without a reason
    :raises Conflict: when it has been decided already
    """
    skipped = _open_step(work, instance_id, element_id)
    if is_blank(reason):
        raise Invalid([Problem("required", "say why it is not needed", "reason")])
    if len(reason) > REASON_LENGTH:
        text = f"at most {REASON_LENGTH} characters"
        raise Invalid([Problem("too_long", text, "reason", {"maximum": REASON_LENGTH})])
    _decide(work, skipped, state="not_needed", reason=reason.strip())
    work.note(
        "step.dismissed",
        instance_id,
        {"step": skipped.id, "reason": reason.strip()},
        case_id=skipped.case_id,
        instance_id=instance_id,
        definition_id=skipped.definition_id,
        element_id=element_id,
        element_name=skipped.name,
    )
    return {"id": skipped.id}


def _open_step(work: UnitOfWork, instance_id: str, element_id: str) -> Any:
    """The step, when the actor may decide about it and nobody has."""
    newest = (
        select(SkippedStepTable)
        .where(
            SkippedStepTable.instance_id == instance_id, SkippedStepTable.element_id == element_id
        )
        .order_by(SkippedStepTable.at.desc(), SkippedStepTable.id)
    )
    skipped = work.connection.execute(newest).first()
    if skipped is None:
        raise NotFound(f"{element_id} is not offered in {instance_id}", id=element_id)
    case = objects.case_object(work.connection, work.actor, skipped.case_id)
    authorize(work.actor, actions.CASE_VIEW, case)
    if not case.running:
        raise Conflict("This case has ended.", code="case_ended", state=case.state)
    if not may(work.actor, actions.INSTANCE_MIGRATE):
        # Who plans the case decides, and who moves instances.
        authorize(work.actor, actions.CASE_PLAN, case)
    work.hold(skipped.case_id)
    skipped = work.connection.execute(newest).first()
    if skipped is None or skipped.state != "offered":
        raise Conflict("This step has been decided already.", code="step_decided")
    return skipped


def _decide(work: UnitOfWork, skipped: Any, **values: Any) -> None:
    done = work.connection.execute(
        update(SkippedStepTable)
        .where(SkippedStepTable.id == skipped.id, SkippedStepTable.state == "offered")
        .values(decided_at=work.now, decided_by=work.actor.id, **values)
    )
    if done.rowcount != 1:
        raise Conflict("This step has been decided already.", code="step_decided")
