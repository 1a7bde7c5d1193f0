"""Decision models going live: new versions of the model and of all that it decides."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from engine.bpmn.findings import clean
from engine.dmn.lint import CheckedModel, DeployedFile
from engine.dmn.model import DecisionService
from engine.store.base import new_id
from engine.store.tables import DecisionModelTable, DecisionTable, ResourceTable
from engine.unit_of_work import UnitOfWork
from engine.views import LiveVersions, Source

CHAIN = "definitions"
"""The chain of the facts about definitions and decision models."""
NAME_LENGTH = 255
"""The most characters of a file's name that the column holds."""


def live(connection: Connection) -> DeployedFile:
    """Looks up the newest deployed file of a namespace in which everything can be evaluated, else
    the newest."""

    def find(namespace: str) -> Source | None:
        row = connection.execute(
            select(DecisionModelTable.filename, ResourceTable.data)
            .join(ResourceTable, ResourceTable.sha256 == DecisionModelTable.resource_sha256)
            .where(DecisionModelTable.namespace == namespace)
            .order_by(DecisionModelTable.runnable.desc(), DecisionModelTable.version.desc())
            .limit(1)
        ).first()
        return None if row is None else Source(row.filename, row.data)

    return find


def deploy(
    work: UnitOfWork,
    models: Sequence[CheckedModel],
    deployment_id: str,
    findings_of: Callable[[Source], list[dict[str, Any]]],
) -> Made:
    """Find out what of these models is new. A model keeps its version when its file and all
    files that it imports are those of its newest version, byte for byte."""
    made = Made(work)
    for checked in models:
        made.take(checked, deployment_id, findings_of(checked.source))
    return made


class Made:
    """Models and decisions that are about to be written; ``ids`` are those of all decisions of
    the upload, the kept ones too."""

    def __init__(self, work: UnitOfWork) -> None:
        self.work = work
        self.ids: list[str] = []
        self._models: list[dict[str, Any]] = []
        self._decisions: list[dict[str, Any]] = []

    @property
    def new(self) -> bool:
        """Is there anything to be written?"""
        return bool(self._models)

    def take(
        self, checked: CheckedModel, deployment_id: str, findings: list[dict[str, Any]]
    ) -> None:
        """Add a model, or only the ids of the version that it is already."""
        digest = _digest(checked.source)
        imports = [_digest(each) for each in checked.imports]
        unchanged = self._unchanged(checked, digest, imports)
        if unchanged is not None:
            self.ids += unchanged
            return
        model: dict[str, Any] = {
            "id": new_id(),
            "deployment_id": deployment_id,
            "namespace": checked.definitions.namespace,
            "version": self._next_model(checked.definitions.namespace),
            "name": checked.definitions.name or checked.source.filename,
            "filename": clean(checked.source.filename, NAME_LENGTH),
            "resource_sha256": digest,
            "imports": imports,
            "deployed_at": self.work.now,
            "deployed_by": self.work.actor.id,
            "findings": findings,
            "runnable": not checked.blocked,
        }
        self._models.append(model)
        for decision in checked.decisions():
            last = self.work.connection.scalar(
                select(DecisionTable.version)
                .where(DecisionTable.decision_id == decision.id)
                .order_by(DecisionTable.version.desc())
                .limit(1)
            )
            row: dict[str, Any] = {
                "id": new_id(),
                "model_id": model["id"],
                "decision_id": decision.id,
                "version": (last or 0) + 1,
                "kind": "service" if isinstance(decision, DecisionService) else "decision",
                "name": decision.name or decision.id,
                "deployed_at": self.work.now,
                "runnable": checked.runnable(decision),
            }
            self._decisions.append(row)
            self.ids.append(row["id"])

    def _next_model(self, namespace: str) -> int:
        last = self.work.connection.scalar(
            select(DecisionModelTable.version)
            .where(DecisionModelTable.namespace == namespace)
            .order_by(DecisionModelTable.version.desc())
            .limit(1)
        )
        # Several files of one upload may share a namespace, as long as nobody imports it.
        twins = [row for row in self._models if row["namespace"] == namespace]
        return (last or 0) + 1 + len(twins)

    def _unchanged(
        self, checked: CheckedModel, digest: str, imports: list[str]
    ) -> list[str] | None:
        """The decisions of the version that this model is already, None when it is a new one.

        It is when its file was deployed with the same imports, and none of its decisions has
        come in another file since (of one without decisions: no newer file of its namespace).
        """
        for model in self.work.connection.execute(
            select(DecisionModelTable.id, DecisionModelTable.imports, DecisionModelTable.version)
            .where(
                DecisionModelTable.resource_sha256 == digest,
                DecisionModelTable.namespace == checked.definitions.namespace,
            )
            .order_by(DecisionModelTable.version.desc())
        ):
            if list(model.imports) != imports:
                continue
            ids = [
                self._newest_in(model.id, d.id, runnable=checked.runnable(d))
                for d in checked.decisions()
            ]
            known = [each for each in ids if each is not None]
            if ids and len(known) == len(ids):
                return known
            if not ids and model.version + 1 == self._next_model(checked.definitions.namespace):
                return []
        return None

    def _newest_in(self, model_id: str, decision_id: str, *, runnable: bool) -> str | None:
        """The newest version of a decision among those that can be made, or among its drawings,
        if it came with this model."""
        newest = self.work.connection.execute(
            select(DecisionTable.id, DecisionTable.model_id)
            .where(DecisionTable.decision_id == decision_id, DecisionTable.runnable.is_(runnable))
            .order_by(DecisionTable.version.desc())
            .limit(1)
        ).first()
        return newest.id if newest is not None and newest.model_id == model_id else None

    def since(self, seen: LiveVersions) -> list[Any]:
        """The newest versions of the decisions that have got one since."""
        newest = (
            self.work.connection.execute(
                select(
                    DecisionTable.decision_id,
                    DecisionTable.version,
                    DecisionTable.name,
                    DecisionTable.deployed_at,
                    DecisionModelTable.deployed_by,
                )
                .join(DecisionModelTable, DecisionModelTable.id == DecisionTable.model_id)
                .where(DecisionTable.decision_id == row["decision_id"])
                .order_by(DecisionTable.version.desc())
                .limit(1)
            ).first()
            for row in self._decisions
        )
        return [n for n in newest if n and n.version != seen.decisions.get(n.decision_id)]

    def write(self) -> None:
        """Write the models and decisions that are new, with a fact for each model."""
        for model in self._models:
            self.work.connection.execute(insert(DecisionModelTable).values(model))
        for row in self._decisions:
            self.work.connection.execute(insert(DecisionTable).values(row))
        for model in self._models:
            decided = [row for row in self._decisions if row["model_id"] == model["id"]]
            self._note(model, decided)

    def _note(self, model: dict[str, Any], decided: Sequence[dict[str, Any]]) -> None:
        detail = {
            "model": model["name"],
            "namespace": model["namespace"],
            "version": model["version"],
            "decisions": [
                {
                    "decision": row["decision_id"],
                    "name": row["name"],
                    "version": row["version"],
                    **({} if row["runnable"] else {"drawing": True}),
                }
                for row in decided
            ],
            "filename": model["filename"],
            "sha256": model["resource_sha256"],
            "imports": model["imports"],
        }
        drawn = not model["runnable"] and not any(row["runnable"] for row in decided)
        what = "decision_drawing.kept" if drawn else "decision.deployed"
        self.work.note(what, CHAIN, detail, definition_id=model["id"])


def _digest(item: Source) -> str:
    return hashlib.sha256(item.data).hexdigest()
