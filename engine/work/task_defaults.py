"""What a user task gets as it opens, from what its diagram says: a person, a date, presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from engine import feel
from engine.bpmn.forms import FormField
from engine.bpmn.meta import DueRule, TaskMeta
from engine.calendar import WorkCalendar
from engine.definitions.library import ExecutableDefinition
from engine.errors import StepError
from engine.iso8601 import Duration, TimeMalformed, parse_duration, to_duration
from engine.runtime.executor import Wait
from engine.runtime.running_instance import RunningInstance
from engine.runtime.step import Step
from engine.store.tables import PersonTable
from engine.work import forms


@dataclass(frozen=True, slots=True)
class TaskDefaults:
    """A task about to open. ``unknown`` is the name that ``sp:assignee`` gave when there is no
    such active person: the task is then offered to its role."""

    person_id: str | None = None
    unknown: str | None = None
    due: date | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)


def task_defaults(
    step: Step, instance: RunningInstance, meta: TaskMeta, wait: Wait
) -> TaskDefaults:
    """:raises StepError: when an expression of the diagram fails"""
    context = {**instance.process.variables, **wait.local}
    person_id, unknown = _assignee(step, instance, meta, context)
    return TaskDefaults(
        person_id=person_id,
        unknown=unknown,
        due=_due(step, instance, meta, context),
        answers=_presets(instance, meta, context),
    )


# ---------------------------------------------------------------- the person


def _assignee(
    step: Step, instance: RunningInstance, meta: TaskMeta, context: Mapping[str, Any]
) -> tuple[str | None, str | None]:
    given: Any = meta.assignee
    if given is None:
        return None, None
    if given.startswith("="):
        try:
            given = instance.definition.evaluator.evaluate(given, context)
        except feel.FeelNameError as error:
            return None, error.name
        except feel.FeelError as error:
            raise StepError(meta.id, f"{meta.assignee}: {error}", kind="expression") from error
    if given is None or given == "":
        return None, None
    name = given.strip() if isinstance(given, str) else ""
    person_id = _person(step.connection, name)
    return person_id, None if person_id else (name or repr(given))[:100]


def _person(connection: Connection, username: str) -> str | None:
    """The active person with this user name; capitals make no difference."""
    names = {username, username.lower()}
    return connection.scalar(
        select(PersonTable.id).where(PersonTable.username.in_(names), PersonTable.active.is_(True))
    )


# ---------------------------------------------------------------- the date


def _due(
    step: Step, instance: RunningInstance, meta: TaskMeta, context: Mapping[str, Any]
) -> date | None:
    rule = meta.due
    if rule is None:
        return None
    reference: Any = context.get(rule.of) if rule.of else None
    if rule.on is not None:
        reference = rule.on
        if rule.on.startswith("="):
            reference = instance.definition.evaluator.value_at(meta.id, rule.on, context)
    try:
        return date_of(step.calendar, rule, step.now, reference)
    except TimeMalformed as error:
        message = f"the due date of {meta.id}: {error}"
        raise StepError(meta.id, message, kind="due") from error


def date_of(
    calendar: WorkCalendar, rule: DueRule, opens: datetime, reference: object
) -> date | None:
    """The date that a due rule gives a task that opens at ``opens``.

    ``reference`` is the value of the variable ``of``, or of ``on``: a date, a date and time, their
    text, or a duration from the opening.

    :raises TimeMalformed: when the reference is none of these
    """
    opened = calendar.today(opens)
    if rule.on is None:
        return calendar.due_date(
            opened,
            after=rule.after,
            before=rule.before,
            of=rule.of,
            reference=reference,
            calendar=rule.calendar,
        )
    if reference is None or reference == "":
        return None
    length = _length(reference)
    if length is not None:
        return calendar.today(calendar.add(opens, length))
    return calendar.due_date(opened, after="P0D", of="on", reference=reference)


def _length(value: object) -> Duration | None:
    """A duration, or the text of one."""
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except TimeMalformed:
            return None
    if isinstance(value, (timedelta, feel.YearsMonthsDuration)):
        return to_duration(value)
    return None


# ---------------------------------------------------------------- what stands in the form


def _presets(
    instance: RunningInstance, meta: TaskMeta, context: Mapping[str, Any]
) -> dict[str, Any]:
    """What the fields of the form hold before anybody has answered, as a draft keeps it."""
    if not any(f.default is not None for f in meta.form):
        return {}
    known = {**dict.fromkeys((f.id for f in meta.form), None), **context}
    values = preset_values(instance.definition, meta.form, known)
    return {name: feel.to_json(value) for name, value in values.items()}


def preset_values(
    definition: ExecutableDefinition, form: tuple[FormField, ...], known: Mapping[str, Any]
) -> dict[str, Any]:
    """The defaults of a form's fields. One that fails, or that does not fit its field, is none: a
    form must open anyway."""
    values: dict[str, Any] = {}
    for one in form:
        value: Any = one.default
        if value is None:
            continue
        if value.startswith("="):
            try:
                value = definition.evaluator.evaluate(value, known)
            except feel.FeelError:
                continue
        checked, problems = forms.check_answers([one], {one.id: value}, people=_Anybody())
        if not problems and checked.get(one.id) is not None:
            values[one.id] = checked[one.id]
    return values


class _Anybody:
    """A preset may name anybody; who is asked for is checked when the task is completed."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)
