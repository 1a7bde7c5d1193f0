"""Who does a task, and by when; who starts a process."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.names import ZEEBE, extensions, kind, model_child, model_children, text
from engine.bpmn.vendor.translation import Translation, written
from engine.iso8601 import TimeMalformed, parse_date, parse_duration

TASKS = ("userTask", "manualTask", "globalUserTask", "globalManualTask")
"""Local names of the tasks that a person does."""
_CHOSEN = re.compile(r"(user|group)\(\s*([^()]+?)\s*\)")


def translate(translation: Translation) -> None:
    """Assignee, candidate groups and due date of tasks, and who starts a case."""
    for process in translation.of("process"):
        _starters(translation, process)
    for start in translation.of("startEvent"):
        for space, name in translation.attributes(start, "initiator"):
            translation.take(start, space, "initiator")
            translation.give(start, "initiator", start, variable=name)
            now = written("initiator", variable=name)
            translation.became("initiator", start, start, space, f"initiator={name}", now)
    for task in translation.of(*TASKS):
        _Task(translation, task).translate()


def _starters(translation: Translation, process: etree._Element) -> None:
    """The groups that may start a process. What our own words say already stays as it is."""
    if any(True for _ in extensions(process, "starter")):
        return
    for space, value in translation.attributes(process, "candidateStarterGroups"):
        groups = _names(value, space)
        if not groups:
            reason = ("grupperna räknas ut", "the groups are computed")
            was = f"candidateStarterGroups={value}"
            translation.note_untranslated(process, process, space, was, reason)
            continue
        for group in groups:
            translation.give(process, "starter", process, role=group)
        translation.take(process, space, "candidateStarterGroups")
        now = written("starter", role=", ".join(groups))
        was = f"candidateStarterGroups={value}"
        translation.became("starters", process, process, space, was, now)


class _Task:
    def __init__(self, translation: Translation, task: etree._Element) -> None:
        self._translation = translation
        self._task = task

    def translate(self) -> None:
        """Translate who does the task and by when."""
        for name, (ours, read) in _READERS.items():
            for space, holder, value in list(self._given(name)):
                # What is said in our own words already stays as it is.
                said = any(True for _ in extensions(self._task, ours))
                if not said and read(self, space, holder, name, value):
                    self._translation.take(holder, space, name)
        if self._translation.family:
            self._standard()

    def _given(self, name: str) -> Iterator[tuple[str, etree._Element, str]]:
        """(namespace, the element that has it, value) of an attribute, in either way."""
        task = self._task
        for space, value in self._translation.attributes(task, name):
            yield space, task, value
        for holder_name in ("assignmentDefinition", "taskSchedule"):
            for holder in self._translation.extensions(task, holder_name, ZEEBE):
                value = (holder.get(name) or "").strip()
                if value:
                    yield ZEEBE, holder, value

    # ------------------------------------------------------------ what is read

    def assignee(self, space: str, at: etree._Element, name: str, value: str) -> bool:
        """Translate the person who gets the task; True when that could be done."""
        if value == "$INITIATOR":
            person = self._initiator()
        else:
            person = self._translation.value(self._task, at, space, name, value)
        if person is None:
            return False
        self._translation.give(self._task, "assignee", at, value=person)
        now = written("assignee", value=person)
        self._translation.became("assignee", self._task, at, space, f"{name}={value}", now)
        return True

    def _initiator(self) -> str | None:
        """Flowable's word for the variable that its start event names."""
        for start in self._translation.of("startEvent"):
            for element in extensions(start, "initiator"):
                return f"= {element.get('variable')}"
        return None

    def groups(self, space: str, at: etree._Element, name: str, value: str) -> bool:
        """Translate the groups that may do the task; True when that could be done."""
        groups = _names(value, space)
        if not groups:
            reason = ("grupperna räknas ut", "the groups are computed")
            self._translation.note_untranslated(self._task, at, space, f"{name}={value}", reason)
            return False
        for group in groups:
            self._translation.give(self._task, "role", at, key=group)
        now = written("role", key=", ".join(groups))
        self._translation.became("groups", self._task, at, space, f"{name}={value}", now)
        return True

    def due(self, space: str, at: etree._Element, name: str, value: str) -> bool:
        """Translate the day on which the task is due; True when that could be done."""
        text = self._translation.value(self._task, at, space, name, value)
        if text is None:
            return False
        rule = _due(text)
        if rule is None:
            reason = (
                "det är varken ett datum eller en tid",
                "it is neither a date nor a duration",
            )
            self._translation.note_untranslated(self._task, at, space, f"{name}={value}", reason)
            return False
        self._translation.give(self._task, "due", at, **rule)
        now = written("due", **rule)
        self._translation.became("due", self._task, at, space, f"{name}={value}", now)
        return True

    # ------------------------------------------------------------ BPMN's own way

    def _standard(self) -> None:
        """``humanPerformer`` and ``potentialOwner`` as Activiti's family reads them: a user's
        name, and ``user(name), group(name)`` or a group's name."""
        for resource in list(model_children(self._task, "humanPerformer", "potentialOwner")):
            written = _resource(resource)
            people, groups = _chosen(written, kind(resource) == "humanPerformer")
            space = self._translation.family[0]
            if not written or (kind(resource) == "potentialOwner" and people):
                continue
            name = kind(resource)
            done = [self.assignee(space, resource, name, person) for person in people]
            if groups:
                done.append(self.groups(space, resource, name, ", ".join(groups)))
            if done and all(done):
                self._task.remove(resource)


_READERS = {
    "assignee": ("assignee", _Task.assignee),
    "candidateGroups": ("role", _Task.groups),
    "dueDate": ("due", _Task.due),
}
"""By their attribute: our element, and how it is read."""


def _names(value: str, space: str) -> list[str]:
    """Names of groups; none when they are computed. Camunda 8 also writes a list in FEEL."""
    if space == ZEEBE and value.startswith("="):
        try:
            given = json.loads(value[1:])
        except (ValueError, RecursionError):
            return []
        given = [given] if isinstance(given, str) else given
        fits = isinstance(given, list) and all(isinstance(g, str) and g.strip() for g in given)
        return [g.strip() for g in given] if fits else []
    if "${" in value or "#{" in value:
        return []
    return [name.strip() for name in value.split(",") if name.strip()]


def _due(value: str) -> dict[str, str] | None:
    """The attributes of ``sp:due``; None for what is no date and no duration."""
    if value.startswith("="):
        return {"on": value}
    try:
        length = parse_duration(value, positive=True)
        return {"on": f'= duration("{value}")'} if length.time else {"after": value}
    except TimeMalformed:
        pass
    try:
        parse_date(value[:10])
    except TimeMalformed:
        return None
    return {"on": value[:10]} if value[10:11] in ("", "T") else None


def _resource(resource: etree._Element) -> str:
    assignment = model_child(resource, "resourceAssignmentExpression")
    expression = None if assignment is None else model_child(assignment, "formalExpression")
    return text(expression)


def _chosen(written: str, person: bool) -> tuple[list[str], list[str]]:
    """The people and the groups that an assignment expression names."""
    chosen = _CHOSEN.findall(written)
    if not chosen:
        return ([written], []) if person else ([], [written])
    people = [name for what, name in chosen if what == "user"]
    return people, [name for what, name in chosen if what == "group"]
