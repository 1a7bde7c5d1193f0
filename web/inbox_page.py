"""What the inbox shows: its filters, and the cards of its tasks, whose HTML is made here.

A card is a function of what it is made of, and kept for those who look again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final
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


def card(row: TaskRow, url: str) -> Markup:
    """The card of a task; ``url`` is the address of its page."""
    days = -1 if row.due is None else days_late(row.due)
    role = role_title(row.role) if row.role else _("Ingen")
    texts = called(row), due_text(row.due), role, language()
    return _card(row, url, texts, about(row.about), days)


@lru_cache(maxsize=2_000)
def _card(
    row: TaskRow, url: str, texts: tuple[str, str, str, str], about: Markup, days: int
) -> Markup:
    name, due, role, _language = texts
    who = _assigned(row.assignee) if row.assignee else _free(role)
    return Markup(
        f'<div class="task-what"><h3 lang="sv"><a class="task-link" href="{escape(url)}">'
        f"{_name(name)}</a></h3>{about}"
        f'<p class="task-where">{_where(row)}</p></div>'
        f'{_when(due, row.due, days)}<div class="task-state">{_state(row)}</div>{who}'
    )


def _name(name: str) -> Markup:
    return escape(soft(name))


def _where(row: TaskRow) -> Markup:
    customer = ""
    if row.customer:
        customer = f'<span class="task-customer">{_name(row.customer)}</span>'
    phase = _phase(row.phase, row.phase_title or "") if row.phase else ""
    return Markup(f"{customer}{escape(row.case_number)}{phase}")


def _phase(key: str, title: str) -> Markup:
    return Markup(f'<span lang="sv">{escape(key)} {escape(title)}</span>')


def _when(text: str, due: date | None, days: int) -> Markup:
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
    draft = pill("info", _("Utkast"), "pen")
    return Markup(f"{ticked}{draft}")


def _assigned(person: Person) -> Markup:
    avatar = f'<span class="avatar" aria-hidden="true">{escape(person.initials)}</span>'
    return Markup(f'<div class="task-who who">{avatar}{escape(person.name)}</div>')


def _free(role: str) -> Markup:
    return Markup(f'<div class="task-who muted">{escape(role)}</div>')


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


def grouped(rows: tuple[TaskRow, ...]) -> list[tuple[str, list[Markup]]]:
    """The cards of the rows by ``GROUPS``, without the groups that are empty."""
    groups: dict[str, list[Markup]] = {name: [] for name in GROUPS}
    day, url = today(), task_urls()
    for row in rows:
        late = row.due is not None and row.due < day
        group = "late" if late else "today" if row.due == day else "coming"
        groups[group].append(card(row, url(row.id)))
    return [(name, cards) for name, cards in groups.items() if cards]
