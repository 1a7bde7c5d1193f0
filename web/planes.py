"""The planes of a diagram on a page: the whole, the inside of each collapsed sub-process, and the
way between them. Which one is shown stands in the address; no script takes part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import request, url_for
from markupsafe import Markup

from engine import Drawing, ElementState, Shape
from web import diagram
from web.i18n import gettext as _

ARGUMENT: Final = "delprocess"
"""The query's name for the sub-process whose plane is shown."""

KEPT: Final = ("blad",)
"""What else an address of a page with a drawing may say."""

NOW: Final = ("incident", "late", "open", "waiting")
"""The states of what goes on now, the most pressing first."""

ANCHOR: Final = "diagram"


@dataclass(frozen=True, slots=True)
class Step:
    """A drawing on the way from the whole to the part that is shown; without an address the one
    that is shown."""

    name: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with what its legend explains and the way that has led to it."""

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
    """The drawing that the request asks for: the whole, or one of its planes."""
    way = path(drawing, request.args.get(ARGUMENT))
    shown = way[-1] if way else drawing
    said = f"{title}: {_name(shown)}" if way else title
    states = with_insides(drawing, states)
    svg = diagram.draw(shown, states, title=said, link=link, way=_leads(drawing, shown))
    here = {s.id for s in shown.shapes} | {e.id for e in shown.edges}
    legend = diagram.shown_states(s for element, s in states.items() if element in here)
    trail = [Step(_name(one), _address(one.element_id)) for one in way[:-1]]
    whole = [Step(_("Hela diagrammet"), _address(None))] if way else []
    return Picture(svg, legend, [*whole, *trail, *(Step(_name(one), None) for one in way[-1:])])


def path(drawing: Drawing, element_id: str | None) -> list[Drawing]:
    """The planes that lead to that of a sub-process, which is the last; none when there is no
    such plane, and the whole is shown."""
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
    """The states, and for each collapsed sub-process what goes on in it now: whoever looks at the
    whole would else not see where the work is."""
    if not states or not drawing.planes:
        return states
    known = dict(states)
    for plane in reversed(drawing.planes):  # the innermost are the last
        ident = str(plane.element_id)
        present = [known[s.id] for s in plane.shapes if s.id in known]
        now = [one for one in present if one.state in NOW]
        if not now or (ident in known and known[ident].state in NOW):
            continue
        first = min(now, key=lambda one: (NOW.index(one.state), -one.days_late))
        known[ident] = ElementState(ident, first.state, days_late=first.days_late)
    return known


def all_shapes(drawing: Drawing) -> list[Shape]:
    """The shapes of the whole and of its planes."""
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
    """This page with another plane on it."""
    asked: dict[str, Any] = {key: request.args[key] for key in KEPT if key in request.args}
    if element_id is not None:
        asked[ARGUMENT] = element_id
    asked |= request.view_args or {}
    return url_for(str(request.endpoint), **asked, _anchor=ANCHOR)


def _name(plane: Drawing) -> str:
    return plane.name or _("Delprocess")
