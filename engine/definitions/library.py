"""Definitions ready to run: read from the database once, kept for as long as they are used."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, select

from engine.bpmn import model, source
from engine.bpmn.meta import CallMeta, CaseMeta, ProcessMeta, StartMeta
from engine.bpmn.parsed_file import ParsedFile
from engine.config import Config
from engine.config.settings import LimitSettings
from engine.definitions.decisions import DecisionLibrary
from engine.definitions.evaluation import Evaluator
from engine.errors import Conflict, NotFound
from engine.store.tables import DefinitionTable, DeploymentTable, ResourceTable
from engine.views import Source


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class ExecutableDefinition:
    """One deployed version of a process, ready to run: its row, its elements and flows (``model``),
    what its diagram says beside them (``meta``), and what evaluates its expressions."""

    id: str
    process_id: str
    version: int
    deployed_at: datetime
    resource_sha256: str
    name: str
    model: model.Process
    meta: ProcessMeta
    evaluator: Evaluator
    limits: LimitSettings

    def element_name(self, element_id: str) -> str:
        """An element's name as drawn, its id where it has none."""
        node = self.model.nodes.get(element_id)
        return (node.name if node else "") or element_id


@dataclass(frozen=True, slots=True)
class StartEntry:
    """What a definition says of who starts it and whom its cases belong to; ``called`` are the
    processes that its call activities name. Small enough to be kept of every definition."""

    definition_id: str
    process_id: str
    name: str
    documentation: str
    start: StartMeta
    case: CaseMeta
    called: frozenset[str]


class DefinitionLibrary:
    """All definitions by id, by name and by binding. Definitions never change, so a cached one
    never goes stale; ``capacity`` bounds the memory."""

    def __init__(self, config: Config, now: Callable[[], datetime], capacity: int = 200) -> None:
        """:param now: the engine's time in the configured zone"""
        self._config = config
        self._evaluator = Evaluator(config.plan, now)
        self._capacity = capacity
        self._cache: OrderedDict[str, ExecutableDefinition] = OrderedDict()
        self._entries: dict[str, StartEntry] = {}
        self._lock = Lock()
        self._xml = xml_limits(config)
        self.decisions = DecisionLibrary(self._xml)

    def get(self, connection: Connection, definition_id: str) -> ExecutableDefinition:
        """:raises NotFound: when there is no such definition, or it is a drawing"""
        with self._lock:
            cached = self._cache.get(definition_id)
            if cached is not None:
                self._cache.move_to_end(definition_id)
                return cached
        row = connection.execute(
            select(DefinitionTable, ResourceTable.data)
            .join(ResourceTable, ResourceTable.sha256 == DefinitionTable.resource_sha256)
            .where(DefinitionTable.id == definition_id, DefinitionTable.startable)
        ).one_or_none()
        if row is None:
            raise NotFound(f"There is no definition {definition_id}", id=definition_id)
        definition = self._read(row)
        with self._lock:
            self._cache[definition_id] = definition
            if len(self._cache) > self._capacity:
                self._cache.popitem(last=False)
        return definition

    def if_read(self, definition_id: str) -> ExecutableDefinition | None:
        """The definition if it has been read already, without any statement; else None."""
        with self._lock:
            return self._cache.get(definition_id)

    def latest(self, connection: Connection, process_id: str) -> ExecutableDefinition:
        """The newest version of a process that can be started.

        :raises NotFound: when nothing of that name is deployed
        :raises Conflict: ``drawing`` when there are only drawings of it
        """
        newest = connection.execute(
            select(
                DefinitionTable.id,
                DefinitionTable.startable,
                DefinitionTable.name,
                DefinitionTable.findings,
            )
            .where(DefinitionTable.process_id == process_id)
            .order_by(DefinitionTable.startable.desc(), DefinitionTable.version.desc())
            .limit(1)
        ).first()
        if newest is None:
            raise NotFound(f"No process {process_id} is deployed", process_id=process_id)
        if not newest.startable:
            raise _only_drawn(newest)
        return self.get(connection, newest.id)

    def called(
        self, connection: Connection, caller: ExecutableDefinition, call: CallMeta
    ) -> ExecutableDefinition:
        """The definition that a call activity starts, by its binding.

        :raises NotFound: when there is none
        """
        if call.binding == "latest":
            return self.latest(connection, call.called)
        wanted = select(DefinitionTable.id).where(
            DefinitionTable.process_id == call.called, DefinitionTable.startable
        )
        if call.binding == "deployment":
            # What went live with the caller; else what was live then: an unchanged file of the
            # same upload keeps its older version.
            wanted = wanted.where(live_when(caller.id))
        else:
            wanted = wanted.where(DefinitionTable.version == call.binding)
        definition_id = connection.scalar(wanted.order_by(DefinitionTable.version.desc()).limit(1))
        if definition_id is None:
            raise NotFound(
                f"{call.called} is not deployed in the version that {call.id} is bound to",
                process_id=call.called,
            )
        return self.get(connection, definition_id)

    def started_by(
        self, connection: Connection, kind: str, name: str
    ) -> Iterator[tuple[ExecutableDefinition, str]]:
        """The newest definitions that such an event starts, each with the node it starts at."""
        for definition_id in _newest(connection).values():
            definition = self.get(connection, definition_id)
            for node in definition.model.starts():
                if (kind, name) == ("message", node.message) or any(
                    e.kind == kind and e.name == name for e in node.events
                ):
                    yield definition, node.id
                    break

    def entries(self, connection: Connection) -> list[StartEntry]:
        """What the newest definition of every process says of its start."""
        return [self._entry(connection, newest) for newest in _newest(connection).values()]

    def _entry(self, connection: Connection, definition_id: str) -> StartEntry:
        known = self._entries.get(definition_id)
        if known is None:
            definition = self.get(connection, definition_id)
            meta = definition.meta
            called = frozenset(call.called for call in meta.calls.values())
            known = self._entries[definition_id] = StartEntry(
                definition_id,
                definition.process_id,
                definition.name,
                meta.documentation,
                meta.start,
                meta.case,
                called - {definition.process_id},
            )
        return known

    def _read(self, row: Row[*tuple[Any, ...]]) -> ExecutableDefinition:
        file = ParsedFile.read(Source(row.filename, row.data), self._config.roles, self._xml)
        process = next(p for p in file.model if p.id == row.process_id)
        return ExecutableDefinition(
            id=row.id,
            process_id=row.process_id,
            version=row.version,
            deployed_at=row.deployed_at,
            resource_sha256=row.resource_sha256,
            name=row.name,
            model=process,
            meta=file.metadata[row.process_id],
            evaluator=self._evaluator,
            limits=self._config.limits,
        )


