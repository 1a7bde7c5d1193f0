"""The other tools, and the table of what of theirs becomes what of ours.

``TABLE`` is the promise that docs/process-owner.md makes; a test holds both to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.bpmn.names import ACTIVITI, CAMUNDA, FLOWABLE, SPIFF, ZEEBE

TOOLS = {
    CAMUNDA: "Camunda 7",
    ZEEBE: "Camunda 8",
    FLOWABLE: "Flowable",
    ACTIVITI: "Activiti",
    SPIFF: "SpiffWorkflow",
}
FAMILY = (CAMUNDA, FLOWABLE, ACTIVITI)
"""Camunda 7, Flowable and Activiti come from one engine and say most things alike, in JUEL."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What becomes of one thing. ``key`` is how notes name it; ``tools`` are the namespaces;
    ``theirs`` is how they write it, ``ours`` what it becomes."""

    key: str
    tools: tuple[str, ...]
    theirs: str
    ours: str


_ALL = (*FAMILY, ZEEBE)
TABLE = (
    Entry("assignee", _ALL, "`assignee`", "`sp:assignee`: the person who gets the task"),
    Entry("groups", _ALL, "`candidateGroups`", "`sp:role`: the role, when no lane says one"),
    Entry("due", _ALL, "`dueDate`", "`sp:due`: the rule for KLART DEN"),
    Entry("initiator", FAMILY, "`initiator` of a start event", "`sp:initiator`: who started"),
    Entry("starters", FAMILY, "`candidateStarterGroups`", "`sp:starter`: who starts the process"),
    Entry("form", _ALL, "form fields of a user task or a start event", "`sp:form`"),
    Entry("binding", _ALL, "version of a called process", "`sp:binding`"),
    Entry("called", (ZEEBE,), "`zeebe:calledElement processId`", "`calledElement`"),
    Entry("mappings", _ALL, "variables in and out of a call", "`sp:in` and `sp:out`"),
    Entry("variables", _ALL, "input and output mappings of an activity", "`sp:in` and `sp:out`"),
    Entry("collection", _ALL, "collection of a multi-instance activity", "`sp:collection`"),
    Entry("decision", (*_ALL, SPIFF), "decision of a business rule task", "`sp:decision`"),
    Entry("script", (ZEEBE,), "`zeebe:script`", "a script in FEEL"),
    Entry("condition", FAMILY, "simple expressions `${…}` (JUEL)", "FEEL"),
    Entry("instructions", (SPIFF,), "`instructionsForEndUser`", "the task's documentation"),
)
KEYS = {entry.key: entry for entry in TABLE}
