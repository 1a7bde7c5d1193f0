"""Counter-signatures: after the first signature a task waits for a person of another role who is
not the signer (``sp:signature counterRole``). The process goes on after that.

It is a user task of its own on the same token. It asks for nothing but a signature, about what the
first signer has signed.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select

from engine import feel
from engine.store.base import new_id, table_of
from engine.store.batch import Statement
from engine.store.tables import SignatureTable, TaskTable
from engine.unit_of_work import UnitOfWork
from engine.work import tasks
from engine.work.loaded_task import LoadedTask

_TASK: Final = table_of(TaskTable)
_INSERT: Final = Statement(insert(_TASK))
_ROW: Final = select(_TASK).where(_TASK.c.id == bindparam("id"))
_SIGNATURE: Final = table_of(SignatureTable)
_SIGNED: Final = select(
    _SIGNATURE.c.id, _SIGNATURE.c.signer_id, _SIGNATURE.c.signer_name, _SIGNATURE.c.content_sha256
).where(_SIGNATURE.c.task_id == bindparam("id"))


def open_task(work: UnitOfWork, task: LoadedTask) -> str:
    """Open the task of the counter-signer; its id. It has the date and the place of the first."""
    row = work.connection.execute(_ROW, {"id": task.row.id}).one()._asdict()
    role, ident = task.meta.signature.counter_role, new_id()
    work.batch.put(
        _INSERT,
        {
            **row,
            "id": ident,
            "counter_of": task.row.id,
            "role": role,
            "assignee_id": None,
            "state": "open",
            "place": f"{row['place'][:-12]}{ident[:12]}",
            "points": 0,
            "ticked": 0,
            "opened_at": work.now,
            "ended_at": None,
            "completed_by": None,
            "answers": {},
            "ticks": {},
            "note": "",
            "draft_at": None,
            "draft_by": None,
            "revision": 0,
        },
    )
    tasks.note_fact(work, task, "task.counter_asked", {"counter": ident, "role": role})
    return ident


def values(work: UnitOfWork, task: LoadedTask) -> dict[str, Any]:
    """What the first signer answered, as values of the process: those of the plan are none."""
    row = work.connection.execute(_ROW, {"id": task.row.counter_of}).one()
    form = task.definition.meta.tasks[task.row.element_id].form
    plans = {field.id for field in form if field.type == "plan"}
    return {k: feel.from_json(v) for k, v in row.answers.items() if k not in plans}


def signed(connection: Connection, task: LoadedTask) -> dict[str, Any] | None:
    """The signature that a task counter-signs, as it is shown and signed: ``task``, ``signature``,
    ``signer`` (``id``, ``name``) and ``content_sha256``. None for any other task."""
    if task.row.counter_of is None:
        return None
    row = connection.execute(_SIGNED, {"id": task.row.counter_of}).one()
    return {
        "task": task.row.counter_of,
        "signature": row.id,
        "signer": {"id": row.signer_id, "name": row.signer_name},
        "content_sha256": row.content_sha256,
    }
