"""Lanes and roles, sheets and their rows: what our own vocabulary asks for."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping

from lxml import etree

from engine.bpmn.lanes import Lane, RoleIndex, read_lanes
from engine.bpmn.lint.document import DiagramNode, DiagramProcess, Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.meta import ActivityRef, ProcessMeta
from engine.bpmn.names import extensions
from engine.bpmn.starts import unknown_roles
from engine.views import Role

_PEOPLE = ("userTask", "manualTask")


def lanes(document: Document, report: Reporter, roles: Mapping[str, Role], *, strict: bool) -> None:
    """A lane with work for people is a role of the settings (house rule 9). ``strict`` refuses one
    that is not; else its tasks are offered to everybody, with a warning."""
    for process in document.processes:
        by_node = _innermost(process, roles, report, document)
        wrong: dict[etree._Element, Lane] = {}
        for node in process.nodes():
            if node.kind not in _PEOPLE:
                continue
            lane = _lane_of(node, by_node)
            if any(True for _ in extensions(node.element, "role")):
                _own_role(node, lane, roles, report, strict)
            elif lane is None:
                named = any(True for _ in extensions(node.element, "assignee"))
                if node.kind == "userTask" and process.executable and not named:
                    report("task_without_role", node.element)
            elif lane.effective is None:
                wrong.setdefault(lane.element, lane)
        for lane in wrong.values():
            _unknown_role(lane, roles, report, strict)
        _hidden_roles(process, roles, report)
        for element, given in unknown_roles(process.element, roles):
            report(
                "process_role_unknown",
                process.element,
                at=element,
                weight="strict" if strict else "warning",
                value=given,
                nearest=_nearest(given, roles),
            )


def _own_role(
    node: DiagramNode, lane: Lane | None, roles: Mapping[str, Role], report: Reporter, strict: bool
) -> None:
    """A task that names its role itself (as the groups of another tool do): its lane comes first,
    then the first that there is."""
    given = [element.get("key") or "" for element in extensions(node.element, "role")]
    index = RoleIndex(roles)
    known = [role for key in given if (role := index.find(key))]
    of_lane = None if lane is None else lane.effective
    others = ", ".join(given)
    if of_lane is not None:
        if set(known) != {of_lane} or len(known) != len(given):
            report("role_of_lane", node.element, role=of_lane, value=others)
    elif not known:
        report(
            "task_role_unknown",
            node.element,
            weight="strict" if strict else "warning",
            value=others,
            nearest=_nearest(given[0], roles),
        )
    else:
        if len(given) > 1:
            report("role_first", node.element, role=known[0], value=others)
        name = "" if lane is None else " ".join((lane.element.get("name") or "").split())
        if name and lane is not None and lane.leaf:
            title = roles[known[0]]
            report(
                "task_role_differs",
                node.element,
                name=name,
                role=known[0],
                title=(title.sv, title.en),
            )


def _hidden_roles(process: DiagramProcess, roles: Mapping[str, Role], report: Reporter) -> None:
    """A lane whose drawn name is not that of the role that its sp:role gives, so that the drawing
    says another role than the one that gets the work."""
    for lane in read_lanes(process.element, roles):
        name = " ".join((lane.element.get("name") or "").split())
        own = any(True for _ in extensions(lane.element, "role"))
        if own and name and lane.role and RoleIndex(roles).find(name) != lane.role:
            title = roles[lane.role]
            report(
                "lane_name_differs",
                lane.element,
                name=name,
                role=lane.role,
                title=(title.sv, title.en),
            )


def _innermost(
    process: DiagramProcess, roles: Mapping[str, Role], report: Reporter, document: Document
) -> dict[str, Lane]:
    lane_of: dict[str, Lane] = {}
    for lane in read_lanes(process.element, roles):
        for node in lane.nodes:
            known = lane_of.get(node)
            if known is not None and known.depth == lane.depth:
                element = document.by_id.get(node)
                if element is not None:
                    report("lane_twice", element, first=known.element, second=lane.element)
            elif known is None or known.depth < lane.depth:
                lane_of[node] = lane
    return lane_of


def _lane_of(node: DiagramNode, by_node: Mapping[str, Lane]) -> Lane | None:
    """Its own lane, or that of the nearest sub-process around it that stands in one."""
    current: DiagramNode | None = node
    while current is not None:
        lane = by_node.get(current.id)
        if lane is not None:
            return lane
        current = current.scope.owner
    return None


def _unknown_role(lane: Lane, roles: Mapping[str, Role], report: Reporter, strict: bool) -> None:
    report(
        "lane_role_unknown",
        lane.element,
        weight="strict" if strict else "warning",
        value=lane.given,
        nearest=_nearest(lane.given, roles),
    )


def _nearest(given: str, roles: Mapping[str, Role]) -> tuple[str, str]:
    titles = {name: key for key, role in roles.items() for name in (key, role.sv, role.en)}
    near = difflib.get_close_matches(given[:80], titles, n=1)
    return ("", "") if not near else (f" Menas ”{near[0]}”?", f' Is "{near[0]}" meant?')


def members(
    document: Document,
    report: Reporter,
    metas: Mapping[str, ProcessMeta],
    staffed: Collection[str] | None,
) -> None:
    """A role that nobody holds leaves its tasks undone. ``staffed`` are the roles that an active
    person has; None when nobody knows. Each role is told once, with its first task."""
    reported: set[str] = set()
    for meta in metas.values() if staffed is not None else ():
        for task in meta.tasks.values():
            role, element = task.role, document.by_id.get(task.id)
            if role is None or element is None or role in reported or role in (staffed or ()):
                continue
            reported.add(role)
            report("role_without_members", element, role=role)


def four_eyes(
    document: Document,
    report: Reporter,
    metas: Mapping[str, ProcessMeta],
    lone: Collection[str],
) -> None:
    """Whoever did one step may not do another: the other step must be there, and the role must have
    a second member. ``lone`` are the roles that only one active person holds."""
    for meta in metas.values():
        for task in meta.tasks.values():
            element, others = document.by_id.get(task.id), task.signature.not_by
            counter = task.signature.counter_role
            if element is None or not (others or counter):
                continue
            for other in others:
                if other not in meta.tasks:
                    report("not_by_unknown", element, value=other)
            for role in {task.role if others else None, counter} & {*lone}:
                report("four_eyes_one_person", element, role=role)


def sheets(
    documents: Iterable[Document],
    metas: Mapping[str, Mapping[str, ProcessMeta]],
    reporters: Mapping[str, Reporter],
) -> None:
    """Each phase belongs to one process of the upload, each row of it to one task.

    ``metas`` and ``reporters`` are by file name.
    """
    phases: dict[str, str] = {}
    rows: dict[tuple[str, int], str] = {}
    each = [
        (document, reporters[document.filename], meta)
        for document in documents
        for meta in metas[document.filename].values()
    ]
    for document, report, meta in each:
        element = document.by_id.get(meta.id)
        if meta.phase is not None and element is not None:
            other = phases.setdefault(meta.phase.key, meta.id)
            if other != meta.id:
                report("phase_twice", element, value=meta.phase.key, other=other)
    for document, report, meta in each:
        for task in meta.tasks.values():
            element = document.by_id.get(task.id)
            if task.activity is not None and element is not None:
                _row(task.activity, f"{meta.id}/{task.id}", element, rows, phases, report)


def _row(
    activity: ActivityRef,
    name: str,
    element: etree._Element,
    rows: dict[tuple[str, int], str],
    phases: Mapping[str, str],
    report: Reporter,
) -> None:
    other = rows.setdefault((activity.phase, activity.order), name)
    if other != name:
        phase, order = activity.phase, activity.order
        report("activity_twice", element, phase=phase, order=order, other=other)
    if phases and activity.phase not in phases:
        report("activity_phase", element, value=activity.phase)
