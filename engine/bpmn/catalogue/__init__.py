"""The catalogue of findings: for each code its severity and its sentence in Swedish and English.

Placeholders in braces are filled by ``engine.bpmn.findings``; ``{element}`` names the element that
the finding is about ("User task "Offer" (offer)"). Sentences say what is wrong and what to do.
"""

from __future__ import annotations

from engine.bpmn.catalogue import plan, reading
from engine.bpmn.catalogue.kinds import KINDS
from engine.views import Severity

Text = tuple[Severity, str, str]
TEXTS: dict[str, Text] = {**reading.TEXTS, **plan.TEXTS}

__all__ = ["KINDS", "TEXTS", "Text"]
