"""What a file says beyond places: markers, colours, and how lines run without points."""

from __future__ import annotations

import pytest

from engine.bpmn.colours import colour
from engine.views import Edge, Shape
from tests.support.bpmn import flow, process
from tests.support.layout import drawing, edge, plane, shape

COLOURS = (
    'xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" '
    'xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0"'
)
BOX = (0, 0, 100, 80)


def one(content: str, ident: str = "x", extra: str = "", around: str = "") -> Shape:
    found = drawing(around + process(content) + plane("p", shape(ident, BOX, extra)))
    return next(s for s in found.shapes if s.id == ident)


# ---------------------------------------------------------------- markers


LOOP = "<standardLoopCharacteristics/>"
MANY = "<multiInstanceLoopCharacteristics/>"
IN_TURN = '<multiInstanceLoopCharacteristics isSequential="true"/>'


@pytest.mark.parametrize(
    ("element", "markers"),
    [
        ('<task id="x"/>', ()),
        (f'<task id="x">{LOOP}</task>', ("loop",)),
        (f'<task id="x">{MANY}</task>', ("parallel",)),
        (f'<callActivity id="x">{IN_TURN}</callActivity>', ("sequential",)),
        (f'<task id="x" isForCompensation="true">{MANY}</task>', ("compensation", "parallel")),
        (f'<adHocSubProcess id="x">{LOOP}</adHocSubProcess>', ("loop", "adhoc")),
        (f'<adHocSubProcess id="x">{MANY}</adHocSubProcess>', ("parallel", "adhoc")),
        ('<dataObject id="x" isCollection="true"/>', ("collection",)),
        ('<dataObject id="o" isCollection="1"/><dataObjectReference id="x" dataObjectRef="o"/>',
         ("collection",)),
        ('<dataObject id="o"/><dataObjectReference id="x" dataObjectRef="o"/>', ()),
        ('<ioSpecification><dataInput id="x" isCollection="true"/></ioSpecification>',
         ("collection",)),
        ('<ioSpecification><dataOutput id="x"/></ioSpecification>', ()),
    ],
)  # fmt: skip
def test_markers_stand_side_by_side_in_their_order(element: str, markers: tuple[str, ...]) -> None:
    assert one(element).markers == markers


@pytest.mark.parametrize(
    ("multiplicity", "markers"),
    [
        ("", ()),
        ("<participantMultiplicity/>", ("parallel",)),
        ('<participantMultiplicity minimum="2" maximum="3"/>', ("parallel",)),
        ('<participantMultiplicity maximum="1"/>', ()),
    ],
)
def test_a_pool_of_several_participants_is_marked(
    multiplicity: str, markers: tuple[str, ...]
) -> None:
    pool = f'<collaboration><participant id="x">{multiplicity}</participant></collaboration>'
    assert one("", around=pool).markers == markers


def test_gateways_and_receive_tasks_say_that_they_begin_a_process() -> None:
    first = one('<eventBasedGateway id="x" instantiate="true"/>')
    assert (first.instantiating, first.parallel) == (True, False)
    both = one('<eventBasedGateway id="x" instantiate="1" eventGatewayType="Parallel"/>')
    assert (both.instantiating, both.parallel) == (True, True)
    assert one('<receiveTask id="x" instantiate="true"/>').instantiating
    assert not one('<receiveTask id="x"/>').instantiating


def test_an_exclusive_gateway_may_go_without_its_marker() -> None:
    gateway = '<exclusiveGateway id="x"/>'
    assert one(gateway).marked
    assert not one(gateway, extra='isMarkerVisible="false"').marked


def test_an_event_sub_process_is_known_by_what_it_says_and_shows_its_start_when_collapsed() -> None:
    content = (
        '<subProcess id="x" triggeredByEvent="true"><startEvent id="s" isInterrupting="false">'
        "<errorEventDefinition/></startEvent></subProcess>"
    )
    closed = one(content, extra='isExpanded="false"')
    assert (closed.triggered, closed.event, closed.interrupting) == (
        True,
        "errorEventDefinition",
        False,
    )
    opened = one(content, extra='isExpanded="true"')
    assert (opened.triggered, opened.event) == (True, None)
    assert not one('<subProcess id="x"><startEvent id="s"><errorEventDefinition/></startEvent>'
                   "</subProcess>").triggered  # fmt: skip


def test_a_call_of_a_global_task_knows_what_kind_of_task_it_is() -> None:
    tasks = '<globalUserTask id="g"/><globalTask id="h"/>'
    assert one('<callActivity id="x" calledElement="g"/>', around=tasks).global_task == "userTask"
    assert one('<callActivity id="x" calledElement="h"/>', around=tasks).global_task == "task"
    assert one('<callActivity id="x" calledElement="p"/>').global_task is None


def test_a_pool_without_a_process_does_not_show_its_inside_and_an_empty_one_does() -> None:
    pools = (
        '<collaboration><participant id="x" processRef="p"/><participant id="y"/></collaboration>'
    )
    assert one("", around=pools).expanded
    assert not one("", "y", around=pools).expanded
    assert one("", "y", 'isExpanded="true"', pools).expanded
    assert not one("", extra='isExpanded="false"', around=pools).expanded


def test_data_takes_its_name_and_its_state_from_where_they_stand() -> None:
    faktura = '<dataObject id="o" name="Faktura"/><dataObjectReference id="x" dataObjectRef="o"'
    assert one(f"{faktura}/>").name == "Faktura"
    state = '><dataState name="betald"/></dataObjectReference>'
    assert one(faktura + state).name == "Faktura\n[betald]"


