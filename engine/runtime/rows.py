"""The rows that follow a process's tokens: user tasks, subscriptions, the case's end."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine import feel
from engine.bpmn.meta import TaskMeta
from engine.definitions.library import Loaded
from engine.ids import new_id
from engine.runtime.executor import StepError, Wait
from engine.runtime.running_instance import RUNNING
from engine.store.base import table_of
from engine.store.batch import Statement
from engine.store.tables import (
    CaseTable,
    IncidentTable,
    InstanceTable,
    MessageTable,
    PersonTable,
    PlanItemTable,
    SubscriptionTable,
    TaskTable,
)
from engine.work.task_defaults import opening

if TYPE_CHECKING:
    from engine.runtime.advance import Advance
    from engine.runtime.running_instance import Live

_INSERT_TASK: Final = Statement(insert(table_of(TaskTable)))
_PEOPLE: Final = select(CaseTable.people).where(CaseTable.id == bindparam("id"))
_PLAN: Final = table_of(PlanItemTable)
_PLAN_ITEM: Final = select(_PLAN).where(
    _PLAN.c.case_id == bindparam("case_id"),
    _PLAN.c.process_id == bindparam("process_id"),
    _PLAN.c.element_id == bindparam("element_id"),
)

# ---------------------------------------------------------------- user tasks


def sync_tasks(
    advance: Advance, live: Live, waits: Sequence[Wait], known: Collection[str] | None = None
) -> None:
    """Open a user task for every token that waits for a person; close those whose token is gone
    (a completed one has been closed by whoever completed it).

    :param known: the tokens that have open tasks, None when that must be asked
    """
    wanted = {w.token for w in waits}
    if known is None or not wanted.issuperset(known):
        known = _close_others(advance, live, wanted)
    for wait in waits:
        if wait.token not in known:
            _open_task(advance, live, wait)


def _close_others(advance: Advance, live: Live, wanted: Collection[str]) -> Collection[str]:
    """Close the open tasks of tokens that are gone; the tokens that had open tasks."""
    write_tasks(advance)
    open_tasks = {
        row.token: row
        for row in advance.connection.execute(
            select(TaskTable.id, TaskTable.token, TaskTable.element_id).where(
                TaskTable.instance_id == live.id, TaskTable.state == "open"
            )
        )
    }
    for token, row in open_tasks.items():
        if token not in wanted:
            advance.connection.execute(
                update(TaskTable)
                .where(TaskTable.id == row.id)
                .values(state="cancelled", ended_at=advance.now, revision=TaskTable.revision + 1)
            )
            advance.note(live, "task.cancelled", row.element_id, {"task": row.id})
    return open_tasks


def write_tasks(advance: Advance) -> None:
    """Write the user tasks that have been opened, many in one statement."""
    opened, advance.new_tasks = advance.new_tasks, []
    for row in opened:
        advance.work.batch.put(_INSERT_TASK, row)


def _open_task(advance: Advance, live: Live, wait: Wait) -> None:
    meta = live.loaded.meta.tasks[wait.element_id]
    people, planned = _case(advance, live)
    plan = _plan_item(advance.connection, live, wait.element_id) if planned else None
    gets = opening(advance, live, meta, wait)
    person = (plan.person_id if plan else None) or gets.person_id or people.get(meta.role or "")
    assignee = _active(advance.connection, person) if person else None
    due = plan.due if plan is not None and plan.decided else gets.due
    task_id = new_id()
    advance.new_tasks.append(
        {
            "id": task_id,
            "case_id": live.case_id,
            "instance_id": live.id,
            "token": wait.token,
            "definition_id": live.loaded.id,
            "process_id": live.loaded.process_id,
            "element_id": wait.element_id,
            "name": meta.name or wait.element_id,
            "phase": _phase(live.loaded, meta),
            "phase_title": plan.phase_title if plan else _phase_title(live.loaded),
            "role": meta.role,
            "assignee_id": assignee,
            "state": "open",
            "due": due,
            "due_rule": meta.due.words() if meta.due else None,
            "points": len(meta.checklist),
            "ticked": 0,
            "opened_at": advance.now,
            "answers": gets.answers,
            "ticks": {},
            "note": "",
            "local": {k: feel.to_json(v) for k, v in wait.local.items()},
            "revision": 0,
        }
    )
    if plan is not None:
        # The date has been taken over; the next round of a recurring activity gets its own.
        advance.connection.execute(
            update(PlanItemTable).where(PlanItemTable.id == plan.id).values(due=due, decided=False)
        )
    detail = {
        "task": task_id,
        "role": meta.role,
        "assignee": assignee,
        "due": due and due.isoformat(),
        **gets.told,
    }
    advance.note(live, "task.opened", wait.element_id, detail)


def _case(advance: Advance, live: Live) -> tuple[Mapping[str, str], bool]:
    """The people of the instance's case by role, and whether it has a plan."""
    for known in (advance.work.opened, advance.work.read.get(live.id)):
        if known is not None and known.case_id == live.case_id:
            return known.people, known.planned
    row = advance.connection.execute(_PEOPLE, {"id": live.case_id}).one()
    return row.people, True


def _plan_item(connection: Connection, live: Live, element_id: str) -> Any:
    return connection.execute(
        _PLAN_ITEM,
        {
            "case_id": live.case_id,
            "process_id": live.loaded.process_id,
            "element_id": element_id,
        },
    ).first()


