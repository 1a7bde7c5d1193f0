"""Every sign of BPMN's notation that a drawing can show, and what stands above what."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from engine import Edge, Shape
from tests.support.svg import SVG, TASK, classes, drawn
from web.svg import icons

DOCUMENT = Shape("d", "dataObjectReference", "", 0, 0, 36, 50)
GATEWAY = Shape("g", "eventBasedGateway", "", 0, 0, 50, 50)
POOL = Shape("p", "participant", "Leverantör", 0, 0, 400, 60)
MESSAGE = Edge("m", "messageFlow", "", ((180.0, 180.0), (180.0, 300.0)))


def paths(root: ET.Element) -> list[str]:
    return [e.get("d") or "" for e in root.iter(f"{SVG}path")]


def places(root: ET.Element, sign: str) -> list[float]:
    """Where on the x axis the marker stands."""
    found = []
    for e in root.iter(f"{SVG}path"):
        if e.get("d") == icons.MARKERS[sign]:
            found.append(float((e.get("transform") or "").split("(")[1].split()[0]))
    return found


# ---------------------------------------------------------------- markers


@pytest.mark.parametrize(
    ("kind", "expanded", "markers", "shown"),
    [
        ("task", True, ("loop",), ("loop",)),
        ("task", True, ("compensation", "parallel"), ("compensation", "parallel")),
        ("callActivity", True, ("sequential",), ("sequential", "collapsed")),
        ("subProcess", False, ("loop",), ("loop", "collapsed")),
        ("adHocSubProcess", False, ("loop", "adhoc"), ("loop", "collapsed", "adhoc")),
        ("adHocSubProcess", True, ("loop", "adhoc"), ("loop", "adhoc")),
        ("participant", True, ("parallel",), ("parallel",)),
        ("participant", False, ("parallel",), ("parallel",)),
    ],
)
def test_markers_stand_side_by_side_around_the_middle(
    kind: str, expanded: bool, markers: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    shape = replace(TASK, kind=kind, expanded=expanded, markers=markers)
    root = drawn(shape)
    at = [places(root, sign) for sign in shown]
    assert [len(found) for found in at] == [1] * len(shown)
    row = [found[0] for found in at]
    assert row == sorted(row)
    assert len(set(row)) == len(row)
    assert sum(row) / len(row) == TASK.x + TASK.width / 2
    others = set(icons.MARKERS) - set(shown)
    assert not any(places(root, sign) for sign in others)


def test_documents_show_that_they_are_many_go_in_or_go_out() -> None:
    bars, arrow = icons.DATA["collection"], icons.DATA["input"]
    assert bars not in paths(drawn(DOCUMENT))
    assert bars in paths(drawn(replace(DOCUMENT, markers=("collection",))))
    into = drawn(replace(DOCUMENT, kind="dataInput", markers=("collection",)))
    assert {bars, arrow} <= set(paths(into))
    assert "bp-ink-full" not in classes(into)
    out = drawn(replace(DOCUMENT, kind="dataOutput"))
    assert arrow in paths(out)
    assert "bp-ink-full" in classes(out)


def test_event_gateways_tell_apart_waiting_beginning_and_beginning_by_all() -> None:
    def rings(shape: Shape) -> int:
        return len(list(drawn(shape).iter(f"{SVG}circle")))

    begins = replace(GATEWAY, instantiating=True)
    both = replace(begins, parallel=True)
    assert (rings(GATEWAY), rings(begins), rings(both)) == (2, 1, 1)
    assert paths(drawn(GATEWAY)) == paths(drawn(begins))
    assert paths(drawn(begins)) != paths(drawn(both))


def test_a_receive_task_that_begins_a_process_has_its_envelope_in_a_circle() -> None:
    task = replace(TASK, kind="receiveTask")
    assert not list(drawn(task).iter(f"{SVG}circle"))
    assert len(list(drawn(replace(task, instantiating=True)).iter(f"{SVG}circle"))) == 1


def test_an_exclusive_gateway_without_a_marker_is_an_empty_diamond() -> None:
    gateway = replace(GATEWAY, kind="exclusiveGateway")
    assert len(paths(drawn(gateway))) == 2
    assert len(paths(drawn(replace(gateway, marked=False)))) == 1


def test_a_call_of_a_global_task_looks_like_that_task_with_a_thick_border() -> None:
    root = drawn(replace(TASK, kind="callActivity", global_task="userTask"))
    assert {"bp-call", "bp-kind"} <= classes(root)
    assert not places(root, "collapsed")


def test_a_collapsed_event_sub_process_shows_what_starts_it() -> None:
    scope = replace(TASK, kind="subProcess", expanded=False, triggered=True)
    plain = drawn(scope)
    assert "bp-dotted" in classes(plain)
    assert not list(plain.iter(f"{SVG}circle"))
    by_message = replace(scope, event="messageEventDefinition")
    assert len(list(drawn(by_message).iter(f"{SVG}circle"))) == 1
    assert "bp-dashed" not in classes(drawn(by_message))
    assert "bp-dashed" in classes(drawn(replace(by_message, interrupting=False)))


def test_a_transaction_has_two_borders_open_or_closed() -> None:
    for expanded in (True, False):
        root = drawn(replace(TASK, kind="transaction", expanded=expanded))
        assert len(list(root.iter(f"{SVG}rect"))) == 2


# ---------------------------------------------------------------- pools


def test_an_empty_pool_that_is_open_has_a_title_strip_and_a_closed_one_has_none() -> None:
    assert "bp-pool-title" in classes(drawn(POOL))
    closed = drawn(replace(POOL, expanded=False))
    assert "bp-pool-title" not in classes(closed)
    assert not [e for e in closed.iter() if "rotate" in (e.get("transform") or "")]


def test_the_title_of_a_standing_lane_is_on_top() -> None:
    lane = Shape("l", "lane", "Kundansvarig", 0, 0, 140, 700, horizontal=False)
    assert not [e for e in drawn(lane).iter() if "rotate" in (e.get("transform") or "")]


# ---------------------------------------------------------------- flows


def test_the_circle_where_a_message_begins_is_above_its_source() -> None:
    order = [e.get("class") for e in drawn(TASK, edges=(MESSAGE,)).iter()]
    assert order.index("bp-box") < order.index("bp-start")
    assert order.index("bp-line bp-message") < order.index("bp-box")


@pytest.mark.parametrize(
    ("envelope", "shown"),
    [("initiating", 1), ("non_initiating", 1), (None, 0), ('"><script>', 0)],
)
def test_a_message_flow_may_show_its_envelope(envelope: str | None, shown: int) -> None:
    plain = len(paths(drawn(TASK, edges=(MESSAGE,))))
    root = drawn(TASK, edges=(replace(MESSAGE, envelope=envelope),))
    assert len(paths(root)) == plain + shown
    assert ("bp-shaded" in classes(root)) is (envelope == "non_initiating")


@pytest.mark.parametrize(("direction", "heads"), [("none", 0), ("one", 1), ("both", 2)])
def test_associations_have_as_many_heads_as_directions(direction: str, heads: int) -> None:
    edge = replace(MESSAGE, kind="association", direction=direction)
    assert len(paths(drawn(edges=(edge,)))) == 1 + heads
