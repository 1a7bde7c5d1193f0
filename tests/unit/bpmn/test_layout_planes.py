"""The inside of a collapsed sub-process is a drawing of its own, wherever the file has it."""

from __future__ import annotations

from engine.bpmn import layout
from engine.views import Drawing
from tests.support.bpmn import flow, process
from tests.support.layout import drawing, edge, plane, shape

NESTED = process(
    '<startEvent id="s"/><subProcess id="outer" name="Yttre  del"><userTask id="t1"/>'
    '<subProcess id="inner" name="Inre"><userTask id="t2"/><userTask id="t3"/>'
    + flow("f3", "t2", "t3")
    + "</subProcess>"
    + flow("f2", "t1", "inner")
    + "</subProcess>"
    + flow("f1", "s", "outer")
)
COLLAPSED = 'isExpanded="false"'
BOX = (0, 0, 100, 80)
WHOLE = shape("s", (0, 0, 36, 36)) + shape("outer", (100, 0, 100, 80), COLLAPSED)
OUTER = shape("t1", BOX) + shape("inner", (200, 0, 100, 80), COLLAPSED)
INNER = shape("t2", BOX) + shape("t3", (200, 0, 100, 80)) + edge("f3", (100, 40), (200, 40))


def ids(one: Drawing) -> list[str]:
    return sorted(s.id for s in one.shapes)


def inside(whole: Drawing) -> dict[str | None, list[str]]:
    return {one.element_id: ids(one) for one in whole.planes}


def test_planes_within_planes_are_there_outer_before_inner() -> None:
    found = drawing(NESTED + plane("p", WHOLE) + plane("inner", INNER) + plane("outer", OUTER), "p")
    assert ids(found) == ["outer", "s"]
    assert found.element_id is None
    assert [one.element_id for one in found.planes] == ["outer", "inner"]
    assert inside(found) == {"outer": ["inner", "t1"], "inner": ["t2", "t3"]}
    outer, inner = found.planes
    assert (outer.name, inner.name) == ("Yttre del", "Inre")
    assert [e.id for e in inner.edges] == ["f3"]
    assert (inner.width, outer.planes) == (300, ())


def test_what_an_older_tool_left_on_the_same_plane_is_not_drawn_over_the_collapsed_one() -> None:
    found = drawing(NESTED + plane("p", WHOLE + OUTER + INNER + edge("f1", (36, 18), (100, 18))))
    assert ids(found) == ["outer", "s"]
    assert [e.id for e in found.edges] == ["f1"]
    assert inside(found) == {"outer": ["inner", "t1"], "inner": ["t2", "t3"]}


def test_the_own_plane_holds_where_a_file_has_the_inside_twice() -> None:
    twice = plane("p", WHOLE + shape("t1", (500, 500, 10, 10))) + plane("outer", OUTER)
    found = drawing(NESTED + twice)
    assert ids(found) == ["outer", "s"]
    assert [s.x for s in found.planes[0].shapes if s.id == "t1"] == [0]


def test_an_expanded_sub_process_and_one_without_a_plane_lead_nowhere() -> None:
    open_one = shape("outer", (100, 0, 300, 200), 'isExpanded="true"') + shape("t1", BOX)
    assert drawing(NESTED + plane("p", open_one)).planes == ()
    assert drawing(NESTED + plane("p", WHOLE)).planes == ()
    assert drawing(NESTED + plane("p", WHOLE) + plane("outer", "")).planes == ()


def test_a_plane_is_that_of_the_process_even_when_a_sub_process_comes_first() -> None:
    first = plane("outer", OUTER) + plane("p", WHOLE)
    assert ids(drawing(NESTED + first, "p")) == ["outer", "s"]


def test_planes_that_show_each_other_do_not_go_round_for_ever() -> None:
    one = plane("outer", OUTER + shape("outer", (500, 0, 100, 80), COLLAPSED))
    other = plane("inner", INNER + shape("outer", (500, 0, 100, 80), COLLAPSED))
    found = drawing(NESTED + plane("p", WHOLE) + one + other, "p")
    assert set(inside(found)) == {"outer", "inner"}


def test_a_pool_s_plane_leads_on_too() -> None:
    pool = '<collaboration id="c"><participant id="pool" processRef="p"/></collaboration>'
    drawn = plane("c", shape("pool", (0, 0, 600, 250)) + WHOLE) + plane("outer", OUTER)
    found = drawing(pool + NESTED + drawn, "p")
    assert list(inside(found)) == ["outer"]
    assert layout.EMPTY.planes == ()
