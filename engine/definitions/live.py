"""The live version of each process, kept in memory for as long as nothing is deployed.

Pages that list processes or phases ask for it, every inbox among them. The newest deployment tells
whether what is kept still holds: reading its id is one look at the end of an index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.bpmn.meta import MessageMeta
from engine.definitions.library import DefinitionLibrary
from engine.queries import definitions as queries
from engine.views import LiveProcess, PhaseDiagram


@dataclass(frozen=True, slots=True)
class Deployed:
    """What is deployed since the deployment with the id ``since`` (None: nothing is): the live
    ``processes`` in their order, the ``names`` of all definitions by id, the diagram of each phase
    that a case would start today, and the ids of all definitions that can be started, the oldest
    versions first."""

    since: str | None
    processes: tuple[LiveProcess, ...]
    names: Mapping[str, str]
    phases: Mapping[str, PhaseDiagram]
    startable: tuple[str, ...]


class LiveProcesses:
    """The live processes of one database, read again when something was deployed."""

    def __init__(self, library: DefinitionLibrary) -> None:
        self._library = library
        self._kept = Deployed(None, (), {}, {}, ())
        self._messages: tuple[Deployed, Mapping[str, MessageMeta]] = (self._kept, {})

    def read(self, connection: Connection) -> Deployed:
        """What is deployed. The connection needs no transaction: what is read while something is
        deployed is read again by the next who asks."""
        return self.since(connection, connection.scalar(queries.NEWEST_DEPLOYMENT))

    def since(self, connection: Connection, newest: str | None) -> Deployed:
        """What is deployed, when the id of the ``newest`` deployment has just been read."""
        kept = self._kept
        if kept.since != newest:
            self._kept = kept = self._read(connection, newest)
        return kept

    def _read(self, connection: Connection, newest: str | None) -> Deployed:
        rows = queries.in_order(connection)
        live = queries.live_ids(rows)
        return Deployed(
            since=newest,
            processes=tuple(self._process(connection, row) for row in rows if row.id in live),
            names={row.id: row.name for row in rows},
            phases=queries.phase_diagrams(rows),
            startable=tuple(
                row.id
                for row in sorted(rows, key=lambda row: (row.version, row.process_id))
                if row.startable
            ),
        )

    def messages(self, connection: Connection, deployed: Deployed) -> Mapping[str, MessageMeta]:
        """What all diagrams say of messages, by name: what a newer version says, unless only an
        older one offers the message to people."""
        of, kept = self._messages
        if of is not deployed:
            kept = messages_of(self._library, connection, deployed.startable)
            self._messages = (deployed, kept)
        return kept

    def _process(self, connection: Connection, row: Any) -> LiveProcess:
        title = row.name
        if row.phase and row.startable:
            phase = self._library.get(connection, row.id).meta.phase
            title = (phase.title if phase else "") or row.name
        return LiveProcess(row.id, row.process_id, row.name, row.phase, title, row.startable)


def messages_of(
    library: DefinitionLibrary, connection: Connection, definition_ids: Iterable[str]
) -> dict[str, MessageMeta]:
    """What some definitions say of messages, by name. A later one wins, but a message that is
    offered to people is not hidden by one that is not."""
    metas: dict[str, MessageMeta] = {}
    for definition_id in definition_ids:
        for name, meta in library.get(connection, definition_id).meta.messages.items():
            if meta.offered or name not in metas:
                metas[name] = meta
    return metas
