"""Telling a person what happened to a task of theirs: on their page, and by mail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from engine.errors import NotFound
from engine.jobs import notices, outbox
from engine.queries.rows import TITLE, title_view, titled
from engine.store.base import new_id
from engine.store.tables import CaseTable, CustomerTable, InstanceTitleTable, NoticeTable
from engine.unit_of_work import UnitOfWork
from engine.work.loaded_task import LoadedTask


def taken_over(work: UnitOfWork, task: LoadedTask, person: Any, reason: str) -> None:
    """Tell whoever had a task that the actor has it now.

    :param person: ``id``, ``name``, ``email`` and ``active`` of who had it
    """
    notice_id = new_id()
    work.connection.execute(
        insert(NoticeTable).values(
            id=notice_id,
            person_id=person.id,
            by_id=work.actor.id,
            task_id=task.row.id,
            reason=reason,
            at=work.now,
        )
    )
    if not (work.config.mail.enabled and person.email and person.active):
        return
    case = work.connection.execute(
        select(CaseTable.number, CustomerTable.name, *TITLE)
        .select_from(CaseTable)
        .outerjoin(CustomerTable, CustomerTable.id == CaseTable.customer_id)
        .outerjoin(InstanceTitleTable, InstanceTitleTable.instance_id == task.row.instance_id)
        .where(CaseTable.id == task.row.case_id)
    ).one()
    message = notices.taken_over(
        work.config,
        notice_id,
        person.email,
        task_id=task.row.id,
        name=person.name,
        by=work.actor.name,
        task=titled(task.row.name, title_view(case), work.calendar.zone),
        case=", ".join(part for part in case[:2] if part),
        reason=reason,
    )
    work.jobs += outbox.post(work.connection, [message], work.now)


def see(work: UnitOfWork, notice_id: str) -> dict[str, Any]:
    """The actor has seen a notice of theirs.

    :raises NotFound: when the actor has no such notice
    """
    marked = work.connection.execute(
        update(NoticeTable)
        .where(NoticeTable.id == notice_id, NoticeTable.person_id == work.actor.id)
        .values(seen_at=work.now)
    )
    if not marked.rowcount:
        raise NotFound()
    return {}
