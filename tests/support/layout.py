"""Geometry for the tests of drawings: shapes, edges and planes in a few words."""

from __future__ import annotations

from engine.bpmn import layout
from engine.views import Drawing
from tests.support.bpmn import tree


def shape(element: str, box: tuple[object, ...], extra: str = "", inside: str = "") -> str:
    x, y, width, height = box
    return (
        f'<bpmndi:BPMNShape bpmnElement="{element}" {extra}>'
        f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>{inside}</bpmndi:BPMNShape>'
    )


def label(x: int, y: int, width: int, height: int) -> str:
    bounds = f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>'
    return f"<bpmndi:BPMNLabel>{bounds}</bpmndi:BPMNLabel>"


def edge(element: str, *points: tuple[int, int], inside: str = "", extra: str = "") -> str:
    waypoints = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
    return f'<bpmndi:BPMNEdge bpmnElement="{element}" {extra}>{waypoints}{inside}</bpmndi:BPMNEdge>'


def plane(element: str, content: str) -> str:
    return (
        f'<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="{element}">{content}'
        "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )


def drawing(content: str, ident: str | None = None) -> Drawing:
    return layout.drawing(tree(content), ident)
