"""What a business rule task does: the decision is made, and the history keeps what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import feel
from engine.bpmn.model import DecisionCall
from engine.definitions.decisions import Answer, DeployedDecision, ask
from engine.definitions.library import deployed_with
from engine.dmn import DecisionError
from engine.dmn.results import as_variables, shaped
from engine.errors import Conflict, NotFound, StepError
from engine.runtime.running_instance import RunningInstance
from engine.runtime.step import Step

SHOWN = 2_000
"""Characters of a value (as JSON) that the history keeps of it."""


def make(
    step: Step,
    instance: RunningInstance,
    element_id: str,
    call: DecisionCall,
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """Make the decision of a business rule task; the variables that it gives.

    The history keeps what was asked, what was looked at, what came out and which rules held.

    :raises StepError: when there is no such decision, or it cannot be made of these variables
    """
    library = step.definitions.decisions
    try:
        chosen = library.find(
            step.connection,
            call.decision,
            call.binding,
            bound_by=deployed_with(instance.definition.id),
        )
    except NotFound:
        version = f" in version {call.binding}" if isinstance(call.binding, int) else ""
        text = f"{element_id}: the decision {call.decision} is not deployed{version}"
        raise StepError(element_id, text, kind="decision") from None
    except Conflict as drawn:
        text = f"{element_id}: {drawn.message}"
        raise StepError(element_id, text, kind="decision") from None
    now = step.now.astimezone(step.calendar.zone)
    try:
        answer = ask(chosen, given, now, strict=True)
        value = shaped(answer.outcome.value, call.mapping, chosen.element)
        named = {call.result: value} if call.result else as_variables(value, chosen.element)
        made = {name: _storable(name, each) for name, each in named.items()}
    except (DecisionError, feel.FeelError) as error:
        text = f"{element_id}: {_why(chosen, given, error)}"
        raise StepError(element_id, text, kind="decision") from error
    step.note(instance, "decision.evaluated", element_id, _detail(chosen, answer, made))
    return made


def _why(chosen: DeployedDecision, given: Mapping[str, Any], error: Exception) -> str:
    message = getattr(error, "message", str(error))
    names = ", ".join(sorted(given)) or "none"
    return (
        f"the decision {chosen.name} ({chosen.decision_id}, version {chosen.version}) cannot be "
        f"made: {message}; its variables: {names}"
    )


def _storable(name: str, value: Any) -> Any:
    """A variable's value; what only lives while it is evaluated (a function) is refused."""
    try:
        feel.to_json(value)
    except feel.FeelError as error:
        raise feel.FeelError(f"{name} cannot be kept: {error.message}") from None
    return value


def _detail(chosen: DeployedDecision, answer: Answer, made: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "decision": chosen.decision_id,
        "name": chosen.name,
        "version": chosen.version,
        "inputs": {name: excerpt(value) for name, value in answer.used.items()},
        "outputs": {name: excerpt(value) for name, value in made.items()},
        "rules": [
            {"decision": hit.element, "table": hit.table, "rules": list(hit.rules)}
            for hit in answer.outcome.hits
        ],
    }


def excerpt(value: Any) -> Any:
    """A value as the history shows it: plain JSON, a long one only its beginning."""
    plain = feel.plain(value)
    text = str(plain)
    return plain if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
