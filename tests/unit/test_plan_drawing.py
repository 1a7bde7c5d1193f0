"""The committed diagrams are drawn so that a person likes to read them.

Sizes are in the diagram's own pixels. Text is measured roughly: the mean width of a letter of
a common sans serif at the size that bpmn-js draws with (12 px in shapes, 11 px outside).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

WORKFLOWS = Path(__file__).parents[2] / "workflows"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"

ACTIVITIES = {"userTask", "callActivity"}
EVENTS = {"startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent"}
GATEWAYS = {"exclusiveGateway", "parallelGateway"}
NODES = ACTIVITIES | EVENTS | GATEWAYS | {"subProcess"}
LABELLED = EVENTS | {"exclusiveGateway", "sequenceFlow"}
LETTER = 0.55
LINE = 1.25

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: Box, gap: float = 0) -> bool:
        return (
            self.x < other.right + gap
            and other.x < self.right + gap
            and self.y < other.bottom + gap
            and other.y < self.bottom + gap
        )

    def holds(self, other: Box) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def has_on_border(self, point: Point) -> bool:
        x, y = point
        inside = self.x <= x <= self.right and self.y <= y <= self.bottom
        return inside and (x in (self.x, self.right) or y in (self.y, self.bottom))

    def crossed_by(self, a: Point, b: Point) -> bool:
        """Whether a level or upright line goes through the inside."""
        (left, right), (top, bottom) = sorted((a[0], b[0])), sorted((a[1], b[1]))
        return left < self.right and right > self.x and top < self.bottom and bottom > self.y


class Diagram:
    """One file: its BPMN elements by id, their boxes, their labels' boxes and their lines."""

    def __init__(self, path: Path):
        self.root = etree.parse(str(path)).getroot()
        self.elements = {
            e.get("id") or "": e
            for e in self.root.iter()
            if isinstance(e.tag, str) and e.tag.startswith(BPMN) and e.get("id")
        }
        self.boxes: dict[str, Box] = {}
        self.labels: dict[str, Box] = {}
        self.lines: dict[str, list[Point]] = {}
        for drawn in self.root.iter(BPMNDI + "BPMNShape", BPMNDI + "BPMNEdge"):
            ident = drawn.get("bpmnElement") or ""
            bounds = drawn.find(DC + "Bounds")
            label = drawn.find(f"{BPMNDI}BPMNLabel/{DC}Bounds")
            if bounds is not None:
                self.boxes[ident] = _box(bounds)
            if label is not None:
                self.labels[ident] = _box(label)
            points = drawn.findall(DI + "waypoint")
            if points:
                self.lines[ident] = [(float(p.get("x")), float(p.get("y"))) for p in points]

    def of_kind(self, kinds: set[str]) -> Iterator[etree._Element]:
        return (e for e in self.elements.values() if kind(e) in kinds)

    def around(self, ident: str) -> set[str]:
        """The ids of the elements that an element stands in."""
        return {a.get("id") or "" for a in self.elements[ident].iterancestors()}

    def boundary_hosts(self) -> set[tuple[str, str]]:
        return {
            (e.get("id") or "", e.get("attachedToRef") or "")
            for e in self.of_kind({"boundaryEvent"})
        }


def _box(bounds: etree._Element) -> Box:
    x, y, width, height = (float(bounds.get(n) or "nan") for n in ("x", "y", "width", "height"))
    return Box(x, y, width, height)


