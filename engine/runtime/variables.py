"""Values that come from outside: how large they may be; and correcting a process's variables,
when an expression failed over one of them."""

from __future__ import annotations

import json
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


def check_size(values: Mapping[str, Any], most: int, place: str = "{}") -> None:
    """Whether values (JSON, by name) could be an instance's variables at all, which take at most
    ``most`` bytes. Looked at before anything is done with them: what came in is the sender's to
    correct, and no incident.

    :param place: the name of an input, with ``{}`` for the value's
    :raises Invalid: ``variable_too_large``, with ``maximum``, for each that is too large by itself,
        else for the largest
    """
    if sum(map(_most_bytes, values.values())) <= most:
        return
    sizes = {name: _bytes(value) for name, value in values.items()}
    if sum(sizes.values()) <= most:
        return
    largest = max(sizes, key=lambda name: sizes[name])
    wrong = [name for name, size in sizes.items() if size > most] or [largest]
    text = f"the values take more than {most} bytes together"
    raise Invalid(
        [
            Problem("variable_too_large", text, place.format(name[:100]), {"maximum": most})
            for name in wrong
        ]
    )


def _most_bytes(value: Any) -> int:
    """The size that a value can have at most, found without writing it where that is easy."""
    if isinstance(value, str):
        # JSON writes a control character with six.
        return 6 * len(value) + 2
    return 5 if value is None or isinstance(value, bool) else _bytes(value)


def _bytes(value: Any) -> int:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
    return len(text.encode("utf-8", "surrogatepass"))


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
    check_size(values, work.config.limits.variable_bytes)
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
