"""The geometry of a diagram (BPMN DI, BPMN 2.0.2 §12) as frozen shapes and edges.

Geometry is only ever drawn, never trusted: numbers that are not finite or absurdly large, shapes of
no element and edges without two points are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from lxml import etree

from engine.bpmn.names import (
    DC,
    DD,
    DI,
    bpmn,
    kind,
    local_reference,
    model_child,
    model_children,
    text,
)
from engine.views import Drawing, Edge, Shape

Box = tuple[float, float, float, float]
_FARTHEST = 1_000_000.0
_CONTAINERS = {"participant": 0, "lane": 1, "group": 2}
_SCOPES = ("subProcess", "transaction", "adHocSubProcess")
_THROWING = ("endEvent", "intermediateThrowEvent")
_EVENTS = ("startEvent", "intermediateCatchEvent", "boundaryEvent", *_THROWING)
_ACTIVITY_ENDINGS = ("Task", "task", "Activity", "Process", "transaction")
EMPTY = Drawing(shapes=(), edges=(), x=0, y=0, width=0, height=0)


def drawing(tree: etree._ElementTree, process_id: str | None = None) -> Drawing:
    """The drawing of a process: the plane that shows it, its pool or the elements in it.

    Without ``process_id`` the first plane of the file. A file without geometry gives an empty
    drawing of width 0. Coordinates are the diagram's own pixels.
    """
    plane = _plane(tree.getroot(), process_id)
    if plane is None:
        return EMPTY
    reader = _Reader(tree.getroot(), plane)
    shapes, edges = reader.shapes(), reader.edges()
    boxes = [(s.x, s.y, s.width, s.height) for s in shapes]
    boxes += [shape.label for shape in shapes if shape.label is not None]
    boxes += [edge.label for edge in edges if edge.label is not None]
    boxes += [(x, y, 0.0, 0.0) for edge in edges for x, y in edge.waypoints]
    if not boxes:
        return EMPTY
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    return Drawing(shapes, edges, left, top, right - left, bottom - top)


def _plane(root: etree._Element, process_id: str | None) -> etree._Element | None:
    planes = list(root.iter(f"{{{DI}}}BPMNPlane"))
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


class _Reader:
    def __init__(self, root: etree._Element, plane: etree._Element):
        self._plane = plane
        self._elements = {e.get("id"): e for e in root.iter() if kind(e) and e.get("id")}
        self._shared = {e.get("id"): kind(e) for e in root if kind(e).endswith("EventDefinition")}
        self._shown = {local_reference(s.get("bpmnElement")) for s in plane}

    def shapes(self) -> tuple[Shape, ...]:
        found: dict[str, tuple[int, Shape]] = {}
        for drawn in self._plane.iter(f"{{{DI}}}BPMNShape"):
            element = self._elements.get(local_reference(drawn.get("bpmnElement")))
            box = _box(drawn.find(f"{{{DC}}}Bounds"))
            if element is None or box is None or element.get("id") in found:
                continue
            found[element.get("id")] = (_layer(element), self._shape(drawn, element, box))
        return tuple(shape for _, shape in sorted(found.values(), key=lambda pair: pair[0]))

    def edges(self) -> tuple[Edge, ...]:
        found: dict[str, Edge] = {}
        for drawn in self._plane.iter(f"{{{DI}}}BPMNEdge"):
            element = self._elements.get(local_reference(drawn.get("bpmnElement")))
            points = tuple(_points(drawn.iterchildren(f"{{{DD}}}waypoint")))
            if element is None or len(points) < 2 or element.get("id") in found:
                continue
            found[element.get("id")] = self._edge(drawn, element, points)
        return tuple(found.values())

    def _shape(self, drawn: etree._Element, element: etree._Element, box: Box) -> Shape:
        name = kind(element)
        return Shape(
            id=element.get("id"),
            kind=name,
            name=self._name(element),
            x=box[0],
            y=box[1],
            width=box[2],
            height=box[3],
            event=self._event(element) if name in _EVENTS else None,
            label=_label(drawn),
            horizontal=_flag(drawn.get("isHorizontal"), box[2] >= box[3]),
            expanded=name not in _SCOPES or self._expanded(drawn, element),
            interrupting=_flag(element.get("cancelActivity"), True)
            and _flag(element.get("isInterrupting"), True),
            throwing=name in _THROWING,
            marker=_marker(element),
        )

    def _edge(
        self,
        drawn: etree._Element,
        element: etree._Element,
        points: tuple[tuple[float, float], ...],
    ) -> Edge:
        source = self._elements.get(local_reference(element.get("sourceRef")))
        from_activity = source is not None and kind(source).endswith(_ACTIVITY_ENDINGS)
        return Edge(
            id=element.get("id"),
            kind=kind(element),
            name=self._name(element),
            waypoints=points,
            label=_label(drawn),
            default=source is not None
            and local_reference(source.get("default")) == element.get("id"),
            conditional=from_activity and model_child(element, "conditionExpression") is not None,
        )

    def _name(self, element: etree._Element) -> str:
        if kind(element) == "textAnnotation":
            return text(model_child(element, "text"))
        if kind(element) == "group":
            value = self._elements.get(local_reference(element.get("categoryValueRef")))
            return "" if value is None else value.get("value") or ""
        return element.get("name") or ""

    def _event(self, element: etree._Element) -> str | None:
        """``multiple`` and ``parallelMultiple`` stand for events with several definitions."""
        kinds = [kind(e) for e in model_children(element) if kind(e).endswith("EventDefinition")]
        for reference in model_children(element, "eventDefinitionRef"):
            kinds.append(self._shared.get(local_reference(text(reference)), ""))
        if len(kinds) > 1:
            both = _flag(element.get("parallelMultiple"), False)
            return "parallelMultiple" if both else "multiple"
        return kinds[0] or None if kinds else None

    def _expanded(self, drawn: etree._Element, element: etree._Element) -> bool:
        inside = any(child.get("id") in self._shown for child in model_children(element))
        return _flag(drawn.get("isExpanded"), inside)


def _layer(element: etree._Element) -> int:
    """What is painted first: pools, lanes and sub-processes from the outside in, then nodes."""
    name = kind(element)
    depth = sum(1 for _ in element.iterancestors(*(bpmn(n) for n in (*_SCOPES, "lane"))))
    if name in _CONTAINERS:
        return _CONTAINERS[name] * 100 + depth
    if name == "boundaryEvent":
        return 10_000
    return 1_000 + depth * 2 + (0 if name in _SCOPES else 1)


def _marker(element: etree._Element) -> str | None:
    if model_child(element, "standardLoopCharacteristics") is not None:
        return "loop"
    multiple = model_child(element, "multiInstanceLoopCharacteristics")
    if multiple is not None:
        return "sequential" if _flag(multiple.get("isSequential"), False) else "parallel"
    if _flag(element.get("isForCompensation"), False):
        return "compensation"
    return "adhoc" if kind(element) == "adHocSubProcess" else None


def _label(drawn: etree._Element) -> Box | None:
    holder = drawn.find(f"{{{DI}}}BPMNLabel")
    box = None if holder is None else _box(holder.find(f"{{{DC}}}Bounds"))
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


def _flag(value: str | None, default: bool) -> bool:
    return default if value is None else value.strip() in ("true", "1")
