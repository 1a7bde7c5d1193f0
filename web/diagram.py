"""A diagram as SVG, drawn on the server: the geometry of the file, and on it how things stand.

Everything is a class (static/diagram.css gives the looks), every element has its words for those
who do not see the drawing, and what can be opened is a plain link: no script takes part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from markupsafe import Markup

from engine import Drawing, Edge, ElementState, Shape
from web.svg import containers, edges, names, nodes, text, tints, words
from web.svg.markup import joined, number, path, rect, tag

Link = Callable[[ElementState], str | None]
"""The address of what an element stands for (its task, its child instance), or None."""

Way = Callable[[Shape], str | None]
"""The address of what is inside of a shape (the plane of a collapsed sub-process, the process that
a call activity calls), or None."""

Box = tuple[float, float, float, float]
NO_STATES: Final[Mapping[str, ElementState]] = {}
LETTERS: Final = 13.0
"""Size of the letters in a drawing that is shown in its own size."""

SMALLER: Final = 0.8
"""How much smaller all names may be drawn so that the longest fits; one that is longer still is
made smaller by itself."""

SMALLEST: Final = 11.0
"""The size that modelling tools write at, so most names fit their boxes in it."""

READABLE: Final = 1230.0
"""Width up to which a drawing fits a common screen unscaled; wider ones get larger letters."""

WIDE: Final = 1090.0
"""Drawings over this width may use more of the window than text does."""

HUGE: Final = 2100.0
"""Drawings over this width are scrolled on every screen: made to fit, nobody could read them."""

PHONE: Final = 320.0
"""Drawings over this width are moved on a phone."""

MARGIN: Final = 16.0
PILL: Final = 20.0


def no_link(_state: ElementState) -> str | None:
    return None


def no_way(_shape: Shape) -> str | None:
    return None


def draw(
    drawing: Drawing,
    states: Mapping[str, ElementState] = NO_STATES,
    *,
    title: str,
    link: Link = no_link,
    way: Way = no_way,
) -> Markup:
    """The whole drawing as one ``<svg>``; nothing for a diagram without geometry."""
    if not drawing.shapes and not drawing.edges:
        return Markup("")
    inside = _Inside(drawing.shapes)
    under = [s for s in drawing.shapes if inside.shown_in(s)]
    over = sorted((s for s in drawing.shapes if not inside.shown_in(s)), key=_reading)
    scale = min(max(drawing.width / READABLE, 1.0), 1.25)
    size = _one_size(over, LETTERS * scale)
    parts = [_container(s, states.get(s.id), size, inside) for s in under]
    parts += [_flow(e, states) for e in drawing.edges]
    hand = _Hand(size, scale, states, link, way)
    parts += [hand.node(s) for s in over]
    written = [w for s in over if not nodes.named_inside(s) and (w := _beside(s, size))]
    written += [w for e in drawing.edges if (w := edges.label(e, size))]
    ends = [end for e in drawing.edges if (end := edges.over(e))]
    # Every shape has said its name already.
    parts.append(tag("g", *ends, *(name for name, _box in written), aria_hidden="true"))
    left, top, right, bottom = _bounds(drawing, [box for _name, box in written], size)
    return tag(
        "svg",
        joined(parts),
        viewBox=" ".join(number(v) for v in (left, top, right - left, bottom - top)),
        width=round(right - left),
        height=round(bottom - top),
        class_=_breadth(right - left),
        role="group",
        aria_label=title,
    )


def shown_states(states: Iterable[ElementState]) -> list[str]:
    """The kinds of states that a legend needs to explain, in a steady order."""
    present = {state.state for state in states}
    return [name for name in words.STATES if name in present]


# ---------------------------------------------------------------- parts


def _one_size(shapes: list[Shape], size: float) -> float:
    """The size of all letters: the largest, within reason, at which every name fits its box."""
    fitting = (nodes.name_in(s, size)[0].size for s in shapes if nodes.named_inside(s))
    return max(min(fitting, default=size), size * SMALLER, SMALLEST)


def _breadth(wide: float) -> str:
    classes = "bp bp-broad" if wide > PHONE else "bp"
    classes += " bp-wide" if wide > WIDE else ""
    return f"{classes} bp-huge" if wide > HUGE else classes


def _beside(shape: Shape, size: float) -> tuple[Markup, Box] | None:
    return None if shape.kind == "textAnnotation" else names.beside(shape, size)


def _reading(shape: Shape) -> tuple[bool, float, float]:
    """Left to right, top to bottom; what sits on an activity's edge comes after all activities."""
    return shape.kind == "boundaryEvent", shape.x, shape.y


class _Inside:
    """Which shapes lie in which, where the geometry alone says it."""

    def __init__(self, shapes: tuple[Shape, ...]):
        self._shapes = shapes

    def of(self, outer: Shape) -> list[Shape]:
        return [s for s in self._shapes if s.id != outer.id and _holds(outer, s)]

    def shown_in(self, shape: Shape) -> bool:
        """Whether other shapes are drawn on it, a call activity that shows its process included."""
        if shape.kind == "callActivity":
            return any(s.kind != "boundaryEvent" for s in self.of(shape))
        return nodes.is_container(shape)

    def closed_pool(self, shape: Shape) -> bool:
        return shape.kind == "participant" and not shape.expanded and not self.of(shape)


