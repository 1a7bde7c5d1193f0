"""Definitions ready to run: read from the database once, kept for as long as they are used."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.bpmn import model, source, vocabulary
from engine.bpmn.meta import CallMeta, CaseMeta, ProcessMeta, StartMeta
from engine.config import Config
from engine.errors import Conflict, NotFound
from engine.runtime.decisions import DecisionLibrary
from engine.runtime.executor import Executor
from engine.store.models import Definition, Resource


@dataclass(frozen=True, slots=True)
class Loaded:
    """One definition: its row, what it runs (``executor``) and what it says (``meta``)."""

    id: str
    process_id: str
    version: int
    deployed_at: datetime
    resource_sha256: str
    name: str
    executor: Executor
    meta: ProcessMeta

    @property
    def model(self) -> model.Process:
        return self.executor.model

    def element_name(self, element_id: str) -> str:
        node = self.model.nodes.get(element_id)
        return (node.name if node else "") or element_id


@dataclass(frozen=True, slots=True)
class Entry:
    """What a definition says of who starts it and whom its cases belong to; ``called`` are the
    processes that its call activities name. Small enough to be kept of every definition."""

    definition_id: str
    process_id: str
    name: str
    documentation: str
    start: StartMeta
    case: CaseMeta
    called: frozenset[str]


class Library:
    """All definitions by id, by name and by binding. Definitions never change, so a cached one
    never goes stale; ``capacity`` bounds the memory."""

    def __init__(self, config: Config, now: Callable[[], datetime], capacity: int = 200) -> None:
        """:param now: the engine's time in the configured zone"""
        self._config = config
        self._now = now
        self._capacity = capacity
        self._cache: OrderedDict[str, Loaded] = OrderedDict()
        self._entries: dict[str, Entry] = {}
        self._lock = Lock()
        limits = config.limits
        self._xml = source.XmlLimits(
            limits.xml_bytes, limits.xml_elements, limits.xml_depth, limits.xml_attributes
        )
        self.decisions = DecisionLibrary(self._xml)

    def get(self, connection: Connection, definition_id: str) -> Loaded:
        """:raises NotFound: when there is no such definition, or it is a drawing"""
        with self._lock:
            cached = self._cache.get(definition_id)
            if cached is not None:
                self._cache.move_to_end(definition_id)
                return cached
        row = connection.execute(
            select(Definition, Resource.data)
            .join(Resource, Resource.sha256 == Definition.resource_sha256)
            .where(Definition.id == definition_id, Definition.startable)
        ).one_or_none()
        if row is None:
            raise NotFound(f"There is no definition {definition_id}", id=definition_id)
        loaded = self._read(row)
        with self._lock:
            self._cache[definition_id] = loaded
            if len(self._cache) > self._capacity:
                self._cache.popitem(last=False)
        return loaded

    def latest(self, connection: Connection, process_id: str) -> Loaded:
        """The newest version of a process that can be started.

        :raises NotFound: when nothing of that name is deployed
        :raises Conflict: ``drawing`` when there are only drawings of it
        """
        found = connection.execute(
            select(Definition.id, Definition.startable, Definition.name, Definition.findings)
            .where(Definition.process_id == process_id)
            .order_by(Definition.startable.desc(), Definition.version.desc())
            .limit(1)
        ).first()
        if found is None:
            raise NotFound(f"No process {process_id} is deployed", process_id=process_id)
        if not found.startable:
            raise _only_drawn(found)
        return self.get(connection, found.id)

    def called(self, connection: Connection, caller: Loaded, call: CallMeta) -> Loaded:
        """The definition that a call activity starts, by its binding.

        :raises NotFound: when there is none
        """
        if call.binding == "latest":
            return self.latest(connection, call.called)
        wanted = select(Definition.id).where(
            Definition.process_id == call.called, Definition.startable
        )
        if call.binding == "deployment":
            # What went live with the caller; else what was live then: an unchanged file of the
            # same upload keeps its older version.
            mine = select(Definition.deployment_id).where(Definition.id == caller.id)
            together = wanted.where(Definition.deployment_id == mine.scalar_subquery())
            found = connection.scalar(together)
            if found is not None:
                return self.get(connection, found)
            wanted = wanted.where(Definition.deployed_at <= caller.deployed_at)
        else:
            wanted = wanted.where(Definition.version == call.binding)
        found = connection.scalar(wanted.order_by(Definition.version.desc()).limit(1))
        if found is None:
            raise NotFound(
                f"{call.called} is not deployed in the version that {call.id} is bound to",
                process_id=call.called,
            )
        return self.get(connection, found)

    def started_by(
        self, connection: Connection, kind: str, name: str
    ) -> Iterator[tuple[Loaded, str]]:
        """The newest definitions that such an event starts, each with the node it starts at."""
        for definition_id in _newest(connection).values():
            loaded = self.get(connection, definition_id)
            for node in loaded.model.starts():
                if (kind, name) == ("message", node.message) or any(
                    e.kind == kind and e.name == name for e in node.events
                ):
                    yield loaded, node.id
                    break

    def entries(self, connection: Connection) -> list[Entry]:
        """What the newest definition of every process says of its start."""
        return [self._entry(connection, found) for found in _newest(connection).values()]

    def _entry(self, connection: Connection, definition_id: str) -> Entry:
        known = self._entries.get(definition_id)
        if known is None:
            loaded = self.get(connection, definition_id)
            meta = loaded.meta
            called = frozenset(call.called for call in meta.calls.values())
            known = self._entries[definition_id] = Entry(
                definition_id,
                loaded.process_id,
                loaded.name,
                meta.documentation,
                meta.start,
                meta.case,
                called - {loaded.process_id},
            )
        return known

    def _read(self, row: Row[*tuple[Any, ...]]) -> Loaded:
        tree = source.parse(row.data, row.filename, self._xml)
        process = next(p for p in model.read(tree) if p.id == row.process_id)
        meta = vocabulary.read(tree, roles=self._config.roles)[row.process_id]
        return Loaded(
            id=row.id,
            process_id=row.process_id,
            version=row.version,
            deployed_at=row.deployed_at,
            resource_sha256=row.resource_sha256,
            name=row.name,
            executor=Executor(process, self._config.plan, self._config.limits, self._now),
            meta=meta,
        )


def _newest(connection: Connection) -> Mapping[str, str]:
    """The id of the newest definition of every process that can be started, by process id."""
    rows = connection.execute(
        select(Definition.process_id, Definition.id)
        .where(Definition.startable)
        .order_by(Definition.version)
    )
    return {row.process_id: row.id for row in rows}


def _only_drawn(row: Any) -> Conflict:
    """The error of starting a drawing: what keeps it from running, as was found at its upload."""
    gaps = [f["en"] for f in row.findings if f["severity"] != "info"]
    why = f": {gaps[0]}" if gaps else ""
    return Conflict(
        f"{row.name} is kept as a drawing and cannot be started{why}", code="drawing", name=row.name
    )
