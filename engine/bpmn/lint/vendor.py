"""What other tools have written into a diagram: what has been translated, and all that is left:
code, which never runs; settings that have no twin here; and what is only theirs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from lxml import etree

from engine.bpmn.lint.document import Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import (
    DC,
    DD,
    DI,
    MODEL,
    SP,
    SPIFF,
    XSI,
    kind,
    local,
    model_children,
    namespace,
)
from engine.bpmn.vendor import Note
from engine.bpmn.vendor.tools import TOOLS

_CODE_ATTRIBUTES = ("class", "delegateExpression", "expression", "resource")
_CODE_ELEMENTS = frozenset(
    {"script", "preScript", "postScript", "connector", "serviceTaskOperator"}
)
_LISTENERS = frozenset(
    {"executionListener", "taskListener", "executionListeners", "taskListeners", "eventListener"}
)
"""Programs that the other engine tells of what happens; the process itself goes on without."""
_HARMLESS = frozenset(
    {"diagramRelationId", "versionTag", "historyTimeToLive", "isStartableInTasklist"}
    | {"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon", "description"}
    | {"exclusive", "asyncBefore", "asyncAfter", "async", "jobPriority", "userTask"}
    | {
        "properties",
        "property",
        "diagramRelationId",
        "failedJobRetryTimeCycle",
        "formFieldValidation",
    }
)
"""What changes nothing of what a process does, only how the other engine goes about it."""
_OWN = frozenset({MODEL, DI, DC, DD, XSI, SP, "http://www.w3.org/XML/1998/namespace", ""})
_COLOURS = frozenset(
    {
        "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
        "http://bpmn.io/schema/bpmn/biocolor/1.0",
    }
)
_ADVICE = {
    "candidateUsers": (
        "Ange en roll (en bana eller candidateGroups) eller en person (assignee).",
        "Give a role (a lane or candidateGroups) or one person (assignee).",
    ),
    "followUpDate": (
        "Använd förfallodagen, eller rita en timer.",
        "Use the due date, or draw a timer.",
    ),
    "priority": ("Uppgifter ordnas efter sin dag.", "Tasks are ordered by their date."),
    "formKey": (
        "Formuläret finns inte i filen; ange fälten med sp:form.",
        "The form is not in the file; give its fields with sp:form.",
    ),
    "formData": (
        "Fråga efter uppgifterna i en användaruppgift.",
        "Ask for this in a user task.",
    ),
    "businessKey": ("Ärendets nummer är nyckeln här.", "The case's number is the key here."),
    "subscription": (
        "Ett meddelande går till ärendets egna processer; ingen nyckel behövs.",
        "A message goes to the processes of its case; no key is needed.",
    ),
    "taskDefinition": (
        "Inget program utför steget här; gör det till en användaruppgift.",
        "No program does this step here; make it a user task.",
    ),
    "initiator": (
        "Skriv ett variabelnamn på processens starthändelse.",
        "Write a variable's name on the start event of the process.",
    ),
    "formJsonSchemaFilename": (
        "Formuläret finns inte i filen; ange fälten med sp:form.",
        "The form is not in the file; give its fields with sp:form.",
    ),
    "allowGuest": (
        "Uppgifter görs av dem som har konto.",
        "Tasks are done by those who have an account.",
    ),
    "instructionsForEndUser": (
        "Skriv det som uppgiftens dokumentation.",
        "Write it as the documentation of the task.",
    ),
    "skipExpression": (
        "Dra en väg förbi steget, med ett villkor.",
        "Draw a way past the step, with a condition.",
    ),
    "candidateStarterGroups": (
        "Ange rollerna som får starta processen med sp:starter.",
        "Say the roles that may start the process with sp:starter.",
    ),
    "resultVariable": (
        "Låt skriptet vara en FEEL-kontext, till exempel = {summa: pris * antal}.",
        "Let the script be a FEEL context, = {sum: price * count} for example.",
    ),
    "calledElement": (
        "Ange processen med calledElement.",
        "Name the process with calledElement.",
    ),
}
_SAME_ADVICE = {
    "priorityDefinition": "priority",
    "formDefinition": "formKey",
    "formId": "formKey",
    "formRef": "formKey",
    "candidateStarterUsers": "candidateStarterGroups",
    "userTaskForm": "formKey",
    "formHandlerClass": "formKey",
    "formProperty": "formData",
    "processVariableCorrelation": "subscription",
    "messageVariable": "subscription",
    "messagePayload": "subscription",
    "guestConfirmation": "allowGuest",
    "topic": "taskDefinition",
    "taskHeaders": "taskDefinition",
    "type": "taskDefinition",
}
_OTHERWISE = (
    "Ange det på ett sätt som körs här, eller ta bort det.",
    "Say it in a way that runs here, or remove it.",
)
_PROGRAMS = frozenset(
    {"serviceTask", "scriptTask", "sendTask", "receiveTask", "businessRuleTask", "task"}
)
_NAME = re.compile(r"\w+")
MOST_SPACES = 20
"""Unknown namespaces of one file that findings name."""


def translated(notes: Iterable[Note], report: Reporter) -> None:
    """What has become of the other tools' words as the file was read."""
    for note in notes:
        report(note.code, note.element, at=note.at, **note.params)


