"""The geometry of a diagram (BPMN DI, BPMN 2.0.2 §12) as frozen shapes and edges.

Geometry is only ever drawn, never trusted: numbers that are not finite or absurdly large, shapes of
no element and edges that lead nowhere are left out. A collapsed sub-process has its inside on a
plane of its own; what an older tool has left on the same plane is led to one.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from lxml import etree

from engine.bpmn import colours, lines, notation
from engine.bpmn.flow_ids import MADE
from engine.bpmn.names import (
    DC,
    DD,
    DI,
    bpmn,
    kind,
    local_reference,
    model_child,
    model_children,
)
from engine.bpmn.notation import EVENTS, SCOPES, THROWING, flag
from engine.views import Drawing, Edge, Shape

Box = tuple[float, float, float, float]
"""A rectangle in the drawing's units: left, top, width, height."""
_FARTHEST: Final = 1_000_000.0
_CONTAINERS: Final = {"participant": 0, "lane": 1, "group": 2}
_DEEPER: Final = tuple(bpmn(name) for name in (*SCOPES, "lane"))
_ACTIVITY_ENDINGS: Final = ("Task", "task", "Activity", "Process", "transaction")
_SPECIAL: Final = frozenset(
    ("participant", "callActivity", "receiveTask", "eventBasedGateway", *SCOPES)
)
_SHAPE, _EDGE, _LABEL = (f"{{{DI}}}{name}" for name in ("BPMNShape", "BPMNEdge", "BPMNLabel"))
_BOUNDS, _WAYPOINT = f"{{{DC}}}Bounds", f"{{{DD}}}waypoint"
EMPTY: Final = Drawing(shapes=(), edges=(), x=0, y=0, width=0, height=0)
"""The drawing of a file without any diagram interchange."""


def drawing(tree: etree._ElementTree, process_id: str | None = None) -> Drawing:
    """The drawing of a process: the plane that shows it, its pool or the elements in it, and the
    planes of the collapsed sub-processes that can be reached from there, outer before inner.

    Without ``process_id`` the first plane of the file. A file without geometry gives an empty
    drawing of width 0. Coordinates are the diagram's own pixels.
    """
    root = tree.getroot()
    planes = list(root.iter(f"{{{DI}}}BPMNPlane"))
    plane = _plane(root, planes, process_id)
    return EMPTY if plane is None else _LayoutFile(root, planes).drawing(plane)


def _plane(
    root: etree._Element, planes: list[etree._Element], process_id: str | None
) -> etree._Element | None:
    if process_id is None or not planes:
        return planes[0] if planes else None
    wanted = {process_id} | {
        owner.get("id")
        for owner in model_children(root, "collaboration")
        for pool in model_children(owner, "participant")
        if local_reference(pool.get("processRef")) == process_id
    }
    for plane in planes:
        if local_reference(plane.get("bpmnElement")) in wanted:
            return plane
    process = next((p for p in model_children(root, "process") if p.get("id") == process_id), None)
    if process is None:
        return None
    inside = {e.get("id") for e in process.iter() if kind(e) and e.get("id")}
    for plane in planes:
        if any(local_reference(s.get("bpmnElement")) in inside for s in plane):
            return plane
    return None


