"""The rows of the list of the history, whose HTML is made here.

What many rows share, the cells of a case and of a version, is kept; it depends on its texts alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from engine import HistoryEntry
from web import formats
from web.back import case_urls
from web.context import url_around
from web.hyphenation import soft
from web.i18n import gettext as _
from web.markup import about, fold
from web.texts.history import HistoryFormatter

_NOTHING = Markup('<span class="muted">–</span>')


def rows(
    entries: Sequence[HistoryEntry], formatter: HistoryFormatter, *, of_one_case: bool
) -> list[Markup]:
    """A row for each of the entries; a list of one case has no column of cases."""
    case_url, zone = case_urls(), formats.zone()
    before, after = url_around("definitions.show", "definition_id")
    case_label, version_label = _("Ärende"), _("Diagramversion")

    def made(entry: HistoryEntry) -> Markup:
        case = version = ""
        if not of_one_case:
            url = case_url(entry.case_id) if entry.case_id else ""
            case = _case(case_label, url, entry.case_number or "", entry.customer or "")
        url = f"{before}{entry.definition_id}{after}" if entry.version else ""
        version = _version(version_label, url, formatter.version(entry))
        when = entry.at.isoformat(), formats.moment(entry.at, zone)
        told = soft(formatter.sentence(entry)), about(entry.about), *formatter.more(entry)
        return _row(formatter.mark(entry), when, told, case + version)

    return [made(entry) for entry in entries]


def _row(mark: str, when: tuple[str, str], told: tuple[str, ...], where: str) -> Markup:
    """A row: when (for machines, for people), the sentence, what tells its instance apart, and
    short lines below; ``where`` are the other cells."""
    at, moment = when
    sentence, instance, *more = told
    below = f'<span class="sub">{instance}</span>' if instance else ""
    below += "".join(f'<div class="sub">{fold(line)}</div>' for line in more)
    return Markup(
        f'<tr class="fact-row fact-{mark}"><th scope="row" class="fact-when">'
        f'<time class="nowrap" datetime="{at}">{moment}</time></th>'
        f'<td class="fact-what-cell"><span class="fact-what">{fold(sentence)}</span>{below}</td>'
        f"{where}</tr>"
    )


@lru_cache(maxsize=1_000)
def _case(label: str, url: str, number: str, customer: str) -> str:
    link = f'<a class="inst-link" href="{escape(url)}">{escape(number)}</a>'
    shown = f'{link}<span class="sub">{escape(customer)}</span>' if url else _NOTHING
    return f'<td class="fact-case" data-label="{escape(label)}">{shown}</td>'


@lru_cache(maxsize=1_000)
def _version(label: str, url: str, version: str) -> str:
    shown = escape(version) or _NOTHING
    if url:
        shown = Markup(f'<a class="inst-link" href="{escape(url)}">{shown}</a>')
    return f'<td class="fact-version" data-label="{escape(label)}">{shown}</td>'
