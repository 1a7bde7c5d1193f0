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
    ``effective`` is its role, or that of the nearest lane around it."""

    element: etree._Element
    depth: int
    role: str | None
    given: str
    nodes: tuple[str, ...]
    leaf: bool
    effective: str | None


def read_lanes(process: etree._Element, roles: Mapping[str, Role] | None) -> Iterator[Lane]:
    """Every lane of the process and of its sub-processes, outer lanes before inner ones.

    Without ``roles`` (None) whatever key a lane's ``sp:role`` names is taken as it stands.
    """
    index = None if roles is None else RoleIndex(roles)
    for lane_set in process.iter(bpmn("laneSet")):
        if local(lane_set.getparent()) != "lane":
            yield from _walk(lane_set, index, 0, None)


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
    lane_set: etree._Element, index: RoleIndex | None, depth: int, outer: str | None
) -> Iterator[Lane]:
    for lane in model_children(lane_set, "lane"):
        key = next((e.get("key") or "" for e in extensions(lane, "role")), None)
        given = key if key is not None else lane.get("name") or ""
        role = (key or None) if index is None else index.find(given)
        nodes = tuple(local_reference(text(ref)) for ref in model_children(lane, "flowNodeRef"))
        children = list(model_children(lane, "childLaneSet"))
        yield Lane(lane, depth, role, given, nodes, not children, role or outer)
        for child in children:
            yield from _walk(child, index, depth + 1, role or outer)


def roles_of_nodes(process: etree._Element, lanes: list[Lane]) -> dict[str, str]:
    """The role of each node that a lane answers for, by element id."""
    own: dict[str, tuple[int, str]] = {}
    for lane in lanes:
        role = lane.effective
        if role is None:
            continue
        for node in lane.nodes:
            if node not in own or own[node][0] < lane.depth:
                own[node] = (lane.depth, role)
    result = {node: role for node, (_, role) in own.items()}
    for scope in process.iter(bpmn("subProcess"), bpmn("transaction"), bpmn("adHocSubProcess")):
        outer = result.get(scope.get("id") or "")
        if outer is None:
            continue
        for child in model_children(scope):
            if child.get("id"):
                result.setdefault(child.get("id"), outer)
    return result
