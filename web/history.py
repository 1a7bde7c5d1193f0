"""The pages of the history (Historik): search, download as CSV, verify the hash chains."""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    request,
    stream_with_context,
)
from flask.typing import ResponseReturnValue

from engine import SYSTEM, CaseRow, Choices, HistoryEntry, NotAllowed, NotFound, Person, Problem
from web import choices, formats, parsing
from web.context import actor, engine, person, today, url_for, with_query
from web.forms import Problems
from web.history_rows import rows
from web.i18n import N_, language
from web.i18n import gettext as _
from web.texts.history import HistoryFormatter, people_of, type_label
from web.texts.verification import fault_sentence

blueprint = Blueprint("history", __name__, url_prefix="/history")
log = logging.getLogger(__name__)
PAGE: Final = 20
"""Facts on a page of the list."""
READS: Final = 200
"""Readers that the page of a case's readers lists."""


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """The filters of the page's address.

    The texts are as the reader typed them; ``case``, ``meant`` (a person's user name or id),
    ``first`` and ``last`` (days of the company's zone) are what they mean, ``problems`` what cannot
    be read in them.
    """

    q: str
    person: str
    type: str
    number: str
    since: str
    until: str
    case: CaseRow | None = None
    meant: str = ""
    problems: tuple[Problem, ...] = ()
    first: date | None = None
    last: date | None = None

    def address(self) -> dict[str, Any]:
        """The filters that are set, as the query parameters of an address."""
        named = {"q": self.q, "person": self.person, "type": self.type, "case": self.number,
                 "since": self.since, "until": self.until}  # fmt: skip
        return {name: value for name, value in named.items() if value}

    def criteria(self) -> dict[str, Any]:
        """The arguments of ``engine.history.search``: a day begins at midnight in the company's
        zone."""
        return {
            "q": self.q,
            "person": self.meant or None,
            "type": self.type or None,
            "case_id": self.case.id if self.case else None,
            "since": _midnight(self.first) if self.first else None,
            # No fact is of the last day of the calendar: until then is until ever.
            "until": (
                _midnight(self.last + timedelta(days=1))
                if self.last and self.last < date.max
                else None
            ),
        }


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The facts that match the filters of the address, the newest first."""
    filters, found = _filter()
    cursor = request.args.get("cursor")
    _log_read("list", filters)
    page = None
    if not filters.problems:
        page = engine().history.search(actor(), **filters.criteria(), cursor=cursor, limit=PAGE)
    address, here = url_for("history.index"), filters.address()
    following = page.next if page else None
    offered = engine().history.choices(actor(), people_of(page.items if page else ()))
    formatter = HistoryFormatter(offered)
    choice = choices.of_offered(choices.Asked("person", filters.meant), offered.people)
    shown = render_template(
        "history/index.html",
        filters=filters,
        page=page,
        rows=rows(page.items, formatter, of_one_case=bool(filters.case)) if page else [],
        searched=choice.searched,
        people_options=[(each.value, each.text) for each in choice.options],
        people=() if filters.meant else found.items,
        types=_labelled(offered.types, language()),
        first_url=with_query(address, here) if cursor else None,
        next_url=with_query(address, here | {"cursor": following}) if following else None,
        export_url=with_query(url_for("history.export"), here),
        log_urls=[
            (label, with_query(url_for("history.event_log", form=form), here))
            for label, form in (
                ("XES", "xes"),
                ("OCEL 2.0 JSON", "ocel-json"),
                ("OCEL 2.0 SQLite", "ocel-sqlite"),
            )
        ],
        may_verify=filters.case is not None or _sees_all(),
        may_see_readers=filters.case is not None and _sees_all(),
        sees_all=_sees_all(),
        problems=Problems(filters.problems, _labels()),
    )
    return shown, 422 if filters.problems else 200


@lru_cache(maxsize=20)
def _labelled(types: tuple[str, ...], _language: str) -> list[tuple[str, str]]:
    """The types of facts with their labels in the reader's language, sorted by these."""
    return sorted(((type, type_label(type)) for type in types), key=lambda each: each[1])


def _sees_all() -> bool:
    return "manager" in actor().rights


def _labels() -> dict[str, str]:
    return {
        "person": _("Person"),
        "case": _("Ärende"),
        "since": _("Från och med"),
        "until": _("Till och med"),
    }


def _log_read(how: str, filters: HistoryFilter) -> None:
    """Log who has read the history, and by which filters (not their values)."""
    reader = person()
    who = reader.id if reader else "-"
    log.info("history %s read by %s: %s", how, who, sorted(filters.address()))


# ---------------------------------------------------------------- filters


def _filter() -> tuple[HistoryFilter, Choices[Person]]:
    """The filters of this request's address, and the people to choose from whom it may mean."""
    asked = request.args
    filters = HistoryFilter(
        q=asked.get("q", "").strip()[:100],
        person=asked.get("person", "").strip()[:100],
        type=asked.get("type", "").strip()[:100],
        number=asked.get("case", "").strip()[:40],
        since=asked.get("since", "").strip()[:30],
        until=asked.get("until", "").strip()[:30],
    )
    problems = []
    people = _people(filters.person)
    meant = people.items[0].username if len(people.items) == 1 else ""
    if filters.person == SYSTEM.id:
        meant = filters.person
    elif filters.person and not meant:
        code = "found_several" if people.items else "found_none"
        problems.append(Problem(code, "Choose one.", "person", {"text": filters.person}))
    case = _case(filters.number)
    if filters.number and case is None:
        problems.append(Problem("unknown_case", "There is no such case.", "case"))
    first, last = _day(filters.since), _day(filters.until)
    for name, typed, day in (("since", filters.since, first), ("until", filters.until, last)):
        if typed and day is None:
            problems.append(Problem("date_malformed", "Write a date.", name))
    read = replace(filters, case=case, meant=meant, first=first, last=last)
    return replace(read, problems=tuple(problems)), people


