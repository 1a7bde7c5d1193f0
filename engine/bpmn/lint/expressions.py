"""Every expression of a diagram can be read, and is FEEL (security: nothing else is ever run)."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from engine.bpmn.expressions import (
    ExpressionProblem,
    declared_language,
    feel_behind,
    functions_in,
    language,
    names_in,
    problem,
)
from engine.bpmn.juel import is_juel
from engine.bpmn.lint.document import Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import XSI_TYPE, kind, local_reference, model_child, text
from engine.bpmn.vocabulary import FeelUse

MOST_EXPRESSIONS = 1_000
"""Different expressions of one file that are read, so that a file costs no more than its size."""
MOST_CHARACTERS = 100_000
"""How many different expressions of one file are read, and how long they are together; a file with
more is refused."""
_PLACES = {
    "conditionExpression": "condition",
    "condition": "condition",
    "completionCondition": "completion",
    "activationCondition": "activation",
    "loopCondition": "loop",
    "loopCardinality": "number",
    "timeDate": "time",
    "timeDuration": "time",
    "timeCycle": "time",
    "messagePath": "correlation",
    "dataPath": "correlation",
    "script": "script",
}
_BOOLEAN = frozenset({"condition", "completion", "activation", "loop"})
_FORMAL = _BOOLEAN | {"number"}
"""Places in which words are no expression."""
_NOT_USED = ("transformation", "assignment", "formalExpression")
_WORDS = {
    "condition": ("villkoret", "the condition"),
    "completion": ("slutvillkoret", "the completion condition"),
    "activation": ("aktiveringsvillkoret", "the activation condition"),
    "loop": ("slingans villkor", "the loop condition"),
    "number": ("antalet", "the number of rounds"),
    "time": ("tiden", "the time"),
    "correlation": ("korrelationen", "the correlation expression"),
    "script": ("skriptet", "the script"),
}


def expressions(document: Document, report: Reporter) -> None:
    """Conditions, loops, times, correlations and scripts, each once."""
    default = document.root.get("expressionLanguage") or ""
    measure = _Measure()
    for element in document.of(*_PLACES):
        place = _PLACES[kind(element)]
        if place == "time" and not _is_expression(text(element)):
            continue
        if place == "condition" and _of_a_default(element, document):
            continue
        written = text(element)
        if not measure.fits(written):
            report("expressions_too_many", document.root, limit=MOST_EXPRESSIONS)
            return
        owner = _owner(element)
        fault = _informal(element, document) or problem(
            written, declared_language(element, place == "script"), default
        )
        if fault is None and place == "script":
            fault = _script(written, element)
        if fault is not None:
            _tell(report, owner, element, _WORDS[place], written, fault)
        else:
            _doubts(report, owner, element, written)
        if fault is None and place in _BOOLEAN and _is_literal(written):
            report("expression_not_boolean", owner, at=element, text=written, place=_WORDS[place])
    _default_language(document, report, default)


class _Measure:
    """How much has been read of one file."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._characters = 0

    def fits(self, written: str) -> bool:
        """True as long as this text and those before it are not too many or too long."""
        if written not in self._seen:
            self._seen.add(written)
            self._characters += len(written)
        return len(self._seen) <= MOST_EXPRESSIONS and self._characters <= MOST_CHARACTERS


def vocabulary_expressions(uses: Iterable[FeelUse], report: Reporter) -> None:
    """FEEL in our own extension elements."""
    measure = _Measure()
    for use in uses:
        if not measure.fits(use.text):
            report("expressions_too_many", use.element, limit=MOST_EXPRESSIONS)
            return
        fault = problem("=" + use.text)
        if fault is not None:
            _tell(report, use.element, use.at, (use.place, use.place), use.text, fault)


def not_used(document: Document, report: Reporter) -> None:
    """§8.4.7: the body of a formal expression is mandatory. Data mappings and expressions that
    choose people are kept as drawn and not run; our own extension elements do that."""
    for element in document.of(*_NOT_USED):
        name = kind(element)
        if name == "transformation" and not text(element) and not len(element):
            report("expression_empty", _owner(element), at=element, place=_PLACE_OF_MAPPING)
        else:
            report("expression_not_used", _owner(element), at=element, kind=name)


_PLACE_OF_MAPPING = ("omvandlingen av data", "the transformation of data")


