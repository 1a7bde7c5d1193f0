"""Decisions ready to be made: models read once and kept, looked up by id and binding, asked with
variables."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import Connection, ScalarSelect, select

from engine.bpmn.source import XmlLimits
from engine.dmn import DecisionError, DecisionResult, DmnModel
from engine.dmn.model import DecisionElement, DecisionService
from engine.dmn.results import WatchedVariables
from engine.errors import Conflict, NotFound
from engine.queries.definitions import stored_finding
from engine.store.tables import (
    DecisionModelTable,
    DecisionTable,
    DeploymentTable,
    ResourceTable,
)
from engine.views import Finding


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
        :raises Conflict: ``decision_drawing`` when there are only drawings of it
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
        wanted = wanted.order_by(DecisionTable.runnable.desc(), DecisionTable.version.desc())
        row = connection.execute(wanted.limit(1)).first()
        if row is None:
            raise NotFound(f"There is no decision {decision_id}", decision_id=decision_id)
        if not row.runnable:
            file = DecisionModelTable.id == row.model_id
            stored = connection.scalars(select(DecisionModelTable.findings).where(file)).one()
            raise only_drawn(row.name, row.decision_id, map(stored_finding, stored))
        return self._chosen(connection, row)

    def get(self, connection: Connection, id: str) -> DeployedDecision:
        """One version by its row's id, to look at: it may be a drawing.

        :raises NotFound: when there is none
        """
        row = connection.execute(_rows().where(DecisionTable.id == id)).first()
        if row is None:
            raise NotFound(f"There is no decision {id}", decision_id=id)
        return self._chosen(connection, row)

    def _chosen(self, connection: Connection, row: Any) -> DeployedDecision:
        try:
            model = self._model(connection, [row.resource_sha256, *row.imports])
        except DecisionError:
            if row.runnable:
                raise
            # A drawing whose types or imports are wrong or missing.
            model = self._model(connection, [row.resource_sha256], alone=True)
        return DeployedDecision(row.id, row.decision_id, row.version, row.name, model)

    def _model(
        self, connection: Connection, files: Sequence[str], *, alone: bool = False
    ) -> DmnModel:
        """The model of the first file, which stands on the others, or ``alone`` without what may
        be wrong."""
        key = (*files, "alone") if alone else tuple(files)
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
        if alone:
            model = DmnModel.alone(*own, limits=self._limits)
        else:
            model = DmnModel.read(*own, imported=others, limits=self._limits)
        with self._lock:
            self._cache[key] = model
            if len(self._cache) > self._capacity:
                self._cache.popitem(last=False)
        return model


def only_drawn(name: str, decision_id: str, findings: Iterable[Finding]) -> Conflict:
    """The error of asking a drawing, with what keeps it from being made: what was found in the
    decision itself, else in its file."""
    gaps = [f for f in findings if f.severity != "info"]
    gaps.sort(key=lambda f: f.element_id != decision_id)
    why = f": {gaps[0].en}" if gaps else ""
    text = f"{name} is kept as a drawing and cannot be made{why}"
    return Conflict(text, code="decision_drawing", name=name)


def _rows() -> Any:
    return select(
        DecisionTable.id,
        DecisionTable.decision_id,
        DecisionTable.version,
        DecisionTable.name,
        DecisionTable.model_id,
        DecisionTable.runnable,
        DecisionModelTable.resource_sha256,
        DecisionModelTable.imports,
    ).join_from(DecisionTable, DecisionModelTable, DecisionModelTable.id == DecisionTable.model_id)
