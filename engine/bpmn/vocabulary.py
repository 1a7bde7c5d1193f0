"""Our extension elements: what a diagram says beyond BPMN, joined to BPMN's elements by id.

Namespace ``urn:serviceplan:bpmn:1``; ``workflows/serviceplan.json`` describes the same for
editors. Reading never fails on a well-formed tree: what cannot be understood is left out of the
result and is a finding of ``inspect``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from engine.bpmn import decision, extension_places, starts, vendor
from engine.bpmn.due import read_due
from engine.bpmn.expressions import feel_behind
from engine.bpmn.forms import DASHES, PART, FormField, Report, read_fields, read_parts
from engine.bpmn.lanes import RoleIndex, read_lanes, roles_of_nodes
from engine.bpmn.mappings import MAPPED, everything, read_mappings, said_everything
from engine.bpmn.meta import (
    DEFAULT_MEANING,
    ActivityRef,
    Binding,
    CallMeta,
    CheckItem,
    MessageMeta,
    PhaseMeta,
    ProcessMeta,
    SignatureRule,
    StartMeta,
    TaskMeta,
    Variable,
)
from engine.bpmn.model import GLOBAL_TASKS
from engine.bpmn.names import (
    FIELD_ID,
    RESERVED,
    bpmn,
    extensions,
    kind,
    local_reference,
    model_child,
    model_children,
    sp,
    text,
)
from engine.views import Role

_SLUG = re.compile(r"[A-Za-zÅÄÖåäö0-9_][\wåäöÅÄÖ.-]{0,99}", re.ASCII)
TASK_KINDS = ("userTask", "manualTask")
"""Local names of the tasks that a person does."""


def read(
    tree: etree._ElementTree, *, roles: Mapping[str, Role] | None = None
) -> dict[str, ProcessMeta]:
    """Every process of the diagram, by its id.

    ``roles`` are the configured roles by key: with them a lane's name may be a role's key or title;
    without them only ``sp:role`` counts.
    """
    return _VocabularyReader(tree, roles, lambda *_, **__: None).processes()


@dataclass(frozen=True, slots=True)
class FeelUse:
    """A FEEL text of our vocabulary: where it stands and what it is for."""

    element: etree._Element
    at: etree._Element
    place: str
    text: str


def inspect(
    tree: etree._ElementTree, report: Report, *, roles: Mapping[str, Role] | None = None
) -> tuple[dict[str, ProcessMeta], list[FeelUse]]:
    """``read``, and beside it every FEEL text that was met; ``report`` takes what is wrong as
    ``report(code, element, at=…, **params)``, codes of the catalogue."""
    uses: list[FeelUse] = []

    def take(code: str, element: etree._Element, **params: Any) -> None:
        if code == "expression":
            at = params.get("at", element)
            uses.append(FeelUse(element, at, params["place"], params["text"]))
        else:
            report(code, element, **params)

    return _VocabularyReader(tree, roles, take).processes(), uses


class _VocabularyReader:
    def __init__(self, tree: etree._ElementTree, roles: Mapping[str, Role] | None, report: Report):
        self._root = tree.getroot()
        vendor.translate(self._root)
        self._roles = roles
        self._report = report

    def processes(self) -> dict[str, ProcessMeta]:
        """What each process says, by its id."""
        extension_places.check(self._root, self._report)
        messages = {
            m.get("id") or "": self._message(m) for m in model_children(self._root, "message")
        }
        processes: dict[str, ProcessMeta] = {}
        for element in model_children(self._root, "process"):
            meta = self._process(element, messages)
            processes.setdefault(meta.id, meta)
        for element in model_children(self._root, *GLOBAL_TASKS):
            meta = self._global_task(element)
            processes.setdefault(meta.id, meta)
        return processes

    def _global_task(self, element: etree._Element) -> ProcessMeta:
        """A task that call activities share: a process of one node with the same id."""
        task_kind = GLOBAL_TASKS[kind(element)]
        task = replace(self._task(element, None), kind=task_kind)
        tasks = {task.id: task} if task_kind in TASK_KINDS else {}
        start = StartMeta(plain=False)
        return ProcessMeta(id=task.id, name=task.name, executable=True, tasks=tasks, start=start)

    def _process(self, element: etree._Element, messages: Mapping[str, MessageMeta]) -> ProcessMeta:
        roles = roles_of_nodes(element, list(read_lanes(element, self._roles)))
        tasks = {
            task.get("id") or "": self._task(task, roles.get(task.get("id") or ""))
            for task in element.iter(*(bpmn(name) for name in TASK_KINDS))
        }
        calls = {
            call.get("id") or "": self._call(call) for call in element.iter(bpmn("callActivity"))
        }
        for asking in element.iter(*(bpmn(name) for name in decision.KINDS)):
            decision.read_decision(asking, self._report)
        for activity in element.iter(*(bpmn(name) for name in MAPPED)):
            for way in ("in", "out"):
                read_mappings(activity, way, self._report)
        return ProcessMeta(
            id=element.get("id") or "",
            name=_name(element),
            executable=_true(element.get("isExecutable")),
            documentation=_documentation(element),
            phase=self._phase(element),
            variables=tuple(self._variables(element)),
            tasks=tasks,
            calls=calls,
            initiator=self._initiator(element),
            title=starts.read_title(element, self._report),
            messages={m.name: m for m in _awaited(element, self._root, messages)},
            roles=roles,
            case=starts.read_case(element, self._roles, self._report),
            start=starts.read_start(element, roles, self._roles, self._report),
        )

    # ------------------------------------------------------------ process

    def _initiator(self, process: etree._Element) -> str | None:
        for start in model_children(process, "startEvent"):
            for element in extensions(start, "initiator"):
                name = element.get("variable") or ""
                if FIELD_ID.fullmatch(name) and name not in RESERVED:
                    return name
                self._report("variable_name", start, value=name, at=element)
        return None

    def _phase(self, process: etree._Element) -> PhaseMeta | None:
        element = next(extensions(process, "phase"), None)
        if element is None:
            return None
        key, title = element.get("key") or "", (element.get("title") or "").strip()
        order = _whole(element.get("order"))
        if not key or not title or order is None:
            self._report("phase_incomplete", process, at=element)
            return None
        return PhaseMeta(key, title, order)

    def _variables(self, process: etree._Element) -> Iterator[Variable]:
        seen: set[str] = set()
        for element in extensions(process, "variable"):
            name = element.get("name") or ""
            default = feel_behind(element.get("default") or "")
            if not FIELD_ID.fullmatch(name) or name in seen:
                self._report("variable_name", process, value=name, at=element)
            elif not default:
                self._report("variable_default", process, value=name, at=element)
            else:
                seen.add(name)
                self._expression(process, element, f"sp:variable {name}", default)
                yield Variable(name, default)

    # ------------------------------------------------------------ tasks

    def _task(self, task: etree._Element, role: str | None) -> TaskMeta:
        return TaskMeta(
            id=task.get("id") or "",
            name=_name(task),
            kind=kind(task),
            role=role or self._own_role(task),
            assignee=self._assignee(task),
            documentation=_documentation(task),
            due=read_due(task, self._one(task, "due"), self._report),
            checklist=tuple(self._checklist(task)),
            form=self._form(task),
            signature=self._signature(task),
            activity=self._activity(task),
        )

    def _own_role(self, task: etree._Element) -> str | None:
        """The first of the task's own roles that there is."""
        index = None if self._roles is None else RoleIndex(self._roles)
        for element in extensions(task, "role"):
            key = (element.get("key") or "").strip()
            role = key if index is None else index.find(key)
            if role:
                return role
        return None

    def _assignee(self, task: etree._Element) -> str | None:
        element = self._one(task, "assignee")
        value = "" if element is None else (element.get("value") or "").strip()
        expression = feel_behind(value)
        if element is not None and expression:
            self._expression(task, element, "sp:assignee", expression)
        return value or None

    def _activity(self, task: etree._Element) -> ActivityRef | None:
        element = self._one(task, "activity")
        if element is None:
            return None
        phase, order = element.get("phase") or "", _whole(element.get("order"))
        if not phase or order is None:
            self._report("activity_incomplete", task, at=element)
            return None
        return ActivityRef(phase, order)

    def _checklist(self, task: etree._Element) -> Iterator[CheckItem]:
        seen: set[str] = set()
        holder = self._one(task, "checklist")
        for element in () if holder is None else holder.iterchildren(sp("item")):
            ident, words = element.get("id") or "", " ".join(text(element).split())
            if not _SLUG.fullmatch(ident) or ident in seen:
                self._report("item_id", task, value=ident, at=element)
                continue
            seen.add(ident)
            if not words:
                self._report("item_text", task, value=ident, at=element)
                continue
            if words.startswith(DASHES):
                self._report("item_dash", task, value=words, at=element)
            applies = self._optional_feel(task, element, "applies", f"sp:item {ident}")
            lines = [words, *read_parts(element, task, self._report)]
            yield CheckItem(ident, PART.join(lines), applies)

    def _form(self, task: etree._Element) -> tuple[FormField, ...]:
        element = self._one(task, "form")
        return () if element is None else read_fields(element, task, self._report)

    def _signature(self, task: etree._Element) -> SignatureRule:
        element = self._one(task, "signature")
        if element is None:
            return SignatureRule()
        required = element.get("required") or "true"
        if required not in ("true", "false"):
            self._report("signature_required", task, value=required, at=element)
        counter = element.get("counterRole") or None
        if counter is not None and self._roles is not None and counter not in self._roles:
            self._report("role_unknown_key", task, value=counter, at=element)
        meaning = (element.get("meaning") or "").strip() or DEFAULT_MEANING
        not_by = tuple(dict.fromkeys((element.get("notBy") or "").split()))
        return SignatureRule(required != "false", meaning, counter, not_by)

    # ------------------------------------------------------------ calls and messages

    def _call(self, call: etree._Element) -> CallMeta:
        called = call.get("calledElement") or ""
        return CallMeta(
            id=call.get("id") or "",
            name=_name(call),
            called=called.strip() if feel_behind(called) else local_reference(called),
            binding=self._binding(call),
            inputs=read_mappings(call, "in", self._report),
            outputs=read_mappings(call, "out", self._report),
            all_in=everything(call, "in"),
            all_out=everything(call, "out"),
            said_all_out=said_everything(call, "out"),
        )

    def _binding(self, call: etree._Element) -> Binding:
        element = self._one(call, "binding")
        version = "latest" if element is None else element.get("version") or ""
        if version == "deployment":
            return "deployment"
        if version == "latest":
            return "latest"
        number = _whole(version)
        if number is None:
            self._report("binding_version", call, value=version, at=element)
            return "latest"
        return number

    def _message(self, message: etree._Element) -> MessageMeta:
        name = _name(message) or message.get("id") or ""
        element = self._one(message, "message")
        if element is None:
            return MessageMeta(message.get("id") or "", name, name)
        roles = tuple((element.get("roles") or "").split())
        for role in roles:
            if self._roles is not None and role not in self._roles:
                self._report("role_unknown_key", message, value=role, at=element)
        label = (element.get("label") or "").strip() or name
        form = read_fields(element, message, self._report)
        return MessageMeta(message.get("id") or "", name, label, roles, form, offered=True)

    # ------------------------------------------------------------ helpers

    def _one(self, owner: etree._Element, name: str) -> etree._Element | None:
        elements = list(extensions(owner, name))
        if len(elements) > 1:
            self._report("extension_twice", owner, name=name, at=elements[1])
        return elements[0] if elements else None

    def _optional_feel(
        self, owner: etree._Element, element: etree._Element, attribute: str, place: str
    ) -> str | None:
        value = element.get(attribute)
        if value is None:
            return None
        expression = feel_behind(value)
        if not expression:
            self._report("feel_expected", owner, value=value, place=place, at=element)
            return None
        self._expression(owner, element, place, expression)
        return expression

    def _expression(
        self, owner: etree._Element, at: etree._Element, place: str, expression: str
    ) -> None:
        self._report("expression", owner, place=place, text=expression, at=at)


def _awaited(
    process: etree._Element, root: etree._Element, messages: Mapping[str, MessageMeta]
) -> Iterator[MessageMeta]:
    """The messages that the process's catching events and receive tasks refer to."""
    shared = {e.get("id"): e for e in model_children(root, "messageEventDefinition") if e.get("id")}
    for event in process.iter(*(bpmn(n) for n in _CATCHING)):
        definitions = list(model_children(event, "messageEventDefinition"))
        for reference in model_children(event, "eventDefinitionRef"):
            definitions.append(shared.get(local_reference(text(reference)), event))
        for element in [event, *definitions]:
            message = messages.get(local_reference(element.get("messageRef")))
            if message is not None:
                yield message


_CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask")


def _name(element: etree._Element) -> str:
    return " ".join((element.get("name") or "").split())


def _documentation(element: etree._Element) -> str:
    return text(model_child(element, "documentation"))


def _true(value: str | None) -> bool:
    return (value or "").strip() in ("true", "1")


def _whole(value: str | None) -> int | None:
    """A whole number from 1 to 9999, None for anything else."""
    value = (value or "").strip()
    return int(value) if value.isascii() and re.fullmatch(r"[1-9]\d{0,3}", value) else None