def kind(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def text_size(text: str, width: float, size: float) -> tuple[float, float]:
    """How wide and high a text is, wrapped between words at ``width``."""
    longest, line, lines = 0.0, 0.0, 1
    for word in text.split():
        length = len(word) * size * LETTER
        if line and line + size * LETTER + length > width:
            line, lines = 0.0, lines + 1
        line += length + (size * LETTER if line else 0)
        longest = max(longest, line)
    return longest, lines * size * LINE


@pytest.fixture(params=sorted(WORKFLOWS.glob("*.bpmn")), ids=lambda path: path.stem)
def diagram(request: pytest.FixtureRequest) -> Diagram:
    return Diagram(request.param)


def test_everything_is_drawn_and_nothing_else(diagram: Diagram) -> None:
    shapes = NODES | {"participant", "lane"}
    assert set(diagram.boxes) == {e.get("id") for e in diagram.of_kind(shapes)}
    assert set(diagram.lines) == {e.get("id") for e in diagram.of_kind({"sequenceFlow"})}


def test_events_decisions_and_their_answers_have_names_and_places_for_them(
    diagram: Diagram,
) -> None:
    for element in diagram.of_kind(LABELLED):
        if element.get("name"):
            assert element.get("id") in diagram.labels
    for gateway in diagram.of_kind({"exclusiveGateway"}):
        answers = [diagram.elements[o.text or ""] for o in gateway.findall(BPMN + "outgoing")]
        if len(answers) > 1:
            assert (gateway.get("name") or "").endswith("?")
            assert all(answer.get("name") for answer in answers)
    assert all(e.get("name") for e in diagram.of_kind(EVENTS | ACTIVITIES | {"subProcess"}))


def test_activities_are_wide_enough_for_their_names(diagram: Diagram) -> None:
    for element in diagram.of_kind(ACTIVITIES):
        box = diagram.boxes[element.get("id") or ""]
        assert (box.width, box.height) == (160, 80)
        width, height = text_size(element.get("name") or "", box.width - 14, 12)
        assert width <= box.width - 14
        assert height <= box.height - 28, "the marker at the bottom needs its place too"


def test_pools_and_lanes_are_high_enough_for_their_names(diagram: Diagram) -> None:
    for element in diagram.of_kind({"participant", "lane"}):
        width, _ = text_size(element.get("name") or "", 1e9, 12)
        assert width <= diagram.boxes[element.get("id") or ""].height


def test_labels_are_large_enough_for_their_texts(diagram: Diagram) -> None:
    for ident, box in diagram.labels.items():
        _, height = text_size(diagram.elements[ident].get("name") or "", box.width, 11)
        assert height <= box.height, ident


def test_no_two_nodes_overlap(diagram: Diagram) -> None:
    nodes = [e.get("id") or "" for e in diagram.of_kind(NODES)]
    attached = diagram.boundary_hosts()
    for a, b in combinations(nodes, 2):
        nested = a in diagram.around(b) or b in diagram.around(a)
        if not nested and not {(a, b), (b, a)} & attached:
            assert not diagram.boxes[a].overlaps(diagram.boxes[b], gap=20), (a, b)


def test_labels_cover_neither_nodes_nor_lines_nor_each_other(diagram: Diagram) -> None:
    nodes = [e.get("id") or "" for e in diagram.of_kind(NODES - {"subProcess"})]
    for ident, label in diagram.labels.items():
        for node in nodes:
            assert not label.overlaps(diagram.boxes[node]), (ident, node)
        for flow, points in diagram.lines.items():
            assert not any(label.crossed_by(a, b) for a, b in pairwise(points)), (ident, flow)
    for (a, one), (b, other) in combinations(diagram.labels.items(), 2):
        assert not one.overlaps(other), (a, b)


def test_nodes_stand_inside_what_they_belong_to(diagram: Diagram) -> None:
    (pool,) = [diagram.boxes[e.get("id") or ""] for e in diagram.of_kind({"participant"})]
    assert all(pool.holds(box) for box in [*diagram.boxes.values(), *diagram.labels.values()])
    for lane in diagram.of_kind({"lane"}):
        for ref in lane.iter(BPMN + "flowNodeRef"):
            assert diagram.boxes[lane.get("id") or ""].holds(diagram.boxes[ref.text or ""])
    for sub in diagram.of_kind({"subProcess"}):
        box = diagram.boxes[sub.get("id") or ""]
        for child in sub:
            if child.get("id") in diagram.boxes:
                assert box.holds(diagram.boxes[child.get("id") or ""]), child.get("id")


def test_lanes_fill_their_pool_without_overlapping(diagram: Diagram) -> None:
    lanes = [diagram.boxes[e.get("id") or ""] for e in diagram.of_kind({"lane"})]
    (pool,) = [diagram.boxes[e.get("id") or ""] for e in diagram.of_kind({"participant"})]
    assert not any(a.overlaps(b) for a, b in combinations(lanes, 2))
    assert not lanes or sum(lane.height for lane in lanes) == pool.height


def test_lines_are_level_or_upright_and_join_the_borders_of_their_nodes(diagram: Diagram) -> None:
    for flow, points in diagram.lines.items():
        element = diagram.elements[flow]
        assert diagram.boxes[element.get("sourceRef") or ""].has_on_border(points[0]), flow
        assert diagram.boxes[element.get("targetRef") or ""].has_on_border(points[-1]), flow
        for a, b in pairwise(points):
            assert (a[0] == b[0]) != (a[1] == b[1]), flow


def test_no_line_goes_through_a_node(diagram: Diagram) -> None:
    for flow, points in diagram.lines.items():
        for element in diagram.of_kind(NODES):
            ident = element.get("id") or ""
            if ident not in diagram.around(flow):
                box = diagram.boxes[ident]
                assert not any(box.crossed_by(a, b) for a, b in pairwise(points)), (flow, ident)


def test_no_two_lines_cross(diagram: Diagram) -> None:
    for one, other in combinations(diagram.lines.values(), 2):
        assert not any(cross(s, t) for s in pairwise(one) for t in pairwise(other))


def cross(one: Sequence[Point], other: Sequence[Point]) -> bool:
    """Whether a level and an upright piece cross in their middles (branches may share a piece)."""
    level, upright = sorted((one, other), key=lambda piece: piece[0][0] == piece[1][0])
    if level[0][1] != level[1][1] or upright[0][0] != upright[1][0]:
        return False
    x, y = upright[0][0], level[0][1]
    (left, right), (top, bottom) = (
        sorted((level[0][0], level[1][0])),
        sorted((upright[0][1], upright[1][1])),
    )
    return left < x < right and top < y < bottom


def test_the_way_leads_from_left_to_right_except_in_loops(diagram: Diagram) -> None:
    for flow, points in diagram.lines.items():
        if points[-1][0] < points[0][0]:
            assert len(points) == 4, f"{flow} runs back above or below"
            assert points[0][0] == points[1][0], flow
            assert points[2][0] == points[3][0], flow


def test_incoming_and_outgoing_agree_with_the_flows(diagram: Diagram) -> None:
    for element in diagram.of_kind(NODES):
        ident = element.get("id")
        flows = list(diagram.of_kind({"sequenceFlow"}))
        for way, end in (("incoming", "targetRef"), ("outgoing", "sourceRef")):
            drawn = sorted(f.get("id") or "" for f in flows if f.get(end) == ident)
            assert sorted(e.text or "" for e in element.findall(BPMN + way)) == drawn
        if kind(element) not in {"startEvent", "boundaryEvent"} and not element.get(
            "triggeredByEvent"
        ):
            assert element.findall(BPMN + "incoming"), ident


def test_every_start_leads_somewhere(diagram: Diagram) -> None:
    for element in diagram.of_kind(EVENTS - {"endEvent"}):
        assert element.findall(BPMN + "outgoing"), element.get("id")
