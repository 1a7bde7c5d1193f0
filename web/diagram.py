"""A diagram as SVG, drawn on the server: the geometry of the file, and on it how things stand.

Everything is a class (static/diagram.css gives the looks), every element has its words for those
who do not see the drawing, and what can be opened is a plain link: no script takes part.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Final

from markupsafe import Markup, escape

from engine import Drawing, Edge, ElementState, Shape
from web.i18n import language
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
    return laid(drawn(drawing), states, title=title, link=link, way=way)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing as SVG in the reader's language, before anything is known of how things stand: its
    ``parts`` in their order, and where among them those of each element are. The same for everybody
    who sees the definition, so it can be kept."""

    parts: Sequence[str]
    places: Mapping[str, Sequence[Place]]
    nodes: Sequence[Node]
    start: str
    """What comes before the text that names the drawing."""


@dataclass(frozen=True, slots=True, eq=False)
class Container:
    """A shape that others are drawn on: its number among the parts, and what is drawn of it."""

    number: int
    inside: Markup

    def standing(self, state: ElementState, _address: str | None) -> Markup:
        """The part in a state."""
        return tag("g", self.inside, class_=_classes("bp-container", state), aria_hidden="true")


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A flow: its number among the parts."""

    number: int
    edge: Edge

    def standing(self, state: ElementState, _address: str | None) -> Markup:
        """The part in a state."""
        return edges.draw(self.edge, state.state)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A node: its number among the parts, what is drawn of it, and how large its badge is."""

    number: int
    shape: Shape
    inside: Markup
    scale: float

    def standing(self, state: ElementState, address: str | None) -> Markup:
        """The part in a state; a link where that has an address."""
        seen = [self.inside, _badge(self.shape, state, self.scale)]
        says = words.describe(self.shape, state)
        hover = tag("title", says)
        if address:
            # Its title names it (SVG-AAM): an aria-label would have to repeat the drawn letters.
            picture = tag("g", *seen, class_=_classes("bp-seen", state), aria_hidden="true")
            return tag("a", hover, picture, href=address, class_="bp-node")
        return tag("g", hover, *seen, class_=_classes("bp-node", state), role="img",
                   aria_label=says)  # fmt: skip

    def plain(self) -> Markup:
        """The part of an element that nothing is known of."""
        says, named = words.describe(self.shape, None), self.shape.name.strip()
        more = {"role": "img", "aria_label": says} if named else {"aria_hidden": "true"}
        return self._group("bp-node", tag("title", says), **more)

    def opening(self, address: str) -> Markup:
        """The part as a link to what is inside of it."""
        says = words.opening(self.shape, words.describe(self.shape, None))
        picture = self._group("bp-seen", aria_hidden="true")
        return tag("a", tag("title", says), picture, href=address, class_="bp-node")

    def opening_in(self, state: ElementState, address: str) -> Markup:
        """The part in a state as a link to what is inside of it."""
        says = words.opening(self.shape, words.describe(self.shape, state))
        seen = [self.inside, _badge(self.shape, state, self.scale)]
        picture = tag("g", *seen, class_=_classes("bp-seen", state), aria_hidden="true")
        return tag("a", tag("title", says), picture, href=address, class_="bp-node")

    def _group(self, first: str, *hover: Markup, **more: str) -> Markup:
        stroke, fill = self.shape.stroke, self.shape.fill
        if not (stroke or fill):
            return tag("g", *hover, self.inside, class_=first, **more)
        tint = tints.node(stroke, fill) or tints.Tint("")
        return tag("g", *hover, self.inside, class_=f"{first} {tint.classes}", color=tint.color,
                   fill=tint.fill, stroke=tint.stroke, **more)  # fmt: skip


Place = Container | Flow | Node
"""Where an element is among the parts of a drawing. A state shows in colours of its own, so that
the element's own ones give way."""


def drawn(drawing: Drawing) -> Drawn:
    """The drawing with nothing in any state. It has to have shapes or flows."""
    inside = _Inside(drawing.shapes)
    under = [s for s in drawing.shapes if inside.shown_in(s)]
    over = sorted((s for s in drawing.shapes if not inside.shown_in(s)), key=_reading)
    scale = min(max(drawing.width / READABLE, 1.0), 1.25)
    size = _one_size(over, LETTERS * scale)
    parts: list[str] = []
    places: dict[str, list[Place]] = {}

    def put(element: str, place: Place, part: Markup) -> None:
        places.setdefault(element, []).append(place)
        parts.append(part)

    for shape in under:
        inner = joined(containers.container(shape, size, closed=inside.closed_pool(shape)))
        put(shape.id, Container(len(parts), inner), _container(shape, inner))
    for edge in drawing.edges:
        put(edge.id, Flow(len(parts), edge), edges.draw(edge, None))
    seen = []
    for shape in over:
        node = Node(len(parts), shape, joined(nodes.node(shape, size)), scale)
        seen.append(node)
        put(shape.id, node, node.plain())
    names_part, written = _names(drawing, over, size)
    parts.append(names_part)
    left, top, right, bottom = _bounds(drawing, written, size)
    box = " ".join(number(v) for v in (left, top, right - left, bottom - top))
    start = (
        f'<svg viewBox="{box}" width="{round(right - left)}" height="{round(bottom - top)}"'
        f' class="{_breadth(right - left)}" role="group" aria-label="'
    )
    return Drawn(parts, places, seen, start)


