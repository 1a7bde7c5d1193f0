"""Ids: there, legal, and used once (BPMN 2.0.2 §8.3.1; the schema's type xsd:ID)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from engine.bpmn.catalogue import Weight
from engine.bpmn.lint.document import NODES, Document
from engine.bpmn.lint.references import referred_ids
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import kind, local, namespace
from engine.bpmn.schema import SchemaError

LONGEST_ID = 200
"""Characters; the database keeps ids in columns of this length."""
NCNAME = re.compile(r"[^\W\d][\w.\-·]*")
"""What an id may look like: XML's NCName, which xsd:ID is."""
_NEED_AN_ID = NODES | {"process", "sequenceFlow"}


def missing_ids(document: Document, report: Reporter) -> None:
    """§8.3.1: "The id is REQUIRED if this element is referenced or intended to be referenced":
    flow nodes, flows and processes are."""
    for element in document.of(*_NEED_AN_ID):
        ident = element.get("id")
        if ident is None:
            report("id_missing", element)
        elif not ident:
            report("id_empty", element)


def illegal_ids(document: Document, report: Reporter) -> None:
    """xsd:ID is an NCName: no blanks, slashes or colons, and no digit first."""
    for element in document.elements:
        ident = element.get("id")
        if not ident:
            continue
        if len(ident) > LONGEST_ID:
            report("id_too_long", element, length=len(ident), limit=LONGEST_ID)
        elif not NCNAME.fullmatch(ident):
            report("id_illegal", element, weight=_weight(element))


def repeated_ids(document: Document, report: Reporter) -> None:
    """xsd:ID: an id names one element of the file. A file in which a reference could mean either of
    two elements contradicts itself. Ids of shapes are only drawn with."""
    seen: dict[str, etree._Element] = {}
    referred = referred_ids(document)
    for element in document.elements:
        ident = element.get("id")
        if not ident:
            continue
        first = seen.setdefault(ident, element)
        if first is not element:
            line = first.sourceline or "?"
            weight: Weight | None = "refused" if ident in referred else None
            weight = "fatal" if kind(element) == "process" else weight
            report("id_twice", element, weight=weight, first=line, id=ident)
    for drawn in _drawn(document.root):
        ident = drawn.get("id") or ""
        if ident in seen:
            report("id_twice_drawn", None, at=drawn, id=ident, kind=local(drawn))
        elif ident:
            seen[ident] = drawn


def _weight(element: etree._Element) -> Weight | None:
    """A process's id is part of addresses; ids of what does not run are only drawn with."""
    if kind(element) == "process":
        return "fatal"
    return None if kind(element) in _NEED_AN_ID else "warning"


def _drawn(root: etree._Element) -> Iterator[etree._Element]:
    return (e for e in root.iter() if namespace(e).endswith("/DI") and e.get("id"))


def schema_errors(wrong: Iterable[SchemaError], count: int, report: Reporter) -> None:
    """§15.1 "XML Schema": what BPMN's own schema says of the file. Tools that write something else
    are many, so it only warns."""
    reported = 0
    for error in wrong:
        report("xsd", error.element, line=error.line, reason=error.reason)
        reported += 1
    if count > reported:
        report("xsd_more", report.document.root, count=count - reported)


CHECKS = (missing_ids, illegal_ids, repeated_ids)
"""The checks of this module, in the order in which they run."""
