"""The activities ahead: who and when, for all that a case will or may come to.

Ordinary engines know a user task once a token has reached it. A case's plan knows every activity
of its phases from the first day: the diagrams are walked from the root through the processes that
they call, and each activity gets a row with its role, its person and a forecast of its date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from engine import feel
from engine.bpmn.meta import DueRule, PhaseMeta, TaskMeta
from engine.bpmn.model import Node
from engine.calendar import WorkCalendar
from engine.definitions.library import DefinitionLibrary, ExecutableDefinition
from engine.errors import NotFound
from engine.iso8601 import TimeMalformed, to_duration
from engine.store.base import new_id
from engine.store.tables import PlanItemTable
from engine.work.task_defaults import date_of


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An activity ahead. ``due`` is the forecast, ``opens`` when the activity is expected to begin;
    None when it waits for something that no one can foresee (a notice, a complaint)."""

    definition: ExecutableDefinition
    task: TaskMeta
    due: date | None
    opens: date | None


@dataclass(frozen=True, slots=True)
class Planned(Foreseen):
    """One row of a plan, before anybody has decided anything: an activity ahead that stands on a
    sheet. ``variables`` are what the forecast knew."""

    phase: PhaseMeta
    row_order: int
    variables: Mapping[str, Any]


def forecast(
    connection: Connection,
    library: DefinitionLibrary,
    calendar: WorkCalendar,
    root: ExecutableDefinition,
    *,
    opens: date,
    variables: Mapping[str, Any],
) -> list[Planned]:
    """The plan of a case that starts on ``opens``, in the order of the sheets."""
    return of_sheets(foresee(connection, library, calendar, root, opens=opens, variables=variables))


def foresee(
    connection: Connection,
    library: DefinitionLibrary,
    calendar: WorkCalendar,
    root: ExecutableDefinition,
    *,
    opens: date,
    variables: Mapping[str, Any],
) -> list[Foreseen]:
    """All activities of a case that starts on ``opens``, in the order in which they come."""
    walk = _ForecastWalk(connection, library, calendar, variables)
    walk.process(root, opens, None)
    return list(walk.rows.values())


def of_sheets(ahead: Iterable[Foreseen]) -> list[Planned]:
    """The activities that stand on a sheet, in the order of the sheets."""
    rows = [row for row in ahead if isinstance(row, Planned)]
    return sorted(rows, key=lambda r: (r.phase.order, r.row_order, r.task.id))


def insert_rows(
    connection: Connection, case_id: str, rows: Sequence[Planned], people: Mapping[str, str]
) -> None:
    """Keep a case's plan. ``people`` are the ids of the persons chosen for roles."""
    if not rows:
        return
    connection.execute(
        insert(PlanItemTable),
        [
            {
                "id": new_id(),
                "case_id": case_id,
                "phase": row.phase.key,
                "phase_title": row.phase.title,
                "phase_order": row.phase.order,
                "row_order": row.row_order,
                "process_id": row.definition.process_id,
                "element_id": row.task.id,
                "name": row.task.name or row.task.id,
                "points": [item.text for item in row.task.checklist],
                "role": row.task.role,
                "person_id": None if row.task.assignee else people.get(row.task.role or ""),
                "due": row.due,
                "decided": False,
            }
            for row in rows
        ],
    )


