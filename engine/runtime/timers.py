"""Timers are rows with a due time; SpiffWorkflow never asks what time it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select

from engine.feel import FeelError
from engine.ids import new_id
from engine.iso8601 import TimeMalformed
from engine.runtime.executor import StepError, Wait
from engine.store.models import Timer
from engine.views import SYSTEM

if TYPE_CHECKING:
    from engine.runtime.advance import Advance
    from engine.runtime.live import Live


def sync(advance: Advance, live: Live, waits: Sequence[Wait]) -> None:
    """Set a timer for every token that waits for one, and drop those of tokens that are gone."""
    known = {
        row.token: row.id
        for row in advance.connection.execute(
            select(Timer.id, Timer.token).where(Timer.instance_id == live.id)
        )
    }
    wanted = {w.token for w in waits}
    _drop(advance.connection, [i for token, i in known.items() if token not in wanted])
    for wait in waits:
        if wait.token not in known:
            due, rule = _arm(advance, live, wait)
            advance.connection.execute(
                insert(Timer).values(
                    id=new_id(),
                    case_id=live.case_id,
                    instance_id=live.id,
                    token=wait.token,
                    element_id=wait.element_id,
                    rule=rule,
                    due_at=due,
                )
            )


def _arm(advance: Advance, live: Live, wait: Wait) -> tuple[datetime, dict[str, Any]]:
    """When the timer fires first, and its rule for the times after."""
    going_on = wait.marks.get("cycle")
    if going_on:
        return datetime.fromisoformat(going_on["due"]), going_on["rule"]
    if wait.timer is None:
        raise StepError(wait.element_id, f"the timer {wait.element_id} says no time", kind="timer")
    kind, text = wait.timer
    value: Any = text
    try:
        if text.startswith("="):
            context = {**live.process.variables, **wait.local}
            value = live.loaded.executor.evaluate(text, context)
        firing = advance.calendar.arm(kind, value, advance.now)  # type: ignore[arg-type]
    except (FeelError, TimeMalformed, ValueError, TypeError) as error:
        text = f"the timer {wait.element_id} ({text}): {error}"
        raise StepError(wait.element_id, text, kind="timer") from error
    return firing.due, dict(firing.rule)


def fire(advance: Advance, timer: Any) -> None:
    """A timer's time has come. ``timer`` is its row."""
    live = advance.live(timer.instance_id)
    rest = advance.calendar.after_firing(timer.rule, timer.due_at, advance.now)
    cycle = None
    if rest is not None and timer.rule.get("kind") == "cycle":
        cycle = {"due": rest.due.isoformat(), "rule": dict(rest.rule)}
    _drop(advance.connection, [timer.id])
    detail = {"due": timer.due_at.isoformat()}
    advance.note(live, "timer.fired", timer.element_id, detail, actor=SYSTEM)
    advance.wake(live.id, timer.token, cycle=cycle, kind="timer")


def _drop(connection: Connection, timer_ids: Sequence[str]) -> None:
    if timer_ids:
        connection.execute(delete(Timer).where(Timer.id.in_(timer_ids)))