def laid(
    drawn: Drawn,
    states: Mapping[str, ElementState] = NO_STATES,
    *,
    title: str,
    link: Link = no_link,
    way: Way = no_way,
) -> Markup:
    """The drawing with the states laid over it: only what is in one is drawn anew, and what leads
    further is made a link."""
    parts, spoken = list(drawn.parts), language()
    for element, state in states.items():
        for place in drawn.places.get(element, ()):
            parts[place.number] = _standing(place, state, link(state), spoken)
    for node in drawn.nodes if way is not no_way else ():
        address = way(node.shape)
        if address:
            known = states.get(node.shape.id)
            if known is None:
                parts[node.number] = node.opening(address)
            elif not link(known):
                parts[node.number] = node.opening_in(known, address)
    body = "".join(parts)
    return Markup(f'{drawn.start}{escape(title)}">{body}</svg>')  # noqa: S704 - escaped above


def shown_states(states: Iterable[ElementState]) -> list[str]:
    """The kinds of states that a legend needs to explain, in a steady order."""
    present = {state.state for state in states}
    return [name for name in words.STATES if name in present]


# ---------------------------------------------------------------- parts


@lru_cache(maxsize=4_000)
def _standing(place: Place, state: ElementState, address: str | None, _language: str) -> Markup:
    """An element in a state, kept for those who look at it again. Places are told apart by what
    they are, not by what they hold: a drawing that is kept drawn has the same ones."""
    return place.standing(state, address)


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
        # What sits on a shape's edge is not drawn on it.
        centres = [(*nodes.centre(s), s) for s in shapes if s.kind != "boundaryEvent"]
        self._by_x = sorted(centres, key=itemgetter(0))
        self._by_y = sorted(centres, key=itemgetter(1))
        self._shown: dict[str, bool] = {}

    def _holds_any(self, outer: Shape) -> bool:
        """Whether another shape lies in this one. Only those are looked at whose centre is in its
        columns, or in its rows: whichever are fewer, so that no diagram takes seconds."""
        columns = _between(self._by_x, 0, outer.x, outer.x + outer.width)
        rows = _between(self._by_y, 1, outer.y, outer.y + outer.height)
        near = columns if len(columns) <= len(rows) else rows
        listed = self._by_x if near is columns else self._by_y
        return any(
            shape.id != outer.id and _holds(outer, shape)
            for shape in (listed[place][2] for place in near)
        )

    def shown_in(self, shape: Shape) -> bool:
        """Whether other shapes are drawn on it, a call activity that shows its process included."""
        if shape.kind != "callActivity":
            return nodes.is_container(shape)
        if shape.id not in self._shown:
            self._shown[shape.id] = self._holds_any(shape)
        return self._shown[shape.id]

    def closed_pool(self, shape: Shape) -> bool:
        return shape.kind == "participant" and not shape.expanded and not self._holds_any(shape)


def _between(
    centres: Sequence[tuple[float, float, Shape]], axis: int, low: float, high: float
) -> range:
    """The places in a sorted list of the centres from ``low`` to ``high`` along an axis."""
    along = itemgetter(axis)
    return range(bisect_left(centres, low, key=along), bisect_right(centres, high, key=along))


def _holds(outer: Shape, inner: Shape) -> bool:
    """Whether the centre of a smaller shape lies in a larger one."""
    x, y = nodes.centre(inner)
    smaller = inner.width <= outer.width and inner.height <= outer.height
    across = outer.x <= x <= outer.x + outer.width
    return smaller and across and outer.y <= y <= outer.y + outer.height


def _container(shape: Shape, inner: Markup) -> Markup:
    tint = tints.container(shape.stroke, shape.fill) if shape.stroke or shape.fill else None
    if tint is None:
        return tag("g", inner, class_="bp-container", aria_hidden="true")
    return tag("g", inner, class_=f"bp-container {tint.classes}", color=tint.color,
               stroke=tint.stroke, aria_hidden="true")  # fmt: skip


def _names(drawing: Drawing, over: list[Shape], size: float) -> tuple[Markup, list[Box]]:
    """The names that stand beside shapes and at flows, above everything else, and their boxes."""
    written = [w for s in over if not nodes.named_inside(s) and (w := _beside(s, size))]
    written += [w for e in drawing.edges if (w := edges.label(e, size))]
    ends = [end for e in drawing.edges if (end := edges.over(e))]
    # Every shape has said its name already.
    part = tag("g", *ends, *(name for name, _box in written), aria_hidden="true")
    return part, [box for _name, box in written]


def _classes(first: str, state: ElementState) -> str:
    return f"{first} is-{state.state}"


def _badge(shape: Shape, state: ElementState, scale: float) -> Markup:
    """A pill on the upper edge: who signed, how late, or that it goes on."""
    activity = nodes.is_activity(shape)
    said = words.badge(state)
    ticked = state.state == "done"
    if not (said or ticked) or not (activity or state.state in ("waiting", "incident")):
        return Markup("")
    return _pill((shape.x, shape.y, shape.width), said, scale, activity=activity, ticked=ticked)


@lru_cache(maxsize=4_000)
def _pill(
    place: tuple[float, float, float], said: str, scale: float, *, activity: bool, ticked: bool
) -> Markup:
    """The pill of a shape at a place (left, top, width)."""
    left, top, width = place
    block = text.Block((said,) if said else (), 11.5 * scale, bold=True)
    high, tick = PILL * scale, 13.0 * scale if ticked else 0.0
    wide = block.width + tick + (14 if said else 10) * scale
    if activity:
        x, y = left + width - wide + 6, top - high / 2
    else:
        x, y = left + (width - wide) / 2, top - high + 2
    parts = [rect(x, y, wide, high, "bp-pill", high / 2)]
    if ticked:
        at = f"translate({number(x + 7 * scale)} {number(y + 5 * scale)}) scale({number(scale)})"
        parts.append(path("M0.5 5.5L3.8 8.8L9.5 1.5", "bp-tick", transform=at))
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
