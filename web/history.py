"""Historik: search in what has happened, take the list along as CSV, check the chain."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from engine import CaseRow, HistoryEntry, NotAllowed, NotFound, Problem
from web import formats, parsing
from web.context import actor, engine, person, today
from web.faults import fault_text
from web.forms import Problems
from web.i18n import gettext as _
from web.sentences import Speaker, type_label

blueprint = Blueprint("history", __name__, url_prefix="/history")
log = logging.getLogger(__name__)
PAGE: Final = 50
EXPORT_PAGE: Final = 200
EXPORT_ROWS: Final = 50_000
"""A longer list is cut here, and says so in its last row."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The filters of the address: as they were typed, and as the engine wants them."""

    q: str
    person: str
    type: str
    number: str
    since: str
    until: str
    case: CaseRow | None = None
    problems: tuple[Problem, ...] = ()
    first: date | None = None
    last: date | None = None

    def address(self) -> dict[str, Any]:
        """The filters that are set, as the query of an address."""
        named = {"q": self.q, "person": self.person, "type": self.type, "case": self.number,
                 "since": self.since, "until": self.until}  # fmt: skip
        return {name: value for name, value in named.items() if value}

    def question(self) -> dict[str, Any]:
        """The same for ``Engine.history``; days are days of the company's zone."""
        return {
            "q": self.q,
            "person": self.person or None,
            "type": self.type or None,
            "case_id": self.case.id if self.case else None,
            "since": _midnight(self.first) if self.first else None,
            "until": _midnight(self.last + timedelta(days=1)) if self.last else None,
        }


@blueprint.get("/")
def index() -> ResponseReturnValue:
    wish = _wish()
    cursor = request.args.get("cursor")
    _log_read("list", wish)
    page = None
    if not wish.problems:
        page = engine().history.search(actor(), **wish.question(), cursor=cursor, limit=PAGE)
    here = wish.address()
    shown = render_template(
        "history/index.html",
        wish=wish,
        page=page,
        speaker=Speaker(),
        people=engine().people.all(actor()),
        types=sorted(((t, type_label(t)) for t in engine().history.types()), key=lambda t: t[1]),
        type_label=type_label,
        first_url=url_for("history.index", **here) if cursor else None,
        next_url=url_for("history.index", **here, cursor=page.next) if page and page.next else None,
        export_url=url_for("history.export", **here),
        may_verify=wish.case is not None or _sees_all(),
        problems=Problems(wish.problems, _labels()),
    )
    return shown, 422 if wish.problems else 200


def _sees_all() -> bool:
    return "manager" in actor().rights


def _labels() -> dict[str, str]:
    return {"case": _("Ärende"), "since": _("Från och med"), "until": _("Till och med")}


def _log_read(how: str, wish: Wish) -> None:
    who = known.id if (known := person()) else "-"
    log.info("history %s read by %s: %s", how, who, sorted(wish.address()))


# ---------------------------------------------------------------- filters


def _wish() -> Wish:
    asked = request.args
    wish = Wish(
        q=asked.get("q", "").strip()[:100],
        person=asked.get("person", "").strip()[:100],
        type=asked.get("type", "").strip()[:100],
        number=asked.get("case", "").strip()[:40],
        since=asked.get("since", "").strip()[:30],
        until=asked.get("until", "").strip()[:30],
    )
    problems = []
    case = _case(wish.number)
    if wish.number and case is None:
        problems.append(Problem("unknown_case", "There is no such case.", "case"))
    first, last = _day(wish.since), _day(wish.until)
    for name, typed, found in (("since", wish.since, first), ("until", wish.until, last)):
        if typed and found is None:
            problems.append(Problem("date_malformed", "Write a date.", name))
    return replace(wish, case=case, first=first, last=last, problems=tuple(problems))


def _case(number: str) -> CaseRow | None:
    """The case with this number, or this id, when the reader may see it."""
    if not number:
        return None
    found = engine().cases.search(actor(), q=number, state="all", limit=25).items
    exact = next((row for row in found if number in (row.number, row.id)), None)
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
    return datetime.combine(day, time(), formats.zone()).astimezone(UTC)


# ---------------------------------------------------------------- CSV


@blueprint.get("/export.csv")
def export() -> ResponseReturnValue:
    """The filtered list with all its pages, as Swedish spreadsheets read it."""
    wish = _wish()
    if wish.problems:
        return index()
    _log_read("export", wish)
    name = f"historik-{today().isoformat()}.csv"
    return Response(
        stream_with_context(_lines(wish)),
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(wish: Wish) -> Iterator[str]:
    speaker, cursor, written = Speaker(), None, 0
    yield "\ufeff" + _line(
        [_("Tid"), _("Vem"), _("Händelse"), _("Beskrivning"), _("Mer"), _("Ärende"), _("Kund"),
         _("Element"), _("Process"), _("Version"), _("API-nyckel"), _("Kedja"), _("Nummer"),
         _("Kontrollsumma")]
    )  # fmt: skip
    while written < EXPORT_ROWS:
        page = engine().history.search(actor(), **wish.question(), cursor=cursor, limit=EXPORT_PAGE)
        yield "".join(_line(_cells(entry, speaker)) for entry in page.items)
        written, cursor = written + len(page.items), page.next
        if cursor is None:
            return
    yield _line([_("Listan är avkortad. Välj kortare tid.")])


def _cells(entry: HistoryEntry, speaker: Speaker) -> list[Any]:
    return [
        formats.local(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
        entry.actor_name,
        type_label(entry.type),
        speaker.sentence(entry),
        "; ".join(speaker.more(entry)),
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


def _line(cells: list[Any]) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=";", lineterminator="\r\n").writerow([safe_cell(c) for c in cells])
    return file.getvalue()


def safe_cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before its first sign
    (OWASP, CSV injection)."""
    text = "" if value is None else str(value)
    risky = text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r", "\n")
    return f"'{text}" if risky else text


# ---------------------------------------------------------------- the chain


@blueprint.post("/verify")
def verify() -> ResponseReturnValue:
    """Compute every hash and every signature again, of one case or of all."""
    number = request.form.get("case", "")
    case = _case(number)
    if number and case is None:
        raise NotFound
    if case is None and not _sees_all():
        raise NotAllowed
    result = engine().history.verify(actor(), case.id if case else None)
    log.info("history verified for %s: %s", case.number if case else "all", result.ok)
    return render_template(
        "history/verify.html", result=result, case=case, at=engine().now(), fault_text=fault_text
    )
