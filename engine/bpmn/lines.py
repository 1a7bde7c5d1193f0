"""Where the line of an edge runs: as drawn, and from shape to shape where nothing is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from engine.bpmn.names import kind, local_reference, model_child, text
from engine.views import Shape

Point = tuple[float, float]
"""A point in the drawing's units: x to the right, y downwards."""
Points = tuple[Point, ...]
"""The corners of a line, from its source to its target."""
INSIDE: Final = 3.0
"""An end that lies further within a shape than this is led out to its border: its arrowhead would
be under the shape. Less is how tools round."""

_UNDER: Final = ("participant", "lane", "group", "subProcess", "transaction", "adHocSubProcess")


def ends(element: etree._Element) -> tuple[str, str]:
    """The ids of what an edge connects. A data association belongs to the activity or event that
    it brings data to or takes data from."""
    source, target = element.get("sourceRef"), element.get("targetRef")
    if source is None and target is None and kind(element).startswith("data"):
        owner = element.getparent()
        own = "" if owner is None else owner.get("id") or ""
        if kind(element) == "dataInputAssociation":
            return local_reference(text(model_child(element, "sourceRef"))), own
        return own, local_reference(text(model_child(element, "targetRef")))
    return local_reference(source), local_reference(target)


def led(points: Points, between: tuple[str, str], shapes: Mapping[str, Shape]) -> Points:
    """The points of a line, its ends led out of shapes that would hide them; without two points
    a straight line between its shapes, and none when these are not drawn here."""
    source, target = shapes.get(between[0]), shapes.get(between[1])
    if len(points) < 2:
        return _straight(source, target) if source and target else ()
    if source is not None and _hides(source, points[0]):
        points = _led_out(points, source)
    if target is not None and _hides(target, points[-1]):
        points = _led_out(points[::-1], target)[::-1]
    return points


def _hides(shape: Shape, point: Point) -> bool:
    x, y = point
    return (
        shape.x + INSIDE < x < shape.x + shape.width - INSIDE
        and shape.y + INSIDE < y < shape.y + shape.height - INSIDE
        and not (shape.kind in _UNDER and shape.expanded)
        and _within(shape, point, INSIDE)
    )


def _within(shape: Shape, point: Point, margin: float = 0.0) -> bool:
    """Whether a point lies inside of the outline: a box, a circle or a diamond."""
    half, high = shape.width / 2, shape.height / 2
    dx, dy = abs(point[0] - shape.x - half), abs(point[1] - shape.y - high)
    if shape.kind.endswith("Event"):
        return math.hypot(dx, dy) < min(half, high) - margin
    if shape.kind.endswith("Gateway"):
        return half > 0 < high and dx / half + dy / high < 1 - margin / min(half, high)
    return dx < half - margin and dy < high - margin


def _led_out(points: Points, shape: Shape) -> Points:
    """The line without what of its beginning lies in the shape."""
    for place in range(1, len(points)):
        if not _within(shape, points[place]):
            return (_border(shape, points[place - 1], points[place]), *points[place:])
    return points


def _border(shape: Shape, inside: Point, outside: Point) -> Point:
    """Where the way from a point in the shape to one outside of it crosses its outline."""
    low, high = 0.0, 1.0
    for _ in range(20):  # halved until nobody sees a difference, whatever the outline
        middle = (low + high) / 2
        if _within(shape, _between(inside, outside, middle)):
            low = middle
        else:
            high = middle
    x, y = _between(inside, outside, high)
    return round(x, 2), round(y, 2)


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _straight(source: Shape, target: Shape) -> Points:
    if source.id == target.id:
        return tuple(_loop(source))
    start, end = _centre(source), _centre(target)
    if _within(source, end) or _within(target, start):
        return start, end
    return _border(source, start, end), _border(target, end, start)


def _loop(shape: Shape) -> Iterator[Point]:
    """From an element back to itself, around its upper right corner."""
    right, middle = shape.x + shape.width, shape.y + shape.height / 2
    yield right, middle
    yield right + 20, middle
    yield right + 20, shape.y - 20
    yield right - shape.width / 2, shape.y - 20
    yield right - shape.width / 2, shape.y


def _centre(shape: Shape) -> Point:
    return shape.x + shape.width / 2, shape.y + shape.height / 2
