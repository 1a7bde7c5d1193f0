"""What a person is told on their own page until they have seen it."""

from __future__ import annotations

from sqlalchemy import Connection, select, text

from engine.queries.rows import people_by_id
from engine.queries.tasks import TASK, task_row, with_case
from engine.store.base import UNSEEN
from engine.store.tables import NoticeTable, TaskTable
from engine.views import Actor, Notice

MOST = 20
"""The most notices that one page shows; the others come when these have been seen."""


def unseen(connection: Connection, actor: Actor) -> tuple[Notice, ...]:
    """The actor's notices, the newest first."""
    rows = connection.execute(
        select(
            NoticeTable.id,
            NoticeTable.task_id,
            NoticeTable.by_id,
            NoticeTable.reason,
            NoticeTable.at,
        )
        .where(text(UNSEEN), NoticeTable.person_id == actor.id)
        .order_by(NoticeTable.at.desc(), NoticeTable.id)
        .limit(MOST)
    ).all()
    if not rows:
        return ()
    of = {row.task_id for row in rows}
    tasks = connection.execute(with_case(select(*TASK)).where(TaskTable.id.in_(of))).all()
    ids = (*(row.by_id for row in rows), *(task.assignee_id for task in tasks))
    people = people_by_id(connection, ids)
    listed = {task.id: task_row(task, people) for task in tasks}
    return tuple(
        Notice(row.id, row.at, listed[row.task_id], people[row.by_id].name, row.reason)
        for row in rows
    )
