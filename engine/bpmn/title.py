"""``sp:title``: what tells the instances of one process apart, such as two complaints of a case."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from engine.bpmn.expressions import feel_behind
from engine.bpmn.names import extensions

Report = Callable[..., None]
"""How a reader tells of a mistake: a finding's code, the element, and the sentence's values."""


def read_title(process: etree._Element, report: Report) -> str | None:
    """The FEEL text whose value titles each instance of the process; None for none."""
    found = list(extensions(process, "title"))
    for again in found[1:]:
        report("extension_twice", process, name="title", at=again)
    for element in found[:1]:
        value = element.get("value") or ""
        expression = feel_behind(value)
        if expression:
            report("expression", process, at=element, place="sp:title", text=expression)
            return expression
        report("feel_expected", process, at=element, place="sp:title", value=value)
    return None
