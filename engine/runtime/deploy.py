"""Files: checked, and put live as new versions of their processes, drawings and decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from engine import access
from engine.access import authorize
from engine.bpmn import lint, model, source, vocabulary
from engine.bpmn.findings import clean
from engine.bpmn.names import kind
from engine.config import Config
from engine.dmn import lint as decisions
from engine.errors import Invalid, Problem, Rejected
from engine.ids import new_id
from engine.queries import decisions as decision_queries
from engine.queries import definitions as queries
from engine.runtime import deploy_decisions
from engine.runtime.work import Work
from engine.store.models import Definition, Deployment, Person, Resource
from engine.views import CheckReport, Finding, Source

CHAIN = "definitions"
NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Checked:
    """What an upload holds: the findings of all files, the diagrams, the decision models, and the
    processes that can be started."""

    findings: tuple[Finding, ...]
    diagrams: tuple[Source, ...]
    startable: tuple[str, ...]
    drawings: tuple[str, ...]
    models: tuple[decisions.CheckedModel, ...]

    def report(self) -> CheckReport:
        asked = tuple(d.id for checked in self.models for d in checked.decisions())
        return CheckReport(self.findings, self.startable, self.drawings, asked)


def _staffed(connection: Connection) -> frozenset[str] | None:
    """The roles that an active person holds; None as long as nobody has an account."""
    held = connection.scalars(select(Person.roles).where(Person.active.is_(True))).all()
    return frozenset(role for roles in held for role in roles) if held else None


def check(
    connection: Connection,
    config: Config,
    sources: Sequence[Source],
    *,
    strict_roles: bool = True,
) -> Checked:
    """All findings of some files that would be deployed together, beside what is live."""
    limits = xml_limits(config)
    models = [item for item in sources if decisions.is_decisions(item)]
    diagrams = [item for item in sources if item not in models]
    decided = decisions.lint(models, deploy_decisions.live(connection), limits)
    known = decision_queries.versions(connection)
    for checked in decided.models:
        for decision in checked.decisions():
            # Unchanged it keeps its version, else it gets the next.
            next_one = max(known.get(decision.id, {0})) + 1
            known[decision.id] = known.get(decision.id, frozenset()) | {next_one}
    live = queries.live_processes(connection)
    report = lint.lint(
        diagrams,
        roles=config.roles,
        surroundings=lint.Surroundings(
            processes=[process for process, startable in live.items() if startable],
            drawings=[process for process, startable in live.items() if not startable],
            decisions=known,
            staffed=_staffed(connection),
        ),
        rules=lint.Rules(strict_roles=strict_roles, nodes=config.limits.process_nodes, xml=limits),
    )
    startable = tuple(p for p in report.process_ids if p in report.startable)
    readable = not any(f.severity == "error" for f in report.findings)
    found = [d for item in diagrams for d in _drawn(config, item, startable)] if readable else []
    return Checked(
        findings=tuple(sorted((*report.findings, *decided.findings), key=lint.place)),
        diagrams=tuple(diagrams),
        startable=startable,
        drawings=tuple(d.process_id for d in found if not d.startable),
        models=decided.models,
    )


def deploy(work: Work, sources: Sequence[Source], *, strict_roles: bool) -> dict[str, Any]:
    """Put files live together. What is the live version, byte for byte, keeps its version. A
    process that cannot be started is kept as a drawing beside the version that can.

    :raises Rejected: with all findings when one of them is an error
    """
    authorize(work.actor, access.DEFINITION_DEPLOY, None)
    if not sources:
        raise Invalid([Problem("required", "there is no file to deploy", "files")])
    checked = check(work.connection, work.config, sources, strict_roles=strict_roles)
    if not checked.report().ok:
        raise Rejected(checked.findings)
    deployment = _Deployment(work, checked.findings)
    definitions = [
        deployment.keep_or_define(item, drawn)
        for item in checked.diagrams
        for drawn in _drawn(work.config, item, checked.startable)
    ]
    made = deploy_decisions.deploy(work, checked.models, deployment.id, deployment.findings_of)
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


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A process of a file, or the file's only drawing when it holds none."""

    process_id: str
    name: str
    startable: bool


