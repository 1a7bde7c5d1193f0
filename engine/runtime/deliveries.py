"""Events that are handed out when the transaction that threw them has been committed, as rows.

The rows are written with what the thrower does, and each is deleted with what its receiver does:
an event is received exactly once, also when a program is killed in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import insert

from engine.errors import StepError
from engine.job_queue import Job
from engine.runtime.step import Step
from engine.store.base import new_id, table_of
from engine.store.tables import DeliveryTable

KIND: Final = "deliveries"
"""The kind of the job that hands out what its thrower has not handed out itself."""
_INSERT: Final = insert(table_of(DeliveryTable))
_NONE: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("instance_id", "definition_id", "element_id")),
    "payload": {},
}


def put(step: Step, events: Sequence[Mapping[str, Any]]) -> None:
    """Have events handed out after this transaction.

    :param events: the columns of their rows: kind, name, case_id, and whom it is for
    """
    if not events:
        return
    work = step.work
    first = len(work.deliveries)
    rows = [
        {
            **_NONE,
            **event,
            "id": new_id(),
            "hops": work.hops + 1,
            "position": number,
            "thrown_at": step.now,
        }
        for number, event in enumerate(events, first)
    ]
    step.connection.execute(_INSERT, rows)
    work.deliveries += [str(row["id"]) for row in rows]
    work.jobs.append(Job(KIND, KIND, step.now))


def check_hops(step: Step, element_id: str, most: int, what: str) -> None:
    """:raises StepError: when more than ``most`` deliveries have led to this one"""
    if step.work.hops > most:
        text = f"{what} has come by more than {most} events, one after the other"
        raise StepError(element_id, text, kind="budget")
