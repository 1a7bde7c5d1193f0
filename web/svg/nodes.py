"""Shapes that stand for themselves: activities, events, gateways, data and notes."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from engine import Shape
from web.svg import icons, text
from web.svg.markup import circle, number, path, rect, tag

SCOPES: Final = ("subProcess", "transaction", "adHocSubProcess")
CONTAINERS: Final = ("participant", "lane", "group", *SCOPES)
CORNER: Final = 10.0
FRAMED: Final = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent")
DATA: Final = ("dataObjectReference", "dataInput", "dataOutput", "dataObject")
ARROWS: Final = {"dataInput": "input", "dataOutput": "output"}
ICON: Final = 22.0
"""Where the icon in an activity's upper left corner ends."""

SIDE: Final = 6.0
"""Free room between a name and the sides of its activity."""


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


def named_inside(shape: Shape) -> bool:
    """Whether a shape that is no container has its name in it: all but events, gateways, data and
    notes, those that BPMN has no sign for here included."""
    kind = shape.kind
    return not (
        is_event(shape) or kind.endswith("Gateway") or kind in DATA
        or kind in ("dataStoreReference", "textAnnotation")
    )  # fmt: skip


def node(shape: Shape, size: float) -> list[Markup]:
    """A shape that is no container. One that BPMN has no sign for here is a box with its name."""
    if is_event(shape):
        return _event(shape)
    if shape.kind.endswith("Gateway"):
        return _gateway(shape)
    if shape.kind in DATA:
        return _document(shape)
    if shape.kind == "dataStoreReference":
        return _register(shape)
    if shape.kind == "textAnnotation":
        return _note(shape, size)
    return _activity(shape, size)


# ---------------------------------------------------------------- activities


def _activity(shape: Shape, size: float) -> list[Markup]:
    x, y, wide, high = shape.x, shape.y, shape.width, shape.height
    class_ = "bp-box bp-call" if shape.kind == "callActivity" else "bp-box"
    drawn = [rect(x, y, wide, high, f"{class_} bp-dotted" if shape.triggered else class_, CORNER)]
    if shape.kind == "transaction":
        drawn.append(rect(x + 4, y + 4, wide - 8, high - 8, "bp-inner", CORNER - 3))
    found = signs(shape)
    if found:
        drawn += icons.markers(found, x + wide / 2, y + high - 11)
    icon = _kind(shape)
    if icon:
        place = f"translate({number(x + 7)} {number(y + 6)})"
        drawn.append(tag("g", icon, class_="bp-kind", transform=place))
    elif shape.triggered and shape.event:
        drawn.append(_trigger(shape))
    block, top = name_in(shape, size)
    drawn.append(text.write(block, x + wide / 2, top, "bp-text"))
    return drawn


def _kind(shape: Shape) -> Markup | None:
    return icons.task(shape.global_task or shape.kind, shape.instantiating)


def _trigger(shape: Shape) -> Markup:
    """What starts an event sub-process that is collapsed: its start event, small, in the corner."""
    ring = "bp-ink" if shape.interrupting else "bp-ink bp-dashed"
    sign = icons.event(shape.event or "", False)
    place = f"translate({number(shape.x + 16)} {number(shape.y + 15)}) scale(0.6)"
    return tag("g", circle(0, 0, 16, ring), sign, transform=place)


def signs(shape: Shape) -> tuple[str, ...]:
    """The markers at the foot of an activity: what there is inside, between how it is repeated and
    that it is ad hoc."""
    scope = shape.kind in SCOPES and not shape.expanded
    called = shape.kind == "callActivity" and shape.global_task is None
    if not (scope or called):
        return shape.markers
    before = tuple(sign for sign in shape.markers if sign != "adhoc")
    return (*before, "collapsed", *(sign for sign in shape.markers if sign == "adhoc"))


def name_in(shape: Shape, size: float) -> tuple[text.Block, float]:
    """The name of an activity and its top: in the middle, or lower when it would meet the icon."""
    high = shape.height - (20.0 if signs(shape) else 0.0)
    room = max(shape.width - 2 * SIDE, 1.0)
    block = text.fit(shape.name, (room, high - 8), size)
    top = shape.y + (high - block.height) / 2 + (2 if high < shape.height else 0)
    if top >= shape.y + ICON or not (_kind(shape) or (shape.triggered and shape.event)):
        return block, top
    first = text.width(block.lines[0], block.size) if block.lines else 0.0
    if first > shape.width - 56:
        block = text.fit(shape.name, (room, high - ICON + 2), size)
        top = shape.y + ICON + max((high - ICON - 2 - block.height) / 2, 0)
    return block, top


