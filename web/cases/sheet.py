"""The sheets of a case as the paper form shows them: rows made of the engine's ``SheetRow``.

An activity that is repeated has one ``SheetEntry`` per round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine import Sheet, SheetEntry, SheetRow, Tick
from web.formats import local


@dataclass(frozen=True, slots=True)
class Point:
    """A checklist point (ATT TÄNKA PÅ) of a row.

    ``state`` is None when the activity has not begun. ``who`` is set when the point was not ticked
    by the signer on the day of the signature, which the signature does not already say.
    """

    text: str
    state: Literal["open", "done", "not_applicable"] | None = None
    reason: str = ""
    who: Tick | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One round of an activity, with the points as they stand in it."""

    entry: SheetEntry
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """An activity: its open rounds (else the last one), each a row of the table with points of its
    own, and the rounds before them; ``points`` are those of the diagram, for an activity that has
    not begun.

    ``next_due`` is when the next round is due, None when it is not planned.
    """

    row: SheetRow
    points: tuple[Point, ...]
    current: tuple[Round, ...]
    older: tuple[SheetEntry, ...]
    next_due: date | None


@dataclass(frozen=True, slots=True)
class Tab:
    """A sheet's link: how many of its activities are done, and how many rounds are open or late."""

    key: str
    title: str
    done: int
    whole: int
    open: int
    late: int


def rows(sheet: Sheet, today: date) -> list[Row]:
    """The rows of a sheet, in its order."""
    return [_row(row, today) for row in sheet.rows]


def tab(sheet: Sheet, today: date) -> Tab:
    """The link to a sheet."""
    opened = [e for row in sheet.rows for e in row.entries if e.state == "open"]
    return Tab(
        key=sheet.key,
        title=sheet.title,
        done=sum(row.state == "done" for row in sheet.rows),
        whole=len(sheet.rows),
        open=len(opened),
        late=sum(e.due is not None and e.due < today for e in opened),
    )


def chosen(sheets: Sequence[Sheet], asked: str | None) -> Sheet | None:
    """The sheet with the key ``asked``; else the first with an open activity, else the last with a
    finished one, else the first. None when there are no sheets."""
    by_key = {sheet.key: sheet for sheet in sheets}
    if asked in by_key:
        return by_key[asked]
    for state, order in (("open", sheets), ("done", sheets[::-1])):
        for sheet in order:
            if any(row.state == state for row in sheet.rows):
                return sheet
    return sheets[0] if sheets else None


def _row(row: SheetRow, today: date) -> Row:
    current = tuple(e for e in row.entries if e.state == "open") or row.entries[-1:]
    older = tuple(e for e in reversed(row.entries) if e not in current)
    last = row.entries[-1] if row.entries else None
    due = row.plan.due
    again = row.state == "done" and last and due and due != last.due and due >= today
    texts = tuple(Point(text) for text in row.points)
    rounds = tuple(Round(entry, _points(entry) or texts) for entry in current)
    return Row(row, texts, rounds, older, due if again else None)


def _points(entry: SheetEntry) -> tuple[Point, ...]:
    """The points with their states in one round; none for a round that was taken away."""
    if entry.state == "cancelled":
        return ()
    return tuple(
        Point(tick.text, tick.state, tick.reason, tick if _needs_name(tick, entry) else None)
        for tick in entry.checklist
    )


def _needs_name(tick: Tick, entry: SheetEntry) -> bool:
    if tick.at is None or tick.by is None:
        return False
    signed = entry.signature
    same = signed and signed.name == tick.by and local(signed.at).date() == local(tick.at).date()
    return not same
