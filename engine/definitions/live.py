"""The live version of each process, kept in memory for as long as nothing is deployed.

Pages that list processes or phases ask for it, every inbox among them. The newest deployment tells
whether what is kept still holds: reading its id is one look at the end of an index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from engine.definitions.library import DefinitionLibrary
from engine.queries import definitions as queries
from engine.store.base import table_of
from engine.store.tables import DeploymentTable
from engine.views import LiveProcess

_DEPLOYMENT: Final = table_of(DeploymentTable)
_NEWEST: Final = (
    select(_DEPLOYMENT.c.id)
    .where(_DEPLOYMENT.c.number.is_not(None))
    .order_by(_DEPLOYMENT.c.number.desc())
    .limit(1)
)
"""The deployment that was made last. Its id, never its number, is what is compared: a deployment
that is rolled back leaves its number to the next one."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What is deployed since the deployment with the id ``since`` (None: nothing is): the live
    ``processes`` in their order, and the ``names`` of all definitions by id."""

    since: str | None
    processes: tuple[LiveProcess, ...]
    names: Mapping[str, str]


class LiveProcesses:
    """The live processes of one database, read again when something was deployed."""

    def __init__(self, library: DefinitionLibrary) -> None:
        self._library = library
        self._kept = Deployed(None, (), {})

    def read(self, connection: Connection) -> Deployed:
        """What is deployed, as the connection's transaction sees it."""
        newest = connection.scalar(_NEWEST)
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
        )

    def _process(self, connection: Connection, row: Any) -> LiveProcess:
        title = row.name
        if row.phase and row.startable:
            phase = self._library.get(connection, row.id).meta.phase
            title = (phase.title if phase else "") or row.name
        return LiveProcess(row.id, row.process_id, row.name, row.phase, title, row.startable)