def _holds(outer: Shape, inner: Shape) -> bool:
    """Whether the centre of a smaller shape lies in a larger one."""
    x, y = nodes.centre(inner)
    smaller = inner.width <= outer.width and inner.height <= outer.height
    across = outer.x <= x <= outer.x + outer.width
    return smaller and across and outer.y <= y <= outer.y + outer.height


def _container(shape: Shape, state: ElementState | None, size: float, inside: _Inside) -> Markup:
    drawn = containers.container(shape, size, closed=inside.closed_pool(shape))
    classes = _classes("bp-container", state)
    tint = tints.container(shape.stroke, shape.fill) if shape.stroke or shape.fill else None
    if tint is None or state:
        return tag("g", *drawn, class_=classes, aria_hidden="true")
    classes = f"{classes} {tint.classes}"
    return tag("g", *drawn, class_=classes, color=tint.color, stroke=tint.stroke,
               aria_hidden="true")  # fmt: skip


def _flow(edge: Edge, states: Mapping[str, ElementState]) -> Markup:
    known = states.get(edge.id)
    return edges.draw(edge, known.state if known else None)


class _Hand:
    """Draws the nodes of one drawing."""

    def __init__(
        self, size: float, scale: float, states: Mapping[str, ElementState], link: Link, way: Way
    ):
        self._size = size
        self._scale = scale
        self._states = states
        self._link = link
        self._way = way

    def node(self, shape: Shape) -> Markup:
        state = self._states.get(shape.id)
        drawn = nodes.node(shape, self._size)
        if state:
            drawn.append(_badge(shape, state, self._scale))
        says = words.describe(shape, state)
        address = self._link(state) if state else None
        opened = None if address else self._way(shape)
        if address or opened:
            picture = _group("bp-seen", shape, state, drawn, aria_hidden="true")
            # Its title names it (SVG-AAM): an aria-label would have to repeat the drawn letters.
            hover = tag("title", words.opening(shape, says) if opened else says)
            return tag("a", hover, picture, href=address or opened, class_="bp-node")
        hover = tag("title", says)
        if not state and not shape.name.strip():
            return _group("bp-node", shape, state, [hover, *drawn], aria_hidden="true")
        return _group("bp-node", shape, state, [hover, *drawn], role="img", aria_label=says)


def _group(
    first: str, shape: Shape, state: ElementState | None, drawn: list[Markup], **more: str
) -> Markup:
    """The parts of a node in a group with its classes. A state shows in colours of its own."""
    if state or not (shape.stroke or shape.fill):
        return tag("g", *drawn, class_=_classes(first, state), **more)
    tint = tints.node(shape.stroke, shape.fill) or tints.Tint("")
    return tag("g", *drawn, class_=f"{first} {tint.classes}", color=tint.color, fill=tint.fill,
               stroke=tint.stroke, **more)  # fmt: skip


def _classes(first: str, state: ElementState | None) -> str:
    return f"{first} is-{state.state}" if state else first


def _badge(shape: Shape, state: ElementState, scale: float) -> Markup:
    """A pill on the upper edge: who signed, how late, or that it goes on."""
    activity = nodes.is_activity(shape)
    said = words.badge(state)
    ticked = state.state == "done"
    if not (said or ticked) or not (activity or state.state in ("waiting", "incident")):
        return Markup("")
    block = text.Block((said,) if said else (), 11.5 * scale, bold=True)
    high, tick = PILL * scale, 13.0 * scale if ticked else 0.0
    wide = block.width + tick + (14 if said else 10) * scale
    if activity:
        x, y = shape.x + shape.width - wide + 6, shape.y - high / 2
    else:
        x, y = shape.x + (shape.width - wide) / 2, shape.y - high + 2
    parts = [rect(x, y, wide, high, "bp-pill", high / 2)]
    if ticked:
        place = f"translate({number(x + 7 * scale)} {number(y + 5 * scale)}) scale({number(scale)})"
        parts.append(path("M0.5 5.5L3.8 8.8L9.5 1.5", "bp-tick", transform=place))
    middle = x + tick + (wide - tick) / 2
    parts.append(text.write(block, middle, y + (high - block.height) / 2, "bp-pill-text"))
    return tag("g", *parts, class_="bp-badge")


def _bounds(drawing: Drawing, written: list[Box], size: float) -> Box:
    """What has to be seen: all shapes, names, lines and badges, with a margin."""
    boxes = [(s.x, s.y - PILL / 2, s.x + s.width + 6, s.y + s.height) for s in drawing.shapes]
    boxes += [_note_box(s, size) for s in drawing.shapes if s.kind == "textAnnotation"]
    boxes += [edges.extent(e) for e in drawing.edges]
    boxes += written
    return (
        min(b[0] for b in boxes) - MARGIN / 2,
        min(b[1] for b in boxes) - MARGIN / 4,
        max(b[2] for b in boxes) + MARGIN / 2,
        max(b[3] for b in boxes) + MARGIN / 2,
    )


def _note_box(shape: Shape, size: float) -> Box:
    block = nodes.note_text(shape, size)
    return shape.x, shape.y, shape.x + 12 + block.width, shape.y + 8 + block.height
