"""Soundness: whether a process, whatever is decided and whatever happens, can come to an end.

The classical notion (W. M. P. van der Aalst, The application of Petri nets to workflow management,
1998) asks of every run that it can complete, that it leaves no token behind when it does, and that
no element is dead. BPMN ends a process when its last token is gone, and an end event takes its own
token only; so, as in F. Corradini, C. Muzi, B. Re, F. Tiezzi (A classification of BPMN
collaborations based on safeness and soundness notions, 2018), other tokens beside an end are no
mistake. What remains is told for each process and each sub-process on its own:

* a deadlock: a token waits for ever where flows meet (no option to complete);
* lack of synchronisation: a second token comes where one is already, so that work is done twice
  (not safe);
* a place that no end can be reached from, though there was one before. A scope that goes round for
  ever from its beginning is taken as meant when somebody is waited for, and only mentioned;
* improper completion: a terminate end takes away work that could have ended by itself. Work that
  goes round for ever is what such ends are for.

Within an installation's bounds; where they are reached, that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic

from engine.bpmn.lint.cycles import Resting
from engine.bpmn.lint.document import DiagramNode, DiagramProcess, Document, Scope
from engine.bpmn.lint.report import Reporter
from engine.bpmn.lint.soundness import words
from engine.bpmn.lint.soundness.build import Uncounted, build, whole
from engine.bpmn.lint.soundness.explore import Outcome, explore
from engine.bpmn.lint.soundness.simplify import simplify
from engine.bpmn.model import ACTIVITIES
from engine.bpmn.names import flag


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is looked at: ``states`` of one scope, seconds for one process and for all processes
    of an upload together. Where time is up, a scope still gets a few states: most need no more."""

    states: int = 5_000
    process_seconds: float = 0.25
    upload_seconds: float = 0.5


DEFAULT_BOUNDS = Bounds()
"""How far a diagram is explored when nothing else is configured."""


def check(
    documents: Iterable[Document],
    reporters: Mapping[str, Reporter],
    resting: Resting,
    bounds: Bounds = DEFAULT_BOUNDS,
) -> None:
    """Tell what is unsound in all processes; ``reporters`` are by file name."""
    left = bounds.upload_seconds
    for document in documents:
        for process in document.processes:
            began = monotonic()
            until = began + min(left, bounds.process_seconds)
            _process(process, reporters[document.filename], resting, bounds.states, until)
            left = max(0.0, left - (monotonic() - began))


def _process(
    process: DiagramProcess, report: Reporter, resting: Resting, states: int, until: float
) -> None:
    """Inner scopes first: how a sub-process can end is the business of what is around it."""
    outcomes: dict[DiagramNode, Outcome] = {}
    for scope in reversed(process.scopes):
        if not whole(scope) or (scope.owner is not None and scope.owner.kind == "adHocSubProcess"):
            continue
        try:
            net = build(scope, resting.at, outcomes.get)
        except Uncounted as uncounted:
            report("soundness_uncounted", uncounted.node.element)
            continue
        simplify(net)
        outcome = explore(net, states=states, until=until)
        _tell(scope, outcome, report)
        if scope.owner is not None and outcome.complete:
            outcome.completes = outcome.completes or _caught(scope)
            outcomes[scope.owner] = outcome


def _tell(scope: Scope, outcome: Outcome, report: Reporter) -> None:
    interruptible = _interruptible(scope)
    always = outcome.hopeless and scope.owner is None and not interruptible
    for place, missing, path in outcome.deadlocks:
        report(
            "deadlock_always" if always else "deadlock",
            words.element(place.target, scope),
            missing=words.sources(missing),
            path=words.path(path, place),
        )
    for place, path in outcome.doubled:
        report(
            "not_synchronised",
            words.meeting(place, scope),
            work=words.activities_at(place),
            path=words.path(path),
        )
    for step, place, path in outcome.cut:
        report(
            "work_cut_off",
            words.element(step, scope),
            work=words.activities_at(place, ACTIVITIES),
            path=words.path(path),
        )
    if not interruptible:
        for place, path in outcome.trap[:1]:
            report("no_way_to_the_end", words.at(place, scope), path=words.path(path))
        for place in outcome.endless[:1]:
            report("never_ends", scope.element, work=words.activities_at(place))
    if not outcome.complete:
        report("soundness_bound", scope.element, states=outcome.states)


def _interrupts(node: DiagramNode) -> bool:
    """True for an event sub-process that takes all other tokens of its scope away."""
    inner = node.inner
    if inner is None or not node.event_triggered:
        return False
    starts = inner.of_kind("startEvent")
    return any(
        flag(start.element, "isInterrupting", default=True) and "compensate" not in start.events
        for start in starts
    )


def _caught(scope: Scope) -> bool:
    """True when what happens inside can be ended inside, whatever the flows do."""
    return any(map(_interrupts, scope.nodes))


def _interruptible(scope: Scope) -> bool:
    """True when something drawn around the scope's flows can end it from outside of them."""
    inner: DiagramNode | None = None
    around: Scope | None = scope
    while around is not None:
        if any(_interrupts(node) for node in around.nodes if node is not inner):
            return True
        inner = around.owner
        if inner is None:
            return False
        for event in inner.boundary:
            interrupts = flag(event.element, "cancelActivity", default=True)
            if interrupts and "compensate" not in event.events:
                return True
        around = inner.scope
    return False
