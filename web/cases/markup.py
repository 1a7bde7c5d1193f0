"""The rows of a case's page as HTML: of its sheets, its processes and its timeline. A page has
hundreds of them, so they are functions, which cost a fraction of Jinja's macros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from engine import ElementState, InstanceView, Person, SheetEntry, SheetTab
from web import formats, markup
from web.back import task_urls, way_back
from web.cases.routes import initials
from web.cases.sheet import Point, Round, Row
from web.context import url_for
from web.hyphenation import role_name, soft
from web.i18n import gettext as _
from web.i18n import ngettext
from web.texts.history import HistoryLine
from web.texts.wording import called

FOLDED: Final = 200
"""Characters of a detail that is shown whole; a longer one is folded behind its beginning."""
BEGINNING: Final = 120
_ID: Final = "0" * 32
"""What stands for the id in the address that those of all rows are made of."""


def hidden(text: str) -> Markup:
    """A text for those who do not see the page."""
    return Markup(f'<span class="visually-hidden">{escape(text)}</span>')


# ---------------------------------------------------------------- people


def responsible(person: Person | None, role: str | None) -> Markup:
    """Who does something: a round's person, else the plan's, with the role under the name."""
    if person is not None:
        sub = f'<span class="sub">{escape(role_name(role))}</span>' if role else ""
        return Markup(
            f'<span class="who"><span class="avatar" aria-hidden="true">{escape(person.initials)}'
            f"</span><span>{escape(person.name)}{sub}</span></span>"
        )
    if role:
        return Markup(
            '<span class="who"><span class="avatar avatar-role" aria-hidden="true">'
            f"{markup.icon('person')}</span><span>{escape(role_name(role))}</span></span>"
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


class Paper:
    """The rows of an open sheet, as the paper form has them."""

    def __init__(self) -> None:
        self._url: Callable[[str], str] = task_urls()
        self._labels = [escape(_(text)) for text in (
            "Att tänka på", "Ansvarig", "Klart den", "Sign")]  # fmt: skip

    def rows(self, rows: Iterable[Row]) -> Markup:
        """All rows of a sheet."""
        return Markup("".join(map(self._row, rows)))

    def _row(self, row: Row) -> str:
        name = called(row.row.plan)
        if not row.current:
            return self._body(row, name, "", self._older(row, name), row.points, self._ahead(row))
        last = row.current[-1]
        return "".join(
            self._body(
                row,
                name,
                f'<span class="sub">{markup.about(one.entry.about)}</span>'
                if one.entry.about
                else "",
                self._older(row, name) if one is last else "",
                one.points,
                self._round(one, row, name),
            )
            for one in row.current
        )

    def _body(
        self,
        row: Row,
        name: str,
        about: str,
        older: str,
        listed: Sequence[Point],
        cells: tuple[str, str, str],
    ) -> str:
        first, *others = self._labels
        told = "\n  ".join(
            f'<td data-label="{label}">{cell}</td>'
            for label, cell in zip(others, cells, strict=True)
        )
        return (
            f'<tbody class="act act-{row.row.state}">\n<tr>\n  <th scope="row">'
            f'<span class="act-name" lang="sv">{escape(soft(name))}</span>{about}{older}</th>\n'
            f'  <td data-label="{first}">{points(listed)}</td>\n  {told}\n</tr>\n</tbody>\n'
        )

    def _round(self, one: Round, row: Row, name: str) -> tuple[str, str, str]:
        """The three columns that the paper leaves empty, of one round."""
        entry = one.entry
        due = markup.due(entry.due, entry.state == "open")
        if row.next_due:
            text = _("Nästa: %(day)s", day=formats.day(row.next_due))
            due += Markup(f'<span class="sub">{escape(text)}</span>')
        return responsible(entry.person, row.row.plan.role), due, self.signed(entry, name)

    @staticmethod
    def _ahead(row: Row) -> tuple[str, str, str]:
        """The same of an activity that has not begun."""
        plan = row.row.plan
        due = '<span class="muted">–</span>'
        if plan.due:
            told = hidden(" (" + _("planerat") + ")")
            due = f'<span class="planned">{markup.day(plan.due)}</span>{told}'
        return responsible(plan.person, plan.role), due, markup.row_state(row.row.state)

    def _older(self, row: Row, name: str) -> str:
        if not row.older:
            return ""
        number = len(row.older)
        text = ngettext("%(num)s tidigare omgång", "%(num)s tidigare omgångar", number)
        listed = "".join(
            f"\n    <li>{markup.about(entry.about)} {self.signed(entry, name)}</li>"
            for entry in row.older
        )
        return (
            f'<details class="disclosure older">\n  <summary>{escape(text)}{hidden(": " + name)}'
            f'</summary>\n  <ul class="rounds">{listed}\n  </ul>\n</details>'
        )

    def signed(self, entry: SheetEntry, name: str) -> Markup:
        """How a round ended: its signature; of an open one, the way to its task."""
        url = self._url(entry.task_id)
        if entry.state == "open":
            text = escape(_("Öppna")) + hidden(" " + name)
            return Markup(f'<a class="btn btn-row" href="{escape(url)}">{text}</a>')
        if entry.state == "cancelled":
            return markup.pill("ahead", _("Avbruten"))
        if entry.signature is not None:
            return self._stamp(entry, name, url)
        done = f"{markup.icon('check')}{markup.day(entry.completed_at)}{hidden(' ' + name)}"
        return Markup(f'<a class="btn btn-row btn-quiet" href="{escape(url)}">{done}</a>')

    @staticmethod
    def _stamp(entry: SheetEntry, name: str, url: str) -> Markup:
        """The green stamp of a signature: initials and day, the whole of it for those who ask."""
        signed = entry.signature
        assert signed is not None
        title = f"{signed.name}, {signed.meaning}, {formats.moment(signed.at)}"
        told = _("%(activity)s, signerad av %(who)s", activity=name, who=signed.name)
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


def instance_lines(instances: Sequence[InstanceView], base: int = 0) -> Markup:
    """Instances of one case as the items of a list; ``base`` is the depth of the outermost."""
    if not instances:
        return Markup()
    case_id = instances[0].case_id
    address = url_for("cases.instance", case_id=case_id, instance_id=_ID)
    before, after = map(escape, address.rsplit(_ID, 1))
    return Markup(
        "".join(_instance_line(one, f"{before}{one.id}{after}", base) for one in instances)
    )


def _instance_line(one: InstanceView, url: str, base: int) -> str:
    about = f'<span class="sub">{markup.about(one.about)}</span>' if one.about else ""
    days = formats.day(one.started_at)
    if one.ended_at:
        days += f" – {formats.day(one.ended_at)}"
    return (
        f'<li class="inst inst-{min(one.depth - base, 3)}">\n'
        f'  <a class="inst-link" href="{url}">{escape(one.name)}</a>{about}\n'
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
    more = "".join(f'<div class="small muted fact-more">{fold(text)}</div>' for text in line.more)
    at = line.entry.at
    return (
        f'\n  <li class="fact fact-{line.mark}">\n    <time class="fact-time" '
        f'datetime="{at.isoformat()}">{formats.moment(at)}</time>\n'
        f"    <div><p>{escape(soft(line.sentence))}</p>{about}{more}</div>\n  </li>"
    )


def fold(text: str) -> Markup:
    """A line below a fact; a long one is folded, with its beginning in sight."""
    if len(text) <= FOLDED:
        return escape(text)
    beginning = escape(text[: BEGINNING - 1].rsplit(" ", 1)[0] + "…")
    return Markup(
        f'<details class="disclosure folded"><summary>{beginning}</summary>'
        f"<span>{escape(text)}</span></details>"
    )
