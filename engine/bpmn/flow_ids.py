"""Ids for sequence flows that have none: BPMN lets them be left out (2.0.2, 8.3.1), and the engine
and the drawing name every flow by its id."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.names import bpmn, local_reference

MADE = "Flow.from."
"""How an id begins that a flow was given here: no modeler writes ids of that form."""
_LONGEST_PART = 60
"""Characters of the source's and of the target's id in a made id, which has its limit too."""


def give_flow_ids(root: etree._Element) -> None:
    """Give every sequence flow without an id one that tells its ends. The same file always gets the
    same ids, whatever else is added to it, and never one that it uses."""
    used: set[str] | None = None
    for flow in root.iter(bpmn("sequenceFlow")):
        if flow.get("id") is not None:
            continue
        if used is None:
            used = {e.get("id") for e in root.iter("*") if e.get("id")}
        ends = (
            local_reference(flow.get(name))[:_LONGEST_PART] for name in ("sourceRef", "targetRef")
        )
        wanted = MADE + ".to.".join(ends)
        ident, number = wanted, 1
        while ident in used:
            number += 1
            ident = f"{wanted}.{number}"
        used.add(ident)
        flow.set("id", ident)
