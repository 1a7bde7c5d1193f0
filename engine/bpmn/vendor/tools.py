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
"""The tools whose words are known, by namespace."""
FAMILY = (CAMUNDA, FLOWABLE, ACTIVITI)
"""Camunda 7, Flowable and Activiti come from one engine and say most things alike, in JUEL."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What becomes of one thing. ``key`` is how notes name it; ``tools`` are the namespaces;
    ``theirs`` is how they write it, ``ours`` what it becomes."""

    key: str
    tools: tuple[str, ...]
    theirs: str
    ours: str


_ALL = (*FAMILY, ZEEBE)
TABLE = (
    Counterpart("assignee", _ALL, "`assignee`", "`sp:assignee`: the person who gets the task"),
    Counterpart("groups", _ALL, "`candidateGroups`", "`sp:role`: the role, when no lane says one"),
    Counterpart("due", _ALL, "`dueDate`", "`sp:due`: the rule for KLART DEN"),
    Counterpart("initiator", FAMILY, "`initiator` of a start event", "`sp:initiator`: who started"),
    Counterpart(
        "starters", FAMILY, "`candidateStarterGroups`", "`sp:starter`: who starts the process"
    ),
    Counterpart("form", _ALL, "form fields of a user task or a start event", "`sp:form`"),
    Counterpart("binding", _ALL, "version of a called process", "`sp:binding`"),
    Counterpart("called", (ZEEBE,), "`zeebe:calledElement processId`", "`calledElement`"),
    Counterpart("mappings", _ALL, "variables in and out of a call", "`sp:in` and `sp:out`"),
    Counterpart(
        "variables", _ALL, "input and output mappings of an activity", "`sp:in` and `sp:out`"
    ),
    Counterpart("collection", _ALL, "collection of a multi-instance activity", "`sp:collection`"),
    Counterpart("decision", (*_ALL, SPIFF), "decision of a business rule task", "`sp:decision`"),
    Counterpart("script", (ZEEBE,), "`zeebe:script`", "a script in FEEL"),
    Counterpart("condition", FAMILY, "simple expressions `${…}` (JUEL)", "FEEL"),
    Counterpart(
        "definition", FAMILY, "`errorRef`, `signalRef` … without a definition", "the definition"
    ),
    Counterpart("executable", (FLOWABLE, ACTIVITI), "no `isExecutable`", '`isExecutable="true"`'),
    Counterpart("quoted", (SPIFF,), "times in quotation marks", "the time"),
    Counterpart("instructions", (SPIFF,), "`instructionsForEndUser`", "the task's documentation"),
)
"""What of the other tools' becomes what of ours."""
KEYS = {entry.key: entry for entry in TABLE}
"""The table's rows by their key."""
