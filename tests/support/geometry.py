"""Geometry for the diagrams of ``tests.support.diagrams``: each element's place in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine import Source

NAMESPACES = (
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
)

COLLAPSED = ' isExpanded="false"'


def placed(source: Source, planes: Mapping[str, Sequence[str]]) -> Source:
    """The file with a plane for each of ``planes``: its elements from left to right; one that has a
    plane of its own is collapsed on the others."""
    drawn = "".join(_plane(element, shown, planes) for element, shown in planes.items())
    text = source.data.decode().replace("<bpmn:definitions ", f"<bpmn:definitions {NAMESPACES}")
    ended = text.replace("</bpmn:definitions>", f"{drawn}</bpmn:definitions>")
    return Source(source.filename, ended.encode())


def _plane(element: str, shown: Sequence[str], planes: Mapping[str, Sequence[str]]) -> str:
    shapes = "".join(
        f'<bpmndi:BPMNShape id="di_{element}_{one}" bpmnElement="{one}"'
        f"{COLLAPSED if one in planes else ''}>"
        f'<dc:Bounds x="{100 + 150 * place}" y="80" width="100" height="80"/></bpmndi:BPMNShape>'
        for place, one in enumerate(shown)
    )
    return (
        f'<bpmndi:BPMNDiagram id="diagram_{element}"><bpmndi:BPMNPlane id="plane_{element}" '
        f'bpmnElement="{element}">{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    )