def _people(typed: str) -> Choices[Person]:
    """Whom the filter may mean: those of one id, user name or whole name, else of these words."""
    if typed in ("", SYSTEM.id):
        return Choices((), True)
    known = engine().people.by_id(actor(), [typed]) or engine().people.named(actor(), [typed])
    if known:
        return Choices(tuple(known.values()), True)
    return engine().people.matching(actor(), typed, closed=True)


def _case(number: str) -> CaseRow | None:
    """The case with this number, or this id, when the reader may see it."""
    if not number:
        return None
    rows = engine().cases.search(actor(), q=number, state="all", limit=25).items
    exact = next((row for row in rows if number in (row.number, row.id)), None)
    if exact is not None:
        return exact
    try:
        return engine().cases.get(actor(), number).row
    except NotFound:
        return None


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(parsing.date_text(typed, today())) if typed else None
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    try:
        return datetime.combine(day, time(), formats.zone()).astimezone(UTC)
    except OverflowError:
        # East of Greenwich the first day of the calendar begins before it.
        return datetime.min.replace(tzinfo=UTC)


# ---------------------------------------------------------------- for process mining


ENDINGS: Final = {"xes": "xes", "ocel-json": "jsonocel", "ocel-sqlite": "sqlite"}
"""The forms that the history is given in beside CSV, and how their files end."""


@blueprint.get("/export/<form>")
def event_log(form: str) -> ResponseReturnValue:
    """All facts that the filters are about as XES or OCEL 2.0, to the oldest."""
    if form not in ENDINGS:
        raise NotFound
    filters, _found = _filter()
    if filters.problems:
        return index()
    _log_read(form, filters)
    pieces = engine().history.event_log(actor(), form, **filters.criteria())  # type: ignore[arg-type]
    name = f"historik-{today().isoformat()}.{ENDINGS[form]}"
    return Response(
        pieces,
        mimetype="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# ---------------------------------------------------------------- CSV


@blueprint.get("/export.csv")
def export() -> ResponseReturnValue:
    """All facts that the filters are about as CSV, to the oldest, however many there are, with the
    values of decisions and plans in full: semicolons and a byte order mark, as Excel in Swedish
    reads it."""
    filters, _found = _filter()
    if filters.problems:
        return index()
    _log_read("export", filters)
    name = f"historik-{today().isoformat()}.csv"
    lines = _lines(filters)
    # What is wrong with the filters is said before the answer begins: later it could only break.
    first = [next(lines), next(lines, "")]
    return Response(
        stream_with_context(chain(first, lines)),
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(filters: HistoryFilter) -> Iterator[str]:
    """The lines of the file, some hundred at a time. It ends early when the reader leaves: the
    server then closes it between two of them."""
    formatter = HistoryFormatter(whole=True)
    yield "\ufeff" + _csv(
        [[_("Tid"), _("Vem"), _("Händelse"), _("Beskrivning"), _("Mer"), _("Ärende"), _("Kund"),
          _("Element"), _("Process"), _("Version"), _("API-nyckel"), _("Kedja"), _("Nummer"),
          _("Kontrollsumma")]]
    )  # fmt: skip
    for entries in engine().history.export(actor(), **filters.criteria()):
        formatter.know(entries)
        yield _csv(_cells(entry, formatter) for entry in entries)


def _cells(entry: HistoryEntry, formatter: HistoryFormatter) -> list[Any]:
    return [
        formats.local(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
        entry.actor_name,
        type_label(entry.type),
        formatter.sentence(entry),
        "; ".join(formatter.more(entry)),
        entry.case_number,
        entry.customer,
        entry.element_name,
        entry.process_id,
        entry.version,
        entry.token.id if entry.token else None,
        entry.chain,
        entry.seq,
        entry.hash,
    ]


def _csv(rows: Iterable[list[Any]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return file.getvalue()


def safe_cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins like a formula gets an
    apostrophe before it (OWASP, CSV Injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


_FORMULA: Final = re.compile(r"\s*[=+@-]|[\t\r\n]")


# ---------------------------------------------------------------- who has read

HOW: Final = {"case": N_("ärendets sida"), "history": N_("listan"), "export": N_("CSV-fil")}


@blueprint.get("/reads")
def reads() -> str:
    """Who has read the history of the address's case, for managers."""
    case = _case(request.args.get("case", ""))
    if case is None:
        raise NotFound
    found = engine().history.readers(actor(), case.id, most=READS)
    return render_template(
        "history/reads.html", case=case, reads=found, how={key: _(HOW[key]) for key in HOW}
    )


# ---------------------------------------------------------------- the chain


@blueprint.post("/verify")
def verify() -> ResponseReturnValue:
    """Go to the page that verifies the history of the form's case, or of all cases."""
    return redirect(url_for("history.verified", case=request.form.get("case") or None), 303)


@blueprint.get("/verify")
def verified() -> str:
    """Verify the hash chains and the signatures, of the case of the address or of all cases."""
    number = request.args.get("case", "")
    case = _case(number)
    if number and case is None:
        raise NotFound
    if case is None and not _sees_all():
        raise NotAllowed
    result = engine().history.verify(actor(), case.id if case else None)
    log.info("history verified for %s: %s", case.number if case else "all", result.ok)
    return render_template(
        "history/verify.html",
        result=result,
        case=case,
        at=engine().now(),
        fault_text=fault_sentence,
    )
