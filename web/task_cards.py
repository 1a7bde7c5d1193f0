"""The cards of the inbox: what one shows of a task, as HTML that is made once and put in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from markupsafe import Markup, escape

from engine import TaskRow
from web.context import role_title
from web.formats import day_long, days_late, due_text
from web.hyphenation import soft
from web.i18n import gettext as _
from web.markup import about, pill, points
from web.texts.wording import called


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
    return TaskCard(
        url(row.id),
        escape(soft(called(row))),
        about(row.about),
        _where(row),
        _when(row),
        _state(row),
        _who(row),
    )


def _where(row: TaskRow) -> Markup:
    customer = (
        f'<span class="task-customer">{escape(soft(row.customer))}</span>' if row.customer else ""
    )
    phase = (
        f'<span lang="sv">{escape(row.phase)} {escape(row.phase_title or "")}</span>'
        if row.phase
        else ""
    )
    return Markup(f"{customer}{escape(row.case_number)}{phase}")


def _when(row: TaskRow) -> Markup:
    text = due_text(row.due)
    days = -1 if row.due is None else days_late(row.due)
    if days < 0:
        return Markup(f'<div class="task-when task-due">{escape(text)}</div>')
    if days == 0:
        return Markup(f'<div class="task-when">{pill("today", text)}</div>')
    day = f'<span class="muted small">{escape(day_long(row.due))}</span>'
    return Markup(f'<div class="task-when">{pill("late", text, "clock")}{day}</div>')


def _state(row: TaskRow) -> Markup:
    ticked = points(row.ticked, row.points) if row.points else ""
    draft = pill("info", _("Utkast"), "pen") if row.has_draft else ""
    return Markup(f"{ticked}{draft}")


def _who(row: TaskRow) -> Markup:
    if row.assignee is None:
        text = role_title(row.role) if row.role else _("Ingen")
        return Markup(f'<div class="task-who muted">{escape(text)}</div>')
    avatar = f'<span class="avatar" aria-hidden="true">{escape(row.assignee.initials)}</span>'
    return Markup(f'<div class="task-who who">{avatar}{escape(row.assignee.name)}</div>')
