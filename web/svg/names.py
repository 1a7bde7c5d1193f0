"""Names that stand beside their shape: of events, gateways and data. They are never cut off; the
drawing makes room for them."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from engine import Shape
from web.svg import text

Box = tuple[float, float, float, float]
UNDER: Final = 90.0
"""How wide a name may be that the diagram has no place for, at MEANT."""

MEANT: Final = 11.0
"""The size of the letters for which tools make the places of names; larger ones need wider places
for the same lines."""

NARROWEST: Final = 64.0


def beside(shape: Shape, size: float) -> tuple[Markup, Box] | None:
    """The name, and its left, top, right and bottom: where the diagram has it, else under the
    shape. A word is never broken for the sake of a narrow label."""
    if not shape.name.strip():
        return None
    word, more = text.longest_word(shape.name, size), size / MEANT
    if shape.label is None:
        block = text.wrap(shape.name, max(UNDER * more, word), size)
        return _written(block, shape.x + shape.width / 2, shape.y + shape.height + 5, "middle")
    left, top, wide, high = shape.label
    block = text.wrap(shape.name, max(wide * more, NARROWEST, word), size)
    below, middle = top + high / 2 > shape.y + shape.height, top + high / 2
    if middle < shape.y:
        top += high - block.height  # above its shape: more lines grow upwards
    elif not below:
        top = middle - block.height / 2
    if below or middle < shape.y:
        return _written(block, left + wide / 2, top, "middle")
    if left >= shape.x + shape.width / 2:
        return _written(block, max(left, shape.x + shape.width + 3), top, "start")
    if left + wide <= shape.x + shape.width / 2:
        return _written(block, min(left + wide, shape.x - 3), top, "end")
    return _written(block, left + wide / 2, top, "middle")


def _written(block: text.Block, x: float, top: float, anchor: str) -> tuple[Markup, Box]:
    share = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    left = x - block.width * share
    box = (left, top, left + block.width, top + block.height)
    return text.write(block, x, top, "bp-label bp-halo", anchor), box
