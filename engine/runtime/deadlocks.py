"""Instances in which nothing can go on: what was done stands, and an incident says what waits.

A deadlock is the diagram's, not the last person's whose work has led into it: that work is kept.
The incident is of kind ``stuck``; it is closed as soon as the instance goes on (a message comes, a
variable is corrected and the incident retried, the instance is migrated) or ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from engine.runtime import rows
from engine.runtime.running_instance import RUNNING
from engine.runtime.state import DAMAGED
from engine.store.tables import IncidentTable, InstanceTable
from engine.views import IncidentKind

if TYPE_CHECKING:
    from engine.runtime.advance import Advance
    from engine.runtime.running_instance import Live

KIND: Final = "stuck"
OPERATION = {"op": "look"}
"""How to try again: look whether something can go on now."""


def examine(advance: Advance, live: Live) -> bool:
    """Raise, renew or close the incident of an instance whose tokens have just been moved, and
    set its state accordingly. True when its case is to be marked anew, after the instance has
    been written."""
    if live.state not in RUNNING or not _begun(live):
        return False
    found = live.loaded.executor.stuck(live.process)
    if not found and live.state == "running":
        return False
    mine = [row for row in _open(advance, live) if row.kind == KIND]
    if found:
        _raise(advance, live, found, mine)
    else:
        _close(advance, live, mine)
    return True


def _begun(live: Live) -> bool:
    """False for one whose start has failed: its own incident says so."""
    return bool(live.passed) or any(live.process.tokens(everywhere=True))


def _raise(
    advance: Advance, live: Live, found: tuple[tuple[str, str], ...], mine: list[Any]
) -> None:
    element = found[0][0]
    reasons = "; ".join(f"{_named(live, at)} {why}" for at, why in found)
    message = f"nothing can go on any more: {reasons}"
    live.state = "incident"
    if not mine:
        advance.stalled.append(_add(advance, live, KIND, element, message))
        return
    advance.stalled.append(mine[0].id)
    advance.connection.execute(
        update(IncidentTable)
        .where(IncidentTable.id == mine[0].id)
        .values(message=message, element_id=element, at=advance.now)
    )


def quarantine(advance: Advance, live: Live, element_id: str) -> None:
    """An instance whose stored state cannot be read has missed an event: its incident says so,
    once; its bytes stay as they are."""
    kind: IncidentKind = DAMAGED
    if not any(row.kind == kind for row in _open(advance, live)):
        _add(advance, live, kind, element_id, live.damage or "")
        advance.connection.execute(
            update(InstanceTable).where(InstanceTable.id == live.id).values(state="incident")
        )
        rows.mark_case(advance.connection, live.case_id)


def _add(advance: Advance, live: Live, kind: IncidentKind, element_id: str, message: str) -> str:
    incident_id = rows.add_incident(
        advance.connection,
        case_id=live.case_id,
        instance_id=live.id,
        element_id=element_id,
        kind=kind,
        message=message,
        operation=OPERATION,
        at=advance.now,
    )
    detail = {"incident": incident_id, "kind": kind, "message": message}
    advance.note(live, "incident.raised", element_id, detail)
    return incident_id


def _close(advance: Advance, live: Live, mine: list[Any]) -> None:
    for row in mine:
        rows.close_incident(advance, live, row)
    if not _open(advance, live):
        live.state = "running"


def _open(advance: Advance, live: Live) -> list[Any]:
    return list(
        advance.connection.execute(
            select(IncidentTable.id, IncidentTable.kind, IncidentTable.element_id).where(
                IncidentTable.instance_id == live.id, IncidentTable.resolved_at.is_(None)
            )
        )
    )


def _named(live: Live, element_id: str) -> str:
    name = live.loaded.element_name(element_id)
    return element_id if name == element_id else f"{name} ({element_id})"
