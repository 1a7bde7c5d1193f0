"""Decisions ready to be made: models read once and kept, looked up by id and binding, asked with
variables."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import Connection, ScalarSelect, select

from engine.bpmn.source import XmlLimits
from engine.dmn import DecisionResult, DmnModel
from engine.dmn.model import DecisionElement, DecisionService
from engine.dmn.results import WatchedVariables
from engine.errors import NotFound
from engine.store.tables import (
    DecisionModelTable,
    DecisionTable,
    DeploymentTable,
    ResourceTable,
)


@dataclass(frozen=True, slots=True)
class DeployedDecision:
    """A version of a decision, with the model that makes it."""

    id: str
    decision_id: str
    version: int
    name: str
    model: DmnModel

    @property
    def element(self) -> DecisionElement | DecisionService:
        """The decision or decision service in its model."""
        every: list[DecisionElement | DecisionService] = [
            *self.model.decisions,
            *self.model.services,
        ]
        return next(each for each in every if each.id == self.decision_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: the outcome, and the variables that were looked at."""

    outcome: DecisionResult
    used: Mapping[str, Any]


def ask(
    chosen: DeployedDecision, variables: Mapping[str, Any], now: datetime, *, strict: bool
) -> Answer:
    """Make a decision. :raises engine.dmn.DecisionError: when it cannot be made"""
    watched = WatchedVariables(variables)
    outcome = chosen.model.decide(chosen.decision_id, watched, now=now, strict=strict)
    return Answer(outcome, watched.used)


class DecisionLibrary:
    """All deployed decisions. A version never changes, so a cached model never goes stale;
    ``capacity`` bounds the memory."""

    def __init__(self, limits: XmlLimits, capacity: int = 100) -> None:
        self._limits = limits
        self._capacity = capacity
        self._cache: OrderedDict[tuple[str, ...], DmnModel] = OrderedDict()
        self._lock = Lock()

    def find(
        self,
        connection: Connection,
        decision_id: str,
        binding: str | int = "latest",
        *,
        bound_by: ScalarSelect[int | None] | None = None,
    ) -> DeployedDecision:
        """A decision by its binding; ``deployment`` means what was live with the deployment of
        the number ``bound_by``.

        :raises NotFound: when there is none
        """
        wanted = _rows().where(DecisionTable.decision_id == decision_id)
        if isinstance(binding, int):
            wanted = wanted.where(DecisionTable.version == binding)
        elif binding == "deployment":
            theirs = (
                select(DeploymentTable.number)
                .join(DecisionModelTable, DecisionModelTable.deployment_id == DeploymentTable.id)
                .where(DecisionModelTable.id == DecisionTable.model_id)
            )
            wanted = wanted.where(theirs.scalar_subquery() <= bound_by)
        return self._chosen(connection, wanted, decision_id)

    def get(self, connection: Connection, id: str) -> DeployedDecision:
        """One version by its row's id. :raises NotFound: when there is none"""
        return self._chosen(connection, _rows().where(DecisionTable.id == id), id)

    def _chosen(self, connection: Connection, wanted: Any, asked: str) -> DeployedDecision:
        row = connection.execute(wanted.order_by(DecisionTable.version.desc()).limit(1)).first()
        if row is None:
            raise NotFound(f"There is no decision {asked}", decision_id=asked)
        model = self._model(connection, [row.resource_sha256, *row.imports])
        return DeployedDecision(row.id, row.decision_id, row.version, row.name, model)

    def _model(self, connection: Connection, files: Sequence[str]) -> DmnModel:
        """The model of the first file, which stands on the others."""
        key = tuple(files)
        with self._lock:
            cached = self._cache.get(key)
            if cached is not None:
                self._cache.move_to_end(key)
                return cached
        held = select(ResourceTable.sha256, ResourceTable.data).where(
            ResourceTable.sha256.in_(files)
        )
        data = {row.sha256: row.data for row in connection.execute(held)}
        own, *others = ((data[sha256], sha256) for sha256 in files)
        model = DmnModel.read(*own, imported=others, limits=self._limits)
        with self._lock:
            self._cache[key] = model
            if len(self._cache) > self._capacity:
                self._cache.popitem(last=False)
        return model


def _rows() -> Any:
    return select(
        DecisionTable.id,
        DecisionTable.decision_id,
        DecisionTable.version,
        DecisionTable.name,
        DecisionModelTable.resource_sha256,
        DecisionModelTable.imports,
    ).join_from(DecisionTable, DecisionModelTable, DecisionModelTable.id == DecisionTable.model_id)
