"""Flows: lines with rounded bends, arrowheads, markers, and names in boxes of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from engine import Edge
from web.svg import names, text, tints
from web.svg.markup import circle, number, path, rect, tag

Point = tuple[float, float]
Box = tuple[float, float, float, float]
BEND: Final = 8.0
ARROW: Final = (10.0, 4.5)
LINES: Final = {
    "messageFlow": "bp-line bp-message",
    "association": "bp-line bp-association",
    "dataInputAssociation": "bp-line bp-association",
    "dataOutputAssociation": "bp-line bp-association",
}


def draw(edge: Edge, state: str | None) -> Markup:
    """The line of a flow; its name is drawn later, above everything that it passes."""
    points = edge.waypoints
    parts = [path(_line(points), LINES.get(edge.kind, "bp-line bp-sequence"))]
    if edge.kind == "sequenceFlow":
        parts.append(_head(points, "bp-head"))
        if edge.default:
            parts.append(_slash(points))
        elif edge.conditional:
            parts.append(_diamond(points))
    elif edge.kind == "messageFlow":
        parts.append(_head(points, "bp-head-open"))
    elif edge.kind != "association":
        parts.append(_open_head(points))
    elif edge.direction != "none":
        parts.append(_open_head(points))
        if edge.direction == "both":
            parts.append(_open_head(points[::-1]))
    return _group(edge, f"bp-flow is-{state}" if state else "bp-flow", parts, state is None)


def over(edge: Edge) -> Markup | None:
    """What of a flow is drawn above the shapes: the circle at which a message flow begins, and the
    envelope on its middle."""
    if edge.kind != "messageFlow":
        return None
    parts = [circle(*edge.waypoints[0], 4.0, "bp-start")]
    if edge.envelope in ENVELOPES:
        x, y = _middle(edge.waypoints)
        place = f"translate({number(x - 15)} {number(y - 10)})"
        body = path("M0 0H30V20H0ZM0 0L15 11L30 0", ENVELOPES[edge.envelope], transform=place)
        parts.append(body)
    return _group(edge, "bp-flow", parts, True)


ENVELOPES: Final = {"initiating": "bp-start", "non_initiating": "bp-start bp-shaded"}


def _group(edge: Edge, classes: str, parts: list[Markup], tinted: bool) -> Markup:
    colour = tints.flow(edge.stroke) if edge.stroke and tinted else None
    if colour is None:
        return tag("g", *parts, class_=classes)
    return tag("g", *parts, class_=f"{classes} bp-tint", color=colour)


def label(edge: Edge, size: float) -> tuple[Markup, Box] | None:
    """The name of a flow and its box: where the diagram has it, else on the line, hiding it."""
    if not edge.name.strip():
        return None
    x, y, measure = _place(edge)
    block = text.wrap(
        edge.name, max(measure * size / names.MEANT, text.longest_word(edge.name, size)), size
    )
    wide, high = block.width + 8, block.height + 2
    left, top = x - wide / 2, y - high / 2
    if edge.label is None and _upright(edge):
        # Beside an upright line, not over it, nor over the envelope on its middle.
        left = x + (20 if edge.envelope in ENVELOPES else 6)
    place = (left, top, left + wide, top + high)
    if edge.label:  # beside the line, or so near a shape that a box would hide its name
        return text.write(block, left + wide / 2, top + 1, "bp-label bp-halo"), place
    box = rect(left, top, wide, high, "bp-name", 4)
    written = text.write(block, left + wide / 2, top + 1, "bp-label")
    return tag("g", box, written, class_="bp-flow-name"), place


def extent(edge: Edge) -> Box:
    """Left, top, right, bottom of the line."""
    xs, ys = zip(*edge.waypoints, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _place(edge: Edge) -> tuple[float, float, float]:
    """Centre and width of a flow's name: as the diagram has it, else on its longest part."""
    if edge.label:
        x, y, wide, high = edge.label
        return x + wide / 2, y + high / 2, max(wide + 6, 60.0)
    start, end = _longest(edge.waypoints)
    across = abs(end[0] - start[0]) >= abs(end[1] - start[1])
    return (
        (start[0] + end[0]) / 2,
        (start[1] + end[1]) / 2 - (10 if across else 0),
        max(abs(end[0] - start[0]) - 30, 70.0) if across else 90.0,
    )


