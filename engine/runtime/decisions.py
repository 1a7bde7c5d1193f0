"""Decisions ready to be made: models read once and kept, found by id and binding, asked with
variables; and what a business rule task does with the answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from engine import feel
from engine.bpmn.model import DecisionCall
from engine.bpmn.source import XmlLimits
from engine.dmn import DecisionError, DecisionResult, DmnModel
from engine.dmn.model import DecisionElement, DecisionService
from engine.dmn.results import WatchedVariables, as_variables, shaped
from engine.errors import NotFound
from engine.runtime.executor import StepError
from engine.store.models import Decision, Resource
from engine.store.models import DecisionModel as Model

if TYPE_CHECKING:
    from engine.runtime.advance import Advance
    from engine.runtime.live import Live

SHOWN = 2_000
"""Characters of a value (as JSON) that the history keeps of it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A version of a decision, with the model that makes it."""

    id: str
    decision_id: str
    version: int
    name: str
    model: DmnModel

    @property
    def element(self) -> DecisionElement | DecisionService:
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


def ask(chosen: Chosen, variables: Mapping[str, Any], now: datetime, *, strict: bool) -> Answer:
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
        deployed_at: datetime | None = None,
    ) -> Chosen:
        """A decision by its binding; ``deployment`` means what was live at ``deployed_at``.

        :raises NotFound: when there is none
        """
        wanted = _rows().where(Decision.decision_id == decision_id)
        if isinstance(binding, int):
            wanted = wanted.where(Decision.version == binding)
        elif binding == "deployment":
            wanted = wanted.where(Decision.deployed_at <= deployed_at)
        return self._chosen(connection, wanted, decision_id)

    def get(self, connection: Connection, id: str) -> Chosen:
        """One version by its row's id. :raises NotFound: when there is none"""
        return self._chosen(connection, _rows().where(Decision.id == id), id)

    def _chosen(self, connection: Connection, wanted: Any, asked: str) -> Chosen:
        row = connection.execute(wanted.order_by(Decision.version.desc()).limit(1)).first()
        if row is None:
            raise NotFound(f"There is no decision {asked}", decision_id=asked)
        model = self._model(connection, [row.resource_sha256, *row.imports])
        return Chosen(row.id, row.decision_id, row.version, row.name, model)

    def _model(self, connection: Connection, files: Sequence[str]) -> DmnModel:
        """The model of the first file, which stands on the others."""
        key = tuple(files)
        with self._lock:
            cached = self._cache.get(key)
            if cached is not None:
                self._cache.move_to_end(key)
                return cached
        held = select(Resource.sha256, Resource.data).where(Resource.sha256.in_(files))
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
        Decision.id,
        Decision.decision_id,
        Decision.version,
        Decision.name,
        Model.resource_sha256,
        Model.imports,
    ).join_from(Decision, Model, Model.id == Decision.model_id)


# ---------------------------------------------------------------- business rule tasks


def make(
    advance: Advance, live: Live, element_id: str, call: DecisionCall, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Make the decision of a business rule task; the variables that it gives.

    The history keeps what was asked, what was looked at, what came out and which rules held.

    :raises StepError: when there is no such decision, or it cannot be made of these variables
    """
    library = advance.definitions.decisions
    try:
        chosen = library.find(
            advance.connection,
            call.decision,
            call.binding,
            deployed_at=live.loaded.deployed_at,
        )
    except NotFound:
        version = f" in version {call.binding}" if isinstance(call.binding, int) else ""
        text = f"{element_id}: the decision {call.decision} is not deployed{version}"
        raise StepError(element_id, text, kind="decision") from None
    now = advance.now.astimezone(advance.calendar.zone)
    try:
        answer = ask(chosen, given, now, strict=True)
        value = shaped(answer.outcome.value, call.mapping, chosen.element)
        named = {call.result: value} if call.result else as_variables(value, chosen.element)
        made = {name: _storable(name, each) for name, each in named.items()}
    except (DecisionError, feel.FeelError) as error:
        text = f"{element_id}: {_why(chosen, given, error)}"
        raise StepError(element_id, text, kind="decision") from error
    advance.note(live, "decision.evaluated", element_id, _detail(chosen, answer, made))
    return made


def _why(chosen: Chosen, given: Mapping[str, Any], error: Exception) -> str:
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


def _detail(chosen: Chosen, answer: Answer, made: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "decision": chosen.decision_id,
        "name": chosen.name,
        "version": chosen.version,
        "inputs": {name: kept(value) for name, value in answer.used.items()},
        "outputs": {name: kept(value) for name, value in made.items()},
        "rules": [
            {"decision": hit.element, "table": hit.table, "rules": list(hit.rules)}
            for hit in answer.outcome.hits
        ],
    }


def kept(value: Any) -> Any:
    """A value as the history shows it: plain JSON, a long one only its beginning."""
    plain = feel.plain(value)
    text = str(plain)
    return plain if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
