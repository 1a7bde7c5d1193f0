"""Reminders: once a working day, one mail to each person with tasks that are due or late.

A row of ``reminder`` (its key is task and day) is written with the mail, so that nobody gets two
reminders of the same task on one day. Unassigned tasks cause no reminder; they stand in the list of
their role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, insert, select, text

from engine.calendar import WorkCalendar
from engine.config import Config
from engine.job_queue import Job
from engine.jobs import outbox, routines
from engine.jobs.outbox import OutboundMessage
from engine.queries.rows import TITLE, title_view, titled
from engine.store.base import OPEN_TASK
from engine.store.tables import (
    CaseTable,
    CustomerTable,
    InstanceTitleTable,
    OutboxTable,
    PersonTable,
    ReminderTable,
    TaskTable,
)

ROUTINE = "reminders"
"""The name of this routine and of its jobs."""
MOST_TASKS = 50
"""The most tasks that each part of a mail names; the others are only counted."""

TEXTS: Mapping[str, Mapping[str, str]] = {
    "sv": {
        "subject": "{company}: försenade uppgifter: {late}, för i dag: {today}",
        "hello": "Hej {name},",
        "late": "Försenade:",
        "today": "Ska vara klara i dag:",
        "row": "- {name} ({case}), klart den {due}",
        "more": "… och {count} till.",
        "link": "Mina uppgifter: {address}",
    },
    "en": {
        "subject": "{company}: late tasks: {late}, for today: {today}",
        "hello": "Hello {name},",
        "late": "Late:",
        "today": "Due today:",
        "row": "- {name} ({case}), due on {due}",
        "more": "… and {count} more.",
        "link": "My tasks: {address}",
    },
}
"""The texts of a reminder, by language."""


def job(config: Config, calendar: WorkCalendar, now: datetime, done: date | None) -> Job | None:
    """The job of today's reminders; None when they are switched off, not due yet, or already
    ``done`` (the last day on which they were sent)."""
    settings = config.mail
    today = calendar.today(now)
    if not settings.enabled or not settings.remind_at or done == today:
        return None
    wall = now.astimezone(calendar.zone).time()
    if wall < time.fromisoformat(settings.remind_at) or not calendar.is_working_day(today):
        return None
    return Job(ROUTINE, f"{ROUTINE}:{today.isoformat()}", now)


def remind(
    connection: Connection, config: Config, calendar: WorkCalendar, now: datetime
) -> list[Job]:
    """Store today's mails in the outbox; returns the jobs that send them, none when another worker
    has done it today."""
    today = calendar.today(now)
    if not routines.begin(connection, ROUTINE, today):
        return []
    jobs: list[Job] = []
    for _, rows in groupby(_rows(connection, today), key=lambda row: row.person_id):
        tasks = list(rows)
        message = _message(config, today, calendar.zone, tasks)
        jobs += outbox.post(connection, [message], now)
        message_id = connection.scalar(
            select(OutboxTable.id).where(
                OutboxTable.kind == message.kind, OutboxTable.key == message.key
            )
        )
        values = [{"task_id": t.id, "day": today, "outbox_id": message_id} for t in tasks]
        connection.execute(insert(ReminderTable), values)
    return jobs


def _rows(connection: Connection, today: date) -> Sequence[Any]:
    return connection.execute(
        select(
            TaskTable.id,
            TaskTable.name,
            TaskTable.due,
            CaseTable.number,
            CustomerTable.name.label("customer"),
            *TITLE,
            PersonTable.id.label("person_id"),
            PersonTable.name.label("person"),
            PersonTable.email,
        )
        .join(PersonTable, PersonTable.id == TaskTable.assignee_id)
        .join(CaseTable, CaseTable.id == TaskTable.case_id)
        .outerjoin(CustomerTable, CustomerTable.id == CaseTable.customer_id)
        .outerjoin(InstanceTitleTable, InstanceTitleTable.instance_id == TaskTable.instance_id)
        .outerjoin(
            ReminderTable, and_(ReminderTable.task_id == TaskTable.id, ReminderTable.day == today)
        )
        .where(
            text(f"task.{OPEN_TASK}"),
            TaskTable.due <= today,
            PersonTable.active.is_(True),
            PersonTable.email.is_not(None),
            ReminderTable.task_id.is_(None),
        )
        .order_by(PersonTable.id, TaskTable.due, TaskTable.place)
    ).all()


def _message(config: Config, today: date, zone: tzinfo, tasks: Sequence[Any]) -> OutboundMessage:
    words = TEXTS[config.mail.language]
    late = [t for t in tasks if t.due < today]
    due = [t for t in tasks if t.due == today]
    lines = [words["hello"].format(name=tasks[0].person), ""]
    for title, rows in (("late", late), ("today", due)):
        if rows:
            lines += [words[title], *(_line(words, row, zone) for row in rows[:MOST_TASKS])]
            if len(rows) > MOST_TASKS:
                lines.append(words["more"].format(count=len(rows) - MOST_TASKS))
            lines.append("")
    if config.web.address:
        lines.append(words["link"].format(address=f"{config.web.address}/tasks"))
    subject = words["subject"].format(company=config.company.name, late=len(late), today=len(due))
    key = f"reminder:{tasks[0].person_id}:{today.isoformat()}"
    content = {"subject": subject, "text": "\n".join(lines).rstrip() + "\n"}
    return OutboundMessage("mail", key, tasks[0].email, content)


def _line(words: Mapping[str, str], row: Any, zone: tzinfo) -> str:
    case = f"{row.number}, {row.customer}" if row.customer else row.number
    name = titled(row.name, title_view(row), zone)
    return words["row"].format(name=name, case=case, due=row.due.isoformat())
