"""OCEL 2.0: facts as events, and what they are about as objects, as JSON and as SQLite.

Objects: case, instance (a process instance), task, customer, person, definition. What an event has
to do with an object is a qualifier: done *by* a person, *in* a case, *of* a task.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TextIO

from engine.eventlog.spool import ATTRIBUTES, OBJECT_TYPES, Spool

ALWAYS: Final = "1970-01-01T00:00:00.000+00:00"
"""When an attribute of an object got its value, for those that always had it."""
_COLUMNS: Final = ", ".join(f"e.{name}" for name in ATTRIBUTES)
_EVENTS: Final = f"""
SELECT e.id, e.type, e.at, {_COLUMNS}, a.object, a.qualifier FROM event e
LEFT JOIN about a ON a.event = e.id ORDER BY e.id
"""  # noqa: S608 - names of our own
_OBJECTS: Final = """
SELECT o.id, o.type, o.a, o.b, o.c, p.target, p.qualifier FROM object o
LEFT JOIN part p ON p.source = o.id ORDER BY o.id
"""


# ---------------------------------------------------------------- JSON


def write_json(spool: Spool, path: Path) -> None:
    """Write the facts of a spool as OCEL 2.0 JSON."""
    spool.connection.execute("CREATE INDEX about_event ON about (event)")
    types = [row[0] for row in spool.rows("SELECT DISTINCT type FROM event ORDER BY type")]
    with path.open("w", encoding="utf-8") as file:
        objects = [_type(name, names) for name, names in OBJECT_TYPES.items()]
        file.write(f'{{"objectTypes":{_json(objects)},\n')
        file.write(f'"eventTypes":{_json([_type(str(name), ATTRIBUTES) for name in types])},\n')
        file.write('"objects":[')
        _write_all(file, _objects(spool))
        file.write('],\n"events":[')
        _write_all(file, _events(spool))
        file.write("]}\n")


def _objects(spool: Spool) -> Iterator[dict[str, Any]]:
    for (id, type, *values), rows in groupby(spool.rows(_OBJECTS), key=lambda row: row[:5]):
        yield {
            "id": id,
            "type": type,
            "attributes": [
                {"name": name, "time": ALWAYS, "value": value}
                for name, value in zip(OBJECT_TYPES[str(type)], values, strict=False)
                if value is not None
            ],
            "relationships": _relations(rows),
        }


def _events(spool: Spool) -> Iterator[dict[str, Any]]:
    width = 3 + len(ATTRIBUTES)
    for (id, type, at, *values), rows in groupby(spool.rows(_EVENTS), key=lambda r: r[:width]):
        yield {
            "id": f"event:{id}",
            "type": type,
            "time": at,
            "attributes": [
                {"name": name, "value": value}
                for name, value in zip(ATTRIBUTES, values, strict=True)
                if value is not None
            ],
            "relationships": _relations(rows),
        }


def _relations(rows: Iterable[tuple[str | None, ...]]) -> list[dict[str, str | None]]:
    """Each row ends with the id of an object and the qualifier; both are null for none."""
    return [{"objectId": row[-2], "qualifier": row[-1]} for row in rows if row[-2] is not None]


def _type(name: str, attributes: Iterable[str]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": each, "type": "string"} for each in attributes]}


def _write_all(file: TextIO, values: Iterable[dict[str, Any]]) -> None:
    for number, value in enumerate(values):
        file.write(",\n" if number else "\n")
        file.write(_json(value))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# ---------------------------------------------------------------- SQLite


def write_sqlite(spool: Spool, path: Path) -> None:
    """Write the facts of a spool as an OCEL 2.0 relational database."""
    out = spool.connection
    out.execute("ATTACH ? AS ocel", (str(path),))
    out.executescript("PRAGMA ocel.journal_mode=OFF; PRAGMA ocel.synchronous=OFF;")
    types = [str(row[0]) for row in spool.rows("SELECT DISTINCT type FROM event ORDER BY type")]
    out.executescript(_TABLES)
    for name in types:
        table = f"event_{_map(name)}"
        columns = ", ".join(ATTRIBUTES)
        out.execute("INSERT INTO ocel.event_map_type VALUES (?, ?)", (name, _map(name)))
        out.execute(f"CREATE TABLE ocel.{table} (ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP, "
                    + ", ".join(f"{each} TEXT" for each in ATTRIBUTES) + ")")  # fmt: skip
        out.execute(
            f"INSERT INTO ocel.{table} SELECT 'event:' || id, at, {columns} FROM main.event "  # noqa: S608
            "WHERE type = ? ORDER BY id",
            (name,),
        )
    for name, attributes in OBJECT_TYPES.items():
        _object_table(out, name, attributes)
    out.executescript(_RELATIONS)
    out.execute("DETACH ocel")


def _object_table(out: sqlite3.Connection, name: str, attributes: tuple[str, ...]) -> None:
    table = f"object_{_map(name)}"
    columns = "".join(f", {each} TEXT" for each in attributes)
    stored = "".join(f", {each}" for each in "abc"[: len(attributes)])
    out.execute("INSERT INTO ocel.object_map_type VALUES (?, ?)", (name, _map(name)))
    out.execute(
        f"CREATE TABLE ocel.{table} (ocel_id TEXT, ocel_time TIMESTAMP, "
        f"ocel_changed_field TEXT{columns})"
    )
    out.execute(
        f"INSERT INTO ocel.{table} SELECT id, ?, NULL{stored} FROM main.object WHERE type = ?",  # noqa: S608
        (ALWAYS, name),
    )


def _map(name: str) -> str:
    """The name of a type as part of a table's: TaskSigned of task.signed."""
    return "".join(part.capitalize() for part in name.replace("_", ".").split("."))


_TABLES: Final = """
CREATE TABLE ocel.event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
CREATE TABLE ocel.event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE ocel.object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
CREATE TABLE ocel.object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE ocel.event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
CREATE TABLE ocel.object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
INSERT INTO ocel.event SELECT 'event:' || id, type FROM main.event ORDER BY id;
INSERT INTO ocel.object SELECT id, type FROM main.object;
"""
_RELATIONS: Final = """
INSERT INTO ocel.event_object SELECT 'event:' || event, object, qualifier FROM main.about;
INSERT INTO ocel.object_object SELECT source, target, qualifier FROM main.part;
"""
