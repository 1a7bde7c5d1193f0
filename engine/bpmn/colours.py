"""Colours of shapes and edges: bpmn.io's ``bioc:`` attributes, and BPMN in Color's ``color:``.

Only a colour that is one comes out, as ``#rrggbb``: nothing of the file's own text reaches a page.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from lxml import etree

BIOC: Final = "{http://bpmn.io/schema/bpmn/biocolor/1.0}"
"""Namespace in which bpmn.io's tools write colours, braced as lxml writes it."""
COLOR: Final = "{http://www.omg.org/spec/BPMN/non-normative/color/1.0}"
"""Namespace of OMG's own colour extension ("BPMN in Color"), braced as lxml writes it."""
STROKE: Final = (f"{COLOR}border-color", f"{BIOC}stroke")
"""Attributes that colour a line; the first that is there is used."""
FILL: Final = (f"{COLOR}background-color", f"{BIOC}fill")
"""Attributes that colour an area; the first that is there is used."""
NAMED: Final = {
    "aqua": "#00ffff", "black": "#000000", "blue": "#0000ff", "fuchsia": "#ff00ff",
    "gray": "#808080", "green": "#008000", "grey": "#808080", "lime": "#00ff00",
    "maroon": "#800000", "navy": "#000080", "olive": "#808000", "orange": "#ffa500",
    "purple": "#800080", "red": "#ff0000", "silver": "#c0c0c0", "teal": "#008080",
    "white": "#ffffff", "yellow": "#ffff00",
}  # fmt: skip
"""The colours that CSS 2 knows by name; tools write the others as numbers."""

_HEX: Final = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.ASCII)
_RGB: Final = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)", re.ASCII)


def of(drawn: etree._Element) -> tuple[str | None, str | None]:
    """The stroke and the fill of a BPMNShape or BPMNEdge, None where it says none. Where it has
    both vocabularies, the one of BPMN in Color holds."""
    values = drawn.attrib
    if not any(name[0] == "{" for name in values):
        return None, None
    return _first(values, STROKE), _first(values, FILL)


def _first(values: etree._Attrib, names: tuple[str, ...]) -> str | None:
    for name in names:
        value = colour(values.get(name) or "")
        if value is not None:
            return value
    return None


@lru_cache(maxsize=256)
def colour(text: str) -> str | None:
    """``#rrggbb`` for what CSS reads as an opaque colour: ``#f00``, ``#FF0000``, ``rgb(255, 0,
    0)``, ``red``; None for anything else."""
    text = text.strip().lower()
    if _HEX.fullmatch(text):
        return text if len(text) == 7 else "#" + "".join(digit * 2 for digit in text[1:])
    parts = _RGB.fullmatch(text)
    if parts:
        levels = [min(int(level), 255) for level in parts.groups()]
        return "#" + "".join(f"{level:02x}" for level in levels)
    return NAMED.get(text)