class _LayoutFile:
    """The planes of a file: each is read when something leads to it."""

    def __init__(self, root: etree._Element, planes: list[etree._Element]):
        self._elements = {i: e for e in root.iter(bpmn("*")) if (i := e.get("id"))}
        self._shared = {e.get("id"): kind(e) for e in root if kind(e).endswith("EventDefinition")}
        self._own: dict[str, etree._Element] = {}
        for plane in planes:
            self._own.setdefault(local_reference(plane.get("bpmnElement")), plane)

    def drawing(self, plane: etree._Element) -> Drawing:
        """The drawing of a plane, with the planes of the collapsed sub-processes in it."""
        main, *inner = self._parts(plane)
        planes = {one.element_id: one for one in inner}
        queue = deque([main, *inner])
        while queue:
            for shape in queue.popleft().shapes:
                own = self._own.get(shape.id)
                if own is None or own is plane or shape.id in planes or shape.kind not in SCOPES:
                    continue
                for one in self._parts(own):
                    if one.shapes and one.element_id not in planes:
                        planes[one.element_id] = one
                        queue.append(one)
        named = tuple(self._named(one) for one in planes.values())
        return replace(main, element_id=None, planes=named)

    def _parts(self, plane: etree._Element) -> list[Drawing]:
        """What the plane shows, and behind it the insides of collapsed sub-processes that stand
        on it too."""
        whole = local_reference(plane.get("bpmnElement"))
        reader = _LayoutReader(plane, self._elements, self._shared)
        shapes, edges = reader.shapes(), reader.edges()
        hidden = {s.id for s in shapes if s.kind in SCOPES and not s.expanded and s.id != whole}
        if not hidden:
            return [_bounded(shapes, edges, whole)]
        drawn = (*(s.id for s in shapes), *(e.id for e in edges))
        homes = {ident: self._home(ident, hidden) for ident in drawn}
        parts = [_bounded_in(None, shapes, edges, homes, whole)]
        scopes = {home for home in homes.values() if home and home not in self._own}
        for scope in sorted(scopes, key=lambda ident: (self._depth(ident), ident)):
            parts.append(_bounded_in(scope, shapes, edges, homes, scope))
        return parts

    def _depth(self, ident: str) -> int:
        return sum(1 for _ in self._elements[ident].iterancestors())

    def _home(self, ident: str, hidden: set[str]) -> str | None:
        """The collapsed sub-process whose inside an element belongs to."""
        for above in self._elements[ident].iterancestors(*_DEEPER):
            if above.get("id") in hidden:
                return str(above.get("id"))
        return None

    def _named(self, one: Drawing) -> Drawing:
        element = self._elements.get(one.element_id or "")
        name = "" if element is None else " ".join((element.get("name") or "").split())
        return replace(one, name=name)


def _bounded_in(
    home: str | None,
    shapes: tuple[Shape, ...],
    edges: tuple[Edge, ...],
    homes: dict[str, str | None],
    element_id: str,
) -> Drawing:
    return _bounded(
        tuple(s for s in shapes if homes[s.id] == home),
        tuple(e for e in edges if homes[e.id] == home),
        element_id,
    )


def _bounded(shapes: tuple[Shape, ...], edges: tuple[Edge, ...], element_id: str) -> Drawing:
    boxes = [(s.x, s.y, s.width, s.height) for s in shapes]
    boxes += [shape.label for shape in shapes if shape.label is not None]
    boxes += [edge.label for edge in edges if edge.label is not None]
    boxes += [(x, y, 0.0, 0.0) for edge in edges for x, y in edge.waypoints]
    if not boxes:
        return EMPTY
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    return Drawing(shapes, edges, left, top, right - left, bottom - top, element_id)


