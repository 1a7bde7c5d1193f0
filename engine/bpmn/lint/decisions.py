"""Business rule tasks: the decisions that they ask for are there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.bpmn.decision import KINDS, read_decision
from engine.bpmn.lint.document import Document
from engine.bpmn.lint.report import Reporter


@dataclass(frozen=True, slots=True)
class Known:
    """The ``versions`` of each decision that can be made, and the bindings (version numbers,
    ``latest``, ``deployment``) of each that lead to ``drawings``."""

    versions: Mapping[str, Collection[int]] = field(default_factory=dict)
    drawings: Mapping[str, Collection[int | str]] = field(default_factory=dict)


def decisions(document: Document, report: Reporter, known: Known) -> None:
    """§10.3.3 "Business Rule Task": what it asks for is in this upload or deployed before."""
    for element in document.of(*KINDS):
        call = read_decision(element)
        if call is None:
            continue
        if call.decision.startswith(("${", "#{", "=")):
            report("decision_dynamic", element, decision=call.decision)
        elif call.binding in known.drawings.get(call.decision, ()):
            report("decision_of_drawing", element, decision=call.decision)
        elif call.decision not in known.versions:
            report("decision_unknown", element, decision=call.decision)
        elif isinstance(call.binding, int) and call.binding not in known.versions[call.decision]:
            report(
                "decision_version_unknown", element, decision=call.decision, version=call.binding
            )
