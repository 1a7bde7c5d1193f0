"""Instructions for the person who does a task."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.names import SPIFF, bpmn, model_child, text
from engine.bpmn.vendor.translation import Translation

_TASKS = ("userTask", "manualTask")


def translate(translation: Translation) -> None:
    """SpiffWorkflow's instructions (Markdown, shown as it is written) become the task's
    documentation, after what that says already."""
    for task in translation.of(*_TASKS):
        for given in list(translation.extensions(task, "instructionsForEndUser", SPIFF)):
            words = text(given)
            if not words or "{{" in words or "{%" in words:
                continue
            documentation = model_child(task, "documentation")
            if documentation is None:
                documentation = etree.Element(bpmn("documentation"))
                documentation.sourceline = given.sourceline
                task.insert(0, documentation)
            documentation.text = "\n\n".join(part for part in (text(documentation), words) if part)
            translation.drop(given)
            now = "documentation"
            translation.became("instructions", task, given, SPIFF, "instructionsForEndUser", now)