def _doubts(report: Reporter, owner: etree._Element, element: etree._Element, written: str) -> None:
    """What can be evaluated and yet hardly means what its author meant."""
    place = _PLACES[kind(element)]
    functions, called = functions_in(written)
    for name in sorted(functions):
        report(
            "expression_names_function",
            owner,
            at=element,
            place=_WORDS[place],
            name=name,
            text=written,
        )
    asked = called & {"now", "today"}
    if asked and kind(element.getparent()) == "conditionalEventDefinition":
        report("condition_of_time", owner, at=element, name=f"{min(asked)}()", text=written)


def _of_a_default(element: etree._Element, document: Document) -> bool:
    """True for the condition of a default flow, which is not used (``gateways.defaults`` tells)."""
    flow = element.getparent()
    source = document.target(flow.get("sourceRef")) if kind(flow) == "sequenceFlow" else None
    default = "" if source is None else local_reference(source.get("default"))
    return bool(default) and default == flow.get("id")


def _is_expression(written: str) -> bool:
    return feel_behind(written) is not None or written.startswith(("${", "#{"))


def _is_literal(written: str) -> bool:
    bare = (feel_behind(written) or written).strip()
    number = bare.removeprefix("-").replace(".", "", 1)
    text_literal = len(bare) > 1 and bare[0] == bare[-1] == '"' and bare.count('"') == 2
    return (number.isascii() and number.isdigit()) or text_literal


def _informal(element: etree._Element, document: Document) -> ExpressionProblem | None:
    """§10.5.5 "Conditional Event": in an executable process the condition must be formal. Other
    conditions without a type (§8.4.7: natural language) are read as FEEL, which words are not."""
    written = text(element)
    if _PLACES[kind(element)] not in _FORMAL or not written or is_juel(written):
        return None
    event = kind(element.getparent()) == "conditionalEventDefinition"
    if not event and not any(" " in name or name.endswith("?") for name in names_in(written)):
        return None
    process = document.process_of(element)
    runs = document.executable if process is None else process.executable
    formal = (element.get(XSI_TYPE) or "").rsplit(":", 1)[-1] == "tFormalExpression"
    if formal or not runs or feel_behind(written) is not None:
        return None
    if not event and declared_language(element):
        return None
    return ExpressionProblem("condition_informal")


def _script(written: str, element: etree._Element) -> ExpressionProblem | None:
    """A script is a FEEL context, whose entries become variables, or the error it ends with."""
    if not any(word in written for word in ("{", "context", "error(")):
        return ExpressionProblem("script_not_a_context")
    undeclared = not declared_language(element, script=True)
    return (
        ExpressionProblem("script_without_format")
        if undeclared and not written.startswith("=")
        else None
    )


def _owner(element: etree._Element) -> etree._Element:
    """The nearest element around that a reader knows: a flow, an event, a task."""
    owner = element.getparent()
    while owner.getparent() is not None and (
        not owner.get("id") or kind(owner).endswith(("Definition", "Characteristics"))
    ):
        owner = owner.getparent()
    return owner


def _tell(
    report: Reporter,
    owner: etree._Element,
    at: etree._Element,
    place: tuple[str, str],
    written: str,
    fault: ExpressionProblem,
) -> None:
    if fault.code == "expression_syntax" and fault.suggestion:
        report(
            "expression_syntax_meant",
            owner,
            at=at,
            place=place,
            text=written,
            reason=fault.reason,
            suggestion=fault.suggestion,
        )
        return
    source = at.getparent() if kind(at) == "conditionExpression" else None
    report(
        fault.code,
        owner,
        at=at,
        place=place,
        text=written,
        reason=fault.reason,
        suggestion=fault.suggestion,
        after=_after(source),
        meant=_meant(fault.suggestion),
    )


def _meant(suggestion: str) -> tuple[str, str]:
    return (f" Menas {suggestion}?", f" Is {suggestion} meant?") if suggestion else ("", "")


def _after(flow: etree._Element | None) -> tuple[str, str]:
    """`` after gw`` for the condition of a flow: people know the gateway, not the flow."""
    source = "" if flow is None else flow.get("sourceRef") or ""
    return (f" (efter {source})", f" (after {source})") if source else ("", "")


def _default_language(document: Document, report: Reporter, default: str) -> None:
    if language(default) not in ("", "feel") and any(True for _ in document.of(*_PLACES)):
        report("expression_language_default", document.root, value=default)


def scripts(document: Document, report: Reporter) -> None:
    """§10.3.3 "Script Task", "Global Script Task": without a script there is nothing to run."""
    for element in document.of("scriptTask", "globalScriptTask"):
        if model_child(element, "script") is None:
            report("script_missing", element)


CHECKS = (expressions, scripts, not_used)
"""The checks of this module, in the order in which they run."""
