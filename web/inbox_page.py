"""What the inbox shows: its filters, and the cards of its tasks, whose HTML is made here.

A card is a function of what it is made of, and kept for those who look again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from flask import request
from markupsafe import Markup, escape

from engine import TaskRow
from web.back import task_urls
from web.context import engine, role_title, today, url_for, with_query
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


class _Shown(NamedTuple):
    """All that a card shows, and the reader's language."""

    url: str
    name: str
    about: Markup
    customer: str | None
    number: str
    phase: str | None
    phase_title: str | None
    due: date | None
    due_text: str
    days_late: int
    ticked: int
    points: int
    has_draft: bool
    person: str | None
    whose: str
    language: str


def card(row: TaskRow, url: str, due: tuple[str, int], language: str) -> Markup:
    """The card of a task.

    :param url: the address of its page
    :param due: the words for its due date, and the days that have passed since
    :param language: the reader's
    """
    person = row.assignee
    if person is not None:
        whose = person.initials
    else:
        whose = role_title(row.role) if row.role else _("Ingen")
    return _card(
        _Shown(
            url,
            called(row),
            about(row.about),
            row.customer,
            row.case_number,
            row.phase,
            row.phase_title,
            row.due,
            *due,
            row.ticked,
            row.points,
            row.has_draft,
            person.name if person else None,
            whose,
            language,
        )
    )


@lru_cache(maxsize=2_000)
def _card(shown: _Shown) -> Markup:
    return Markup(
        f'<div class="task-what"><h3 lang="sv"><a class="task-link" href="{escape(shown.url)}">'
        f"{escape(soft(shown.name))}</a></h3>{shown.about}"
        f'<p class="task-where">{_where(shown)}</p></div>'
        f'{_when(shown)}<div class="task-state">{_state(shown)}</div>{_whose(shown)}'
    )


def _where(shown: _Shown) -> Markup:
    customer = phase = ""
    if shown.customer:
        customer = f'<span class="task-customer">{escape(soft(shown.customer))}</span>'
    if shown.phase:
        title = escape(shown.phase_title or "")
        phase = f'<span lang="sv">{escape(shown.phase)} {title}</span>'
    return Markup(f"{customer}{escape(shown.number)}{phase}")


def _when(shown: _Shown) -> Markup:
    if shown.days_late < 0:
        return Markup(f'<div class="task-when task-due">{escape(shown.due_text)}</div>')
    if shown.days_late == 0:
        return Markup(f'<div class="task-when">{pill("today", shown.due_text)}</div>')
    late = pill("late", shown.due_text, "clock")
    day = f'<span class="muted small">{escape(day_long(shown.due))}</span>'
    return Markup(f'<div class="task-when">{late}{day}</div>')


def _state(shown: _Shown) -> Markup:
    ticked = points(shown.ticked, shown.points) if shown.points else Markup()
    if not shown.has_draft:
        return ticked
    draft = pill("info", _("Utkast"), "pen")
    return Markup(f"{ticked}{draft}")


def _whose(shown: _Shown) -> Markup:
    if shown.person is None:
        return Markup(f'<div class="task-who muted">{escape(shown.whose)}</div>')
    avatar = f'<span class="avatar" aria-hidden="true">{escape(shown.whose)}</span>'
    return Markup(f'<div class="task-who who">{avatar}{escape(shown.person)}</div>')


def address(chosen: Mapping[str, Any], **other: str | None) -> str:
    """The address of the inbox with the filters, of which some are ``other``."""
    query = {**chosen, **other}
    if query.get("show") == "mine":
        del query["show"]
    return with_query(url_for("tasks.inbox"), query)


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
    day, url, reads = today(), task_urls(), language()
    days = {due: (due_text(due), days_late(due) if due else -1) for due in {r.due for r in rows}}
    for row in rows:
        late = row.due is not None and row.due < day
        group = "late" if late else "today" if row.due == day else "coming"
        groups[group].append(card(row, url(row.id), days[row.due], reads))
    return [(name, cards) for name, cards in groups.items() if cards]
