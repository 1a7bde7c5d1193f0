"""The end of a transaction: the instances that have changed are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import bindparam, update

from engine import feel
from engine.errors import StepError
from engine.runtime import children, deadlocks, incidents
from engine.runtime.running_instance import RUNNING, RunningInstance
from engine.runtime.step import Step
from engine.store.base import table_of
from engine.store.batch import Statement
from engine.store.tables import InstanceTable

_TABLE: Final = table_of(InstanceTable)
_WRITE: Final = Statement(
    update(_TABLE).where(
        _TABLE.c.id == bindparam("of_id"), _TABLE.c.revision == bindparam("at_revision")
    )
)


def write(step: Step, changed: Iterable[RunningInstance]) -> None:
    """Write instances, parents before children and else in the order of their ids, so that two
    transactions that meet wait instead of locking each other out; each is guarded by its revision.

    :raises StepError: when one has grown too large
    """
    lives = sorted(changed, key=lambda instance: (instance.depth, instance.id))
    values, marked = [], []
    for instance in lives:
        with step.attribute_errors(instance):
            if instance.moved and _begun(instance):
                stalled = instance.executor.deadlocks(instance.process)
                if stalled or instance.state == "incident":
                    deadlocks.record(step, instance, stalled)
                    marked.append(instance)
            values.append(_values(step, instance))
    for row in values:
        step.work.batch.put(_WRITE, row)
    for instance in lives:
        instance.revision += 1
        instance.changed = False
        step.work.snapshots.pop(instance.id, None)
        if instance.state not in RUNNING:
            incidents.close_all(step, instance)
        elif instance in marked:
            incidents.mark_case(step.connection, instance.case_id)


def _begun(instance: RunningInstance) -> bool:
    """Can it be stuck? One whose start has failed has an incident of its own that says so."""
    running = instance.state in RUNNING
    return running and (bool(instance.passed) or any(instance.process.tokens(everywhere=True)))


def _values(step: Step, instance: RunningInstance) -> dict[str, Any]:
    variables = {k: feel.to_json(v) for k, v in instance.process.variables.items()}
    _check_size(instance, variables, step.config.limits.variable_bytes)
    ended = instance.state not in RUNNING
    blob = {"state_blob": instance.executor.dump(instance.process)}
    if ended and not children.keeps_state(instance):
        blob = {"state_blob": b""}
    return {
        "of_id": instance.id,
        "at_revision": instance.revision,
        "state": instance.state,
        "revision": instance.revision + 1,
        **({} if instance.load_error is not None else blob),
        "variables": variables,
        "written": sorted(instance.process.written),
        "passed": instance.passed,
        "ended_at": step.now if ended else None,
    }


def _check_size(instance: RunningInstance, variables: Mapping[str, Any], most: int) -> None:
    """:param variables: the instance's, as JSON values
    :raises StepError: when they and those that are local to its tokens take more than ``most``
        bytes as JSON; it names the element that has written the largest
    """
    size = _json_size(variables)
    tokens = instance.process.tokens(everywhere=True) if instance.state in RUNNING else ()
    for task in tokens:
        if task.data:
            size += _json_size({k: feel.to_json(v) for k, v in task.data.items()})
    if size > most:
        largest = max(variables, key=lambda name: _json_size(variables[name]), default="")
        element = instance.process.writers.get(largest, instance.definition.process_id)
        raise StepError(
            element,
            f"{element}: the variables take {size} bytes, more than the {most} that are allowed; "
            f"the largest is {largest}",
            kind="budget",
        )


def _json_size(value: Any) -> int:
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
