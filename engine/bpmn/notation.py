"""What BPMN's notation shows of an element (BPMN 2.0.2 §12.3): its name, its event, its markers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from engine.bpmn.names import kind, local_reference, model_child, text

SCOPES: Final = ("subProcess", "transaction", "adHocSubProcess")
"""Local names of the activities that are drawn with others inside them."""
THROWING: Final = ("endEvent", "intermediateThrowEvent")
"""Local names of the events whose sign is filled."""
EVENTS: Final = ("startEvent", "intermediateCatchEvent", "boundaryEvent", *THROWING)
"""Local names of the events, which are drawn as circles."""
GLOBAL_TASKS: Final = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
"""Kinds of tasks that call activities share, and what each is drawn as."""

Elements = Mapping[str, etree._Element]
"""The model elements of a file, by id."""


def name(element: etree._Element, elements: Elements) -> str:
    """What is written on or beside an element; a data object's state in brackets below it."""
    what = kind(element)
    if what == "textAnnotation":
        return text(model_child(element, "text"))
    if what == "group":
        value = elements.get(local_reference(element.get("categoryValueRef")))
        return "" if value is None else value.get("value") or ""
    own = element.get("name") or ""
    if what in ("dataObjectReference", "dataStoreReference", "dataObject"):
        return _data_name(element, own, elements)
    return own


def _data_name(element: etree._Element, own: str, elements: Elements) -> str:
    of = element.get("dataObjectRef") or element.get("dataStoreRef")
    meant = elements.get(local_reference(of)) if of else None
    if not own and meant is not None:
        own = meant.get("name") or ""
    state = model_child(element, "dataState")
    standing = "" if state is None else (state.get("name") or "").strip()
    return f"{own}\n[{standing}]".strip() if standing else own


def event(element: etree._Element, kinds: list[str], shared: Mapping[str, str]) -> str | None:
    """``multiple`` and ``parallelMultiple`` stand for events with several definitions. ``kinds``
    are the children's, ``shared`` the kinds of the definitions that stand by themselves."""
    defined = [child for child in kinds if child.endswith("EventDefinition")]
    if "eventDefinitionRef" in kinds:
        for child in element:
            if kind(child) == "eventDefinitionRef":
                defined.append(shared.get(local_reference(text(child)), ""))
    if len(defined) > 1:
        both = flag(element.get("parallelMultiple"), False)
        return "parallelMultiple" if both else "multiple"
    return defined[0] or None if defined else None


def markers(element: etree._Element, what: str, kinds: list[str]) -> tuple[str, ...]:
    """The signs at the foot of an activity or a pool, in the order in which they stand there."""
    signs = []
    if flag(element.get("isForCompensation"), False):
        signs.append("compensation")
    if "standardLoopCharacteristics" in kinds:
        signs.append("loop")
    elif "multiInstanceLoopCharacteristics" in kinds:
        multiple = model_child(element, "multiInstanceLoopCharacteristics")
        in_turn = multiple is not None and flag(multiple.get("isSequential"), False)
        signs.append("sequential" if in_turn else "parallel")
    elif what == "participant" and "participantMultiplicity" in kinds:
        multiple = model_child(element, "participantMultiplicity")
        # Who writes a multiplicity and leaves out its maximum (1 by the schema) means several.
        if multiple is not None and (multiple.get("maximum") or "").strip() not in ("0", "1"):
            signs.append("parallel")
    if what == "adHocSubProcess":
        signs.append("adhoc")
    return tuple(signs)


def collection(element: etree._Element, elements: Elements) -> tuple[str, ...]:
    """The marker of data that is a collection, by itself or by what it refers to."""
    meant = elements.get(local_reference(element.get("dataObjectRef")))
    one = element if meant is None else meant
    return ("collection",) if flag(one.get("isCollection"), False) else ()


def global_task(element: etree._Element, elements: Elements) -> str | None:
    """The kind of task that a call activity of a global task calls; None when it calls a
    process."""
    called = elements.get(local_reference(element.get("calledElement")))
    return None if called is None else GLOBAL_TASKS.get(kind(called))


def flag(value: str | None, default: bool) -> bool:
    """An ``xsd:boolean`` attribute."""
    return default if value is None else value.strip() in ("true", "1")
