"""Lanes: which role answers for which node.

A lane is a role (its ``sp:role key``, else its name read as a role's key or title). Lanes may hold
lanes; the innermost one that names a role decides. What stands inside a sub-process and in no lane
of its own belongs to the lane of the sub-process (BPMN 2.0.2 §10.8: lanes partition flow nodes).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.names import bpmn, extensions, local, local_reference, model_children, text
from engine.views import Role


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane as drawn. ``role`` is the key of the role that it names, None when it names none;
    ``given`` is the text that should have been one; ``nodes`` are the ids that it holds;
    ``effective`` is its role, or that of the nearest lane around it; ``anyone``: no role decides,
    and the lane (or the one around it) says that whoever may sign in may do its tasks."""

    element: etree._Element
    depth: int
    role: str | None
    given: str
    nodes: tuple[str, ...]
    leaf: bool
    effective: str | None
    anyone: bool = False


def read_lanes(process: etree._Element, roles: Mapping[str, Role] | None) -> Iterator[Lane]:
    """Every lane of the process and of its sub-processes, outer lanes before inner ones.

    Without ``roles`` (None) whatever key a lane's ``sp:role`` names is taken as it stands.
    """
    index = None if roles is None else RoleIndex(roles)
    for lane_set in process.iter(bpmn("laneSet")):
        if local(lane_set.getparent()) != "lane":
            yield from _walk(lane_set, index, 0, (None, False))


class RoleIndex:
    """Looking a role up by name costs the same with ten roles and ten thousand lanes."""

    def __init__(self, roles: Mapping[str, Role]):
        self._names: dict[str, str] = {}
        for key, role in roles.items():
            for name in (role.en, role.sv, key):
                self._names[_read(name)] = key
        self._names.pop("", None)

    def find(self, name: str) -> str | None:
        """The key of the role that ``name`` is the key or a title of, as people read it: letter
        case, line breaks and soft hyphens are no difference. None when there is none."""
        return self._names.get(_read(name))


def _read(name: str) -> str:
    composed = unicodedata.normalize("NFC", name).replace("\u00ad", "")
    return " ".join(composed.split()).casefold()


def _walk(
    lane_set: etree._Element, index: RoleIndex | None, depth: int, outer: tuple[str | None, bool]
) -> Iterator[Lane]:
    for lane in model_children(lane_set, "lane"):
        key = next((e.get("key") or "" for e in extensions(lane, "role")), None)
        given = key if key is not None else lane.get("name") or ""
        role = (key or None) if index is None else index.find(given)
        nodes = tuple(local_reference(text(ref)) for ref in model_children(lane, "flowNodeRef"))
        children = list(model_children(lane, "childLaneSet"))
        decided = (role, False) if role else (None, True) if says_anyone(lane) else outer
        yield Lane(lane, depth, role, given, nodes, not children, *decided)
        for child in children:
            yield from _walk(child, index, depth + 1, decided)


def says_anyone(element: etree._Element) -> bool:
    """Whether ``sp:access`` of a process, a lane or a task lets whoever may sign in do the work."""
    return any(each.get("anyone") == "true" for each in extensions(element, "access"))


def roles_of_nodes(process: etree._Element, lanes: list[Lane]) -> dict[str, str]:
    """The role of each node that a lane answers for, by element id."""
    decided = _decided(process, lanes)
    return {node: lane.effective for node, lane in decided.items() if lane.effective is not None}


def open_nodes(process: etree._Element, lanes: list[Lane]) -> frozenset[str]:
    """The ids of the nodes whose lane says that whoever may sign in may do its tasks."""
    return frozenset(node for node, lane in _decided(process, lanes).items() if lane.anyone)


def _decided(process: etree._Element, lanes: list[Lane]) -> dict[str, Lane]:
    """The innermost lane of each node that names a role or says anyone, by element id."""
    result: dict[str, Lane] = {}
    for lane in lanes:
        if lane.effective is None and not lane.anyone:
            continue
        for node in lane.nodes:
            if node not in result or result[node].depth < lane.depth:
                result[node] = lane
    for scope in process.iter(bpmn("subProcess"), bpmn("transaction"), bpmn("adHocSubProcess")):
        outer = result.get(scope.get("id") or "")
        if outer is None:
            continue
        for child in model_children(scope):
            if child.get("id"):
                result.setdefault(child.get("id"), outer)
    return result
