"""Attempts to sign that were refused are facts too: a wrong password, content that had changed, a
person who may not.

They never fail the answer, and they are no lever to fill the history: of one person's only
``MOST`` within ``WITHIN`` are written.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import ServiceplanError
from engine.store.tables import HistoryTable
from engine.unit_of_work import UnitOfWork
from engine.work import tasks
from engine.work.loaded_task import access_object, load_task

MOST: Final = 20
"""Refused attempts of one person that are written within ``WITHIN``."""
WITHIN: Final = timedelta(hours=1)
FACT: Final = "task.sign_refused"


def note(work: UnitOfWork, task_id: str, error: ServiceplanError) -> None:
    """Note that the actor tried to sign a task and was refused with ``error``.

    :raises NotFound: when the actor may not see the task: nothing is noted then
    """
    task = load_task(work, task_id)
    authorize(work.actor, actions.TASK_VIEW, access_object(work, task))
    recent = select(func.count()).where(
        HistoryTable.type == FACT,
        HistoryTable.at > work.now - WITHIN,
        HistoryTable.actor_id == work.actor.id,
    )
    if (work.connection.scalar(recent) or 0) < MOST:
        tasks.note_fact(work, task, FACT, {"code": error.error_code})
