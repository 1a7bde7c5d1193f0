"""The product as the conformance kit sees it.

``run_kit.py --adapter tests.conformance.adapter:make`` runs the kit's cases on it.

Only public names of the engine are used. Every case deploys into a database of its own, under a
clock that only the case moves.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from engine import (
    SYSTEM,
    Deployment,
    Engine,
    FakeClock,
    Finding,
    InstanceView,
    Invalid,
    ProcessFailed,
    Rejected,
    Source,
)
from tests.conformance import scripts
from tests.support.plan import project_config

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MOST_TASKS = 200


@dataclass
class Deployed:
    """One uploaded diagram and everything that was started from it."""

    engine: Engine
    url: str
    clock: FakeClock
    deployment: Deployment
    failure: str | None = None


@cache
def _empty_database() -> Path:
    """A migrated, empty database, made once for all cases of a run."""
    path = Path(tempfile.mkdtemp(prefix="serviceplan-kit-")) / "empty.db"
    Engine.open(f"sqlite:///{path}", config=project_config(), clock=FakeClock(START)).close()
    return path


def _breaks_bpmn(deployment: Deployment) -> bool:
    """A process that breaks BPMN is kept as a drawing, with an error that says where: to the kit
    the file is refused, as that cannot be started. What is only not run here has no error."""
    return any(f.severity == "error" for f in deployment.findings)


class Product:
    name = "Serviceplan"

    def deploy(self, xml: bytes, filename: str) -> Deployed:
        path = _empty_database().with_name(f"{uuid.uuid4().hex}.db")
        shutil.copyfile(_empty_database(), path)
        clock = FakeClock(START)
        url = f"sqlite:///{path}"
        engine = Engine.open(url, config=project_config(), clock=clock)
        # The kit's lanes name roles of no company: a lane may then be anybody's.
        diagram = Source(filename, scripts.to_feel(xml))
        deployment = engine.definitions.deploy(SYSTEM, [diagram], strict_roles=False, key=_key())
        if _breaks_bpmn(deployment):
            raise Rejected(deployment.findings)
        return Deployed(engine, url, clock, deployment)

    def processes(self, handle: Deployed) -> list[str]:
        return [d.process_id for d in handle.deployment.definitions if d.startable]

    def describe(self, handle: Deployed) -> list[str]:
        return [_sentence(f) for f in handle.deployment.findings if f.severity != "info"]

    def start(self, handle: Deployed, process_id: str | None, inputs: dict[str, Any]) -> Deployed:
        startable = self.processes(handle)
        process_id = process_id or next(iter(startable), None)
        if process_id not in startable:
            # Kept as a drawing: the findings of the upload have said what keeps it from running.
            raise Rejected(handle.deployment.findings)
        try:
            handle.engine.cases.start(SYSTEM, process_id=process_id, variables=inputs, key=_key())
        except ProcessFailed as error:
            handle.failure = str(error)
        return handle

    def user_tasks(self, instance: Deployed) -> list[tuple[str, str]]:
        if instance.failure:
            return []
        page = instance.engine.tasks.search(SYSTEM, show="all", limit=MOST_TASKS)
        return [(row.id, row.element_id) for row in page.items]

    def complete(self, instance: Deployed, task: str, data: Mapping[str, Any]) -> None:
        try:
            try:
                self._complete(instance, task, data)
            except Invalid as error:
                # What the form does not declare is refused by name. The kit's diagrams have no
                # forms: what their tasks bring comes as variables, as far as it can be one.
                undeclared = {p.field for p in error.problems if p.code == "undeclared_field"}
                if len(undeclared) != len(error.problems):
                    raise
                self._set(instance, task, {k: v for k, v in data.items() if k in undeclared})
                self._complete(
                    instance, task, {k: v for k, v in data.items() if k not in undeclared}
                )
        except ProcessFailed as error:
            instance.failure = str(error)

    @staticmethod
    def _set(instance: Deployed, task: str, data: Mapping[str, Any]) -> None:
        engine = instance.engine
        place = engine.tasks.get(SYSTEM, task).instance_id
        for name, value in data.items():
            with suppress(Invalid):
                engine.instances.correct_variables(SYSTEM, place, {name: value}, key=_key())

    def _complete(self, instance: Deployed, task: str, data: Mapping[str, Any]) -> None:
        instance.engine.tasks.complete(
            SYSTEM, task, answers=data, ticks={}, password=None, key=_key()
        )

    def advance(self, instance: Deployed, seconds: float) -> None:
        instance.clock.advance(timedelta(seconds=seconds))
        instance.engine.jobs.fire_due()

    def result(self, instance: Deployed) -> dict[str, Any]:
        engine = instance.engine
        cases = [
            engine.cases.get(SYSTEM, row.id)
            for row in engine.cases.search(SYSTEM, state="all").items
        ]
        instances = [i for case in cases for i in case.instances]
        found = [i for case in cases for i in case.incidents if i.resolved_at is None]
        errors = [i.message for i in found]
        if instance.failure and not errors:
            errors = [instance.failure]
        # A deadlock is an incident as well, but what led into it has been done: it waits.
        failed = bool(errors) and not (found and all(i.kind == "stuck" for i in found))
        return {
            "state": _state(instances, failed),
            "trace": self._trace(engine, instances),
            "data": {k: v for case in cases for k, v in case.variables.items()},
            "waiting": [element for _, element in self.user_tasks(instance)],
            "error": "; ".join(errors) or None,
            "error_event": _uncaught(engine),
        }

    @staticmethod
    def _trace(engine: Engine, instances: list[InstanceView]) -> list[str]:
        trace: list[str] = []
        for instance in instances:
            for state in engine.instances.element_states(SYSTEM, instance.id).values():
                if state.state == "done":
                    trace += [state.element_id] * state.count
        return trace


class Reopened(Product):
    """The product with nothing kept in memory: after every step the engine is closed, and opened
    again on what it has stored. (State is stored after every step in any case; here the parsed
    diagrams and everything else that is cached go too.)"""

    name = "Serviceplan, closed and opened after every step"

    def start(self, handle: Deployed, process_id: str | None, inputs: dict[str, Any]) -> Deployed:
        return _reopened(super().start(handle, process_id, inputs))

    def complete(self, instance: Deployed, task: str, data: Mapping[str, Any]) -> None:
        super().complete(instance, task, data)
        _reopened(instance)

    def advance(self, instance: Deployed, seconds: float) -> None:
        super().advance(instance, seconds)
        _reopened(instance)


def _reopened(instance: Deployed) -> Deployed:
    instance.engine.close()
    instance.engine = Engine.open(instance.url, config=project_config(), clock=instance.clock)
    return instance


def _uncaught(engine: Engine) -> str | None:
    """The code of an error end event that nobody caught."""
    for entry in engine.history.search(SYSTEM, type="instance.terminated").items:
        if "error" in entry.detail:
            return str(entry.detail["error"])
    return None


def _state(instances: list[InstanceView], failed: bool) -> str:
    states = {i.state for i in instances}
    if failed:
        return "error"
    if states & {"running", "incident"}:
        return "waiting"
    return "terminated" if "terminated" in states else "completed"


def _sentence(finding: Finding) -> str:
    return finding.en


def _key() -> str:
    return uuid.uuid4().hex


def make() -> Product:
    _empty_database()
    return Product()


def make_reopened() -> Product:
    _empty_database()
    return Reopened()