# ---------------------------------------------------------------- events and gateways


def _event(shape: Shape) -> list[Markup]:
    x, y = centre(shape)
    radius = min(shape.width, shape.height) / 2
    ring = "bp-ring bp-end" if shape.kind == "endEvent" else "bp-ring"
    inner = "bp-inner"
    if not shape.interrupting:
        ring, inner = ring + " bp-dashed", inner + " bp-dashed"
    drawn = [circle(x, y, radius, ring)]
    if shape.kind.startswith("intermediate") or shape.kind == "boundaryEvent":
        drawn.append(circle(x, y, max(radius - 3.5, radius / 2), inner))
    if shape.event:
        scale = f" scale({number(radius / 18)})" if radius != 18 else ""
        place = f"translate({number(x)} {number(y)}){scale}"
        drawn.append(tag("g", icons.event(shape.event, shape.throwing), transform=place))
    return drawn


def _gateway(shape: Shape) -> list[Markup]:
    x, y = centre(shape)
    wide, high = shape.width / 2, shape.height / 2
    line = (
        f"M{number(x)} {number(y - high)}L{number(x + wide)} {number(y)}"
        f"L{number(x)} {number(y + high)}L{number(x - wide)} {number(y)}Z"
    )
    scale = f" scale({number(min(wide, high) / 25)})" if wide != 25 or high != 25 else ""
    sign = icons.gateway(shape.kind, shape.marked, shape.instantiating, shape.parallel)
    place = f"translate({number(x)} {number(y)}){scale}"
    return [path(line, "bp-diamond"), tag("g", sign, transform=place)]


# ---------------------------------------------------------------- data and notes


def _document(shape: Shape) -> list[Markup]:
    x, y, wide, high = shape.x, shape.y, shape.width, shape.height
    fold = min(wide, high) / 3
    outline = (
        f"M{number(x)} {number(y)}h{number(wide - fold)}l{number(fold)} {number(fold)}"
        f"v{number(high - fold)}h{number(-wide)}z"
    )
    crease = f"M{number(x + wide - fold)} {number(y)}v{number(fold)}h{number(fold)}"
    drawn = [path(outline, "bp-data"), path(crease, "bp-ink")]
    if shape.kind in ARROWS:
        drawn.append(icons.data(ARROWS[shape.kind], x + 11, y + 10))
    if "collection" in shape.markers:
        drawn.append(icons.data("collection", x + wide / 2, y + high - 8))
    return drawn


def _register(shape: Shape) -> list[Markup]:
    x, y, wide, high = shape.x, shape.y, shape.width, shape.height
    bend = high / 8
    arc = f"a{number(wide / 2)} {number(bend)} 0 0 0 {number(wide)} 0"
    back = f"a{number(wide / 2)} {number(bend)} 0 0 0 {number(-wide)} 0"
    top = number(y + bend)
    body = f"M{number(x)} {top}v{number(high - 2 * bend)}{arc}v{number(2 * bend - high)}{back}z"
    rings = "".join(f"M{number(x)} {number(y + bend + step * 5)}{arc}" for step in (0, 1, 2))
    return [path(body, "bp-data"), path(rings, "bp-ink")]


def note_text(shape: Shape, size: float) -> text.Block:
    """The lines of a note: they keep its width, and it grows downwards with them."""
    wide = max(shape.width - 12, text.longest_word(shape.name, size))
    return text.wrap(shape.name, wide, size, most=60)


def _note(shape: Shape, size: float) -> list[Markup]:
    block = note_text(shape, size)
    high = max(shape.height, block.height + 8)
    bracket = f"M{number(shape.x + 12)} {number(shape.y)}h-12v{number(high)}h12"
    lines = text.write(block, shape.x + 8, shape.y + 4, "bp-label", "start")
    return [path(bracket, "bp-line"), lines]
