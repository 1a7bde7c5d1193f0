"""XES (IEEE 1849-2016): a trace for each case, an event for each fact, the oldest first.

Facts of no case (people, customers, diagrams) are traces of the name of their chain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from lxml import etree

from engine.eventlog.spool import Spool

NAMESPACE: Final = "http://www.xes-standard.org/"
EXTENSIONS: Final = (
    ("Concept", "concept"),
    ("Time", "time"),
    ("Lifecycle", "lifecycle"),
    ("Organizational", "org"),
)
"""The standard extensions that are used: names and prefixes."""
KEYS: Final = ("concept:name", "org:resource", "org:role", "lifecycle:transition", "type", "hash")
_EVENTS: Final = """
SELECT trace, at, name, resource, role, transition, type, hash FROM event ORDER BY trace, id
"""
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(spool: Spool, path: Path) -> None:
    """Write the facts of a spool to a file."""
    with path.open("wb") as file, etree.xmlfile(file, encoding="utf-8") as xml:
        xml.write_declaration()
        named = {"xes.version": "1849-2016", "xes.features": ""}
        with xml.element("log", named, nsmap={None: NAMESPACE}):
            _head(xml)
            for trace, rows in groupby(spool.rows(_EVENTS), key=lambda row: row[0]):
                with xml.element("trace"):
                    _attribute(xml, "string", "concept:name", trace)
                    for row in rows:
                        _event(xml, row)


def _head(xml: Any) -> None:
    for name, prefix in EXTENSIONS:
        uri = f"{NAMESPACE}{prefix}.xesext"
        xml.write(etree.Element("extension", name=name, prefix=prefix, uri=uri))
    with xml.element("global", scope="trace"):
        _attribute(xml, "string", "concept:name", "")
    with xml.element("global", scope="event"):
        _attribute(xml, "string", "concept:name", "")
        _attribute(xml, "date", "time:timestamp", "1970-01-01T00:00:00.000+00:00")
        _attribute(xml, "string", "lifecycle:transition", "complete")
    xml.write(etree.Element("classifier", name="Activity", keys="concept:name"))
    _attribute(xml, "string", "lifecycle:model", "standard")


def _event(xml: Any, row: tuple[str | None, ...]) -> None:
    _, at, name, resource, role, transition, type, digest = row
    with xml.element("event"):
        _attribute(xml, "date", "time:timestamp", at)
        values: Iterable[str | None] = (name, resource, role, transition, type, digest)
        for key, value in zip(KEYS, values, strict=True):
            if value is not None:
                _attribute(xml, "string", key, value)


def _attribute(xml: Any, kind: str, key: str, value: str | None) -> None:
    xml.write(etree.Element(kind, key=key, value=_FORBIDDEN.sub("\ufffd", value or "")))
