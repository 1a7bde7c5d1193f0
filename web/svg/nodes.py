"""Shapes: pools and lanes, activities, events, gateways, data and notes."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from engine import Shape
from web.svg import icons, text
from web.svg.markup import circle, number, path, rect, tag

SCOPES: Final = ("subProcess", "transaction", "adHocSubProcess")
CONTAINERS: Final = ("participant", "lane", "group", *SCOPES)
TITLE: Final = 30.0
"""Width of the strip that holds a pool's or a lane's title."""

CORNER: Final = 10.0
FRAMED: Final = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent")


def centre(shape: Shape) -> tuple[float, float]:
    return shape.x + shape.width / 2, shape.y + shape.height / 2


def is_event(shape: Shape) -> bool:
    return shape.kind in FRAMED or shape.kind == "boundaryEvent"


def is_container(shape: Shape) -> bool:
    """Drawn under the flows: pools, lanes, groups and sub-processes that show their inside."""
    return shape.kind in CONTAINERS and (shape.kind not in SCOPES or shape.expanded)


def is_activity(shape: Shape) -> bool:
    return (
        shape.kind in SCOPES or shape.kind == "callActivity" or shape.kind.lower().endswith("task")
    )


# ---------------------------------------------------------------- containers


def container(shape: Shape, size: float, *, empty: bool = False, event: bool = False) -> Markup:
    """A pool, a lane, a group or an expanded sub-process. ``empty``: a pool whose inside is not
    shown; ``event``: a sub-process that an event starts."""
    if shape.kind in SCOPES or shape.kind == "callActivity":
        return _scope(shape, size, event)
    if shape.kind == "group":
        return rect(*_box(shape), "bp-group", CORNER) + _heading(shape, size)
    lane = shape.kind == "lane"
    frame = rect(*_box(shape), "bp-lane" if lane else "bp-pool", 0 if lane else 4)
    if empty:
        block = text.fit(shape.name, (shape.width - 24, shape.height - 12), size, bold=True)
        x, y = centre(shape)
        return frame + text.write(block, x, y - block.height / 2, "bp-title")
    return frame + _strip(shape, size, "bp-lane-title" if lane else "bp-pool-title")


def _strip(shape: Shape, size: float, class_: str) -> Markup:
    """The title of a pool or a lane: read from below when it lies, on top when it stands."""
    if not shape.horizontal:
        block = text.fit(shape.name, (shape.width - 12, TITLE - 4), size, bold=True)
        box = rect(shape.x, shape.y, shape.width, TITLE, class_)
        top = shape.y + (TITLE - block.height) / 2
        return box + text.write(block, shape.x + shape.width / 2, top, "bp-title")
    block = text.fit(shape.name, (shape.height - 16, TITLE - 3), size, bold=True)
    box = rect(shape.x, shape.y, TITLE, shape.height, class_)
    turned = (
        f"translate({number(shape.x + TITLE / 2)} {number(shape.y + shape.height / 2)}) rotate(-90)"
    )
    return box + tag("g", text.write(block, 0.0, -block.height / 2, "bp-title"), transform=turned)


def _scope(shape: Shape, size: float, event: bool) -> Markup:
    class_ = "bp-scope bp-call" if shape.kind == "callActivity" else "bp-scope"
    frame = rect(*_box(shape), f"{class_} bp-dotted" if event else class_, CORNER)
    if shape.kind == "transaction":
        x, y, wide, high = _box(shape)
        frame += rect(x + 4, y + 4, wide - 8, high - 8, "bp-inner", CORNER - 3)
    x, _y = centre(shape)
    signs = [sign for sign in _signs(shape) if sign != "collapsed"]
    return frame + _heading(shape, size) + icons.markers(signs, x, shape.y + shape.height - 12)


def _heading(shape: Shape, size: float) -> Markup:
    block = text.fit(shape.name, (shape.width - 28, 40), size, bold=True)
    return text.write(block, shape.x + 14, shape.y + 9, "bp-title", "start")


# ---------------------------------------------------------------- nodes


def node(shape: Shape, size: float, *, event: bool = False) -> Markup:
    """Any other shape. One that BPMN has no sign for here is a box with its name."""
    if is_event(shape):
        return _event(shape)
    if shape.kind.endswith("Gateway"):
        return _gateway(shape)
    if shape.kind in ("dataObjectReference", "dataInput", "dataOutput", "dataObject"):
        return _document(shape)
    if shape.kind == "dataStoreReference":
        return _register(shape)
    if shape.kind == "textAnnotation":
        return _note(shape, size)
    return _activity(shape, size, event)


def _activity(shape: Shape, size: float, event: bool) -> Markup:
    x, y, wide, high = _box(shape)
    class_ = "bp-box bp-call" if shape.kind == "callActivity" else "bp-box"
    drawn = rect(x, y, wide, high, f"{class_} bp-dotted" if event else class_, CORNER)
    if shape.kind == "transaction":
        drawn += rect(x + 4, y + 4, wide - 8, high - 8, "bp-inner", CORNER - 3)
    signs = _signs(shape)
    drawn += icons.markers(signs, x + wide / 2, y + high - 11)
    icon = icons.task(shape.kind)
    if icon:
        drawn += tag(
            "g", icon, class_="bp-kind", transform=f"translate({number(x + 7)} {number(y + 6)})"
        )
    block, top = _label_of(shape, size, bool(icon), bool(signs))
    return drawn + text.write(block, x + wide / 2, top, "bp-text")


def _label_of(shape: Shape, size: float, icon: bool, signs: bool) -> tuple[text.Block, float]:
    """The label and its top: in the middle, or lower when it would meet the icon."""
    high = shape.height - (20.0 if signs else 0.0)
    room = shape.width - 20
    block = text.fit(shape.name, (room, high - 10), size)
    top = shape.y + (high - block.height) / 2 + (2 if signs else 0)
    first = text.width(block.lines[0], block.size) if block.lines else 0.0
    meets = top < shape.y + 23 and first > shape.width - 56
    if icon and meets:
        block = text.fit(shape.name, (room, high - 28), size)
        top = shape.y + 23 + max((high - 28 - block.height) / 2, 0)
    return block, top


def _event(shape: Shape) -> Markup:
    x, y = centre(shape)
    radius = min(shape.width, shape.height) / 2
    ring = "bp-ring bp-end" if shape.kind == "endEvent" else "bp-ring"
    if not shape.interrupting:
        ring += " bp-dashed"
    drawn = circle(x, y, radius, ring)
    if shape.kind.startswith("intermediate") or shape.kind == "boundaryEvent":
        drawn += circle(
            x, y, radius - 3.5, "bp-inner bp-dashed" if not shape.interrupting else "bp-inner"
        )
    if shape.event:
        scale = f" scale({number(radius / 18)})" if radius != 18 else ""
        place = f"translate({number(x)} {number(y)}){scale}"
        drawn += tag("g", icons.event(shape.event, shape.throwing), transform=place)
    return drawn


def _gateway(shape: Shape) -> Markup:
    x, y = centre(shape)
    wide, high = shape.width / 2, shape.height / 2
    corners = ((x, y - high), (x + wide, y), (x, y + high), (x - wide, y))
    line = "M" + "L".join(f"{number(float(a))} {number(float(b))}" for a, b in corners) + "Z"
    scale = f" scale({number(wide / 25)})" if wide != 25 else ""
    place = f"translate({number(x)} {number(y)}){scale}"
    return path(line, "bp-diamond") + tag("g", icons.gateway(shape.kind), transform=place)


def _document(shape: Shape) -> Markup:
    x, y, wide, high = _box(shape)
    fold = min(wide, high) / 3
    outline = (
        f"M{number(x)} {number(y)}h{number(wide - fold)}l{number(fold)} {number(fold)}"
        f"v{number(high - fold)}h{number(-wide)}z"
    )
    crease = f"M{number(x + wide - fold)} {number(y)}v{number(fold)}h{number(fold)}"
    return path(outline, "bp-data") + path(crease, "bp-ink")


def _register(shape: Shape) -> Markup:
    x, y, wide, high = _box(shape)
    bend = high / 8
    arc = f"a{number(wide / 2)} {number(bend)} 0 0 0 {number(wide)} 0"
    back = f"a{number(wide / 2)} {number(bend)} 0 0 0 {number(-wide)} 0"
    top = number(y + bend)
    body = f"M{number(x)} {top}v{number(high - 2 * bend)}{arc}v{number(2 * bend - high)}{back}z"
    rings = "".join(f"M{number(x)} {number(y + bend + step * 5)}{arc}" for step in (0, 1, 2))
    return path(body, "bp-data") + path(rings, "bp-ink")


def _note(shape: Shape, size: float) -> Markup:
    x, y, wide, high = _box(shape)
    bracket = f"M{number(x + 12)} {number(y)}h-12v{number(high)}h12"
    block = text.fit(shape.name, (wide - 12, high - 6), size - 1, smallest=8.5)
    return path(bracket, "bp-line") + text.write(block, x + 8, y + 4, "bp-label", "start")


# ---------------------------------------------------------------- names beside a shape


def label(shape: Shape, size: float) -> Markup:
    """The name that stands outside of an event, a gateway or a document."""
    if is_activity(shape) or is_container(shape) or not shape.name.strip():
        return Markup("")
    if not (is_event(shape) or shape.kind.endswith(("Gateway", "Reference", "put", "Object"))):
        return Markup("")
    x, top, measure, anchor = _beside(shape, size)
    block = text.fit(shape.name, (measure, 64.0), size)
    if shape.label and shape.label[1] + shape.label[3] <= shape.y + 4:
        top += shape.label[3] - block.height  # above its shape: more lines grow upwards
    return text.write(block, x, top, "bp-label bp-halo", anchor)


def _beside(shape: Shape, size: float) -> tuple[float, float, float, str]:
    """Place, top, width and anchor of a name: where the diagram has it, else under the shape. A
    word is never broken for the sake of a narrow label."""
    word = max(text.width(word, size) for word in shape.name.split() or [""])
    if not shape.label:
        return shape.x + shape.width / 2, shape.y + shape.height + 6, max(96.0, word), "middle"
    x, y, wide, _high = shape.label
    measure = max(wide, 64.0, word)
    if x >= shape.x + shape.width - 2:
        return x, y, measure, "start"
    if x + wide <= shape.x + 2:
        return x + wide, y, measure, "end"
    return x + wide / 2, y, measure, "middle"


def reach(shape: Shape) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a shape with the name beside it."""
    x, top, measure, _anchor = _beside(shape, 13.0)
    return x - measure / 2, shape.y - 20, x + measure / 2, max(top + 44, shape.y + shape.height)


def _signs(shape: Shape) -> list[str]:
    signs = [shape.marker] if shape.marker in icons.MARKERS and shape.marker != "collapsed" else []
    collapsed = shape.kind == "callActivity" or (shape.kind in SCOPES and not shape.expanded)
    return [*signs, "collapsed"] if collapsed else list(signs)


def _box(shape: Shape) -> tuple[float, float, float, float]:
    return shape.x, shape.y, shape.width, shape.height
