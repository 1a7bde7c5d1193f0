"""A diagram as SVG, drawn on the server: the geometry of the file, and on it how things stand.

Everything is a class (static/diagram.css gives the looks), every element has its words for those
who do not see the drawing, and what can be opened is a plain link: no script takes part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from markupsafe import Markup

from engine import Drawing, Edge, ElementState, Shape
from web.svg import edges, nodes, text, words
from web.svg.markup import number, path, rect, tag

Link = Callable[[ElementState], str | None]
"""The address of what an element stands for (its task, its child instance), or None."""

NO_STATES: Final[Mapping[str, ElementState]] = {}
LETTERS: Final = 13.0
"""Size of the letters in a drawing that is shown in its own size."""

READABLE: Final = 1230.0
"""Width up to which a drawing fits a common screen unscaled; wider ones get larger letters."""

WIDE: Final = 1090.0
"""Drawings over this width may use more of the window than text does."""

MARGIN: Final = 16.0
PILL: Final = 20.0


def no_link(_state: ElementState) -> str | None:
    return None


def draw(
    drawing: Drawing,
    states: Mapping[str, ElementState] = NO_STATES,
    *,
    title: str,
    link: Link = no_link,
) -> Markup:
    """The whole drawing as one ``<svg>``; nothing for a diagram without geometry."""
    if not drawing.shapes and not drawing.edges:
        return Markup("")
    scale = min(max(drawing.width / READABLE, 1.0), 1.25)
    size, beside = LETTERS * scale, (LETTERS - 1) * min(scale, 1.12)
    left, top, right, bottom = _bounds(drawing)
    inside = _Inside(drawing.shapes)
    under = [s for s in drawing.shapes if inside.shown_in(s)]
    over = sorted((s for s in drawing.shapes if not inside.shown_in(s)), key=_reading)
    parts = [_container(s, states.get(s.id), size, inside) for s in under]
    parts += [_flow(e, states) for e in drawing.edges]
    parts += [_node(s, states.get(s.id), scale, link, inside) for s in over]
    names = [nodes.label(s, beside) for s in over]
    names += [edges.label(e, beside) for e in drawing.edges]
    parts.append(tag("g", *names, aria_hidden="true"))  # every shape has said its name already
    return tag(
        "svg",
        *parts,
        viewBox=" ".join(number(v) for v in (left, top, right - left, bottom - top)),
        width=round(right - left),
        height=round(bottom - top),
        class_="bp bp-wide" if right - left > WIDE else "bp",
        role="group",
        aria_label=title,
    )


def shown_states(states: Iterable[ElementState]) -> list[str]:
    """The kinds of states that a legend needs to explain, in a steady order."""
    present = {state.state for state in states}
    return [name for name in words.STATES if name in present]


# ---------------------------------------------------------------- parts


def _reading(shape: Shape) -> tuple[bool, float, float]:
    """Left to right, top to bottom; what sits on an activity's edge comes after all activities."""
    return shape.kind == "boundaryEvent", shape.x, shape.y


class _Inside:
    """Which shapes lie in which: what the geometry alone says of pools and sub-processes."""

    def __init__(self, shapes: tuple[Shape, ...]):
        self._shapes = shapes

    def of(self, outer: Shape) -> list[Shape]:
        return [s for s in self._shapes if s.id != outer.id and _holds(outer, s)]

    def shown_in(self, shape: Shape) -> bool:
        """Whether other shapes are drawn on it, a call activity that shows its process included."""
        if shape.kind == "callActivity":
            return any(s.kind != "boundaryEvent" for s in self.of(shape))
        return nodes.is_container(shape)

    def empty_pool(self, shape: Shape) -> bool:
        return shape.kind == "participant" and not self.of(shape)

    def started_by_event(self, shape: Shape) -> bool:
        """An event sub-process: the only kind that has a start event with a definition."""
        if shape.kind not in nodes.SCOPES:
            return False
        within = self.of(shape)
        deeper = [s for s in within if s.kind in nodes.SCOPES]
        return any(
            s.kind == "startEvent" and s.event and not any(_holds(scope, s) for scope in deeper)
            for s in within
        )


def _holds(outer: Shape, inner: Shape) -> bool:
    """Whether the centre of a smaller shape lies in a larger one."""
    x, y = nodes.centre(inner)
    smaller = inner.width <= outer.width and inner.height <= outer.height
    across = outer.x <= x <= outer.x + outer.width
    return smaller and across and outer.y <= y <= outer.y + outer.height


def _container(shape: Shape, state: ElementState | None, size: float, inside: _Inside) -> Markup:
    drawn = nodes.container(
        shape, size, empty=inside.empty_pool(shape), event=inside.started_by_event(shape)
    )
    return tag("g", drawn, class_=_classes("bp-container", state), aria_hidden="true")


def _flow(edge: Edge, states: Mapping[str, ElementState]) -> Markup:
    known = states.get(edge.id)
    drawn = edges.draw(edge, known.state if known else None)
    return tag("g", drawn, aria_hidden="true")


def _node(
    shape: Shape, state: ElementState | None, scale: float, link: Link, inside: _Inside
) -> Markup:
    drawn = nodes.node(shape, LETTERS * scale, event=inside.started_by_event(shape))
    if state:
        drawn += _badge(shape, state, scale)
    says = words.describe(shape, state)
    hover = tag("title", says)
    address = link(state) if state else None
    if address:
        picture = tag("g", drawn, class_=_classes("bp-seen", state), aria_hidden="true")
        # Its title names it (SVG-AAM): an aria-label would have to repeat the drawn letters.
        return tag("a", hover, picture, href=address, class_="bp-node")
    if not shape.name.strip() and not state:
        return tag("g", hover, drawn, class_="bp-node", aria_hidden="true")
    return tag("g", hover, drawn, class_=_classes("bp-node", state), role="img", aria_label=says)


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


def _bounds(drawing: Drawing) -> tuple[float, float, float, float]:
    """What has to be seen: all shapes, names, lines and badges, with a margin."""
    boxes = [(s.x, s.y - PILL / 2, s.x + s.width + 6, s.y + s.height) for s in drawing.shapes]
    boxes += [nodes.reach(s) for s in drawing.shapes if nodes.is_event(s)]
    boxes += [edges.extent(e) for e in drawing.edges]
    return (
        min(b[0] for b in boxes) - MARGIN / 2,
        min(b[1] for b in boxes) - MARGIN / 4,
        max(b[2] for b in boxes) + MARGIN / 2,
        max(b[3] for b in boxes) + MARGIN / 2,
    )
