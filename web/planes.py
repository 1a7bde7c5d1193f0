"""A diagram on a page, with the planes of its collapsed sub-processes and the links between them.

A plane (``BPMNPlane``) is the drawing of the inside of one collapsed sub-process. The address says
which plane is shown; no script takes part.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from flask import current_app, request, url_for
from markupsafe import Markup

from engine import Drawing, ElementState, Shape
from web import diagram
from web.i18n import gettext as _
from web.i18n import language

ARGUMENT: Final = "delprocess"
"""The query parameter with the id of the sub-process whose plane is shown."""

OTHER_PARAMETERS: Final = ("blad",)
"""The query parameters that a link to another plane repeats."""

NOW: Final = ("incident", "late", "open", "waiting")
"""The states of elements that are active now, the most urgent first."""

ANCHOR: Final = "diagram"
"""The HTML id of the diagram on a page."""


@dataclass(frozen=True, slots=True)
class Step:
    """A plane on the way from the whole diagram to the shown one.

    ``address`` is None for the shown plane itself.
    """

    name: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A plane as SVG, the states that its legend explains, and the trail that leads to it."""

    svg: Markup
    legend: list[str]
    trail: list[Step]


def picture(
    drawing: Drawing,
    states: Mapping[str, ElementState] = diagram.NO_STATES,
    *,
    title: str,
    link: diagram.Link = diagram.no_link,
) -> Picture:
    """The picture that the request's address asks for: the whole diagram, or one of its planes.

    ``link`` gives the address of an element's task or instance, ``title`` names the picture.
    """
    way = path(drawing, request.args.get(ARGUMENT))
    shown = way[-1] if way else drawing
    heading = f"{title}: {_name(shown)}" if way else title
    states = with_insides(drawing, states)
    svg, legend = Markup(""), list[str]()
    if shown.shapes or shown.edges:
        drawn = _drawn(drawing.key, shown)
        leads = _leads(drawing, shown)
        svg = diagram.laid(drawn, states, title=heading, link=link, way=leads)
        legend = diagram.shown_states(s for i, s in states.items() if i in drawn.places)
    trail = [Step(_name(one), _address(one.element_id)) for one in way[:-1]]
    whole = [Step(_("Hela diagrammet"), _address(None))] if way else []
    return Picture(svg, legend, [*whole, *trail, *(Step(_name(one), None) for one in way[-1:])])


KEPT: Final = 64
"""How many planes are kept drawn; each is as large as its part of a page."""


class DrawnPlanes:
    """The planes that are kept drawn, the least recently used of which is given up first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str | None, str], diagram.Drawn] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, plane: Drawing) -> diagram.Drawn:
        """The plane as SVG, drawn once for each ``key`` (``Drawing.key``) and language."""
        which = (key, plane.element_id, language())
        with self._lock:
            known = self._kept.get(which)
            if known is not None:
                self._kept.move_to_end(which)
                return known
        known = diagram.drawn(plane)
        with self._lock:
            self._kept[which] = known
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return known


def _drawn(key: str, plane: Drawing) -> diagram.Drawn:
    if not key:
        return diagram.drawn(plane)
    kept: DrawnPlanes = current_app.extensions.setdefault("drawn_planes", DrawnPlanes())
    return kept.get(key, plane)


def path(drawing: Drawing, element_id: str | None) -> list[Drawing]:
    """The planes from the whole diagram to that of a sub-process, which is the last.

    Empty when the sub-process has no plane.
    """
    if element_id is None:
        return []
    planes = {one.element_id: one for one in drawing.planes}
    holders = {s.id: one.element_id for one in drawing.planes for s in one.shapes}
    way: list[Drawing] = []
    while element_id in planes and planes[element_id] not in way:
        way.append(planes[element_id])
        element_id = holders.get(str(element_id))
    return way[::-1]


def with_insides(
    drawing: Drawing, states: Mapping[str, ElementState]
) -> Mapping[str, ElementState]:
    """The states, with each collapsed sub-process in the most urgent state of its inside: the whole
    diagram would else not show where the work is."""
    if not states or not drawing.planes:
        return states
    all_states = dict(states)
    for plane in reversed(drawing.planes):  # the innermost are the last
        ident = str(plane.element_id)
        present = [all_states[s.id] for s in plane.shapes if s.id in all_states]
        now = [one for one in present if one.state in NOW]
        if not now or (ident in all_states and all_states[ident].state in NOW):
            continue
        first = min(now, key=lambda one: (NOW.index(one.state), -one.days_late))
        all_states[ident] = ElementState(ident, first.state, days_late=first.days_late)
    return all_states


def all_shapes(drawing: Drawing) -> list[Shape]:
    """The shapes of the whole diagram and of its planes."""
    return [shape for one in (drawing, *drawing.planes) for shape in one.shapes]


def _leads(drawing: Drawing, shown: Drawing) -> Callable[[Shape], str | None]:
    inner = {one.element_id for one in drawing.planes} - {shown.element_id}

    def way(shape: Shape) -> str | None:
        if shape.id in inner:
            return _address(shape.id)
        if shape.opens:
            return url_for("definitions.show", definition_id=shape.opens, _anchor=ANCHOR)
        return None

    return way


def _address(element_id: str | None) -> str:
    """The address of this page with another plane."""
    asked: dict[str, Any] = {k: request.args[k] for k in OTHER_PARAMETERS if k in request.args}
    if element_id is not None:
        asked[ARGUMENT] = element_id
    asked |= request.view_args or {}
    return url_for(str(request.endpoint), **asked, _anchor=ANCHOR)


def _name(plane: Drawing) -> str:
    return plane.name or _("Delprocess")