def _longest(points: Sequence[Point]) -> tuple[Point, Point]:
    return max(pairwise(points), key=lambda pair: math.dist(*pair))


def _upright(edge: Edge) -> bool:
    start, end = _longest(edge.waypoints)
    return abs(end[0] - start[0]) < abs(end[1] - start[1])


def _middle(points: Sequence[Point]) -> Point:
    """The point half-way along a line."""
    left = sum(math.dist(a, b) for a, b in pairwise(points)) / 2
    for a, b in pairwise(points):
        length = math.dist(a, b)
        if length and length >= left:
            return _towards(a, b, left)
        left -= length
    return points[0]


# ---------------------------------------------------------------- geometry


def _line(points: Sequence[Point]) -> str:
    """Straight parts, with every bend rounded as far as its two sides allow."""
    parts = [f"M{_at(points[0])}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        room = min(math.dist(before, here), math.dist(here, after)) / 2
        radius = min(BEND, room)
        parts.append(f"L{_at(_towards(here, before, radius))}")
        parts.append(f"Q{_at(here)} {_at(_towards(here, after, radius))}")
    parts.append(f"L{_at(points[-1])}")
    return "".join(parts)


def _at(point: Point) -> str:
    return f"{number(float(point[0]))} {number(float(point[1]))}"


def _towards(start: Point, end: Point, distance: float) -> Point:
    length = math.dist(start, end) or 1.0
    share = distance / length
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _frame(tip: Point, back: Point) -> tuple[Point, Point]:
    """Unit vectors along the line at ``tip`` (pointing back) and across it."""
    length = math.dist(tip, back) or 1.0
    along = (back[0] - tip[0]) / length, (back[1] - tip[1]) / length
    return along, (-along[1], along[0])


def _off(point: Point, along: Point, across: Point, a: float, b: float) -> Point:
    return point[0] + along[0] * a + across[0] * b, point[1] + along[1] * a + across[1] * b


def _ends(points: Sequence[Point]) -> tuple[Point, Point]:
    """The last point, and the last one before it that is somewhere else."""
    tip = points[-1]
    return tip, next((p for p in reversed(points[:-1]) if p != tip), (tip[0] - 1, tip[1]))


def _head(points: Sequence[Point], class_: str) -> Markup:
    tip, back = _ends(points)
    along, across = _frame(tip, back)
    corners = [_off(tip, along, across, ARROW[0], side * ARROW[1]) for side in (1, -1)]
    return path(f"M{_at(tip)}L{_at(corners[0])}L{_at(corners[1])}Z", class_)


def _open_head(points: Sequence[Point]) -> Markup:
    tip, back = _ends(points)
    along, across = _frame(tip, back)
    left, right = (_off(tip, along, across, 8, side * 5) for side in (1, -1))
    return path(f"M{_at(left)}L{_at(tip)}L{_at(right)}", "bp-line")


def _slash(points: Sequence[Point]) -> Markup:
    """The mark of a gateway's default flow."""
    start, back = _ends(points[::-1])
    along, across = _frame(start, back)
    one, other = _off(start, along, across, 7, -5), _off(start, along, across, 13, 5)
    return path(f"M{_at(one)}L{_at(other)}", "bp-line")


def _diamond(points: Sequence[Point]) -> Markup:
    """The mark of a flow that leaves an activity on a condition."""
    start, back = _ends(points[::-1])
    along, across = _frame(start, back)
    corners = (
        start,
        _off(start, along, across, 8, 5),
        _off(start, along, across, 16, 0),
        _off(start, along, across, 8, -5),
    )
    return path("M" + "L".join(_at(corner) for corner in corners) + "Z", "bp-start")
