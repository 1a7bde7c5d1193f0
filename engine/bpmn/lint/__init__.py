"""Checking diagrams: everything that is wrong with an upload, told at once.

``lint`` reads the files, runs every check over them and says which processes can be started;
``check`` gives the findings alone. A check is a function ``(document, report)`` whose docstring
names the rule of BPMN (formal/13-12-09, "BPMN 2.0.2") that it follows; it never stops another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.bpmn import schema, vocabulary
from engine.bpmn.decision import read_decision
from engine.bpmn.lint import (
    activities,
    collaboration,
    cycles,
    data,
    decisions,
    events,
    expressions,
    flows,
    gateways,
    identity,
    plan,
    references,
    rounds,
    scopes,
    soundness,
    timers,
    vendor,
)
from engine.bpmn.lint.document import Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.meta import ProcessMeta
from engine.bpmn.model import GLOBAL_TASKS
from engine.bpmn.names import DI, kind
from engine.bpmn.parsed_file import ParsedFile
from engine.bpmn.source import DEFAULT_LIMITS, XmlLimits, parse
from engine.bpmn.vendor import translate
from engine.errors import Rejected
from engine.views import Finding, Role, Source

NODE_KINDS = frozenset(
    {"startEvent", "endEvent", "intermediateThrowEvent", "intermediateCatchEvent"}
    | {"boundaryEvent", "task", "manualTask", "userTask", "scriptTask", "sendTask"}
    | {"businessRuleTask"}
    | {"receiveTask", "callActivity", "subProcess", "exclusiveGateway", "parallelGateway"}
    | {"inclusiveGateway", "complexGateway", "eventBasedGateway"}
    | {"transaction", "adHocSubProcess"}
)
"""The kinds of nodes that the runtime runs."""
EVENT_KINDS = frozenset(
    {"message", "timer", "signal", "error", "escalation", "conditional", "link", "terminate"}
    | {"compensate", "cancel"}
)
"""The triggers and results of events that the runtime runs."""


FLOWS_PER_NODE = 4
"""Flows of a process for each node that it may have."""
MOST_PROCESSES = 100
"""Processes of one file."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the checks go by.

    ``strict_roles`` refuses lanes that are no role. ``nodes`` is the most that one process may
    hold, ``soundness`` how far its states are looked at. ``node_kinds`` and ``event_kinds`` are
    what the runtime runs; a process with anything else is kept as a drawing.
    """

    strict_roles: bool = True
    nodes: int = 1_000
    node_kinds: frozenset[str] = NODE_KINDS
    event_kinds: frozenset[str] = EVENT_KINDS
    xml: XmlLimits = DEFAULT_LIMITS
    soundness: soundness.Bounds = soundness.DEFAULT_BOUNDS


DEFAULT_RULES = Rules()
"""The rules of an installation that has configured none."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is deployed, or in the same upload: processes that may be called, drawings, which may
    not, decisions, and the roles that somebody holds (None: not known)."""

    processes: Collection[str] = ()
    drawings: Collection[str] = ()
    decisions: decisions.Known = field(default_factory=decisions.Known)
    staffed: Collection[str] | None = None
    lone: Collection[str] = ()


NOTHING_AROUND = Surroundings()
"""An installation without deployed processes, decisions and people."""


@dataclass(frozen=True, slots=True)
class Report:
    """``findings`` by file and line; ``process_ids`` in the order of the files; ``startable`` are
    those of them that can be run; ``files`` are those that could be parsed."""

    findings: tuple[Finding, ...]
    process_ids: tuple[str, ...]
    startable: frozenset[str]
    files: tuple[ParsedFile, ...] = ()

    @property
    def ok(self) -> bool:
        """False when anything must be refused."""
        return not any(f.refuses for f in self.findings)


_CHECKS = (
    *references.CHECKS,
    *flows.CHECKS,
    *gateways.CHECKS,
    *scopes.CHECKS,
    *events.CHECKS,
    *timers.CHECKS,
    *expressions.CHECKS,
    *activities.CHECKS,
    *rounds.CHECKS,
    *data.CHECKS,
    *collaboration.CHECKS,
    *vendor.CHECKS,
)


def check(
    sources: Iterable[Source],
    *,
    roles: Mapping[str, Role],
    surroundings: Surroundings = NOTHING_AROUND,
    rules: Rules = DEFAULT_RULES,
) -> list[Finding]:
    """The findings of ``lint``."""
    return list(lint(sources, roles=roles, surroundings=surroundings, rules=rules).findings)


def lint(
    sources: Iterable[Source],
    *,
    roles: Mapping[str, Role],
    surroundings: Surroundings = NOTHING_AROUND,
    rules: Rules = DEFAULT_RULES,
) -> Report:
    """Check the files of one upload together.

    ``roles`` are the configured roles by key, ``surroundings`` what is deployed. Never raises for
    what is in a file.
    """
    return _Linter(roles, surroundings, rules).run(list(sources))


class _Linter:
    def __init__(self, roles: Mapping[str, Role], surroundings: Surroundings, rules: Rules):
        self._roles = roles
        self._known = frozenset(surroundings.processes)
        self._drawings = frozenset(surroundings.drawings)
        self._decisions = surroundings.decisions
        self._staffed = surroundings.staffed
        self._lone = surroundings.lone
        self._rules = rules
        self._unread: list[Finding] = []
        self._documents: list[Document] = []
        self._reporters: dict[str, Reporter] = {}
        self._oversized: set[str] = set()
        self._metas: dict[str, Mapping[str, ProcessMeta]] = {}
        self._files: dict[str, ParsedFile] = {}

    def run(self, sources: Sequence[Source]) -> Report:
        """Run all checks over all files and give the report."""
        names = _distinct(source.filename for source in sources)
        for source, name in zip(sources, names, strict=True):
            self._read(source, name)
        for document in self._documents:
            self._check(document)
        self._check_together()
        self._check_surroundings()
        return self._report()

    def _read(self, source: Source, name: str) -> None:
        try:
            tree = parse(source.data, name, self._rules.xml)
        except Rejected as refusal:
            self._unread.extend(refusal.findings)
            return
        wrong, count = schema.errors(tree.getroot())
        notes = translate(tree)
        document = Document(tree, name)
        self._files[name] = ParsedFile(source, tree, self._roles)
        self._documents.append(document)
        self._reporters[name] = Reporter(document)
        vendor.translated(notes, self._reporters[name])
        identity.schema_errors(wrong, count, self._reporters[name])

    def _check(self, document: Document) -> None:
        report = self._reporters[document.filename]
        self._processes(document, report)
        for one in identity.CHECKS:
            one(document, report)
        if not self._surveyable(document, report):
            self._oversized.add(document.filename)
            return
        metas, uses = vocabulary.inspect(document.tree, report, roles=self._roles)
        self._metas[document.filename] = metas
        self._files[document.filename].metadata = metas
        for one in _CHECKS:
            one(document, report)
        expressions.vocabulary_expressions(uses, report)
        activities.kinds(document, report, self._rules.node_kinds)
        activities.event_kinds(document, report, self._rules.event_kinds)

    def _processes(self, document: Document, report: Reporter) -> None:
        """§10.2.1: isExecutable says that a process is to be run; it is false when it is left
        out. What is not to be run is kept as a drawing, also a file without any process in which
        there is something to see."""
        if not document.processes and not _global_tasks(document):
            drawn = next(document.root.iter(f"{{{DI}}}BPMNShape"), None) is not None
            report("drawing_only" if drawn else "no_process", document.root)
        for process in document.processes:
            if process.executable:
                continue
            given = process.element.get("isExecutable") is not None
            code = "process_not_executable" if given else "process_executable_missing"
            report(code, process.element, weight="info" if document.executable else None)

    def _surveyable(self, document: Document, report: Reporter) -> bool:
        """Refuse a file that is too large before its other checks, whose time grows with it."""
        fits = True
        most, flows = self._rules.nodes, self._rules.nodes * FLOWS_PER_NODE
        for process in document.processes:
            count = sum(1 for _ in process.nodes())
            joined = sum(1 for _ in process.flows())
            if count > most:
                report("process_too_large", process.element, count=count, limit=most)
            elif joined > flows:
                report("process_too_tangled", process.element, count=joined, limit=flows)
            fits = fits and count <= most and joined <= flows
        if len(document.processes) > MOST_PROCESSES:
            count = len(document.processes)
            report("processes_too_many", document.root, count=count, limit=MOST_PROCESSES)
            fits = False
        return fits

    def _check_together(self) -> None:
        first: dict[str, Document] = {}
        for document in self._documents:
            for process in document.processes:
                other = first.setdefault(process.id, document)
                if other is not document and process.id:
                    report = self._reporters[document.filename]
                    report("process_twice", process.element, other=other.filename)
        documents = self._surveyed()
        by_process = {
            process.id: self._reporters[document.filename]
            for document in documents
            for process in document.processes
        }
        resting = cycles.Resting(documents)
        for document in documents:
            cycles.restless_loops(document, self._reporters[document.filename], resting)
        cycles.restless_calls(documents, by_process, resting)
        soundness.check(documents, self._reporters, resting, self._rules.soundness)
        plan.sheets(documents, self._metas, self._reporters)
        self._calls_of_drawings(by_process)

    def _surveyed(self) -> list[Document]:
        return [d for d in self._documents if d.filename not in self._oversized]

    def _check_surroundings(self) -> None:
        """Roles and called processes: last, because what is only drawn need not have them."""
        callable_ids = (
            self._known | self._drawings | {p.id for d in self._documents for p in d.processes}
        )
        callable_ids |= {task for d in self._documents for task in _global_tasks(d)}
        called = self._called()
        for document in self._surveyed():
            report = self._reporters[document.filename]
            activities.called_starts(document, report, called)
            activities.calls(document, report, callable_ids)
            decisions.decisions(document, report, self._decisions)
            plan.lanes(document, report, self._roles, strict=self._rules.strict_roles)
            plan.members(document, report, self._metas[document.filename], self._staffed)
            plan.four_eyes(document, report, self._metas[document.filename], self._lone)

    def _calls_of_drawings(self, by_process: Mapping[str, Reporter]) -> None:
        """A process that calls one that cannot be started cannot be started either."""
        callers: dict[str, list[tuple[Document, str]]] = {}
        for document in self._surveyed():
            for process in document.processes:
                for call in (n for n in process.nodes() if n.kind == "callActivity"):
                    called = (call.element.get("calledElement") or "").rsplit(":", 1)[-1]
                    callers.setdefault(called, []).append((document, call.id))
        pending = [p for p, report in by_process.items() if p in report.blocked]
        pending += self._drawings - by_process.keys()
        done: set[str] = set()
        while pending:
            blocked = pending.pop()
            if blocked in done or (blocked in self._known and blocked not in by_process):
                continue
            done.add(blocked)
            for document, call_id in callers.get(blocked, []):
                element = document.by_id.get(call_id)
                owner = None if element is None else document.process_of(element)
                if owner is None or not owner.executable:
                    continue
                self._reporters[document.filename]("call_of_drawing", element, called=blocked)
                pending.append(owner.id)

    def _called(self) -> frozenset[str]:
        return frozenset(
            (node.element.get("calledElement") or "").rsplit(":", 1)[-1]
            for document in self._surveyed()
            for node in document.all_nodes()
            if node.kind == "callActivity"
        )

    def _report(self) -> Report:
        findings = list(self._unread)
        for reporter in self._reporters.values():
            findings.extend(reporter.all())
        ids = [p.id for d in self._documents for p in d.processes if p.id]
        ids += [task for d in self._documents for task in _global_tasks(d)]
        blocked = {p for reporter in self._reporters.values() for p in reporter.blocked}
        blocked |= {task for d in self._documents for task in _undecided(d)}
        return Report(
            findings=tuple(sorted(findings, key=place)),
            process_ids=tuple(dict.fromkeys(ids)),
            startable=frozenset(ids) - blocked,
            files=tuple(self._files.values()),
        )


def _global_tasks(document: Document) -> list[str]:
    """Tasks that call activities may call: the runtime runs each as a process of one node."""
    tasks = (e for e in document.root if kind(e) in GLOBAL_TASKS)
    return [e.get("id") for e in tasks if e.get("id")]


def _undecided(document: Document) -> list[str]:
    """Business rule tasks that call activities may call, and that name no decision."""
    tasks = document.of("globalBusinessRuleTask")
    return [e.get("id") for e in tasks if e.get("id") and read_decision(e) is None]


_WEIGHT = {"error": 0, "warning": 1, "info": 2}


def place(finding: Finding) -> tuple[str, int, int, str, str]:
    """What findings are sorted by: where they stand, and there by how much they weigh."""
    return (
        finding.filename or "",
        finding.line or 0,
        _WEIGHT[finding.severity],
        finding.code,
        finding.element_id or "",
    )


def _distinct(names: Iterable[str]) -> list[str]:
    """File names as they are, repeated ones told apart: findings are sorted by them."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
