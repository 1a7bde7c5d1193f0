"""What stands on the paper of a case, as data for ``sheet.typ``: texts in the reader's language.

Names, answers and times are made into lines of text here; where they stand is the template's
business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine import (
    Config,
    PrintedAnswer,
    PrintedCase,
    PrintedFile,
    PrintedIncident,
    PrintedRound,
    PrintedRow,
    PrintedSheet,
    PrintedSignature,
    Tick,
)
from web import formats
from web.forms import answer_text
from web.i18n import LOCALES, N_, language
from web.i18n import gettext as _
from web.printed.qr import svg_of
from web.texts.incidents import KINDS

MARKS: Final[Mapping[str, str]] = {"open": "☐", "done": "☑", "not_applicable": "–"}
"""The sign of a point, by its state."""
METHODS: Final[Mapping[str, str]] = {"password": N_("lösenord")}
"""What the ways of signing are called, by their names; others stand with these."""
STATES: Final[Mapping[str, str]] = {
    "running": N_("Pågår"),
    "incident": N_("Stoppat"),
    "completed": N_("Avslutat"),
    "terminated": N_("Avslutat i förtid"),
    "cancelled": N_("Avbrutet"),
}
"""What the states of a case are called."""
JSON: Final = "application/json"
"""The type of what was signed."""


def data_of(case: PrintedCase, config: Config, address: str | None = None) -> dict[str, Any]:
    """The data of the paper of a case, or of one task, in the language of this request.

    :param address: the whole address of its page, for the code on the first page; None for none
    """
    return _Paper(case, config, ZoneInfo(config.calendar.zone)).data(address)


def stamp(at: datetime, zone: ZoneInfo) -> str:
    """A moment with its zone: 2026-03-02 09:00 CET (Europe/Stockholm)."""
    local = formats.local(at, zone)
    known = getattr(local.tzinfo, "key", None)
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}" + (f" ({known})" if known else "")


@dataclass(frozen=True, slots=True)
class _Paper:
    case: PrintedCase
    config: Config
    zone: ZoneInfo

    def data(self, address: str | None) -> dict[str, Any]:
        case = self.case
        name = case.customer or case.title or case.number
        return {
            "language": language(),
            "region": str(LOCALES[language()].territory),
            "title": _("Serviceplan %(number)s, %(name)s", number=case.number, name=name),
            "company": self.config.company.name,
            "running": _("Ärende %(number)s, %(name)s", number=case.number, name=name),
            "printed": _("Utskrivet %(when)s", when=stamp(case.at, self.zone)),
            "page": _("Sida"),
            "heading": _("Serviceplan"),
            "facts": self._facts(),
            "remarks": self._remarks(),
            "address": self._address(address),
            "columns": [_("Att göra"), _("Att tänka på"), _("Ansvarig"), _("Klart den"), _("Sign")],
            "sheets": [self._sheet(sheet) for sheet in case.sheets if sheet.rows],
            "incidents": [self._incident(each) for each in case.incidents],
            "evidence": self._evidence(),
            "checkpoint": None,
            "texts": _texts(),
            "files": [self._file(*each) for each in case.files.items()],
        }

    # ------------------------------------------------------------ the head

    def _facts(self) -> list[tuple[str, str]]:
        case = self.case
        customer = " · ".join(each for each in (case.customer, case.org_number) if each)
        title = case.title if case.title != case.customer else ""
        ended = [(_("Avslutat"), stamp(case.ended_at, self.zone))] if case.ended_at else []
        facts = [
            (_("Kund"), customer),
            (_("Ärende"), f"{case.number} · {title}" if title else case.number),
            (_("Process"), case.process),
            (_("Läge"), _(STATES.get(case.state, case.state))),
            (_("Startat"), stamp(case.started_at, self.zone)),
            *ended,
        ]
        return [fact for fact in facts if fact[1]]

    def _remarks(self) -> list[str]:
        remarks = []
        if self.case.left_out:
            remarks.append(
                _(
                    "%(number)s äldre omgångar får inte plats och står bara i Serviceplan.",
                    number=formats.number(self.case.left_out),
                )
            )
        return remarks

    def _address(self, address: str | None) -> dict[str, str] | None:
        if address is None:
            return None
        return {"svg": svg_of(address), "alt": _("QR-kod med adressen %(to)s", to=address)}

    # ------------------------------------------------------------ a sheet

    def _sheet(self, sheet: PrintedSheet) -> dict[str, Any]:
        versions = sorted({one.version for row in sheet.rows for one in row.rounds})
        heading = f"{sheet.key} – {sheet.title}" if sheet.key else _("Övriga uppgifter")
        numbers = ", ".join(map(str, versions))
        return {
            "heading": heading.upper() if sheet.key else heading,
            "version": _("Diagrammets version %(number)s", number=numbers) if versions else "",
            "rows": [line for row in sheet.rows for line in self._lines(row)],
        }

    def _lines(self, row: PrintedRow) -> Iterable[dict[str, Any]]:
        """The lines of the table for an activity: one for each round, else one to be filled in."""
        if not row.rounds:
            yield {
                "name": row.name,
                "about": "",
                "round": "",
                "points": [_point(Tick("", text)) for text in row.points],
                "who": self._who(row.person, row.role),
                "due": [formats.day(row.due)] if row.due else [],
                "status": _("Inte aktuellt") if row.state == "not_reached" else "",
                "signatures": [],
                "answers": [],
                "files": [],
            }
        for number, one in enumerate(row.rounds, 1):
            yield self._round(one, number, len(row.rounds), row.points)

    def _round(
        self, one: PrintedRound, number: int, whole: int, points: Sequence[str]
    ) -> dict[str, Any]:
        about = one.about
        began = formats.local(about.at, self.zone).date().isoformat() if about else ""
        ticks = one.ticks or tuple(Tick("", text) for text in points)
        answers = [self._answer(each) for each in one.answers]
        note = [{"label": _("Anteckning"), "lines": one.note.splitlines()}] if one.note else []
        return {
            "name": one.name,
            "about": f"{began} {about.text}" if about else "",
            "round": _("Omgång %(number)s", number=number) if whole > 1 else "",
            "points": [_point(tick) for tick in ticks],
            "who": self._who(one.person, one.role),
            "due": [formats.day(one.due)] if one.due else [],
            "status": self._status(one),
            "signatures": [self._signature(each) for each in one.signatures],
            "answers": [each for each in answers if each["lines"]] + note,
            "files": [_file_line(each) for each in one.files],
        }

    def _who(self, person: str, key: str | None) -> list[str]:
        """The name and the title of the role, as far as they are known."""
        role = self.config.roles.get(key or "")
        title = role.title(language()) if role else key or ""
        return [each for each in (person, title) if each]

    def _status(self, one: PrintedRound) -> str:
        if one.state == "open":
            return _("Pågår")
        if one.state == "cancelled":
            return _("Avbruten")
        if one.signatures or one.completed_at is None:
            return ""
        return _("Slutförd utan signatur %(when)s", when=stamp(one.completed_at, self.zone))

    def _signature(self, signed: PrintedSignature) -> dict[str, Any]:
        withdrawn = None
        if signed.withdrawn is not None:
            by, at, reason = signed.withdrawn
            withdrawn = [
                _("Återtagen %(when)s", when=stamp(at, self.zone)),
                _("av %(name)s: %(reason)s", name=by, reason=reason),
            ]
        method = METHODS.get(signed.method)
        return {
            "name": signed.name,
            "lines": [
                signed.meaning,
                stamp(signed.at, self.zone),
                _("med %(method)s", method=_(method) if method else signed.method),
            ],
            "sha256": short(signed.content_sha256),
            "withdrawn": withdrawn,
            "wrong": "" if signed.intact else _("Stämmer inte med sin kontrollsumma!"),
        }

    def _answer(self, answer: PrintedAnswer) -> dict[str, Any]:
        if answer.field.type == "plan":
            lines = list(self._plan(answer.value))
        else:
            value = answer.value
            if isinstance(value, list | dict):
                value = formats.value(value)
            lines = answer_text(answer.field, value, self.case.names).splitlines()
        return {"label": answer.field.label, "lines": lines}

    def _plan(self, rows: Any) -> Iterable[str]:
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping):
                username = str(row.get("person") or "")
                parts = (self.case.names.get(username, username), formats.day(row.get("due")))
                told = ", ".join(part for part in parts if part)
                name = self.case.activities.get(str(row.get("id")), str(row.get("id")))
                yield f"{name}: {told or '–'}"

    # ------------------------------------------------------------ the end

    def _incident(self, incident: PrintedIncident) -> tuple[str, str]:
        kind = KINDS.get(incident.kind)
        happened = _(kind.label) if kind else incident.kind
        times = stamp(incident.at, self.zone)
        if incident.resolved_at:
            times += "; " + _("löst %(when)s", when=stamp(incident.resolved_at, self.zone))
        else:
            times += "; " + _("inte löst")
        return f"{happened}: {incident.element_name}" if incident.element_name else happened, times

    def _evidence(self) -> list[tuple[str, list[str]]]:
        """Each signature with its whole digest, and the file that has what was signed."""
        rounds = (one for sheet in self.case.sheets for row in sheet.rows for one in row.rounds)
        return [
            (f"{one.name}: {each.name}, {stamp(each.at, self.zone)}",
             [each.content_sha256, f"signature-{each.id}.json"])
            for one in rounds
            for each in one.signatures
        ]  # fmt: skip

    def _file(self, name: str, content: bytes) -> dict[str, str]:
        return {
            "name": name,
            "text": content.decode("utf-8"),
            "type": JSON if name.endswith(".json") else "text/plain",
            "about": _("Det som signerades, byte för byte"),
        }


def short(digest: str) -> str:
    """The first twelve digits of a digest in groups of four, by which people compare it."""
    return " ".join(digest[at : at + 4] for at in range(0, 12, 4)) + " …" if digest else ""


def _point(tick: Tick) -> dict[str, Any]:
    return {
        "mark": MARKS[tick.state],
        "lines": tick.text.splitlines() or [""],
        "more": f"({_('ej aktuellt')}: {tick.reason})" if tick.reason else "",
    }


def _file_line(file: PrintedFile) -> dict[str, str]:
    return {
        "label": file.label,
        "name": f"{file.filename} ({formats.size(file.size)})",
        "digest": f"SHA-256 {file.sha256}",
    }


def _texts() -> dict[str, Any]:
    """The headings of the parts behind the sheets."""
    return {
        "incidents": _("Avvikelser i processen"),
        "evidence": _("Bevis"),
        "check": _(
            "Det som signerades är bifogat i den här filen, byte för byte. Kontrollsumman nedan är "
            "SHA-256 av den bifogade filen. Alla tider står med tidszon."
        ),
        "checkpoint": _("Kontrollpunkt"),
        "signed": _("Signaturer"),
        "digests": [_("Signatur"), _("Kontrollsumma (SHA-256) och bifogad fil")],
    }