def vendor(document: Document, report: Reporter) -> None:
    """Extensions of Camunda, Flowable, Activiti and SpiffWorkflow that are left on each element."""
    for element in document.elements:
        if kind(element) == "extensionElements":
            continue
        code: list[str] = []
        settings: list[str] = []
        harmless: list[str] = []
        tool = ""
        for name, space, is_code in _extensions(element):
            tool = tool or TOOLS[space]
            if is_code:
                code.append(name)
            else:
                (harmless if name.partition("(")[0] in _HARMLESS else settings).append(name)
        heard = [name for name in code if name.partition(" ")[0] in _LISTENERS]
        code = [name for name in code if name not in heard]
        if heard:
            names = ", ".join(heard[:5])
            report("vendor_listener", element, tool=tool, names=names)
        if code:
            report(
                "vendor_code",
                element,
                tool=tool,
                names=", ".join(code[:5]),
                advice=_of_code(element),
            )
        if settings:
            names = ", ".join(dict.fromkeys(settings[:8]))
            report("vendor_setting", element, tool=tool, names=names, advice=_advice(settings))
        if harmless:
            names = ", ".join(dict.fromkeys(harmless[:8]))
            report("vendor_harmless", element, tool=tool, names=names)


def _of_code(element: etree._Element) -> tuple[str, str]:
    """What to do about code: only a step that no person does can be made one that a person does."""
    if kind(element) in _PROGRAMS:
        return (
            "Ta bort koden eller gör steget till en användaruppgift.",
            "Remove the code, or make the step a user task.",
        )
    return "Ta bort koden.", "Remove the code."


def _advice(settings: list[str]) -> tuple[str, str]:
    """What to do about the settings, said once for each kind."""
    advice = dict.fromkeys(_advised(setting) for setting in settings)
    chosen = list(advice)[:3]
    return " ".join(sv for sv, _ in chosen), " ".join(en for _, en in chosen)


def _advised(setting: str) -> tuple[str, str]:
    for name in _NAME.findall(setting):
        advice = _ADVICE.get(_SAME_ADVICE.get(name, name))
        if advice is not None:
            return advice
    return _OTHERWISE


def _extensions(element: etree._Element) -> Iterator[tuple[str, str, bool]]:
    """(name, namespace, is it code) of every extension of the element."""
    for key, value in element.attrib.items():
        space, _, name = str(key).removeprefix("{").rpartition("}")
        if space in TOOLS:
            is_code = name in _CODE_ATTRIBUTES
            yield (f"{name}={str(value)[:60]}" if is_code else name), space, is_code
    for holder in model_children(element, "extensionElements"):
        for child in holder:
            if namespace(child) not in TOOLS:
                continue
            code = _code(child) if local(child) in _LISTENERS else ""
            code = code or next((_code(inner) for inner in child.iter() if _code(inner)), "")
            yield code or _shown(child), namespace(child), bool(code)


def _shown(element: etree._Element) -> str:
    """An extension element with the names of what it says: ``subscription(correlationKey)``."""
    name = local(element)
    if namespace(element) == SPIFF and name == "properties":
        name = next((p.get("name") or "" for p in element if local(p) == "property"), name)
    inner = [local(child) for child in element if isinstance(child.tag, str)]
    said = [*map(str, element.attrib), *dict.fromkeys(inner)][:4]
    return f"{name}({', '.join(said)})" if said else name


def _code(element: etree._Element) -> str:
    """What an extension element runs, ``""`` when it runs nothing."""
    if namespace(element) not in TOOLS:
        return ""
    name = local(element)
    given = next((element.get(a) for a in _CODE_ATTRIBUTES if element.get(a)), "")
    if name in _CODE_ELEMENTS | _LISTENERS or (
        given and name not in ("formField", "formProperty", "field")
    ):
        return f"{name} {given[:60]}".strip()
    return ""


def foreign(document: Document, report: Reporter) -> None:
    """§8.2.3 "Extensibility": data of tools that we do not know is kept in the file, and never
    changes what BPMN means."""
    counts: Counter[str] = Counter()
    names: dict[str, dict[str, None]] = {}
    for element in document.root.iter():
        if not isinstance(element.tag, str):
            continue
        for qualified in (element.tag, *map(str, element.attrib)):
            space, _, name = qualified.removeprefix("{").rpartition("}")
            if space in _OWN or space in TOOLS or space in _COLOURS:
                continue
            counts[space] += 1
            names.setdefault(space, {})[name] = None
    for space, count in counts.most_common(MOST_SPACES):
        shown = ", ".join(list(names[space])[:5])
        report("foreign_data", document.root, namespace=space, count=count, names=shown)


CHECKS = (vendor, foreign)
"""The checks of this module, in the order in which they run."""
