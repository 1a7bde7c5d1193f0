"""Shapes that hold others: pools and lanes, groups, and sub-processes that show their inside."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from engine import Shape
from web.svg import icons, text
from web.svg.markup import number, rect, tag
from web.svg.nodes import CORNER, SCOPES, centre, signs

TITLE: Final = 30.0
"""Width of the strip that holds a pool's or a lane's title."""


def container(shape: Shape, size: float, *, closed: bool = False) -> list[Markup]:
    """A pool, a lane, a group or an expanded sub-process. ``closed``: a pool that does not show
    its inside, a black box."""
    if shape.kind in SCOPES or shape.kind == "callActivity":
        return _scope(shape, size)
    if shape.kind == "group":
        return _group(shape, size)
    lane = shape.kind == "lane"
    frame = rect(*_box(shape), "bp-lane" if lane else "bp-pool", 0 if lane else 4)
    drawn = [frame]
    if closed:
        drawn.append(_closed(shape, size))
    else:
        drawn += _strip(shape, size, "bp-lane-title" if lane else "bp-pool-title")
    if shape.markers:
        drawn += icons.markers(shape.markers, centre(shape)[0], shape.y + shape.height - 10)
    return drawn


def _closed(shape: Shape, size: float) -> Markup:
    x, y = centre(shape)
    low = 16.0 if shape.markers else 0.0
    if shape.height > 2 * shape.width:
        block = text.fit(shape.name, (shape.height - 24, shape.width - 8), size, bold=True)
        return _turned(block, x, y)
    block = text.fit(shape.name, (shape.width - 16, shape.height - 8 - low), size, bold=True)
    return text.write(block, x, y - (block.height + low) / 2, "bp-title")


def _strip(shape: Shape, size: float, class_: str) -> list[Markup]:
    """The title of a pool or a lane: read from below when it lies, on top when it stands."""
    x, y, wide, high = _box(shape)
    if not shape.horizontal:
        block = text.fit(shape.name, (wide - 12, TITLE - 1), size, bold=True)
        top = y + (TITLE - block.height) / 2
        box = rect(x, y, wide, TITLE, class_)
        return [box, text.write(block, x + wide / 2, top, "bp-title")]
    block = text.fit(shape.name, (high - 12, TITLE - 1), size, bold=True)
    return [rect(x, y, TITLE, high, class_), _turned(block, x + TITLE / 2, y + high / 2)]


def _turned(block: text.Block, x: float, y: float) -> Markup:
    place = f"translate({number(x)} {number(y)}) rotate(-90)"
    return tag("g", text.write(block, 0.0, -block.height / 2, "bp-title"), transform=place)


def _group(shape: Shape, size: float) -> list[Markup]:
    frame = rect(*_box(shape), "bp-group", CORNER)
    if not shape.label or not shape.name.strip():
        return [frame, _heading(shape, size)]
    x, y, wide, _high = shape.label
    block = text.wrap(shape.name, max(wide, text.longest_word(shape.name, size), 64.0), size)
    return [frame, text.write(block, x + wide / 2, y, "bp-label bp-halo")]


def _scope(shape: Shape, size: float) -> list[Markup]:
    class_ = "bp-scope bp-call" if shape.kind == "callActivity" else "bp-scope"
    x, y, wide, high = _box(shape)
    drawn = [rect(x, y, wide, high, f"{class_} bp-dotted" if shape.triggered else class_, CORNER)]
    if shape.kind == "transaction":
        drawn.append(rect(x + 4, y + 4, wide - 8, high - 8, "bp-inner", CORNER - 3))
    drawn.append(_heading(shape, size))
    at_foot = [sign for sign in signs(shape) if sign != "collapsed"]
    if at_foot:
        drawn += icons.markers(at_foot, x + wide / 2, y + high - 12)
    return drawn


def _heading(shape: Shape, size: float) -> Markup:
    block = text.fit(shape.name, (shape.width - 24, 40), size, bold=True)
    return text.write(block, shape.x + 12, shape.y + 8, "bp-title", "start")


def _box(shape: Shape) -> tuple[float, float, float, float]:
    return shape.x, shape.y, shape.width, shape.height