def _active(connection: Connection, person_id: str) -> str | None:
    """The person, unless the account is closed: then the task is offered to the role."""
    return connection.scalar(
        select(PersonTable.id).where(PersonTable.id == person_id, PersonTable.active.is_(True))
    )


def _phase(loaded: Loaded, meta: TaskMeta) -> str | None:
    if meta.activity is not None:
        return meta.activity.phase
    return loaded.meta.phase.key if loaded.meta.phase else None


def _phase_title(loaded: Loaded) -> str | None:
    return loaded.meta.phase.title if loaded.meta.phase else None


# ---------------------------------------------------------------- messages


def sync_subscriptions(advance: Advance, live: Live, waits: Sequence[Wait]) -> list[str]:
    """Subscribe the tokens that wait for messages and signals, and no others. Returns the names
    of the messages that are newly waited for."""
    known = {
        (row.token, row.kind, row.name): row.id
        for row in advance.connection.execute(
            select(
                SubscriptionTable.id,
                SubscriptionTable.token,
                SubscriptionTable.kind,
                SubscriptionTable.name,
            ).where(SubscriptionTable.instance_id == live.id)
        )
    }
    wanted = {(w.token, w.kind, w.name or ""): w for w in waits}
    for key, subscription_id in known.items():
        if key not in wanted:
            drop_subscription(advance.connection, subscription_id)
    fresh = []
    for key, wait in wanted.items():
        if key in known:
            continue
        advance.connection.execute(
            insert(SubscriptionTable).values(
                id=new_id(),
                kind=wait.kind,
                name=wait.name or "",
                case_id=live.case_id,
                instance_id=live.id,
                token=wait.token,
                element_id=wait.element_id,
                interrupting=wait.interrupting,
                opened_at=advance.now,
            )
        )
        if wait.kind == "message":
            fresh.append(wait.name or "")
    return fresh


def drop_subscription(connection: Connection, subscription_id: str) -> None:
    connection.execute(delete(SubscriptionTable).where(SubscriptionTable.id == subscription_id))


def take_message(connection: Connection, case_id: str, name: str) -> dict[str, Any] | None:
    """The payload of the oldest message of this name that nobody has taken; it is taken now."""
    row = connection.execute(
        select(MessageTable.id, MessageTable.payload)
        .where(MessageTable.case_id == case_id, MessageTable.name == name)
        .order_by(MessageTable.sent_at, MessageTable.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    connection.execute(delete(MessageTable).where(MessageTable.id == row.id))
    payload: dict[str, Any] = row.payload
    return payload


# ---------------------------------------------------------------- the rest


def close_incidents(advance: Advance, live: Live) -> None:
    """What could not go on in an instance that has ended need not: nothing is left to try again."""
    found = advance.connection.execute(
        select(IncidentTable.id, IncidentTable.element_id).where(
            IncidentTable.instance_id == live.id, IncidentTable.resolved_at.is_(None)
        )
    ).all()
    for row in found:
        close_incident(advance, live, row)
    if found:
        mark_case(advance.connection, live.case_id)


def close_incident(advance: Advance, live: Live, row: Any) -> None:
    """:param row: the incident's, with ``id`` and ``element_id``"""
    advance.connection.execute(
        update(IncidentTable)
        .where(IncidentTable.id == row.id)
        .values(resolved_at=advance.now, resolved_by=advance.actor.id)
    )
    advance.note(live, "incident.resolved", row.element_id, {"incident": row.id})


def add_incident(connection: Connection, **values: Any) -> str:
    """A new incident; its id. ``values`` are the other columns'."""
    incident_id = new_id()
    connection.execute(insert(IncidentTable).values(id=incident_id, **values))
    return incident_id


def mark_case(connection: Connection, case_id: str) -> None:
    """A running case shows whether one of its instances has an incident."""
    stopped = connection.scalar(
        select(InstanceTable.id).where(
            InstanceTable.case_id == case_id, InstanceTable.state == "incident"
        )
    )
    connection.execute(
        update(CaseTable)
        .where(CaseTable.id == case_id, CaseTable.state.in_(("running", "incident")))
        .values(state="incident" if stopped else "running")
    )


def end_case(connection: Connection, case_id: str, state: str, now: datetime) -> None:
    connection.execute(
        update(CaseTable).where(CaseTable.id == case_id).values(state=state, ended_at=now)
    )


def check_size(live: Live, variables: Mapping[str, Any], most: int) -> None:
    """:param variables: the instance's, as JSON values
    :raises StepError: when they and those that are local to its tokens take more than ``most``
        bytes as JSON; it names the element that has written the largest
    """
    size = _json_size(variables)
    tokens = live.process.tokens(everywhere=True) if live.state in RUNNING else ()
    for task in tokens:
        if task.data:
            size += _json_size({k: feel.to_json(v) for k, v in task.data.items()})
    if size > most:
        largest = max(variables, key=lambda name: _json_size(variables[name]), default="")
        element = live.process.writers.get(largest, live.loaded.process_id)
        raise StepError(
            element,
            f"{element}: the variables take {size} bytes, more than the {most} that are allowed; "
            f"the largest is {largest}",
            kind="budget",
        )


def _json_size(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
