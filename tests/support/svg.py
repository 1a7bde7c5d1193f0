"""Diagrams as the pages draw them, read back as trees of SVG."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from engine import Drawing, Edge, ElementState, Shape
from web import diagram

SVG = "{http://www.w3.org/2000/svg}"
TASK = Shape("t", "userTask", "Upprätta kundkort", 100, 100, 160, 80)


def drawing(*shapes: Shape, edges: tuple[Edge, ...] = ()) -> Drawing:
    return Drawing(shapes, edges, 0, 0, 800, 400)


def drawn(*shapes: Shape, edges: tuple[Edge, ...] = (), **states: ElementState) -> ET.Element:
    """The drawing as a tree. (Classes are looked up by their first word.)"""
    markup = diagram.draw(
        drawing(*shapes, edges=edges), states, title="Prov", link=lambda s: s.task_id and "/t/1"
    )
    return ET.fromstring(str(markup).replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))  # noqa: S314


def classes(root: ET.Element) -> set[str]:
    return {name for e in root.iter() for name in (e.get("class") or "").split()}


def words(root: ET.Element) -> str:
    return " ".join("".join(e.itertext()) for e in root.iter(f"{SVG}text"))


def state(kind: str, **more: object) -> ElementState:
    return replace(ElementState("t", kind), **more)  # type: ignore[arg-type]
