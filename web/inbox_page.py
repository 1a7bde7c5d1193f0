"""What the inbox shows: its filters, and the cards of its tasks, whose HTML is made here.

What many cards share (a person, a day, a name) is kept; it depends on its text alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup, escape

from engine import Person, TaskRow
from web.back import task_urls
from web.context import engine, role_title, today, url_for
from web.formats import day_long, days_late, due_text
from web.hyphenation import soft
from web.i18n import gettext as _
from web.i18n import language
from web.markup import about, pill, points
from web.texts.wording import called

GROUPS: Final = ("late", "today", "coming")
"""The groups of the inbox by due date, also the values of its filter ``due``."""
SHOW: Final = ("mine", "role", "all")
"""Whose tasks the inbox shows: one's own, those of one's roles, everybody's."""


class TaskCard(NamedTuple):
    """The parts of a card: the task's address and name, what tells its instance apart, where it
    belongs, when it is due, how far it is, and whose it is."""

    url: str
    name: Markup
    about: Markup
    where: Markup
    when: Markup
    state: Markup
    who: Markup


def card(row: TaskRow, url: Callable[[str], str]) -> TaskCard:
    """The card of a task.

    :param url: makes its address of its id
    """
    now = language()
    days = -1 if row.due is None else days_late(row.due)
    return TaskCard(
        url(row.id),
        _name(called(row)),
        about(row.about),
        _where(row),
        _when(due_text(row.due), row.due, days, now),
        _state(row),
        _assigned(row.assignee) if row.assignee else _free(row.role),
    )


@lru_cache(maxsize=2_000)
def _name(name: str) -> Markup:
    return escape(soft(name))


def _where(row: TaskRow) -> Markup:
    customer = ""
    if row.customer:
        customer = f'<span class="task-customer">{_name(row.customer)}</span>'
    phase = _phase(row.phase, row.phase_title or "") if row.phase else ""
    return Markup(f"{customer}{escape(row.case_number)}{phase}")


@lru_cache(maxsize=200)
def _phase(key: str, title: str) -> Markup:
    return Markup(f'<span lang="sv">{escape(key)} {escape(title)}</span>')


@lru_cache(maxsize=2_000)
def _when(text: str, due: date | None, days: int, _language: str) -> Markup:
    if days < 0:
        return Markup(f'<div class="task-when task-due">{escape(text)}</div>')
    if days == 0:
        return Markup(f'<div class="task-when">{pill("today", text)}</div>')
    day = f'<span class="muted small">{escape(day_long(due))}</span>'
    return Markup(f'<div class="task-when">{pill("late", text, "clock")}{day}</div>')


def _state(row: TaskRow) -> Markup:
    ticked = points(row.ticked, row.points) if row.points else Markup()
    if not row.has_draft:
        return ticked
    return Markup(f"{ticked}{pill('info', _('Utkast'), 'pen')}")


@lru_cache(maxsize=2_000)
def _assigned(person: Person) -> Markup:
    avatar = f'<span class="avatar" aria-hidden="true">{escape(person.initials)}</span>'
    return Markup(f'<div class="task-who who">{avatar}{escape(person.name)}</div>')


def _free(role: str | None) -> Markup:
    text = role_title(role) if role else _("Ingen")
    return Markup(f'<div class="task-who muted">{escape(text)}</div>')


def address(chosen: Mapping[str, Any], **other: str | None) -> str:
    """The address of the inbox with the filters, of which some are ``other``."""
    query = {name: value for name, value in {**chosen, **other}.items() if value}
    if query.get("show") == "mine":
        del query["show"]
    return f"{url_for('tasks.inbox')}?{urlencode(query)}" if query else url_for("tasks.inbox")


def filters() -> dict[str, Any]:
    """The filters of the address; an unknown value of a filter counts as none."""
    show = request.args.get("show", "")
    due = request.args.get("due", "")
    role = request.args.get("role", "")
    return {
        "show": show if show in SHOW else "mine",
        "due": due if due in GROUPS else None,
        "phase": request.args.get("phase", "")[:10] or None,
        "role": role if role in engine().roles else None,
        "q": request.args.get("q", "").strip()[:100],
    }


def grouped(rows: tuple[TaskRow, ...]) -> list[tuple[str, list[TaskCard]]]:
    """The cards of the rows by ``GROUPS``, without the groups that are empty."""
    groups: dict[str, list[TaskCard]] = {name: [] for name in GROUPS}
    day, url = today(), task_urls()
    for row in rows:
        late = row.due is not None and row.due < day
        group = "late" if late else "today" if row.due == day else "coming"
        groups[group].append(card(row, url))
    return [(name, cards) for name, cards in groups.items() if cards]
