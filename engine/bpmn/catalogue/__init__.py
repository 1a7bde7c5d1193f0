"""The catalogue of findings: for each code its weight and its sentence in Swedish and English.

Placeholders in braces are filled by ``engine.bpmn.findings``; ``{element}`` names the element that
the finding is about (``User task "Offer" (offer)``). Sentences say what is wrong and what to do.
"""

from __future__ import annotations

from engine.bpmn.catalogue import (
    behaviour,
    collaboration,
    data,
    decisions,
    events,
    expressions,
    plan,
    reading,
    references,
    soundness,
    structure,
)
from engine.bpmn.catalogue.kinds import KINDS
from engine.bpmn.catalogue.weights import WEIGHED, Text, Weight

TEXTS: dict[str, Text] = {
    **reading.TEXTS,
    **references.TEXTS,
    **structure.TEXTS,
    **events.TEXTS,
    **behaviour.TEXTS,
    **data.TEXTS,
    **collaboration.TEXTS,
    **soundness.TEXTS,
    **expressions.TEXTS,
    **plan.TEXTS,
    **decisions.TEXTS,
}
"""Every finding by its code: its weight and its sentence in Swedish and in English."""

__all__ = ["KINDS", "TEXTS", "WEIGHED", "Text", "Weight"]