# ---------------------------------------------------------------- colours


@pytest.mark.parametrize(
    ("text", "is_read_as"),
    [
        ("#1E88E5", "#1e88e5"),
        ("#f0a", "#ff00aa"),
        (" rgb(255, 0,16) ", "#ff0010"),
        ("rgb(999,0,0)", "#ff0000"),
        ("Red", "#ff0000"),
        ("", None),
        ("none", None),
        ("#12345", None),
        ("url(https://example.org/x)", None),
        ('#fff" onload="alert(1)', None),
        ("#١٢٣", None),
    ],
)
def test_only_colours_are_taken_for_colours(text: str, is_read_as: str | None) -> None:
    assert colour(text) == is_read_as


@pytest.mark.parametrize(
    ("extra", "colours"),
    [
        ('bioc:stroke="#e53935" bioc:fill="#ffcdd2"', ("#e53935", "#ffcdd2")),
        ('color:border-color="#1e88e5"', ("#1e88e5", None)),
        ('color:background-color="#bbdefb" bioc:stroke="#000"', ("#000000", "#bbdefb")),
        ('bioc:fill="#000000" color:background-color="#ffffff"', (None, "#ffffff")),
        ('bioc:fill="var(--x)" color:background-color="nonsense"', (None, None)),
        ("", (None, None)),
    ],
)
def test_shapes_and_edges_have_the_colours_of_both_vocabularies(
    extra: str, colours: tuple[str | None, str | None]
) -> None:
    found = one('<task id="x"/>', extra=f"{COLOURS} {extra}")
    assert (found.stroke, found.fill) == colours
    tasks = '<task id="a"/><task id="b"/>' + flow("f", "a", "b")
    drawn = plane("p", edge("f", (0, 0), (10, 0), extra=f"{COLOURS} {extra}"))
    assert drawing(process(tasks) + drawn).edges[0].stroke == colours[0]


# ---------------------------------------------------------------- lines


def line(content: str, shapes: str, ident: str, *points: tuple[int, int]) -> Edge | None:
    found = drawing(process(content) + plane("p", shapes + edge(ident, *points)))
    return next((e for e in found.edges if e.id == ident), None)


PAIR = '<task id="a"/><exclusiveGateway id="b"/><startEvent id="c"/>' + flow("f", "a", "b")
PLACES = shape("a", (0, 0, 100, 80)) + shape("b", (200, 15, 50, 50)) + shape("c", (0, 200, 36, 36))


def test_an_edge_without_points_is_a_straight_line_between_the_borders_of_its_shapes() -> None:
    for points in ((), ((7, 7),)):
        found = line(PAIR, PLACES, "f", *points)
        assert found is not None
        (x1, y1), (x2, y2) = found.waypoints
        assert (x1, x2) == (pytest.approx(100, abs=0.05), pytest.approx(200, abs=0.05))
        assert y1 == y2 == 40


def test_a_straight_line_ends_on_circles_and_diamonds_not_on_their_boxes() -> None:
    found = line(PAIR + flow("g", "c", "b"), PLACES, "g")
    assert found is not None
    (x1, y1), (x2, y2) = found.waypoints
    assert (x1 - 18) ** 2 + (y1 - 218) ** 2 == pytest.approx(18**2, abs=1)
    assert abs(x2 - 225) + abs(y2 - 40) == pytest.approx(25, abs=0.1)


def test_an_edge_from_an_element_to_itself_goes_around_its_corner() -> None:
    found = line(PAIR + flow("g", "a", "a"), PLACES, "g")
    assert found is not None
    assert found.waypoints[0] == (100, 40)
    assert found.waypoints[-1] == (50, 0)
    assert max(x for x, _y in found.waypoints) > 100


def test_an_edge_whose_shapes_stand_elsewhere_is_left_out() -> None:
    assert line(PAIR, shape("a", BOX), "f") is None


def test_ends_in_the_middle_of_shapes_are_led_to_their_borders() -> None:
    found = line(PAIR, PLACES, "f", (50, 40), (225, 40))
    assert found is not None
    assert [x for x, _y in found.waypoints] == pytest.approx([100, 200], abs=0.05)
    as_drawn = ((100, 40), (150, 60), (200, 40))
    assert (line(PAIR, PLACES, "f", *as_drawn) or found).waypoints == as_drawn


def test_data_associations_join_the_activity_that_they_belong_to() -> None:
    content = (
        '<task id="a"><dataOutputAssociation id="out"><targetRef>d</targetRef>'
        '</dataOutputAssociation><dataInputAssociation id="in"><sourceRef>d</sourceRef>'
        '</dataInputAssociation></task><dataObjectReference id="d"/>'
    )
    shapes = shape("a", (0, 0, 100, 80)) + shape("d", (200, 15, 36, 50))
    out, back = line(content, shapes, "out"), line(content, shapes, "in")
    assert out is not None
    assert back is not None
    assert out.waypoints[0][0] == pytest.approx(100, abs=0.05)
    assert back.waypoints == out.waypoints[::-1]


@pytest.mark.parametrize(
    ("said", "direction"), [("None", "none"), ("One", "one"), ("Both", "both"), ("x", "none")]
)
def test_associations_know_their_direction(said: str, direction: str) -> None:
    content = (
        '<task id="a"/><textAnnotation id="b"/><association id="f" sourceRef="a" targetRef="b" '
        f'associationDirection="{said}"/>'
    )
    found = line(content, PLACES, "f", (0, 0), (9, 0))
    assert found is not None
    assert found.direction == direction
