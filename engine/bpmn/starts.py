"""How cases of a process begin: who starts one, what it asks for then, whom it belongs to, and what
its instances are told apart by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from lxml import etree

from engine.bpmn.expressions import feel_behind
from engine.bpmn.forms import FormField, Report, read_fields
from engine.bpmn.lanes import RoleIndex
from engine.bpmn.meta import CaseMeta, StartMeta
from engine.bpmn.names import FIELD_ID, RESERVED, bpmn, extensions, flag, kind, model_children
from engine.views import CustomerRule, Role

CUSTOMER_RULES: tuple[CustomerRule, ...] = get_args(CustomerRule)
"""What ``sp:case customer`` may say."""
_VARIABLES = ("customerName", "number", "startDate")
_OF_A_TASK = ("attachment", "plan")
"""Types of fields that need a user task to hang on."""


def plain_starts(process: etree._Element) -> list[etree._Element]:
    """The start events at which a person can start the process: those without a trigger."""
    return [e for e in model_children(process, "startEvent") if not _triggered(e)]


def _triggered(event: etree._Element) -> bool:
    return any(
        kind(child).endswith("EventDefinition") or kind(child) == "eventDefinitionRef"
        for child in event
    )


def _instantiates(element: etree._Element) -> bool:
    """Does this begin the process when something comes? Without any such element, and without a
    start event, the process begins where nothing leads to (BPMN 2.0.2, 13.2)."""
    return kind(element) == "startEvent" or flag(element, "instantiate")


def read_start(
    process: etree._Element,
    lanes: Mapping[str, str],
    roles: Mapping[str, Role] | None,
    report: Report,
) -> StartMeta:
    """``lanes`` are the roles of the process's nodes by element id; ``roles`` the configured
    ones, None to take every key as it stands."""
    plain = plain_starts(process)
    named, everyone = _starters(process, roles, report)
    startable = bool(plain) or not any(map(_instantiates, model_children(process)))
    if named is not None and not startable:
        report("starter_without_start", process)
    lane = next((lanes[i] for e in plain if (i := e.get("id") or "") in lanes), None)
    return StartMeta(named, everyone, lane, _form(process, plain, report), startable)


def _starters(
    process: etree._Element, roles: Mapping[str, Role] | None, report: Report
) -> tuple[frozenset[str] | None, bool]:
    elements = list(extensions(process, "starter"))
    if not elements:
        return None, False
    starters: set[str] = set()
    everyone = False
    for element in elements:
        given, all_may = element.get("role") or "", element.get("everyone")
        if bool(given.strip()) == (all_may is not None) or all_may not in (None, "true", "false"):
            report("starter_incomplete", process, at=element)
        role = _role(given, roles)
        starters |= {role} if role else set()
        everyone = everyone or all_may == "true"
    return frozenset(starters), everyone


def _role(given: str, roles: Mapping[str, Role] | None) -> str | None:
    """The key of a role; one that the settings do not have is a finding of ``lint.plan``."""
    return (given.strip() or None) if roles is None else RoleIndex(roles).find(given)


def unknown_roles(
    process: etree._Element, roles: Mapping[str, Role]
) -> Iterator[tuple[etree._Element, str]]:
    """Each ``sp:starter`` and ``sp:case`` that names a role which there is not, with its text."""
    for name, attribute in (("starter", "role"), ("case", "leadRole")):
        for element in extensions(process, name):
            given = (element.get(attribute) or "").strip()
            if given and _role(given, roles) is None:
                yield element, given


def _form(
    process: etree._Element, plain: list[etree._Element], report: Report
) -> tuple[FormField, ...]:
    form: tuple[FormField, ...] | None = None
    for event in process.iter(bpmn("startEvent")):
        for element in extensions(event, "form"):
            if event not in plain or form is not None:
                report("start_form_not_used", event, at=element)
                continue
            form = tuple(_askable(read_fields(element, event, report), event, element, report))
    return form or ()


def _askable(
    fields: tuple[FormField, ...], event: etree._Element, at: etree._Element, report: Report
) -> Iterator[FormField]:
    for field in fields:
        if field.type in _OF_A_TASK:
            report("start_field_type", event, at=at, field=field.id, value=field.type)
        else:
            yield field


def read_case(
    process: etree._Element, roles: Mapping[str, Role] | None, report: Report
) -> CaseMeta:
    """What ``sp:case`` says."""
    elements = list(extensions(process, "case"))
    if not elements:
        return CaseMeta()
    element = elements[0]
    if len(elements) > 1:
        report("extension_twice", process, name="case", at=elements[1])
    customer = element.get("customer")
    rule = next((known for known in CUSTOMER_RULES if known == customer), None)
    if rule is None and customer is not None:
        report("case_customer", process, value=customer, at=element)
    named = _variables(process, element, report)
    label = (element.get("startDateLabel") or "").strip()
    if label and "startDate" not in element.attrib:
        report("case_label", process, value=label, at=element)
    if rule in (None, "none") and "customerName" in element.attrib:
        report("case_without_customer", process, value=element.get("customerName"), at=element)
    return CaseMeta(
        customer=rule,
        customer_name=named.get("customerName"),
        number=named.get("number"),
        start_date=named.get("startDate"),
        start_date_label=label,
        lead_role=_role(element.get("leadRole") or "", roles),
    )


def _variables(process: etree._Element, element: etree._Element, report: Report) -> dict[str, str]:
    """The variables that learn of the case, by attribute. Each is one thing's."""
    variables: dict[str, str] = {}
    for attribute in _VARIABLES:
        name = element.get(attribute)
        if name is None:
            continue
        if not FIELD_ID.fullmatch(name) or name in RESERVED or name in variables.values():
            report("case_variable", process, attribute=attribute, value=name, at=element)
        else:
            variables[attribute] = name
    return variables


def read_title(process: etree._Element, report: Report) -> str | None:
    """``sp:title``: the FEEL text whose value tells the instances of the process apart, such as two
    complaints of a case; None for none."""
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
