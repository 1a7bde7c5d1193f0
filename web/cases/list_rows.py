"""The rows of the list of cases as HTML. A row is a function of what it is made of, and kept for
those who look again.
"""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

from engine import CaseRow
from web.formats import day as day_text
from web.hyphenation import soft
from web.i18n import gettext as _
from web.i18n import language, ngettext
from web.markup import day, instance_state, meter, pill

NOTHING = Markup('<span class="muted">–</span>')


def case_list_row(row: CaseRow, url: str) -> Markup:
    """The row of a case; ``url`` is the address of its page."""
    return _row(row, url, day_text(row.ended_at), language())


@lru_cache(maxsize=2_000)
def _row(row: CaseRow, url: str, ended: str, _language: str) -> Markup:
    name = row.customer.name if row.customer else row.title or row.number
    org_number = row.customer.org_number if row.customer else None
    number = f"{row.number} · {org_number}" if org_number else row.number
    return Markup(
        f'<tr><th scope="row"><a class="row-link" href="{escape(url)}">{escape(soft(name))}</a>'
        f'<span class="sub">{escape(number)}</span></th>'
        f"{_cell(_('Fas'), _state(row, ended))}"
        f"{_cell(_('Klara aktiviteter'), _progress(row))}"
        f"{_cell(_('Försenat'), _late(row))}"
        f"{_cell(_('Startdatum'), day(row.start_date) or NOTHING)}</tr>"
    )


def _cell(label: str, content: Markup) -> str:
    return f'<td data-label="{escape(label)}">{content}</td>'


def _state(row: CaseRow, ended: str) -> Markup:
    state = "" if row.state == "running" else f"{instance_state(row.state)} "
    phases = "".join(f'<span class="phase-key">{escape(key)}</span>' for key in row.phases)
    if row.state == "running" and not row.phases:
        waits = _("Väntar")
        phases = f'<span class="muted">{escape(waits)}</span>'
    end = f'<span class="sub">{ended}</span>' if ended else ""
    return Markup(f"<span>{state}{phases}{end}</span>")


def _progress(row: CaseRow) -> Markup:
    if not row.activities:
        return NOTHING
    text = _("%(done)s av %(whole)s", done=row.done, whole=row.activities)
    return meter(row.done, row.activities, text)


def _late(row: CaseRow) -> Markup:
    if not row.late:
        return NOTHING
    text = ngettext("%(num)s försenad", "%(num)s försenade", row.late)
    return pill("late", text, "clock")
