"""JUEL of the simple kind becomes FEEL, wherever BPMN has an expression."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.expressions import language
from engine.bpmn.juel import NotSimple, is_juel, to_feel
from engine.bpmn.names import FIELD_ID, ZEEBE, bpmn, kind, model_child, text
from engine.bpmn.vendor.translation import Translation

PLACES = (
    "conditionExpression",
    "condition",
    "completionCondition",
    "activationCondition",
    "loopCondition",
    "loopCardinality",
    "timeDate",
    "timeDuration",
    "timeCycle",
)
"""Local names of the elements whose text is an expression."""


def translate(translation: Translation) -> None:
    """Translate JUEL in BPMN's own expressions to FEEL."""
    if "juel" in translation.used:
        for element in translation.of(*PLACES):
            _expression(translation, element)
        for call in translation.of("callActivity"):
            _called(translation, call)
    for task in translation.of("scriptTask"):
        _script(translation, task)


def _expression(translation: Translation, element: etree._Element) -> None:
    """What cannot be translated is told by the check of expressions, which knows its place."""
    written = text(element)
    if not is_juel(written) or language(element.get("language") or "") not in ("", "juel", "other"):
        return
    if language(element.get("language") or "") == "other" and "${" not in written:
        return
    try:
        translated = to_feel(written, repeated=_repeated(element))
    except NotSimple:
        return
    for child in list(element):
        element.remove(child)
    element.text = translated
    element.attrib.pop("language", None)
    translation.became("condition", _owner(element), element, "", written, translated)


def _called(translation: Translation, call: etree._Element) -> None:
    written = call.get("calledElement") or ""
    if is_juel(written):
        try:
            translated = to_feel(written)
        except NotSimple:
            return
        call.set("calledElement", translated)
        translation.became("condition", call, call, "", f"calledElement={written}", translated)


def _script(translation: Translation, task: etree._Element) -> None:
    """Camunda 8's script: one FEEL expression, whose value one variable gets."""
    for script in list(translation.extensions(task, "script", ZEEBE)):
        expression = (script.get("expression") or "").strip()
        result = (script.get("resultVariable") or "").strip()
        if not expression.startswith("=") or not FIELD_ID.fullmatch(result):
            continue
        if model_child(task, "script") is not None:
            continue
        made = etree.SubElement(task, bpmn("script"))
        made.text = f"= {{{result}: {expression[1:].strip()}}}"
        made.sourceline = script.sourceline
        task.set("scriptFormat", "feel")
        was = f"zeebe:script {expression}"
        translation.became("script", task, script, ZEEBE, was, made.text)
        translation.drop(script)


def _repeated(element: etree._Element) -> bool:
    """True inside an activity that is done several times."""
    holder = element.getparent()
    while holder is not None:
        if kind(holder) == "multiInstanceLoopCharacteristics":
            return True
        if model_child(holder, "multiInstanceLoopCharacteristics") is not None:
            return True
        holder = holder.getparent()
    return False


def _owner(element: etree._Element) -> etree._Element:
    """The flow, event or activity around an expression."""
    owner = element.getparent()
    while owner.getparent() is not None and (
        not owner.get("id") or kind(owner).endswith(("Definition", "Characteristics"))
    ):
        owner = owner.getparent()
    return owner
