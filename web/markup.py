"""The smallest parts of pages, as HTML: icons, pills, days, people. Rows of lists consist of them,
so they are functions, which cost a fifth of a Jinja macro. ``_macros.html`` hands them on to the
templates (``m.pill("late", text, "clock")``), beside the larger parts, which are macros.
Those of forms are in field_parts.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from flask import Flask
from markupsafe import Markup, escape

from engine import InstanceTitle, Person
from web import formats
from web.context import role_title
from web.hyphenation import soft
from web.i18n import gettext as _
from web.i18n import language, ngettext

ICONS: Final[Mapping[str, str]] = {
    "tasks": (
        "M4 6.5 5.5 8 8 5M4 12.5 5.5 14 8 11M4 18.5 5.5 20 8 17M11.5 6.5H20M11.5 12.5H20"
        "M11.5 18.5H20"
    ),
    "overview": "M4 19.5h16M6.5 16V11M11 16V6M15.5 16V9M20 16v-3",
    "cases": "M4 7.5h16v11.5H4zM9 7.5V5h6v2.5M4 12.5h16",
    "definitions": "M3.5 9h6v6h-6zM14.5 12l3.2-3.2L21 12l-3.3 3.2zM9.5 12h5",
    "history": "M4.5 12a7.5 7.5 0 1 0 2.3-5.4M4.5 4.5v3.2h3.2M12 8v4.3l2.8 1.7",
    "check": "M5 12.5 10 17.5 19 7.5",
    "alert": "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.2",
    "info": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.6v.2",
    "ok": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12.4l2.8 2.8L16 9.5",
    "stop": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5v5.5M12 16.4v.2",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.2l3.2 1.9",
    "pen": "M4 20l1-4L16.2 4.8l3 3L8 19zM14 7l3 3",
    "back": "M14.5 5.5 8 12l6.5 6.5",
    "next": "M9.5 5.5 16 12l-6.5 6.5",
    "file": "M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5",
    "person": "M12 11.5a3.75 3.75 0 1 0 0-7.5 3.75 3.75 0 0 0 0 7.5zM4.5 20a7.5 7.5 0 0 1 15 0",
    "plus": "M12 5v14M5 12h14",
}  # fmt: skip
"""The path of each icon, in a box of 24 by 24."""
_SVG: Final[Mapping[str, Markup]] = {
    name: Markup(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f'<path d="{path}"/></svg>'
    )
    for name, path in ICONS.items()
}


def icon(name: str) -> Markup:
    """One of the ``ICONS``."""
    return _SVG[name]


def pill(kind: str, text: str, glyph: str | None = None) -> Markup:
    """A short text in a coloured shape.

    :param kind: late, today, done, open, ahead, incident, warning, info or brand
    :param glyph: the name of an icon before the text
    """
    drawn = _SVG[glyph] if glyph else ""
    return Markup(f'<span class="pill pill-{kind}">{drawn}{escape(text)}</span>')


def row_state(state: str) -> Markup:
    """The state of a row of the plan (``RowState``)."""
    if state == "done":
        return pill("done", _("Klar"), "check")
    if state == "open":
        return pill("open", _("Pågår"))
    if state == "cancelled":
        return pill("ahead", _("Avbruten"))
    return pill("ahead", _("Inte aktuell") if state == "not_reached" else _("Kommande"))


def instance_state(state: str) -> Markup:
    """The state of an instance or a case (``InstanceState``)."""
    if state == "running":
        return pill("open", _("Pågår"))
    if state == "incident":
        return pill("incident", _("Stoppat"), "alert")
    if state == "completed":
        return pill("done", _("Avslutat"), "check")
    if state == "terminated":
        return pill("done", _("Avslutat i förtid"))
    return pill("ahead", _("Avbrutet"))


def moment_tag(value: date, text: str) -> Markup:
    """A day or an instant with its machine-readable form."""
    return Markup(f'<time class="nowrap" datetime="{value.isoformat()}">{escape(text)}</time>')


def moment(value: datetime | None) -> Markup:
    """An instant in the company's zone: 2026-11-22 14:01; nothing for None."""
    return moment_tag(value, formats.moment(value)) if value else Markup()


def day(value: date | None) -> Markup:
    """A day: 2026-11-22; nothing for None."""
    return moment_tag(value, formats.day(value)) if value else Markup()


def due(value: date | None, is_open: bool = True) -> Markup:
    """A due date with what it means today; only the date when what was due is no longer open."""
    if not value:
        return Markup(f'<span class="muted">{escape(_("Inget datum"))}</span>')
    days = formats.days_late(value) if is_open else -1
    meaning = ""
    if days > 0:
        meaning = f" {pill('late', formats.late_text(value), 'clock')}"
    elif days == 0:
        meaning = f" {pill('today', _('Klart i dag'))}"
    return Markup(f'<span class="due">{day(value)}{meaning}</span>')


def who(person: Person | None, role: str | None = None) -> Markup:
    """A person, or the role when nobody is chosen."""
    if person is None:
        text = role_title(role) if role else _("Ingen")
        return Markup(f'<span class="muted">{escape(text)}</span>')
    avatar = f'<span class="avatar" aria-hidden="true">{escape(person.initials)}</span>'
    return Markup(f'<span class="who">{avatar}<span>{escape(person.name)}</span></span>')


def about(title: InstanceTitle | None) -> Markup:
    """What tells an instance apart from others of its process: date and first words."""
    if title is None:
        return Markup()
    text = escape(soft(title.text))
    return Markup(f'<span class="about">{day(title.at)} <span lang="sv">{text}</span></span>')


def meter(part: int, whole: int, text: str) -> Markup:
    """A small bar beside ``text``, the whole sentence ("3 av 6"); nothing of nothing."""
    if not whole:
        return Markup()
    width = round(56 * part / whole, 1)
    fill = f'<rect class="meter-fill" width="{width}" height="8"/>' if part else ""
    return Markup(
        '<span class="meter"><svg viewBox="0 0 56 8" preserveAspectRatio="none" '
        f'aria-hidden="true" focusable="false">{fill}</svg>{escape(text)}</span>'
    )


def points(ticked: int, whole: int) -> Markup:
    """How many points of a checklist are ticked, with a bar: 3 av 6 punkter."""
    return _points(ticked, whole, language())


@lru_cache(maxsize=500)
def _points(ticked: int, whole: int, _language: str) -> Markup:
    text = ngettext("%(part)s av %(num)s punkt", "%(part)s av %(num)s punkter", whole, part=ticked)
    return meter(ticked, whole, text)


def options(choices: Iterable[tuple[str, str]], chosen: str | None = None) -> Markup:
    """The options of a select, by value and text; one of them may be chosen."""
    return _options(tuple(choices), chosen)


@lru_cache(maxsize=200)
def _options(choices: tuple[tuple[str, str], ...], chosen: str | None) -> Markup:
    return Markup(
        "".join(
            f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
            f"{escape(text)}</option>"
            for value, text in choices
        )
    )


PARTS: Final = (
    icon, pill, row_state, instance_state, moment_tag, moment, day, due, who, about, meter,
    points, options,
)  # fmt: skip


def init(app: Flask) -> None:
    """Give ``_macros.html`` the ``PARTS``."""
    parts: dict[str, Any] = {part.__name__: part for part in PARTS}
    app.jinja_env.globals["parts"] = parts
