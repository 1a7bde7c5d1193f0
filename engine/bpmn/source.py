"""Bytes to a safe tree: the only entrance of XML into the engine.

Nothing is fetched, no entity is expanded, and no file can cost more than its size: the bytes are
limited before anything is parsed, a first pass with expat counts elements, depth and attributes
and stops at any DOCTYPE, and only then is the tree built (OWASP XML Security; the same limits as
in ``Limits``).
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from lxml import etree

from engine.bpmn.findings import clean, finding
from engine.bpmn.flow_ids import give_flow_ids
from engine.bpmn.names import DMN_MARK, MODEL, local, namespace
from engine.errors import Rejected


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """How large a file may be: bytes, number of elements, nesting, attributes of one element."""

    bytes: int = 2_000_000
    elements: int = 20_000
    depth: int = 64
    attributes: int = 50


DEFAULT_LIMITS = XmlLimits()
"""The limits of an installation that has configured none."""

_MAGIC = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\x1f\x8b", "gzip"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)
_BEGINNING = 65_536
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)


class _Stop(Exception):
    """Ends the first pass over a file; ``args`` are a finding's code and its parameters."""


def parse(
    data: bytes, filename: str, limits: XmlLimits = DEFAULT_LIMITS, *, root: str | None = MODEL
) -> etree._ElementTree:
    """The tree of a BPMN file.

    ``root`` is the namespace that the root element must have, and its local name must then be
    ``definitions``; ``None`` takes any XML. Sequence flows without an id get one. Comments are
    kept (line numbers stay true), processing
    instructions are not. Raises ``Rejected`` with one finding for anything that cannot be read.
    """
    _refuse_other_formats(data, filename, limits)
    _count(data, filename, limits)
    parser = etree.XMLParser(
        resolve_entities="internal",
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        element = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno if isinstance(error.lineno, int) else None
        raise _refused("xml_broken", filename, line, reason=_reason(error.msg)) from None
    except (ValueError, LookupError) as error:
        raise _refused("xml_encoding", filename, 1, reason=_reason(str(error))) from None
    if element.getroottree().docinfo.doctype:
        raise _refused("xml_doctype", filename, 1)  # the two parsers must never disagree on this
    if root is not None:
        _check_root(element, filename, root)
    if root == MODEL:
        give_flow_ids(element)
    return element.getroottree()


def root_name(data: bytes) -> tuple[str, str] | None:
    """Namespace and local name of the root element, looked for in the file's beginning alone;
    None when it cannot be told. Nothing is refused here, and nothing is taken in."""
    parser = expat.ParserCreate(namespace_separator="\n")
    roots: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        roots.append(name)
        raise _Stop

    def doctype(*_: object) -> None:
        raise _Stop

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    with suppress(_Stop, expat.ExpatError, ValueError, LookupError):
        parser.Parse(data[:_BEGINNING], False)
    if not roots:
        return None
    space, _, name = roots[0].rpartition("\n")
    return space, name


def _refuse_other_formats(data: bytes, filename: str, limits: XmlLimits) -> None:
    if len(data) > limits.bytes:
        raise _refused("file_too_large", filename, None, size=len(data), limit=limits.bytes)
    start = data[:4096]
    for bom in _BOMS:
        start = start.removeprefix(bom)
    if not start.strip():
        raise _refused("file_empty", filename, None)
    if _HTML.match(start):
        raise _refused("file_html", filename, 1)
    for magic, name in _MAGIC:
        if start.lstrip().startswith(magic):
            raise _refused("file_other_format", filename, None, format=name)


def _count(data: bytes, filename: str, limits: XmlLimits) -> None:
    """First pass, in constant memory: refuse a DOCTYPE and whatever is over the limits."""
    parser = expat.ParserCreate()
    seen = depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal seen, depth
        seen += 1
        depth += 1
        if seen > limits.elements:
            raise _Stop("xml_too_many_elements", {"limit": limits.elements})
        if depth > limits.depth:
            raise _Stop("xml_too_deep", {"limit": limits.depth})
        if len(attributes) > limits.attributes:
            raise _Stop("xml_too_many_attributes", {"limit": limits.attributes, "name": name})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise _Stop("xml_doctype", {})

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except _Stop as stop:
        code, params = stop.args
        raise _refused(code, filename, parser.CurrentLineNumber, **params) from None
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code) or "?"
        code = "xml_encoding" if "encoding" in reason else "xml_broken"
        raise _refused(code, filename, error.lineno, reason=reason) from None
    except (ValueError, LookupError) as error:
        raise _refused("xml_encoding", filename, 1, reason=_reason(str(error))) from None


def _check_root(element: etree._Element, filename: str, wanted: str) -> None:
    if namespace(element) == wanted and local(element) == "definitions":
        return
    line = element.sourceline
    if local(element).lower() == "html":
        raise _refused("file_html", filename, line)
    if DMN_MARK in namespace(element):
        raise _refused("file_dmn", filename, line)
    raise _refused("not_bpmn", filename, line, name=local(element), namespace=namespace(element))


def _reason(text: str | None) -> str:
    """A parser's message without the parts that mean nothing to a reader."""
    return clean(re.sub(r"\(<string>.*|, line \d+, column \d+.*", "", text or "?"), 160)


def _refused(code: str, filename: str, line: int | None, **params: Any) -> Rejected:
    return Rejected([finding(code, filename=filename, line=line, file=filename, **params)])
