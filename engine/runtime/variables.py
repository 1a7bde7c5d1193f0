"""Correcting a process's variables, when an expression failed over one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import access, feel
from engine.access import authorize
from engine.bpmn.names import FIELD_ID, RESERVED
from engine.errors import Conflict, Invalid, NotFound, Problem
from engine.queries import objects
from engine.runtime.advance import Advance
from engine.runtime.live import RUNNING
from engine.runtime.work import Work
from engine.store.models import Instance


def correct(work: Work, instance_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set variables of an instance (JSON values); the history keeps what they were before.

    :raises Invalid: for names that an expression could not say
    :raises Conflict: when the instance has ended
    """
    case_id = work.connection.scalar(select(Instance.case_id).where(Instance.id == instance_id))
    if case_id is None:
        raise NotFound(f"There is no instance {instance_id}", id=instance_id)
    case = objects.case_object(work.connection, work.actor, case_id)
    authorize(work.actor, access.CASE_VIEW, case)
    authorize(work.actor, access.CASE_CORRECT, case)
    problems = [
        Problem("name_malformed", f"{name[:60]!r} cannot be a variable's name", name[:60])
        for name in values
        if not FIELD_ID.fullmatch(name) or name in RESERVED
    ]
    if problems:
        raise Invalid(problems)
    work.hold(case_id)
    advance = Advance(work)
    live = advance.live(instance_id)
    if live.state not in RUNNING:
        raise Conflict("This process has ended.", code="case_ended", state=live.state)
    before = live.process.variables
    changes = {
        name: {"was": feel.to_json(before.get(name)), "is": value} for name, value in values.items()
    }
    advance.note(live, "variables.corrected", detail={"variables": changes})

    def write() -> None:
        live.process.write({name: feel.from_json(value) for name, value in values.items()})
        # A condition that somebody waits for may hold now.
        live.loaded.executor.run(live.process)

    advance.step_later(live, write)
    advance.run()
    return {}
