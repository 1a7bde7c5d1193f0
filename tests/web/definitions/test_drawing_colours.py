"""Colours of the file's own: used, readable in light and in dark, and never over a state's."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from engine import Edge, Shape
from tests.support.svg import SVG, TASK, classes, drawn, state
from web.svg import tints

SURFACES = ("#ffffff", "#172127")
PALETTE = (
    "#1e88e5", "#bbdefb", "#e53935", "#ffcdd2", "#fb8c00", "#ffe0b2", "#43a047", "#c8e6c9",
    "#8e24aa", "#e1bee7", "#0d4372", "#831311", "#ffff00", "#000080", "#c00000", "#00ff00",
)  # fmt: skip


@pytest.mark.parametrize("fill", PALETTE)
def test_letters_and_lines_stand_out_from_every_ground(fill: str) -> None:
    for stroke in (None, *PALETTE):
        tint = tints.node(stroke, fill)
        assert tint is not None
        assert tint.color is not None
        assert tint.fill == fill
        letters = tints.DARK if "bp-on-pale" in tint.classes else tints.LIGHT
        assert tints.contrast(letters, fill) >= 4.5
        assert tints.contrast(tint.color, fill) >= 3


@pytest.mark.parametrize(("stroke", "surface"), list(product(PALETTE, SURFACES)))
def test_lines_of_every_colour_are_seen_on_light_and_on_dark(stroke: str, surface: str) -> None:
    assert tints.contrast(tints.line(stroke), surface) >= 3


def test_a_colour_that_is_seen_on_both_stays_as_it_is() -> None:
    assert tints.line("#1e88e5") == "#1e88e5"


def test_black_lines_and_white_grounds_are_the_page_s_own() -> None:
    assert tints.node("#000000", "#ffffff") is None
    assert tints.container("#202020", "#fefefe") is None
    assert tints.flow("#000000") is None
    assert tints.node("#000000", "#bbdefb") == tints.node(None, "#bbdefb")


def test_pools_keep_a_ground_that_what_stands_on_them_can_be_read_on() -> None:
    pale, deep = tints.container(None, "#bbdefb"), tints.container(None, "#4a148c")
    assert pale is not None
    assert deep is not None
    assert "bp-pale" in pale.classes
    assert "bp-pale" not in deep.classes


def test_a_coloured_shape_carries_its_colours_as_attributes_and_no_style() -> None:
    root = drawn(replace(TASK, stroke="#1e88e5", fill="#bbdefb"))
    group = next(e for e in root.iter(f"{SVG}g") if "bp-ground" in (e.get("class") or ""))
    assert (group.get("fill"), group.get("stroke")) == ("#bbdefb", "#1e88e5")
    assert not [e for e in root.iter() if e.get("style")]


def test_how_things_stand_shows_before_the_file_s_colours() -> None:
    coloured = replace(TASK, stroke="#1e88e5", fill="#bbdefb")
    assert "bp-tint" not in classes(drawn(coloured, t=state("late", days_late=1)))


def test_pools_and_flows_have_their_colours_too() -> None:
    pool = Shape("p", "participant", "Vi", 0, 0, 600, 300, fill="#c8e6c9")
    assert "bp-wash" in classes(drawn(pool, TASK))
    flow = Edge("f", "sequenceFlow", "", ((0.0, 0.0), (9.0, 0.0)), stroke="#e53935")
    assert "bp-tint" in classes(drawn(edges=(flow,)))
    assert "bp-tint" not in classes(drawn(edges=(flow,), f=state("done")))
