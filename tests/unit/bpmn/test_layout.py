"""The geometry of a diagram is read as drawn, and what is no geometry is left out."""

from __future__ import annotations

from engine.bpmn import layout
from tests.support.bpmn import flow, process
from tests.support.layout import drawing, edge, label, plane, shape

MODEL = (
    '<collaboration id="c"><participant id="pool" name="Vi" processRef="p"/></collaboration>'
    + process(
        '<laneSet id="ls"><lane id="l" name="Säljare"/></laneSet>'
        '<startEvent id="s"><timerEventDefinition><timeDuration>P1D</timeDuration>'
        '</timerEventDefinition></startEvent><userTask id="t" name="Offert">'
        '<multiInstanceLoopCharacteristics isSequential="true"/></userTask>'
        '<exclusiveGateway id="g" default="f2"/><endEvent id="e"><messageEventDefinition/>'
        '<signalEventDefinition/></endEvent><boundaryEvent id="b" attachedToRef="t"'
        ' cancelActivity="false"><errorEventDefinition/></boundaryEvent>'
        '<subProcess id="sub"/><textAnnotation id="n"><text>Tänk på</text></textAnnotation>'
        + flow("f1", "t", "g", "= x")
        + flow("f2", "g", "e")
    )
)


def test_shapes_come_outermost_first_and_carry_what_is_drawn() -> None:
    found = drawing(
        MODEL
        + plane(
            "c",
            shape("b", (90, 90, 36, 36))
            + shape("t", (50, 50, 100, 80))
            + shape("sub", (200, 50, 100, 80), 'isExpanded="false"')
            + shape("l", (30, 0, 570, 250), 'isHorizontal="true"')
            + shape("pool", (0, 0, 600, 250))
            + shape("s", (10, 60, 36, 36), inside=label(5, 100, 60, 14))
            + shape("e", (500, 60, 36, 36))
            + shape("n", (300, 150, 100, 30)),
        ),
        "p",
    )
    by_id = {s.id: s for s in found.shapes}
    assert [s.id for s in found.shapes][:2] == ["pool", "l"]
    assert found.shapes[-1].id == "b"
    assert by_id["pool"].name == "Vi"
    assert (by_id["t"].kind, by_id["t"].name, by_id["t"].markers) == (
        "userTask",
        "Offert",
        ("sequential",),
    )
    assert by_id["s"].event == "timerEventDefinition"
    assert by_id["s"].label == (5, 100, 60, 14)
    assert by_id["e"].event == "multiple"
    assert by_id["e"].throwing
    assert not by_id["b"].interrupting
    assert not by_id["sub"].expanded
    assert by_id["n"].name == "Tänk på"
    assert (found.x, found.y, found.width, found.height) == (0, 0, 600, 250)


def test_flows_know_defaults_and_conditions() -> None:
    found = drawing(
        MODEL + plane("p", edge("f1", (0, 0), (10, 0)) + edge("f2", (10, 0), (10, 20), (30, 20)))
    )
    first, second = found.edges
    assert (first.id, first.conditional, first.default) == ("f1", True, False)
    assert (second.default, second.waypoints) == (True, ((10, 0), (10, 20), (30, 20)))


def test_the_plane_of_the_process_is_found_by_its_pool_or_by_what_stands_in_it() -> None:
    two = (
        MODEL
        + process('<userTask id="other"/>', "q")
        + plane("c", shape("t", (0, 0, 100, 80)))
        + plane("sub", shape("other", (0, 0, 10, 10)))
    )
    assert [s.id for s in drawing(two, "p").shapes] == ["t"]
    assert [s.id for s in drawing(two, "q").shapes] == ["other"]
    assert [s.id for s in drawing(two).shapes] == ["t"]
    assert drawing(two, "unknown") == layout.EMPTY


def test_a_diagram_without_geometry_is_an_empty_drawing() -> None:
    assert drawing(MODEL) == layout.EMPTY
    assert layout.EMPTY.width == 0


def test_numbers_that_cannot_be_drawn_are_left_out() -> None:
    boxes = [("nan", 0, 10, 10), ("1e400", 0, 10, 10), (0, 0, -5, 10), ("x", 0, 1, 1)]
    for box in boxes:
        assert drawing(MODEL + plane("p", shape("t", box))) == layout.EMPTY
    assert drawing(MODEL + plane("p", edge("f1", (0, 0)) + shape("ghost", (0, 0, 1, 1)))) == (
        layout.EMPTY
    )


def test_a_shape_drawn_twice_counts_once() -> None:
    twice = shape("t", (0, 0, 10, 10)) + shape("t", (50, 0, 10, 10))
    assert [s.x for s in drawing(MODEL + plane("p", twice)).shapes] == [0]


def test_prefixes_do_not_matter() -> None:
    inside = shape("tns:t", (0, 0, 100, 80))
    assert [s.id for s in drawing(MODEL + plane("tns:p", inside), "p").shapes] == ["t"]


def test_a_flow_without_an_id_is_a_line_between_its_ends() -> None:
    nameless = (
        '<sequenceFlow sourceRef="s" targetRef="t"/><sequenceFlow sourceRef="s" targetRef="t"/>'
    )
    shown = plane("p", shape("s", (0, 0, 36, 36)) + shape("t", (100, 0, 36, 36)))
    drawn = drawing(process('<startEvent id="s"/><task id="t"/>' + nameless) + shown)
    assert [e.kind for e in drawn.edges] == ["sequenceFlow", "sequenceFlow"]
    assert len({e.id for e in drawn.edges}) == 2
    assert all(len(e.waypoints) == 2 for e in drawn.edges)


def test_a_compensation_on_a_border_is_never_drawn_as_one_that_leaves_its_activity_alone() -> None:
    def interrupting(event: str) -> bool:
        border = f'<boundaryEvent id="b" attachedToRef="t" cancelActivity="false"><{event}/>'
        content = process(f'<task id="t"/>{border}</boundaryEvent>')
        shown = plane("p", shape("t", (0, 0, 90, 60)) + shape("b", (80, 50, 36, 36)))
        return next(s.interrupting for s in drawing(content + shown).shapes if s.id == "b")

    assert interrupting("compensateEventDefinition")
    assert not interrupting("messageEventDefinition")
