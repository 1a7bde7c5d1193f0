"""The rules of BPMN 2.0.2 that the checks hold a diagram to: each with diagrams that break it and
one that does not, the finding that tells, and what becomes of the file.

rule            the shape of a rule, and the small language of its diagrams
flows           sequence flows and gateways
events          events and compensation
activities      tasks, calls, sub-processes, repetition, expressions
data            types, inputs and outputs, associations of data
collaboration   message flows, pools, conversations, choreographies, lanes, what a file holds
references      every reference of the schema
"""

from __future__ import annotations

from tests.reference.rules import activities, collaboration, data, events, flows, references
from tests.reference.rules.rule import Rule

SECTIONS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    *flows.SECTIONS,
    *events.SECTIONS,
    *activities.SECTIONS,
    *data.SECTIONS,
    *collaboration.SECTIONS,
    *references.SECTIONS,
)
"""All rules, by what they are about."""
RULES = tuple(rule for _, part in SECTIONS for rule in part)
"""All rules."""