class _LayoutReader:
    """What stands on one plane."""

    def __init__(
        self, plane: etree._Element, elements: dict[str, etree._Element], shared: dict[str, str]
    ):
        self._plane = plane
        self._elements = elements
        self._shared = shared
        self._shown = {local_reference(s.get("bpmnElement")) for s in plane}
        self._by_id: dict[str, Shape] = {}

    def shapes(self) -> tuple[Shape, ...]:
        """The shapes of the plane in the file's order, each element once."""
        layers: dict[str, int] = {}
        for drawn in self._plane.iter(_SHAPE):
            element = self._elements.get(local_reference(drawn.get("bpmnElement")))
            box = _box(drawn.find(_BOUNDS))
            if element is None or box is None or element.get("id") in layers:
                continue
            ident = element.get("id")
            layers[ident] = _layer(element)
            self._by_id[ident] = self._shape(drawn, element, box)
        return tuple(self._by_id[ident] for ident in sorted(layers, key=layers.__getitem__))

    def edges(self) -> tuple[Edge, ...]:
        """The edges, once the shapes that they connect are known."""
        edges: dict[str, Edge] = {}
        # What has no id in the file could not be drawn in it: a straight line joins its ends.
        undrawn = [
            etree.Element(_EDGE, bpmnElement=ident)
            for ident in self._elements
            if ident.startswith(MADE)
        ]
        for drawn in (*self._plane.iter(_EDGE), *undrawn):
            element = self._elements.get(local_reference(drawn.get("bpmnElement")))
            if element is None or element.get("id") in edges:
                continue
            between = lines.ends(element)
            points = lines.led(tuple(_points(drawn.iterchildren(_WAYPOINT))), between, self._by_id)
            if points:
                edges[element.get("id")] = self._edge(drawn, element, between[0], points)
        return tuple(edges.values())

    def _shape(self, drawn: etree._Element, element: etree._Element, box: Box) -> Shape:
        what = kind(element)
        kinds = [kind(child) for child in element]
        stroke, fill = colours.of(drawn)
        data = what.startswith("data")
        more: dict[str, Any] = {}
        if what in _SPECIAL:
            more = self._more(drawn, element, what)
        elif what in EVENTS:
            more["event"] = notation.event(element, kinds, self._shared)
            cancels = (
                flag(element.get("cancelActivity"), True)
                or more["event"] == "compensateEventDefinition"
            )
            more["interrupting"] = cancels and flag(element.get("isInterrupting"), True)
        return Shape(
            element.get("id"),
            what,
            notation.name(element, self._elements),
            *box,
            label=_label(drawn),
            horizontal=flag(drawn.get("isHorizontal"), box[2] >= box[3]),
            markers=notation.collection(element, self._elements)
            if data
            else notation.markers(element, what, kinds),
            throwing=what in THROWING,
            marked=flag(drawn.get("isMarkerVisible"), True),
            stroke=stroke,
            fill=fill,
            **more,
        )

    def _more(self, drawn: etree._Element, element: etree._Element, what: str) -> dict[str, Any]:
        """What only some kinds of elements have."""
        if what == "participant":
            expanded = flag(drawn.get("isExpanded"), element.get("processRef") is not None)
            return {"expanded": expanded}
        if what == "callActivity":
            return {"global_task": notation.global_task(element, self._elements)}
        if what in SCOPES:
            return self._scope(drawn, element)
        return {
            "instantiating": flag(element.get("instantiate"), False),
            "parallel": element.get("eventGatewayType") == "Parallel",
        }

    def _scope(self, drawn: etree._Element, element: etree._Element) -> dict[str, Any]:
        expanded = drawn.get("isExpanded")
        inside = expanded is None and any(
            child.get("id") in self._shown for child in model_children(element)
        )
        more: dict[str, Any] = {"expanded": flag(expanded, inside)}
        if not flag(element.get("triggeredByEvent"), False):
            return more
        more["triggered"] = True
        start = model_child(element, "startEvent")
        if start is not None and not more["expanded"]:
            kinds = [kind(child) for child in start]
            more["event"] = notation.event(start, kinds, self._shared)
            more["interrupting"] = flag(start.get("isInterrupting"), True)
        return more

    def _edge(
        self,
        drawn: etree._Element,
        element: etree._Element,
        source_id: str,
        points: tuple[tuple[float, float], ...],
    ) -> Edge:
        what = kind(element)
        source = self._elements.get(source_id)
        from_activity = source is not None and kind(source).endswith(_ACTIVITY_ENDINGS)
        direction = (element.get("associationDirection") or "none").lower()
        return Edge(
            element.get("id"),
            what,
            element.get("name") or "",
            points,
            _label(drawn),
            default=source is not None
            and local_reference(source.get("default")) == element.get("id"),
            conditional=from_activity and model_child(element, "conditionExpression") is not None,
            direction=direction if direction in ("one", "both") else "none",
            envelope=drawn.get("messageVisibleKind") if what == "messageFlow" else None,
            stroke=colours.of(drawn)[0],
        )


def _layer(element: etree._Element) -> int:
    """What is painted first: pools, lanes and sub-processes from the outside in, then nodes."""
    name = kind(element)
    depth = sum(1 for _ in element.iterancestors(*_DEEPER))
    if name in _CONTAINERS:
        return _CONTAINERS[name] * 100 + depth
    if name == "boundaryEvent":
        return 10_000
    return 1_000 + depth * 2 + (0 if name in SCOPES else 1)


def _label(drawn: etree._Element) -> Box | None:
    holder = drawn.find(_LABEL)
    box = None if holder is None else _box(holder.find(_BOUNDS))
    return box if box is not None and box[2] > 0 and box[3] > 0 else None


def _box(bounds: etree._Element | None) -> Box | None:
    if bounds is None:
        return None
    x, y, width, height = (_number(bounds.get(n)) for n in ("x", "y", "width", "height"))
    if x is None or y is None or width is None or height is None or width < 0 or height < 0:
        return None
    return x, y, width, height


def _points(waypoints: Iterable[etree._Element]) -> Iterator[tuple[float, float]]:
    for point in waypoints:
        x, y = _number(point.get("x")), _number(point.get("y"))
        if x is not None and y is not None:
            yield x, y


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= _FARTHEST else None
