"""Callers that an upload leaves as they are: a call that is bound to its deployment goes on calling
what it called, also when a new version of that comes in the same upload."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from engine.bpmn.findings import finding
from engine.bpmn.names import bpmn
from engine.bpmn.parsed_file import ParsedFile
from engine.definitions.library import live_when
from engine.store.tables import DefinitionTable
from engine.views import Finding


def findings(
    connection: Connection, files: Sequence[ParsedFile], startable: Sequence[str]
) -> Iterator[Finding]:
    """What each call says that calls an older version of a process than the one beside it."""
    sent = {p.id: file for file in files for p in file.model if p.id in startable}
    known = {process_id: _newest(connection, process_id) for process_id in sent}
    changed = {p for p, row in known.items() if row and row.resource_sha256 != _digest(sent[p])}
    for caller in sorted(p for p, row in known.items() if row and p not in changed):
        file, row = sent[caller], known[caller]
        meta = file.metadata.get(caller)
        elements = {e.get("id"): e for e in file.tree.iter(bpmn("callActivity"))}
        for call in meta.calls.values() if meta else ():
            bound = call.binding == "deployment" and call.called in changed
            before = _newest(connection, call.called, by=row.id) if bound else None
            if before is not None:
                about = {"value": call.called, "version": before.version}
                name = file.source.filename
                yield finding("call_as_before", elements[call.id], filename=name, **about)


def _digest(file: ParsedFile) -> str:
    return hashlib.sha256(file.source.data).hexdigest()


def _newest(connection: Connection, process_id: str, by: str | None = None) -> Any:
    """The newest version of a process that can be started, of those that were live when the
    definition ``by`` was deployed: id, hash, version; None when there is none."""
    table = DefinitionTable
    wanted = select(table.id, table.resource_sha256, table.version).where(
        table.process_id == process_id, table.startable
    )
    if by is not None:
        wanted = wanted.where(live_when(by))
    return connection.execute(wanted.order_by(table.version.desc()).limit(1)).first()
