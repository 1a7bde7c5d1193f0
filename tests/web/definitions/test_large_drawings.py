"""A drawing of thousands of shapes is drawn in a moment: no shape is compared with all others."""

from __future__ import annotations

import pytest
from flask import Flask

from engine import Drawing, Shape
from web import diagram

MANY = 4_000


def drawing(kind: str, *, columns: int) -> Drawing:
    shapes = tuple(
        Shape(
            id=f"s{number}", kind=kind, name=f"Steg {number}", width=100.0, height=80.0,
            x=(number % columns) * 150.0, y=(number // columns) * 120.0, expanded=False,
        )
        for number in range(MANY)
    )  # fmt: skip
    return Drawing(shapes, (), 0.0, 0.0, columns * 150.0, MANY / columns * 120.0)


@pytest.mark.parametrize("columns", [1, 64, MANY])
@pytest.mark.parametrize("kind", ["callActivity", "participant"])
def test_shapes_are_compared_with_their_neighbours_only(
    app: Flask, monkeypatch: pytest.MonkeyPatch, kind: str, columns: int
) -> None:
    compared = 0
    holds = diagram._holds

    def counted(outer: Shape, inner: Shape) -> bool:
        nonlocal compared
        compared += 1
        return holds(outer, inner)

    monkeypatch.setattr(diagram, "_holds", counted)
    with app.test_request_context():
        svg = diagram.draw(drawing(kind, columns=columns), title="stor")
    assert svg.count("Steg") >= MANY
    # Each with all others would be 16 millions.
    assert compared < 100 * MANY


def test_a_call_activity_that_shows_its_process_is_still_a_container(app: Flask) -> None:
    outer = Shape(id="outer", kind="callActivity", name="Anropet", x=0, y=0, width=300, height=200)
    inner = Shape(id="inner", kind="userTask", name="Steget", x=50, y=50, width=100, height=80)
    edge = Shape(id="edge", kind="boundaryEvent", name="Tiden", x=80, y=190, width=36, height=36)
    with app.test_request_context():
        shown = diagram.draw(Drawing((outer, inner, edge), (), 0, 0, 400, 300), title="x")
        closed = diagram.draw(Drawing((outer, edge), (), 0, 0, 400, 300), title="x")
    assert "bp-container" in shown
    assert "bp-container" not in closed