class _ForecastWalk:
    """Goes through a process and all that it calls, earliest dates first."""

    def __init__(
        self,
        connection: Connection,
        library: DefinitionLibrary,
        calendar: WorkCalendar,
        variables: Mapping[str, Any],
    ) -> None:
        self._connection = connection
        self._library = library
        self._calendar = calendar
        self._variables = dict(variables)
        self._calling: list[str] = []
        self.rows: dict[tuple[str, str], Foreseen] = {}
        self._phases: dict[str, PhaseMeta] = {}

    def process(
        self, definition: ExecutableDefinition, opens: date | None, phase: PhaseMeta | None
    ) -> date | None:
        """Add a process's activities; the date by which it is expected to be done."""
        if definition.process_id in self._calling:
            return opens
        self._calling.append(definition.process_id)
        phase = definition.meta.phase or phase
        if phase is not None:
            self._phases[phase.key] = phase
        for variable in definition.meta.variables:
            self._default(definition, variable.name, variable.default)
        ends = self._scope(definition, definition.model.id, opens, phase)
        self._calling.pop()
        return ends

    def _default(self, definition: ExecutableDefinition, name: str, text: str) -> None:
        if self._variables.get(name) is None:
            try:
                self._variables[name] = definition.evaluator.evaluate(text, self._variables)
            except feel.FeelError:
                return

    def _scope(
        self,
        definition: ExecutableDefinition,
        scope: str,
        opens: date | None,
        phase: PhaseMeta | None,
    ) -> date | None:
        """The nodes of a process or sub-process in the order of their flows; a node begins when
        the last of those before it is done. Flows back (loops) are not followed."""
        done: dict[str, date | None] = {}
        begun: dict[str, date | None] = {}
        for node in _in_order(definition, scope):
            before = [done[f.source] for f in node.incoming if f.source in done]
            if node.attached_to is not None:
                starts = self._after_event(definition, node, begun.get(node.attached_to))
            elif node.event_triggered:
                starts = None
            else:
                starts = max((d for d in before if d), default=None) if before else opens
            begun[node.id] = starts
            done[node.id] = self._node(definition, node, starts, phase)
        # What loops for ever has no element that it ends with, and no date by which it is done.
        ends = [done[n.id] for n in definition.model.inside(scope) if not n.outgoing]
        return max((d for d in ends if d), default=None)

    def _node(
        self,
        definition: ExecutableDefinition,
        node: Node,
        starts: date | None,
        phase: PhaseMeta | None,
    ) -> date | None:
        task = definition.meta.tasks.get(node.id)
        if node.kind == "userTask" and task is not None:
            return self._task(definition, task, starts, phase)
        if node.kind == "callActivity" and node.id in definition.meta.calls:
            try:
                called = self._library.called(
                    self._connection, definition, definition.meta.calls[node.id]
                )
            except NotFound:
                return starts
            return self.process(called, starts, phase)
        if node.is_scope:
            return self._scope(definition, node.id, starts, phase)
        if node.kind == "intermediateCatchEvent":
            return self._after_event(definition, node, starts)
        return starts

    def _task(
        self,
        definition: ExecutableDefinition,
        task: TaskMeta,
        starts: date | None,
        phase: PhaseMeta | None,
    ) -> date | None:
        due = starts
        if starts is not None and task.due is not None:
            due = self._due(definition, task.due, starts)
        sheet = self._phases.get(task.activity.phase) if task.activity else None
        sheet = sheet or phase
        key = (definition.process_id, task.id)
        if sheet is None:
            self.rows.setdefault(key, Foreseen(definition, task, due, starts))
        elif key not in self.rows:
            order = task.activity.order if task.activity else len(self.rows) + 1
            self.rows[key] = Planned(definition, task, due, starts, sheet, order, self._variables)
        # What is due before it can begin is not done before that.
        return max(due, starts) if due is not None and starts is not None else due

    def _due(self, definition: ExecutableDefinition, rule: DueRule, starts: date) -> date | None:
        """What is counted from a value that nobody knows yet has no forecast of its own."""
        reference: Any = self._variables.get(rule.of) if rule.of else rule.on
        try:
            if rule.on is not None and rule.on.startswith("="):
                reference = definition.evaluator.evaluate(rule.on, self._variables)
            return date_of(self._calendar, rule, self._calendar.start_of(starts), reference)
        except (feel.FeelError, TimeMalformed):
            # What holds no date, or one beyond the calendar, is told when the task opens.
            return starts

    def _after_event(
        self, definition: ExecutableDefinition, node: Node, starts: date | None
    ) -> date | None:
        """When an event is expected: a timer's time can be foreseen, nothing else can."""
        timers = [e.timer for e in node.events if e.timer]
        if starts is None or not timers:
            return starts if node.kind == "intermediateCatchEvent" and not node.events else None
        kind, text = timers[0]
        try:
            value = (
                definition.evaluator.evaluate(text, self._variables) if text[:1] == "=" else text
            )
            if kind == "duration":
                moment = self._calendar.start_of(starts)
                return self._calendar.today(self._calendar.add(moment, to_duration(value)))
            if isinstance(value, datetime):
                return value.date()
            return value if isinstance(value, date) else starts
        except (feel.FeelError, TimeMalformed, ValueError):
            return starts + timedelta(0)


def _in_order(definition: ExecutableDefinition, scope: str) -> list[Node]:
    """The nodes of a scope in reverse postorder: each after those before it, and a loop's
    entrance before its body."""
    nodes = list(definition.model.inside(scope))
    beside: dict[str, list[str]] = {}
    for node in nodes:
        if node.attached_to is not None:
            beside.setdefault(node.attached_to, []).append(node.id)
    starts = [n for n in nodes if not n.incoming and n.attached_to is None]
    seen: set[str] = set()
    finished: list[Node] = []
    for first in [*starts, *nodes]:
        stack: list[tuple[Node, Iterator[str]]] = []
        if first.id not in seen:
            seen.add(first.id)
            stack.append((first, _after(first, beside)))
        while stack:
            node, following = stack[-1]
            later = next((n for n in following if n not in seen), None)
            if later is None:
                finished.append(node)
                stack.pop()
            else:
                seen.add(later)
                target = definition.model.nodes[later]
                stack.append((target, _after(target, beside)))
    return finished[::-1]


def _after(node: Node, beside: Mapping[str, list[str]]) -> Iterator[str]:
    return iter([*beside.get(node.id, ()), *(f.target for f in node.outgoing)])
