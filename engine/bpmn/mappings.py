"""``sp:in`` and ``sp:out``: which variables go into an activity, and which come out.

On a call activity they say what the called process gets and gives back; on other activities they
make variables that only the activity sees, and say what it gives on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from engine.bpmn.expressions import feel_behind
from engine.bpmn.meta import VariableMapping
from engine.bpmn.names import FIELD_ID, extensions

Report = Callable[..., None]
"""How a reader tells of a mistake: a finding's code, the element, and the sentence's values."""
MAPPED = (
    *("task", "userTask", "manualTask", "scriptTask", "receiveTask", "sendTask", "serviceTask"),
    *("businessRuleTask", "subProcess", "transaction", "adHocSubProcess"),
)
"""Local names of the activities that ``sp:in`` and ``sp:out`` apply to; calls have their own."""


def read_mappings(
    owner: etree._Element, way: str, report: Report = lambda *_, **__: None
) -> tuple[VariableMapping, ...]:
    """The mappings of ``way`` (``in`` or ``out``), in order."""
    return tuple(_mappings(owner, way, report))


def _mappings(owner: etree._Element, way: str, report: Report) -> Iterator[VariableMapping]:
    for element in extensions(owner, way):
        if element.get("variables") in ("all", "none"):
            continue
        source, target = feel_behind(element.get("source") or ""), element.get("target") or ""
        if not source:
            report("mapping_source", owner, value=element.get("source"), at=element)
        elif not FIELD_ID.fullmatch(target):
            report("mapping_target", owner, value=target, at=element)
        else:
            report("expression", owner, at=element, place=f"sp:{way} {target}", text=source)
            yield VariableMapping(source, target)


def everything(owner: etree._Element, way: str) -> bool:
    """Whether all variables go over: when it is said, or when nothing is said at all."""
    return said_everything(owner, way) or not list(extensions(owner, way))


def said_everything(owner: etree._Element, way: str) -> bool:
    """Whether it is said that all variables go over."""
    return "all" in [element.get("variables") for element in extensions(owner, way)]