def _drawn(config: Config, item: Source, startable: Sequence[str]) -> Iterator[_Drawn]:
    """What of a diagram is kept: what can be started, what was meant to be, and of a file in
    which nothing can be started, everything that has something in it."""
    tree = source.parse(item.data, item.filename, xml_limits(config))
    processes = [p for p in model.read(tree) if p.id]
    runs = [p for p in processes if p.executable and p.id in startable]
    for process in processes:
        drawn = process.executable or (not runs and bool(process.nodes))
        if drawn:
            yield _Drawn(process.id[:NAME_LENGTH], process.name, process in runs)
    if not any(p.executable or p.nodes for p in processes):
        root = tree.getroot()
        around = next((e for e in root if kind(e) == "collaboration"), root)
        ident = around.get("id") or root.get("id") or item.filename
        yield _Drawn(ident[:NAME_LENGTH], around.get("name") or item.filename, False)


class _Deployment:
    """Definitions that are about to be written."""

    def __init__(self, work: Work, findings: Sequence[Finding]) -> None:
        self.work = work
        self.id = new_id()
        self._findings = findings
        self._rows: list[dict[str, Any]] = []

    @property
    def new(self) -> bool:
        return bool(self._rows)

    def findings_of(self, item: Source) -> list[dict[str, Any]]:
        return [asdict(f) for f in self._findings if f.filename == clean(item.filename, 200)]

    def keep_or_define(self, item: Source, drawn: _Drawn) -> str:
        """The id of the version that the file already is, else of a new one."""
        digest = hashlib.sha256(item.data).hexdigest()
        newest = _newest(self.work.connection, drawn.process_id, startable=drawn.startable)
        if newest is not None and newest.resource_sha256 == digest:
            return str(newest.id)
        last = _newest(self.work.connection, drawn.process_id)
        # Two drawings of one upload may be called the same.
        twins = sum(row["process_id"] == drawn.process_id for row in self._rows)
        meta = _phase(self.work.config, item, drawn)
        self._rows.append(
            {
                "id": new_id(),
                "deployment_id": self.id,
                "process_id": drawn.process_id,
                "version": (0 if last is None else last.version) + 1 + twins,
                "name": drawn.name,
                "phase": meta.key if meta else None,
                "phase_order": meta.order if meta else None,
                "filename": clean(item.filename, NAME_LENGTH),
                "resource_sha256": digest,
                "deployed_at": self.work.now,
                "deployed_by": self.work.actor.id,
                "findings": self.findings_of(item),
                "startable": drawn.startable,
            }
        )
        return str(self._rows[-1]["id"])

    def write(self) -> None:
        for row in self._rows:
            self.work.connection.execute(insert(Definition).values(row))
            detail = {
                "process": row["process_id"],
                "name": row["name"],
                "version": row["version"],
                "filename": row["filename"],
                "sha256": row["resource_sha256"],
            }
            what = "definition.deployed" if row["startable"] else "drawing.kept"
            self.work.note(what, CHAIN, detail, definition_id=row["id"])


def _phase(config: Config, item: Source, drawn: _Drawn) -> Any:
    tree = source.parse(item.data, item.filename, xml_limits(config))
    meta = vocabulary.read(tree, roles=config.roles).get(drawn.process_id)
    return meta.phase if meta is not None else None


def xml_limits(config: Config) -> source.XmlLimits:
    limits = config.limits
    return source.XmlLimits(
        limits.xml_bytes, limits.xml_elements, limits.xml_depth, limits.xml_attributes
    )


def _newest(connection: Connection, process_id: str, *, startable: bool | None = None) -> Any:
    """The newest version of a process: the newest that can be started, the newest drawing, or
    whichever of them is newer."""
    wanted = select(Definition.id, Definition.version, Definition.resource_sha256).where(
        Definition.process_id == process_id
    )
    if startable is not None:
        wanted = wanted.where(Definition.startable.is_(startable))
    return connection.execute(wanted.order_by(Definition.version.desc()).limit(1)).first()


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
