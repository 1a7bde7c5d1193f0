"""Files: checked, and put live as new versions of their processes, drawings and decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, func, insert, select

from engine.access import actions
from engine.access.rules import authorize
from engine.bpmn.findings import clean
from engine.bpmn.parsed_file import ParsedFile
from engine.definitions import deploy_decisions
from engine.definitions.check import NAME_LENGTH, DrawnProcess, check, drawn
from engine.definitions.deploy_decisions import CHAIN
from engine.errors import Conflict, Invalid, Problem, Rejected
from engine.queries.rows import name_of, people_by_id
from engine.store.base import new_id
from engine.store.tables import DefinitionTable, DeploymentTable, ResourceTable
from engine.unit_of_work import UnitOfWork
from engine.views import Finding, LiveVersions, Source


def deploy(
    work: UnitOfWork,
    sources: Sequence[Source],
    *,
    strict_roles: bool,
    seen: LiveVersions | None = None,
) -> dict[str, Any]:
    """Put files live together. What is the live version, byte for byte, keeps its version. A
    process that cannot be started is kept as a drawing beside the version that can.

    :param seen: the newest versions as the actor has seen them
    :raises Rejected: with all findings when one of them refuses its file
    :raises Conflict: ``other_version`` when something of the files has got a version since
    """
    authorize(work.actor, actions.DEFINITION_DEPLOY, None)
    if not sources:
        raise Invalid([Problem("required", "there is no file to deploy", "files")])
    checked = check(work.connection, work.config, sources, strict_roles=strict_roles)
    if not checked.report().ok:
        raise Rejected(checked.findings)
    deployment = _Deployment(work, checked.findings)
    definitions = [
        deployment.keep_or_define(file, process)
        for file in checked.diagrams
        for process in drawn(file, checked.startable)
    ]
    made = deploy_decisions.deploy(work, checked.models, deployment.id, deployment.findings_of)
    if seen is not None:
        _must_be_as_seen(work.connection, [*deployment.since(seen), *made.since(seen)])
    if deployment.new or made.new:
        _new_deployment(work, deployment.id, sources)
        deployment.write()
        made.write()
    return {
        "deployment": deployment.id,
        "definitions": definitions,
        "decisions": made.ids,
        "findings": [asdict(f) for f in checked.findings],
        "new": deployment.new or made.new,
    }


class _Deployment:
    """Definitions that are about to be written."""

    def __init__(self, work: UnitOfWork, findings: Sequence[Finding]) -> None:
        self.work = work
        self.id = new_id()
        self._findings = findings
        self._rows: list[dict[str, Any]] = []

    @property
    def new(self) -> bool:
        return bool(self._rows)

    def findings_of(self, item: Source) -> list[dict[str, Any]]:
        return [asdict(f) for f in self._findings if f.filename == clean(item.filename, 200)]

    def keep_or_define(self, file: ParsedFile, drawn: DrawnProcess) -> str:
        """The id of the version that the file already is, else of a new one."""
        digest = hashlib.sha256(file.source.data).hexdigest()
        newest = _newest(self.work.connection, drawn.process_id, startable=drawn.startable)
        if newest is not None and newest.resource_sha256 == digest:
            return str(newest.id)
        last = _newest(self.work.connection, drawn.process_id)
        # Two drawings of one upload may be called the same.
        twins = sum(row["process_id"] == drawn.process_id for row in self._rows)
        meta = file.metadata.get(drawn.process_id)
        phase = meta.phase if meta is not None else None
        self._rows.append(
            {
                "id": new_id(),
                "deployment_id": self.id,
                "process_id": drawn.process_id,
                "version": (0 if last is None else last.version) + 1 + twins,
                "name": drawn.name,
                "phase": phase.key if phase else None,
                "phase_order": phase.order if phase else None,
                "filename": clean(file.source.filename, NAME_LENGTH),
                "resource_sha256": digest,
                "deployed_at": self.work.now,
                "deployed_by": self.work.actor.id,
                "findings": self.findings_of(file.source),
                "startable": drawn.startable,
            }
        )
        return str(self._rows[-1]["id"])

    def since(self, seen: LiveVersions) -> list[Any]:
        """The newest versions of the processes that have got one since."""
        ids = {row["process_id"] for row in self._rows}
        newest = [(id, _newest(self.work.connection, id)) for id in sorted(ids)]
        return [n for id, n in newest if n is not None and n.version != seen.processes.get(id)]

    def write(self) -> None:
        for row in self._rows:
            self.work.connection.execute(insert(DefinitionTable).values(row))
            detail = {
                "process": row["process_id"],
                "name": row["name"],
                "version": row["version"],
                "filename": row["filename"],
                "sha256": row["resource_sha256"],
            }
            what = "definition.deployed" if row["startable"] else "drawing.kept"
            self.work.note(what, CHAIN, detail, definition_id=row["id"])


def _must_be_as_seen(connection: Connection, since: Sequence[Any]) -> None:
    """Refuse to deploy when there are versions since."""
    if not since:
        return
    people = people_by_id(connection, [row.deployed_by for row in since])
    versions = [
        {
            "name": row.name,
            "version": row.version,
            "by": name_of(people, row.deployed_by),
            "at": row.deployed_at,
        }
        for row in since
    ]
    raise Conflict("There is another version since.", code="other_version", versions=versions)


def _newest(connection: Connection, process_id: str, *, startable: bool | None = None) -> Any:
    """The newest version of a process: the newest that can be started, the newest drawing, or
    whichever of them is newer."""
    wanted = select(
        DefinitionTable.id,
        DefinitionTable.version,
        DefinitionTable.resource_sha256,
        DefinitionTable.name,
        DefinitionTable.deployed_at,
        DefinitionTable.deployed_by,
    ).where(DefinitionTable.process_id == process_id)
    if startable is not None:
        wanted = wanted.where(DefinitionTable.startable.is_(startable))
    return connection.execute(wanted.order_by(DefinitionTable.version.desc()).limit(1)).first()


def _new_deployment(work: UnitOfWork, deployment_id: str, sources: Sequence[Source]) -> None:
    together = hashlib.sha256(b"".join(hashlib.sha256(s.data).digest() for s in sources))
    work.connection.execute(
        insert(DeploymentTable).values(
            id=deployment_id,
            deployed_at=work.now,
            deployed_by=work.actor.id,
            sha256=together.hexdigest(),
            # Of two deployments at the same time one tries again.
            number=select(func.coalesce(func.max(DeploymentTable.number), 0) + 1).scalar_subquery(),
        )
    )
    for item in sources:
        digest = hashlib.sha256(item.data).hexdigest()
        there = select(ResourceTable.sha256).where(ResourceTable.sha256 == digest)
        if work.connection.scalar(there) is None:
            work.connection.execute(insert(ResourceTable).values(sha256=digest, data=item.data))
