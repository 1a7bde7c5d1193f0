"""Correcting a process's variables, when an expression failed over one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select

from engine import feel
from engine.access import actions
from engine.access.rules import authorize
from engine.bpmn.names import FIELD_ID, RESERVED
from engine.errors import Conflict, Invalid, NotFound, Problem
from engine.queries import objects
from engine.runtime.running_instance import RUNNING, RunningInstance
from engine.store.tables import InstanceTable
from engine.unit_of_work import UnitOfWork
from engine.views import VariableValue
from engine.work.fields import check_size
from engine.work.user_tasks import advance


def listed(work: UnitOfWork, instance_id: str) -> tuple[VariableValue, ...]:
    """An instance's variables by name, for those who may correct them."""
    _case_to_correct(work, instance_id)
    stored = work.connection.scalar(
        select(InstanceTable.variables).where(InstanceTable.id == instance_id)
    )
    return tuple(
        _view(name, feel.from_json(value)) for name, value in sorted((stored or {}).items())
    )


def _view(name: str, value: Any) -> VariableValue:
    written = str(feel.compile("string([v])").evaluate({"v": value}))
    kind: str = "feel"
    if value is None:
        kind = "null"
    elif isinstance(value, bool):
        kind = "boolean"
    elif type(value) is date:
        kind = "date"
    elif isinstance(value, str):
        kind = "string"
    elif isinstance(value, int | float | Decimal):
        kind = "number"
    return VariableValue(name, kind, feel.plain(value), written[1:-1])  # type: ignore[arg-type]


def _case_to_correct(work: UnitOfWork, instance_id: str) -> str:
    """The case's id; raises for those who may not correct it."""
    case_id = work.connection.scalar(
        select(InstanceTable.case_id).where(InstanceTable.id == instance_id)
    )
    if case_id is None:
        raise NotFound(f"There is no instance {instance_id}", id=instance_id)
    case = objects.case_object(work.connection, work.actor, case_id)
    authorize(work.actor, actions.CASE_VIEW, case)
    authorize(work.actor, actions.CASE_CORRECT, case)
    return str(case_id)


def correct(
    work: UnitOfWork,
    instance_id: str,
    values: Mapping[str, Any],
    expressions: Mapping[str, str],
    reason: str,
    seen: Mapping[str, str | None] | None = None,
) -> dict[str, Any]:
    """Set variables of an instance: JSON values, and FEEL texts that see its other variables. The
    history keeps what they were before, and the reason.

    :param seen: values as whoever corrects them has seen them (``VariableValue.text``), by name;
        None for one that was not there
    :raises Invalid: for names that an expression could not say, and values that cannot be read
    :raises Conflict: when the instance has ended; ``stale_variable`` when a value is no longer as
        it was seen
    """
    case_id = _case_to_correct(work, instance_id)
    _check_names((*values, *expressions))
    most = work.config.limits.variable_bytes
    check_size(values, most)
    work.hold(case_id)
    step = advance(work)
    instance = step.instance(instance_id)
    if instance.state not in RUNNING:
        raise Conflict("This process has ended.", code="case_ended", state=instance.state)
    before = instance.process.variables
    _must_be_as_seen(before, seen or {})
    after = {**_read(values, feel.from_json), **_read(expressions, _evaluator(instance))}
    changes = {
        name: {"was": feel.to_json(before.get(name)), "is": feel.to_json(value)}
        for name, value in after.items()
    }
    check_size({name: change["is"] for name, change in changes.items()}, most)
    detail = {"variables": changes} | ({"reason": reason.strip()} if reason.strip() else {})
    step.note(instance, "variables.corrected", detail=detail)

    def write() -> None:
        instance.process.write(after)
        # A condition that somebody waits for may hold now.
        instance.executor.run(instance.process)

    step.move_later(instance, write)
    step.run()
    return {}


def _check_names(names: Iterable[str]) -> None:
    problems = [
        Problem("name_malformed", f"{name[:60]!r} cannot be a variable's name", name[:60])
        for name in names
        if not FIELD_ID.fullmatch(name) or name in RESERVED
    ]
    if problems:
        raise Invalid(problems)


def _must_be_as_seen(stored: Mapping[str, Any], seen: Mapping[str, str | None]) -> None:
    for name, text in seen.items():
        if text != (_view(name, stored[name]).text if name in stored else None):
            raise Conflict(f"{name} has changed since.", code="stale_variable", name=name)


MISTAKES: Final[Mapping[type[feel.FeelError], str]] = {
    feel.FeelSyntaxError: "expression_misspelt",
    feel.FeelNameError: "expression_unknown",
}
"""The codes of problems with an expression that say what is wrong with it."""


def _evaluator(instance: RunningInstance) -> Callable[[str], Any]:
    """Reads FEEL with the instance's variables."""

    def evaluate(text: str) -> Any:
        value = instance.definition.evaluator.evaluate(text, instance.process.variables)
        feel.to_json(value)  # Functions are not stored.
        return value

    return evaluate


def _read(given: Mapping[str, Any], read: Callable[[Any], Any]) -> dict[str, Any]:
    """The values by name; Invalid with all that cannot be read."""
    values, problems = {}, []
    for name, value in given.items():
        try:
            values[name] = read(value)
        except feel.FeelError as error:
            code = MISTAKES.get(type(error), "expression_malformed")
            problems.append(Problem(code, error.message, name, error.params))
    if problems:
        raise Invalid(problems)
    return values