def deployed_with(definition_id: str) -> ScalarSelect[int | None]:
    """The number of the deployment that a definition came with."""
    return (
        select(DeploymentTable.number)
        .join(DefinitionTable, DefinitionTable.deployment_id == DeploymentTable.id)
        .where(DefinitionTable.id == definition_id)
        .scalar_subquery()
    )


def live_when(definition_id: str) -> ColumnElement[bool]:
    """The condition that a definition came with another one, or was live before that."""
    theirs = DeploymentTable.id == DefinitionTable.deployment_id
    number = select(DeploymentTable.number).where(theirs).scalar_subquery()
    return number <= deployed_with(definition_id)


def _newest(connection: Connection) -> Mapping[str, str]:
    """The id of the newest definition of every process that can be started, by process id."""
    rows = connection.execute(
        select(DefinitionTable.process_id, DefinitionTable.id)
        .where(DefinitionTable.startable)
        .order_by(DefinitionTable.version)
    )
    return {row.process_id: row.id for row in rows}


def _only_drawn(row: Any) -> Conflict:
    """The error of starting a drawing: what keeps it from running, as was found at its upload."""
    gaps = [f["en"] for f in row.findings if f["severity"] != "info"]
    why = f": {gaps[0]}" if gaps else ""
    return Conflict(
        f"{row.name} is kept as a drawing and cannot be started{why}", code="drawing", name=row.name
    )


def xml_limits(config: Config) -> source.XmlLimits:
    """The limits of uploaded files, from the configuration."""
    limits = config.limits
    return source.XmlLimits(
        limits.xml_bytes, limits.xml_elements, limits.xml_depth, limits.xml_attributes
    )
