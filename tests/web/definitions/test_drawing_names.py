"""Names in a drawing: of one size, never cut off, and all within what is seen."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from engine import Edge, Shape
from tests.support.svg import SVG, TASK, drawn, words
from web.svg import text

LONG = (
    "Vilka delar av måltiden önskar kunden att vi ska leverera till huvudkontoret i Örnsköldsvik?"
)
GATEWAY = Shape("g", "exclusiveGateway", LONG, 150, 226, 50, 50)
LABELS = [
    None,
    (143.0, 274.0, 65.0, 14.0),  # below
    (143.0, 200.0, 65.0, 14.0),  # above
    (210.0, 244.0, 65.0, 14.0),  # to the right
    (70.0, 244.0, 65.0, 14.0),  # to the left
    (160.0, 244.0, 30.0, 14.0),  # on it
]


def view(root: ET.Element) -> tuple[float, float, float, float]:
    x, y, wide, high = (float(v) for v in (root.get("viewBox") or "").split())
    return x, y, x + wide, y + high


def outside(root: ET.Element) -> list[str]:
    """The lines of text that reach out of what is seen."""
    left, top, right, bottom = view(root)
    found = []
    for line in root.iter(f"{SVG}text"):
        wide, x = float(line.get("textLength") or 0), float(line.get("x") or 0)
        size, y = float(line.get("font-size") or 0), float(line.get("y") or 0)
        start = x - wide * {"middle": 0.5, "end": 1.0}.get(line.get("text-anchor") or "", 0.0)
        if start < left or start + wide > right or y - size < top or y > bottom:
            found.append(line.text or "")
    return found


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("kind", ["exclusiveGateway", "endEvent", "dataObjectReference"])
def test_a_name_beside_a_shape_is_whole_and_in_sight(
    kind: str, label: tuple[float, float, float, float] | None
) -> None:
    root = drawn(replace(GATEWAY, kind=kind, label=label))
    assert words(root) == LONG
    assert outside(root) == []


@pytest.mark.parametrize("label", [None, (0.0, 0.0, 20.0, 10.0)])
def test_the_name_of_a_flow_is_whole_and_in_sight(
    label: tuple[float, float, float, float] | None,
) -> None:
    for end in ((60.0, 0.0), (0.0, 60.0)):
        flow = Edge("f", "sequenceFlow", LONG, ((0.0, 0.0), end), label=label)
        root = drawn(edges=(flow,))
        assert words(root) == LONG
        assert outside(root) == []


def test_a_note_grows_with_its_text_and_keeps_its_lines() -> None:
    note = Shape("n", "textAnnotation", f"Tänk på:\n- {LONG}\n- två", 0, 0, 100, 30)
    root = drawn(note)
    assert " ".join(words(root).split()) == f"Tänk på: - {LONG} - två"
    assert outside(root) == []
    lines = [line.text for line in root.iter(f"{SVG}text")]
    assert lines[0] == "Tänk på:"
    assert lines[-1] == "- två"


def test_all_names_are_of_one_size_that_the_longest_fits_in() -> None:
    narrow = replace(TASK, id="n", name="Kvalitetsuppföljning", x=400.0, width=114.0)
    event = Shape("e", "endEvent", "Klart", 600, 100, 36, 36)
    flow = Edge("f", "sequenceFlow", "ja", ((260.0, 140.0), (400.0, 140.0)))
    root = drawn(TASK, narrow, event, edges=(flow,))
    sizes = {line.get("font-size") for line in root.iter(f"{SVG}text")}
    assert len(sizes) == 1
    assert 11 <= float(sizes.pop() or 0) < 13


def test_one_name_that_is_far_too_long_does_not_make_all_others_small() -> None:
    crammed = replace(TASK, id="n", name=LONG * 3, x=400.0, width=100.0)
    sizes = {float(e.get("font-size") or 0) for e in drawn(TASK, crammed).iter(f"{SVG}text")}
    assert max(sizes) >= 11
    assert min(sizes) < 11


def test_endless_names_end_in_an_ellipsis_and_a_word_without_end_is_broken() -> None:
    block = text.wrap("ordet " * 5000, 90.0, 13.0)
    assert len(block.lines) == 16
    assert block.lines[-1].endswith("…")
    assert max(text.width(line, 13.0) for line in text.wrap("x" * 500, 90.0, 13.0).lines) <= 90.01
    assert text.longest_word("x" * 500, 13.0) == 180


def test_letters_of_other_scripts_are_not_stretched() -> None:
    for name in ("Заявка принята", "批准", "طلب"):
        lines = list(drawn(replace(TASK, name=name)).iter(f"{SVG}text"))
        assert "".join(line.text or "" for line in lines).replace(" ", "") == name.replace(" ", "")
        assert all(line.get("textLength") is None for line in lines)


def test_the_name_of_a_flow_hides_the_line_that_it_is_on_but_no_shape_that_it_touches() -> None:
    line = ((0.0, 0.0), (200.0, 0.0))
    on_it = {e.get("class") for e in drawn(edges=(Edge("f", "messageFlow", "ja", line),)).iter()}
    assert "bp-name" in on_it
    near = Edge("f", "messageFlow", "ja", line, label=(150.0, 120.0, 60.0, 14.0))
    beside = {e.get("class") for e in drawn(TASK, edges=(near,)).iter()}
    assert "bp-name" not in beside
    assert "bp-label bp-halo" in beside


@pytest.mark.parametrize(
    ("wide", "classes"),
    [(200.0, "bp"), (700.0, "bp bp-broad"), (1800.0, "bp bp-broad bp-wide"),
     (2600.0, "bp bp-broad bp-wide bp-huge")],
)  # fmt: skip
def test_a_drawing_that_nobody_could_read_when_made_to_fit_is_scrolled(
    wide: float, classes: str
) -> None:
    assert drawn(Shape("p", "participant", "Vi", 0, 0, wide, 300)).get("class") == classes
