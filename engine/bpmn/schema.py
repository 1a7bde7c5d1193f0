"""Whether a file follows the schema that OMG publishes for BPMN 2.0 (BPMN20.xsd).

The schema's files are those that SpiffWorkflow ships; they are found as data, without importing the
library, compiled once when they are first needed, and never fetched. What the schema does not know
of other namespaces it lets pass, as BPMN says (2.0.2, 8.2.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from lxml import etree

from engine.bpmn.names import XSI, kind, local

MOST = 20
"""Errors against the schema that one file's findings name; the rest is counted."""
WIDEST = 20_000_000
"""The sum of the squares of the elements' numbers of children: the validator finds the place of
each error by counting the siblings before it, so that a file of nothing but errors would cost the
square of its size."""
_TOO_WIDE = (
    "filen är för stor för att jämföras med schemat",
    "the file is too large to be compared with the schema",
)
_NOT_COMPARED = (
    "filen kan inte jämföras med schemat",
    "the file cannot be compared with the schema",
)
_lock = Lock()


@dataclass(frozen=True, slots=True)
class SchemaError:
    """``element`` is the nearest BPMN element with an id; ``reason`` is in Swedish and English."""

    line: int
    element: etree._Element
    reason: tuple[str, str]


def errors(root: etree._Element) -> tuple[list[SchemaError], int]:
    """The first errors of a file, and how many there are in all."""
    if sum(len(element) ** 2 for element in root.iter()) > WIDEST:
        return [SchemaError(root.sourceline or 1, root, _TOO_WIDE)], 1
    schema = _schema()
    with _lock, _without_locations(root):
        try:
            if schema.validate(root):
                return [], 0
        except etree.XMLSchemaValidateError:
            return [SchemaError(root.sourceline or 1, root, _NOT_COMPARED)], 1
        logged = list(schema.error_log)
    shown = [SchemaError(e.line, _element(root, e.path), reason(e.message)) for e in logged[:MOST]]
    return shown, len(logged)


@cache
def _schema() -> etree.XMLSchema:
    spec = find_spec("SpiffWorkflow")
    folders = (spec.submodule_search_locations if spec is not None else None) or []
    path = Path(next(iter(folders))) / "bpmn" / "parser" / "schema" / "BPMN20.xsd"
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    return etree.XMLSchema(etree.parse(path, parser))


class _without_locations:  # noqa: N801 - used like a function
    """While it lasts, the file names no schemas of its own: the validator would open them."""

    def __init__(self, root: etree._Element) -> None:
        names = (f"{{{XSI}}}schemaLocation", f"{{{XSI}}}noNamespaceSchemaLocation")
        self._taken = [
            (element, name, value)
            for element in root.iter()
            if isinstance(element.tag, str)
            for name in names
            if (value := element.get(name)) is not None
        ]

    def __enter__(self) -> None:
        for element, name, _ in self._taken:
            del element.attrib[name]

    def __exit__(self, *_: object) -> None:
        for element, name, value in self._taken:
            element.set(name, value)


def _element(root: etree._Element, path: str | None) -> etree._Element:
    """The nearest BPMN element with an id around the place, the root when there is none."""
    for element in _around(root, path or ""):
        if kind(element) and element.get("id"):
            return element
    return root


def _around(root: etree._Element, path: str) -> Iterator[etree._Element]:
    """The element at ``/*/*[2]/a:b[1]`` and those around it, the innermost first. (libxml2 counts
    all elements where they have no prefix, and those of one name where they have.)"""
    element = root
    chain = [root]
    for name, number in _STEP.findall(path)[1:]:
        children = [c for c in element if isinstance(c.tag, str) and name in ("*", _name(c))]
        position = int(number) if number else 1
        if position > len(children):
            break
        element = children[position - 1]
        chain.append(element)
    yield from reversed(chain)


def _name(element: etree._Element) -> str:
    return f"{element.prefix}:{local(element)}" if element.prefix else local(element)


_STEP = re.compile(r"/([^/\[]+)(?:\[(\d+)\])?")
_NAMESPACE = re.compile(r"\{[^}]*\}")
_LONGEST = 300


def reason(message: str) -> tuple[str, str]:
    """What a validator's message says, in Swedish and English."""
    message = _NAMESPACE.sub("", message[: 4 * _LONGEST])
    for pattern, sv, en in _REASONS:
        match = pattern.match(message)
        if match is not None:
            parts = {k: (v or "")[:_LONGEST] for k, v in match.groupdict().items()}
            return sv.format(**parts), en.format(**parts)
    return message[:_LONGEST], message[:_LONGEST]


_REASONS = tuple(
    (re.compile(pattern, re.DOTALL), sv, en)
    for pattern, sv, en in (
        (
            r"Element '(?P<e>[^']*)': This element is not expected\. Expected is"
            r"(?: one of)? \( (?P<x>.*?) \)\.",
            "{e} får inte stå här; här väntas {x}",
            "{e} may not stand here; expected is {x}",
        ),
        (
            r"Element '(?P<e>[^']*)': This element is not expected\.",
            "{e} får inte stå här",
            "{e} may not stand here",
        ),
        (
            r"Element '(?P<e>[^']*)': Missing child element\(s\)\. Expected is"
            r"(?: one of)? \( (?P<x>.*?) \)\.",
            "{e} saknar något: här väntas {x}",
            "{e} lacks something: expected is {x}",
        ),
        (
            r"Element '(?P<e>[^']*)', attribute '(?P<a>[^']*)': The attribute '[^']*' is not "
            r"allowed\.",
            "{e} får inte ha attributet {a}",
            "{e} may not have the attribute {a}",
        ),
        (
            r"Element '(?P<e>[^']*)': The attribute '(?P<a>[^']*)' is required but missing\.",
            "{e} saknar attributet {a}",
            "{e} lacks the attribute {a}",
        ),
        (
            r"Element '(?P<e>[^']*)', attribute '(?P<a>[^']*)': (?:\[facet '[^']*'\] )?(?:The value"
            r" )?'(?P<v>[^']*)' .*",
            "{e} har ett värde på {a} som inte är tillåtet: ”{v}”",
            '{e} has a value of {a} that is not allowed: "{v}"',
        ),
        (
            r"Element '(?P<e>[^']*)': (?:\[facet '[^']*'\] )?(?:The value )?'(?P<v>[^']*)' .*",
            "{e} har ett innehåll som inte är tillåtet: ”{v}”",
            '{e} has content that is not allowed: "{v}"',
        ),
        (
            r"Element '(?P<e>[^']*)': Character content .*",
            "{e} får inte innehålla text",
            "{e} may not hold text",
        ),
        (
            r"Element '(?P<e>[^']*)': No matching global .*",
            "{e} finns inte i schemat",
            "{e} is not in the schema",
        ),
    )
)
