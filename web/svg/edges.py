"""Flows: lines with rounded bends, arrowheads, markers, and names in boxes of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from engine import Edge
from web.svg import text
from web.svg.markup import circle, number, path, rect, tag

Point = tuple[float, float]
BEND: Final = 8.0
ARROW: Final = (10.0, 4.5)
DOTTED: Final = ("association", "dataInputAssociation", "dataOutputAssociation")


def draw(edge: Edge, state: str | None) -> Markup:
    """The line of a flow; its name is drawn later, above everything that it passes."""
    points = edge.waypoints
    kind = "message" if edge.kind == "messageFlow" else "sequence"
    if edge.kind in DOTTED:
        kind = "association"
    parts = path(_line(points), f"bp-line bp-{kind}")
    if edge.kind == "sequenceFlow":
        parts += _head(points, "bp-head")
        if edge.default:
            parts += _slash(points)
        elif edge.conditional:
            parts += _diamond(points)
    elif edge.kind == "messageFlow":
        parts += circle(*points[0], 4.0, "bp-start") + _head(points, "bp-head-open")
    elif edge.kind != "association":
        parts += _open_head(points)
    return tag("g", parts, class_=f"bp-flow is-{state}" if state else "bp-flow")


def label(edge: Edge, size: float) -> Markup:
    """The name of a flow in a box that hides the line behind it."""
    if not edge.name.strip():
        return Markup("")
    x, y, measure = _place(edge)
    block = text.fit(edge.name, (measure, 60.0), size, smallest=min(size, 10.0))
    top = y - block.height / 2
    box = rect(x - block.width / 2 - 5, top - 2, block.width + 10, block.height + 4, "bp-name", 4)
    return tag("g", box, text.write(block, x, top, "bp-label"), class_="bp-flow-name")


def extent(edge: Edge) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the line and its name's box."""
    xs, ys = [p[0] for p in edge.waypoints], [p[1] for p in edge.waypoints]
    if edge.name.strip():
        x, y, measure = _place(edge)
        xs += [x - measure / 2 - 5, x + measure / 2 + 5]
        ys += [y - 22, y + 22]
    return min(xs), min(ys), max(xs), max(ys)


def _place(edge: Edge) -> tuple[float, float, float]:
    """Centre and width of a flow's name: as the diagram has it, else on its longest part."""
    if edge.label:
        x, y, wide, high = edge.label
        return x + wide / 2, y + high / 2, max(wide + 12, 60.0)
    pairs = list(zip(edge.waypoints, edge.waypoints[1:], strict=False))
    start, end = max(pairs, key=lambda pair: math.dist(*pair))
    across = abs(end[0] - start[0]) >= abs(end[1] - start[1])
    return (
        (start[0] + end[0]) / 2,
        (start[1] + end[1]) / 2 - (10 if across else 0),
        max(abs(end[0] - start[0]) - 30, 70.0) if across else 90.0,
    )


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
