"""Making findings: one sentence in Swedish and one in English, safe to show anywhere.

A finding is made from a code of the catalogue (``engine/bpmn/catalogue``) and the element that it
is about. Texts of a diagram are quoted here and only here: shortened, on one line, and with the
characters that turn writing direction or hide text taken out, so that a hostile name cannot
rewrite the sentence that warns of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from lxml import etree

from engine.bpmn.catalogue import KINDS, TEXTS, WEIGHED
from engine.bpmn.names import local
from engine.views import Finding, Severity

SHOWN = 60
"""Characters of a name that a sentence shows."""
STORED = 200
"""Characters of an id or a name that a finding carries."""


def clean(value: object, limit: int = SHOWN) -> str:
    """``value`` on one line, without control and direction characters, at most ``limit`` long."""
    text = str(value)[: limit * 4 + 40]
    line = "".join(
        " " if unicodedata.category(c) in ("Zl", "Zp") or c in "\r\n\t" else c
        for c in text
        if c in "\r\n\t" or unicodedata.category(c) not in _HIDDEN
    )
    line = re.sub(r"\s+", " ", line).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def describe(element: etree._Element, language: str) -> str:
    """``User task "Offer" (offer)`` / ``Användaruppgiften ”Offert” (offert)``."""
    name = local(element)
    sv, en = KINDS.get(name, (f"Elementet {clean(name)}", f"Element {clean(name)}"))
    title = clean(element.get("name") or "")
    ident = clean(element.get("id") or "")
    words = [sv if language == "sv" else en]
    if title and title != ident:
        words.append(f"”{title}”" if language == "sv" else f'"{title}"')
    if ident:
        words.append(f"({ident})" if len(words) > 1 else ident)
    return " ".join(words)


def finding(
    code: str,
    element: etree._Element | None = None,
    *,
    severity: Severity | None = None,
    refuses: bool | None = None,
    filename: str | None = None,
    line: int | None = None,
    **params: Any,
) -> Finding:
    """A finding of the catalogue about ``element``.

    ``params`` fill the sentence; elements among them are named as ``describe`` names them, other
    values are cleaned. ``severity`` overrides the catalogue's; ``refuses`` says whether the file is
    refused for it (not given: when the finding is an error). Raises ``KeyError`` for a code that
    the catalogue does not have.
    """
    weight, sv, en = TEXTS[code]
    name = element.get("name") if element is not None else None
    ident = element.get("id") if element is not None else None
    if line is None and element is not None:
        line = element.sourceline
    return Finding(
        severity=severity or WEIGHED[weight],
        refuses=(severity or WEIGHED[weight]) == "error" if refuses is None else refuses,
        code=code,
        sv=_sentence(sv, "sv", element, params),
        en=_sentence(en, "en", element, params),
        element_id=clean(ident, STORED) if ident else None,
        element_name=clean(name, STORED) if name else None,
        line=line,
        filename=clean(filename, STORED) if filename else None,
    )


def _sentence(
    template: str, language: str, element: etree._Element | None, params: Mapping[str, Any]
) -> str:
    values = {
        key: describe(value, language)
        if isinstance(value, etree._Element)
        else _local(value, language)
        if isinstance(value, tuple)
        else clean(value, 120)
        for key, value in params.items()
    }
    values["element"] = describe(element, language) if element is not None else ""
    text = template.format_map(values)
    return text[:1].upper() + text[1:]


def _local(pair: tuple[str, str], language: str) -> str:
    """A parameter that reads differently in the two languages, ``(sv, en)``. One that is joined
    to a sentence keeps the blank in front."""
    chosen = pair[0] if language == "sv" else pair[1]
    return (" " if chosen.startswith(" ") else "") + clean(chosen, 240)
