"""The sheets of a case as the paper form shows them: rows made of the engine's ``SheetRow``.

An activity that is repeated has one ``SheetEntry`` per round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine import SheetEntry, SheetRow, SheetTab, Tick
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


def chosen(tabs: Sequence[SheetTab], asked: str | None) -> str | None:
    """The key ``asked`` for, where a sheet has it; else that of the first sheet with an open
    activity, else of the last with a finished one, else of the first. None when there are no
    sheets."""
    keys = [tab.key for tab in tabs]
    if asked in keys:
        return asked
    opened = (tab.key for tab in tabs if tab.open)
    done = (tab.key for tab in reversed(tabs) if tab.done)
    return next(opened, None) or next(done, None) or next(iter(keys), None)


def row_of(row: SheetRow, today: date) -> Row:
    """The row of an activity, as it stands ``today``."""
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
