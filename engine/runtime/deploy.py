"""Diagrams: checked, and put live as new versions of their processes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert, select

from engine import access
from engine.access import authorize
from engine.bpmn import lint, model, source, vocabulary
from engine.config import Config
from engine.errors import Invalid, Problem, Rejected
from engine.ids import new_id
from engine.runtime.work import Work
from engine.store.models import Definition, Deployment, Resource
from engine.views import CheckReport, Finding, Source

CHAIN = "definitions"


def check(
    config: Config, sources: Sequence[Source], known: Sequence[str], *, strict_roles: bool = True
) -> CheckReport:
    """All findings of some diagrams that would be deployed together. ``known`` are the processes
    that are live already."""
    rules = lint.Rules(
        strict_roles=strict_roles,
        nodes=config.limits.process_nodes,
        xml=xml_limits(config),
    )
    report = lint.lint(sources, roles=config.roles, known_processes=known, rules=rules)
    return CheckReport(
        report.findings, tuple(p for p in report.process_ids if p in report.startable)
    )


def deploy(work: Work, sources: Sequence[Source], *, strict_roles: bool) -> dict[str, Any]:
    """Put diagrams live together. A process whose file is the live version's, byte for byte,
    keeps its version.

    :raises Rejected: with all findings when one of them is an error
    """
    authorize(work.actor, access.DEFINITION_DEPLOY, None)
    if not sources:
        raise Invalid([Problem("required", "there is no file to deploy", "files")])
    report = check(work.config, sources, live_processes(work.connection), strict_roles=strict_roles)
    if not report.ok:
        raise Rejected(report.findings)
    deployment_id = new_id()
    kept, made = [], []
    for item in sources:
        digest = hashlib.sha256(item.data).hexdigest()
        for process in _processes(work.config, item):
            if process.id not in report.process_ids:
                continue
            latest = _latest(work.connection, process.id)
            if latest is not None and latest.resource_sha256 == digest:
                kept.append(latest.id)
            else:
                version = 1 if latest is None else latest.version + 1
                made.append((process, item, digest, version))
    definitions = list(kept)
    if made:
        _new_deployment(work, deployment_id, sources)
        definitions += [
            _define(work, deployment_id, *one, findings=report.findings) for one in made
        ]
    return {
        "deployment": deployment_id,
        "definitions": definitions,
        "findings": [asdict(f) for f in report.findings],
        "new": bool(made),
    }


def live_processes(connection: Connection) -> list[str]:
    """Ids of all processes that are deployed."""
    return list(connection.scalars(select(Definition.process_id).distinct()))


def _processes(config: Config, item: Source) -> list[model.Process]:
    tree = source.parse(item.data, item.filename, xml_limits(config))
    return [p for p in model.read(tree) if p.executable]


def xml_limits(config: Config) -> source.XmlLimits:
    limits = config.limits
    return source.XmlLimits(
        limits.xml_bytes, limits.xml_elements, limits.xml_depth, limits.xml_attributes
    )


def _latest(connection: Connection, process_id: str) -> Any:
    return connection.execute(
        select(Definition.id, Definition.version, Definition.resource_sha256)
        .where(Definition.process_id == process_id)
        .order_by(Definition.version.desc())
        .limit(1)
    ).first()


def _new_deployment(work: Work, deployment_id: str, sources: Sequence[Source]) -> None:
    together = hashlib.sha256(b"".join(hashlib.sha256(s.data).digest() for s in sources))
    work.connection.execute(
        insert(Deployment).values(
            id=deployment_id,
            deployed_at=work.now,
            deployed_by=work.actor.id,
            sha256=together.hexdigest(),
        )
    )
    for item in sources:
        digest = hashlib.sha256(item.data).hexdigest()
        there = select(Resource.sha256).where(Resource.sha256 == digest)
        if work.connection.scalar(there) is None:
            work.connection.execute(insert(Resource).values(sha256=digest, data=item.data))


def _define(
    work: Work,
    deployment_id: str,
    process: model.Process,
    item: Source,
    digest: str,
    version: int,
    *,
    findings: Sequence[Finding],
) -> str:
    tree = source.parse(item.data, item.filename, xml_limits(work.config))
    meta = vocabulary.read(tree, roles=work.config.roles)[process.id]
    definition_id = new_id()
    work.connection.execute(
        insert(Definition).values(
            id=definition_id,
            deployment_id=deployment_id,
            process_id=process.id,
            version=version,
            name=process.name,
            phase=meta.phase.key if meta.phase else None,
            phase_order=meta.phase.order if meta.phase else None,
            filename=item.filename,
            resource_sha256=digest,
            deployed_at=work.now,
            deployed_by=work.actor.id,
            findings=[asdict(f) for f in findings if f.filename == item.filename],
        )
    )
    detail: Mapping[str, Any] = {
        "process": process.id,
        "name": process.name,
        "version": version,
        "filename": item.filename,
        "sha256": digest,
    }
    work.note("definition.deployed", CHAIN, detail, definition_id=definition_id)
    return definition_id
