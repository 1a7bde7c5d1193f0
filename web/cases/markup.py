"""The rows of a case's page as HTML: of its sheets, its processes and its timeline. A page has
hundreds of them, so they are functions, which cost a fraction of Jinja's macros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, tzinfo
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from engine import ElementState, InstanceView, Person, SheetEntry, SheetRow, SheetTab, SignatureView
from web import formats, markup
from web.back import Address, way_back
from web.cases.routes import initials
from web.cases.sheet import Point, Round, Row, row_of
from web.context import today, url_for
from web.hyphenation import role_name, soft
from web.i18n import N_, language, ngettext
from web.i18n import gettext as _
from web.texts.history import HistoryLine
from web.texts.wording import called

LABELS: Final = (N_("Att tänka på"), N_("Ansvarig"), N_("Klart den"), N_("Sign"))
"""The titles of the columns of a sheet but the first."""
_ID: Final = "0" * 32
"""What stands for the id in the address that those of all rows are made of."""


def hidden(text: str) -> Markup:
    """A text for those who do not see the page."""
    return Markup(f'<span class="visually-hidden">{escape(text)}</span>')


# ---------------------------------------------------------------- people


def responsible(person: Person | None, role: str) -> Markup:
    """Who does something: a round's person, else the plan's, with the title of the ``role`` under
    the name."""
    if person is not None:
        sub = f'<span class="sub">{escape(role)}</span>' if role else ""
        return Markup(
            f'<span class="who"><span class="avatar" aria-hidden="true">{escape(person.initials)}'
            f"</span><span>{escape(person.name)}{sub}</span></span>"
        )
    if role:
        return Markup(
            '<span class="who"><span class="avatar avatar-role" aria-hidden="true">'
            f"{markup.icon('person')}</span><span>{escape(role)}</span></span>"
        )
    return Markup('<span class="muted">–</span>')


# ---------------------------------------------------------------- the paper table


@lru_cache(maxsize=2_000)
def point_text(text: str) -> Markup:
    """A point of a checklist: its sub-points are lines of their own under it."""
    first, *more = [str(escape(soft(line))) for line in text.splitlines()] or [""]
    return Markup(first + "".join(f' <span class="point-part">{line}</span>' for line in more))


def points(listed: Sequence[Point]) -> Markup:
    """The checklist of an activity."""
    if not listed:
        return Markup('<span class="muted">–</span>')
    return Markup(f'<ul class="thinks" lang="sv">{"".join(map(_point, listed))}</ul>')


def _point(point: Point) -> str:
    if point.state == "done":
        sign = markup.icon("check") + hidden(_("Gjort") + ": ")
    elif point.state == "not_applicable":
        sign = Markup('<span class="think-dash" aria-hidden="true">–</span>') + hidden(
            _("Inte aktuell") + ": "
        )
    else:
        sign = Markup('<span class="think-dot" aria-hidden="true"></span>')
    more = f' <span class="muted small">({escape(point.reason)})</span>' if point.reason else ""
    if point.who is not None:
        ticked = f"{escape(initials(point.who.by or ''))} {formats.day(point.who.at)}"
        more += f' <span class="muted small nowrap">{ticked}</span>'
    return (
        f'<li class="think think-{point.state or "plain"}">{sign}'
        f'<span><span class="think-text">{point_text(point.text)}</span>{more}</span>\n</li>'
    )


def paper(rows: Iterable[SheetRow], task: Address) -> Markup:
    """All rows of an open sheet, as the paper form has them. Each is a function of what it is made
    of, and kept for those who look again.

    :param task: the address of a task
    """
    whose = task, today(), language(), formats.zone()
    made = (_paper_row(row, called(row.plan), role_name(row.plan.role), *whose) for row in rows)
    return Markup("".join(made))


@lru_cache(maxsize=500)
def _paper_row(
    row: SheetRow, name: str, role: str, task: Address, day: date, _language: str, _zone: tzinfo
) -> str:
    return _PaperRow(row_of(row, day), name, role, task).html()


class _PaperRow:
    """A row of a sheet: an activity, what it is called, the title of its role."""

    def __init__(self, row: Row, name: str, role: str, task: Address) -> None:
        self._row, self._name, self._role, self._task = row, name, role, task

    def html(self) -> str:
        row = self._row
        if not row.current:
            return self._body("", self._older(), row.points, self._ahead())
        last = row.current[-1]
        return "".join(
            self._body(
                f'<span class="sub">{markup.about(one.entry.about)}</span>'
                if one.entry.about
                else "",
                self._older() if one is last else "",
                one.points,
                self._round(one),
            )
            for one in row.current
        )

    def _body(
        self, about: str, older: str, listed: Sequence[Point], cells: tuple[str, str, str]
    ) -> str:
        first, *others = (escape(_(text)) for text in LABELS)
        told = "\n  ".join(
            f'<td data-label="{label}">{cell}</td>'
            for label, cell in zip(others, cells, strict=True)
        )
        return (
            f'<tbody class="act act-{self._row.row.state}">\n<tr>\n  <th scope="row">'
            f'<span class="act-name" lang="sv">{escape(soft(self._name))}</span>'
            f"{about}{older}</th>\n"
            f'  <td data-label="{first}">{points(listed)}</td>\n  {told}\n</tr>\n</tbody>\n'
        )

    def _round(self, one: Round) -> tuple[str, str, str]:
        """The three columns that the paper leaves empty, of one round."""
        entry = one.entry
        due = markup.due(entry.due, entry.state == "open")
        if self._row.next_due:
            text = _("Nästa: %(day)s", day=formats.day(self._row.next_due))
            due += Markup(f'<span class="sub">{escape(text)}</span>')
        return responsible(entry.person, self._role), due, self._signed(entry)

    def _ahead(self) -> tuple[str, str, str]:
        """The same of an activity that has not begun."""
        plan = self._row.row.plan
        due = '<span class="muted">–</span>'
        if plan.due:
            told = hidden(" (" + _("planerat") + ")")
            due = f'<span class="planned">{markup.day(plan.due)}</span>{told}'
        return responsible(plan.person, self._role), due, markup.row_state(self._row.row.state)

    def _older(self) -> str:
        older = self._row.older
        if not older:
            return ""
        number = len(older)
        text = ngettext("%(num)s tidigare omgång", "%(num)s tidigare omgångar", number)
        listed = "".join(
            f"\n    <li>{markup.about(entry.about)} {self._signed(entry)}</li>" for entry in older
        )
        return (
            f'<details class="disclosure older">\n  <summary>{escape(text)}'
            f"{hidden(': ' + self._name)}</summary>\n"
            f'  <ul class="rounds">{listed}\n  </ul>\n</details>'
        )

    def _signed(self, entry: SheetEntry) -> Markup:
        """How a round ended: its signature; of an open one, the way to its task."""
        name, url = self._name, self._task(entry.task_id)
        if entry.state == "open":
            text = escape(_("Öppna")) + hidden(" " + name)
            return Markup(f'<a class="btn btn-row" href="{escape(url)}">{text}</a>')
        if entry.state == "cancelled":
            return markup.pill("ahead", _("Avbruten"))
        if entry.signature is not None:
            return _stamp(entry.signature, name, url)
        done = f"{markup.icon('check')}{markup.day(entry.completed_at)}{hidden(' ' + name)}"
        return Markup(f'<a class="btn btn-row btn-quiet" href="{escape(url)}">{done}</a>')


def _stamp(signed: SignatureView, name: str, url: str) -> Markup:
    """The green stamp of a signature: initials and day, the whole of it for those who ask."""
    title = f"{signed.name}, {signed.meaning}, {formats.moment(signed.at)}"
    told = _("%(activity)s, signerad av %(who)s", activity=name, who=signed.name)
    if signed.withdrawn is not None:
        told = _("%(activity)s, tillbakadragen signatur av %(who)s", activity=name, who=signed.name)
        return Markup(
            f'<a class="stamp" href="{escape(url)}" title="{escape(told)}">\n'
            f'  <s aria-hidden="true">{escape(initials(signed.name))}</s>\n'
            f"  {hidden(told + ', ')}\n"
            f'  <s><time datetime="{signed.at.isoformat()}">{formats.day(signed.at)}</time></s>\n'
            "</a>"
        )
    return Markup(
        f'<a class="stamp" href="{escape(url)}" title="{escape(title)}">\n'
        f'  <span class="stamp-who" aria-hidden="true">{escape(initials(signed.name))}</span>\n'
        f"  {hidden(told + ', ')}\n"
        f'  <time datetime="{signed.at.isoformat()}">{formats.day(signed.at)}</time>\n</a>'
    )


# ---------------------------------------------------------------- sheets as links


def sheet_tabs(case_id: str, tabs: Iterable[SheetTab], key: str) -> Markup:
    """The links to all sheets of a case; ``key`` is that of the open one."""
    back = way_back("cases.index").carried
    before, after = url_for("cases.show", case_id=case_id, blad=_ID, back=back).rsplit(_ID, 1)

    def url(tab: SheetTab) -> str:
        if tab.key.isascii() and tab.key.isalnum():  # as it stands in an address
            return f"{before}{tab.key}{after}"
        return url_for("cases.show", case_id=case_id, blad=tab.key, back=back)

    return Markup("".join(_tab(tab, url(tab), tab.key == key) for tab in tabs))


def _tab(tab: SheetTab, url: str, is_open: bool) -> str:
    state, told = "", ""
    if tab.late:
        late = ngettext("%(num)s försenad", "%(num)s försenade", tab.late)
        state, told = " has-late", hidden(f", {late}")
    elif tab.open:
        state, told = " has-open", hidden(", " + _("pågår"))
    elif tab.done == tab.whole:
        state = " is-full"
    share = round(100 * tab.done / tab.whole, 1) if tab.whole else 0
    current = ' aria-current="page"' if is_open else ""
    of = " " + _("av") + " "
    return (
        f'\n  <a href="{escape(url)}" class="sheet-tab{state}"{current}>\n'
        f'    <span class="sheet-key">{escape(tab.key)}</span>'
        f'<span class="sheet-title" lang="sv">{escape(soft(tab.title))}</span>\n'
        f'    <span class="sheet-count">{hidden(", ")}{tab.done}<span aria-hidden="true">/</span>'
        f"{hidden(of)}{tab.whole}{told}</span>\n"
        '    <svg class="sheet-bar" viewBox="0 0 100 4" preserveAspectRatio="none" '
        'aria-hidden="true" focusable="false"><rect class="meter-track" width="100" height="4"/>'
        f'<rect class="meter-fill" width="{share}" height="4"/></svg>\n  </a>'
    )


# ---------------------------------------------------------------- instances


def instance_lines(instances: Iterable[InstanceView], address: Address, base: int = 0) -> Markup:
    """Instances of one case as the items of a list; ``base`` is the depth of the outermost, and
    ``address`` that of an instance. Each is kept for those who look again."""
    where = address, base, language(), formats.zone()
    return Markup("".join(_instance_line(one, *where) for one in instances))


@lru_cache(maxsize=4_000)
def _instance_line(
    one: InstanceView, address: Address, base: int, _language: str, _zone: tzinfo
) -> str:
    about = f'<span class="sub">{markup.about(one.about)}</span>' if one.about else ""
    days = formats.day(one.started_at)
    if one.ended_at:
        days += f" – {formats.day(one.ended_at)}"
    return (
        f'<li class="inst inst-{min(one.depth - base, 3)}">\n'
        f'  <a class="inst-link" href="{escape(address(one.id))}">{escape(one.name)}</a>{about}\n'
        f'  <span class="inst-more">{markup.instance_state(one.state)}'
        f'<span class="small muted nowrap">{days}</span></span>\n</li>'
    )


def standing(
    steps: Iterable[tuple[str, ElementState]],
    link: Callable[[ElementState], str | None],
    text: Callable[[ElementState], str],
) -> Markup:
    """Named steps and how they stand (``Standing.steps``), linked to where one goes on."""
    rows = []
    for name, state in steps:
        url, shown = link(state), escape(name)
        if url:
            shown = Markup(f'<a class="inst-link" href="{escape(url)}">{shown}</a>')
        told = escape(text(state))
        rows.append(f'\n  <tr><th scope="row">{shown}</th><td>{told}</td></tr>')
    return Markup("".join(rows))


# ---------------------------------------------------------------- facts


def timeline(lines: Iterable[HistoryLine]) -> Markup:
    """The lines of a timeline as the items of a list."""
    return Markup("".join(map(_fact, lines)))


def _fact(line: HistoryLine) -> str:
    about = ""
    if line.about:
        about = f'<p class="small fact-more">{markup.about(line.about)}</p>'
    folded = map(markup.fold, line.more)
    more = "".join(f'<div class="small muted fact-more">{text}</div>' for text in folded)
    at = line.entry.at
    return (
        f'\n  <li class="fact fact-{line.mark}">\n    <time class="fact-time" '
        f'datetime="{at.isoformat()}">{formats.moment(at)}</time>\n'
        f"    <div><p>{escape(soft(line.sentence))}</p>{about}{more}</div>\n  </li>"
    )
