"""Facts on their way to a file of another form: kept in a temporary SQLite file, which puts them in
order and finds what they are about, so that memory holds a few hundred of them at a time.

It is a file of its own, and no part of the engine's database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from engine.views import HistoryEntry

RoleOf = Callable[[HistoryEntry], str | None]
"""``role_of(entry)``: the role that its element is for, if any."""

TRANSITIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "task.opened": "schedule",
        "task.claimed": "assign",
        "task.released": "withdraw",
        "task.reassigned": "reassign",
        "task.taken_over": "reassign",
        "task.cancelled": "pi_abort",
        "task.completed": "complete",
        "activity.begun": "start",
        "case.started": "start",
        "case.cancelled": "pi_abort",
        "instance.started": "start",
        "instance.cancelled": "pi_abort",
        "child.started": "start",
    }
)
"""The transition of XES's standard life cycle that a type of fact is; all others are complete."""
OBJECT_TYPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "case": ("number", "customer"),
        "instance": ("process", "version", "about"),
        "task": ("name",),
        "customer": ("name",),
        "person": ("name",),
        "definition": ("process", "version", "name"),
    }
)
"""The types of objects, and their attributes."""
ATTRIBUTES: Final = ("name", "resource", "role", "transition", "chain", "seq", "hash")
"""The attributes of an event."""
_SCHEMA: Final = """
CREATE TABLE event (id INTEGER PRIMARY KEY, trace TEXT, at TEXT, type TEXT, name TEXT,
  resource TEXT, role TEXT, transition TEXT, chain TEXT, seq TEXT, hash TEXT);
CREATE TABLE object (id TEXT PRIMARY KEY, type TEXT, a TEXT, b TEXT, c TEXT) WITHOUT ROWID;
CREATE TABLE about (event INTEGER, object TEXT, qualifier TEXT);
CREATE TABLE part (source TEXT, target TEXT, qualifier TEXT,
  PRIMARY KEY (source, target, qualifier)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Thing:
    """An object that facts are about: its ``values`` are those of its type's attributes."""

    id: str
    type: str
    values: tuple[str | None, ...]


class Spool:
    """Facts in a file that nothing else uses. The newest entry of a thing says what it is called.

    :param objects: keep what the facts are about, too
    """

    def __init__(self, path: Path, *, objects: bool) -> None:
        self._objects = objects
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        self.connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def fill(self, batches: Iterable[Iterable[HistoryEntry]], role_of: RoleOf) -> None:
        """Take the facts, the newest first."""
        for batch in batches:
            entries = list(batch)
            self.connection.execute("BEGIN")
            self._many(
                "INSERT OR IGNORE INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                (_event(entry, role_of(entry)) for entry in entries),
            )
            if self._objects:
                for entry in entries:
                    self._about(entry)
            self.connection.execute("COMMIT")

    def _about(self, entry: HistoryEntry) -> None:
        things, parts = things_of(entry)
        self._many(
            "INSERT OR IGNORE INTO object VALUES (?,?,?,?,?)",
            ((t.id, t.type, *t.values, *(None,) * (3 - len(t.values))) for t, _ in things),
        )
        self._many(
            "INSERT INTO about VALUES (?,?,?)",
            ((entry.id, thing.id, qualifier) for thing, qualifier in things),
        )
        self._many("INSERT OR IGNORE INTO part VALUES (?,?,?)", parts)

    def _many(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self.connection.executemany(statement, rows)

    def rows(self, statement: str) -> Iterator[tuple[str | None, ...]]:
        """The rows of a SELECT, one at a time."""
        yield from self.connection.execute(statement)


def time_text(at: datetime) -> str:
    """A moment as all of these forms write it: ``2026-03-02T08:00:00.000+00:00``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _event(entry: HistoryEntry, role: str | None) -> tuple[object, ...]:
    return (
        entry.id,
        entry.case_number or entry.chain,
        time_text(entry.at),
        entry.type,
        entry.element_name or entry.type,
        entry.actor_name,
        role,
        TRANSITIONS.get(entry.type, "complete"),
        entry.chain,
        str(entry.seq),
        entry.hash,
    )


def things_of(
    entry: HistoryEntry,
) -> tuple[list[tuple[Thing, str]], list[tuple[str, str, str]]]:
    """What a fact is about, each with how; and what of it belongs to what: source, target, how."""
    things: list[tuple[Thing, str]] = []
    parts: list[tuple[str, str, str]] = []
    person = _thing("person", entry.actor_id, entry.actor_name)
    things.append((person, "done by"))
    case = customer = instance = definition = None
    if entry.case_id:
        case = _thing("case", entry.case_id, entry.case_number, entry.customer)
        things.append((case, "in"))
    if entry.customer and case:
        customer = _thing("customer", entry.customer_id or entry.customer, entry.customer)
        things.append((customer, "for"))
        parts.append((case.id, customer.id, "for"))
    version = str(entry.version) if entry.version is not None else None
    if entry.definition_id:
        values = (entry.process_id, version, entry.process_name)
        definition = _thing("definition", entry.definition_id, *values)
        things.append((definition, "by"))
    if entry.instance_id:
        about = entry.about.text if entry.about else None
        instance = _thing("instance", entry.instance_id, entry.process_id, version, about)
        things.append((instance, "within"))
        parts += [(instance.id, case.id, "part of")] if case else []
        parts += [(instance.id, definition.id, "runs")] if definition else []
    task = entry.detail.get("task")
    if isinstance(task, str) and entry.element_name:
        work = _thing("task", task, entry.element_name)
        things.append((work, "of"))
        parts += [(work.id, instance.id, "part of")] if instance else []
    return things, parts


def _thing(type: str, id: str, *values: str | None) -> Thing:
    """The engine gives a case the id of its first instance: the type keeps them apart."""
    return Thing(f"{type}:{id}", type, values)
