"""The check of files that would be deployed together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.bpmn import lint
from engine.bpmn.lint import decisions as asked
from engine.bpmn.names import kind
from engine.bpmn.parsed_file import ParsedFile
from engine.config import Config
from engine.definitions import deploy_decisions, unchanged_callers
from engine.definitions.library import xml_limits
from engine.dmn import lint as decisions
from engine.queries import decisions as decision_queries
from engine.queries import definitions as queries
from engine.queries import people
from engine.views import SYSTEM, CheckReport, Finding, Source

NAME_LENGTH = 255
"""The most characters of a process's id or name that a column holds."""


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """What an upload holds: the findings of all files, the diagrams, the decision models, and the
    processes that can be started."""

    findings: tuple[Finding, ...]
    diagrams: tuple[ParsedFile, ...]
    startable: tuple[str, ...]
    drawings: tuple[str, ...]
    models: tuple[decisions.CheckedModel, ...]

    def report(self) -> CheckReport:
        """What the uploader is told."""
        decided = [(d.id, each.runnable(d)) for each in self.models for d in each.decisions()]
        return CheckReport(
            self.findings,
            self.startable,
            self.drawings,
            decision_ids=tuple(id for id, runnable in decided if runnable),
            decision_drawings=tuple(id for id, runnable in decided if not runnable),
        )


def _staffed(connection: Connection, roles: Collection[str]) -> frozenset[str] | None:
    """Those of the roles that an active person holds; None as long as nobody has an account."""
    return people.held(connection, SYSTEM, roles) if people.exist(connection) else None


def check(
    connection: Connection,
    config: Config,
    sources: Sequence[Source],
    *,
    strict_roles: bool = True,
) -> CheckedUpload:
    """All findings of some files that would be deployed together, beside what is live."""
    limits = xml_limits(config)
    models = [item for item in sources if decisions.is_decisions(item)]
    diagrams = [item for item in sources if item not in models]
    decided = decisions.lint(models, deploy_decisions.live(connection), limits)
    live = queries.live_processes(connection)
    report = lint.lint(
        diagrams,
        roles=config.roles,
        surroundings=lint.Surroundings(
            processes=[process for process, startable in live.items() if startable],
            drawings=[process for process, startable in live.items() if not startable],
            decisions=_decisions(connection, decided.models),
            staffed=_staffed(connection, config.roles),
            lone=people.held_by_one(connection, config.roles),
        ),
        rules=lint.Rules(strict_roles=strict_roles, nodes=config.limits.process_nodes, xml=limits),
    )
    startable = tuple(p for p in report.process_ids if p in report.startable)
    deployable = [d for file in report.files for d in drawn(file, startable)] if report.ok else []
    told = [*report.findings, *decided.findings]
    if len(report.files) > 1:
        told += unchanged_callers.findings(connection, report.files, startable)
    return CheckedUpload(
        findings=tuple(sorted(told, key=lint.place)),
        diagrams=report.files,
        startable=startable,
        drawings=tuple(d.process_id for d in deployable if not d.startable),
        models=decided.models,
    )


def _decisions(connection: Connection, models: Sequence[decisions.CheckedModel]) -> asked.Known:
    """The decisions that are deployed or in the upload. Who asks for the newest version asks for
    the upload's, when it has one."""
    known = decision_queries.versions(connection)
    drawn = {id for id, versions in known.items() if not any(versions.values())}
    for checked in models:
        for decision in checked.decisions():
            versions = known.setdefault(decision.id, {})
            # Unchanged it keeps its version, else it gets the next.
            versions[max(versions, default=0) + 1] = checked.runnable(decision)
            (drawn.discard if checked.runnable(decision) else drawn.add)(decision.id)
    made = {id: [n for n, runs in versions.items() if runs] for id, versions in known.items()}
    drawings: dict[str, set[int | str]] = {
        id: {n for n, runs in versions.items() if not runs} for id, versions in known.items()
    }
    for id in drawn:
        drawings[id] |= {"latest", "deployment"}
    return asked.Known(made, drawings)


@dataclass(frozen=True, slots=True)
class DrawnProcess:
    """A process of a file, or the file's only drawing when it holds none."""

    process_id: str
    name: str
    startable: bool


def drawn(file: ParsedFile, startable: Sequence[str]) -> Iterator[DrawnProcess]:
    """What of a diagram is kept: what can be started, what was meant to be, and of a file in
    which nothing can be started, everything that has something in it."""
    processes = [p for p in file.model if p.id]
    runs = [p for p in processes if p.executable and p.id in startable]
    for process in processes:
        shown = process.executable or (not runs and bool(process.nodes))
        if shown:
            yield DrawnProcess(process.id[:NAME_LENGTH], process.name, process in runs)
    if not any(p.executable or p.nodes for p in processes):
        root = file.tree.getroot()
        around = next((e for e in root if kind(e) == "collaboration"), root)
        ident = around.get("id") or root.get("id") or file.source.filename
        yield DrawnProcess(ident[:NAME_LENGTH], around.get("name") or file.source.filename, False)
