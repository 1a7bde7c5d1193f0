"""One instance moves to another version, in the caller's transaction: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select, update

from engine import feel
from engine.ids import new_id
from engine.runtime import timers
from engine.runtime.advance import Advance
from engine.runtime.definitions import Loaded
from engine.runtime.live import RUNNING, Live
from engine.runtime.migration import planrows, snapshot, tasks
from engine.runtime.migration.compare import Assessment, Comparison
from engine.runtime.migration.planrows import Plans
from engine.runtime.migration.position import Position, position
from engine.runtime.migration.rewrite import Rewriting
from engine.runtime.state import DamagedState
from engine.runtime.work import Work
from engine.store.models import Incident, Instance, SkippedStep, Subscription, Timer
from engine.views import MigrationNote, NotRun


class Refused(Exception):
    """The instance cannot move; ``reasons`` say why."""

    def __init__(self, *reasons: MigrationNote) -> None:
        super().__init__("; ".join(f"{r.code} {r.element_id}" for r in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Moved:
    """What the move of one instance has left behind. ``snapshot`` is None when the instance went
    on at once, so that there is no way back."""

    revision: int
    snapshot: bytes | None
    after: str | None
    notes: tuple[MigrationNote, ...]


@dataclass(slots=True)
class Pairs:
    """Comparisons, made once for all instances of a job."""

    target: Loaded
    mapping: Mapping[str, str]
    _made: dict[str, Comparison] = field(default_factory=dict)
    _plans: dict[str, Plans] = field(default_factory=dict)

    def comparison(self, work: Work, definition_id: str) -> Comparison:
        if definition_id not in self._made:
            old = work.definitions.get(work.connection, definition_id)
            known = old.model.nodes
            mapping = {k: v for k, v in self.mapping.items() if k in known}
            self._made[definition_id] = Comparison(old, self.target, mapping)
        return self._made[definition_id]

    def plans(self, work: Work, definition_id: str) -> Plans:
        if definition_id not in self._plans:
            self._plans[definition_id] = Plans.of(work, self.comparison(work, definition_id))
        return self._plans[definition_id]


def position_of(work: Work, pairs: Pairs, row: Any) -> Position:
    """Where an instance (its row) is, in its own version.

    :raises Refused: when it cannot move wherever it is
    """
    if row.state not in RUNNING:
        raise Refused(MigrationNote("ended", "", ""))
    if row.definition_id == pairs.target.id:
        raise Refused(MigrationNote("already_there", "", ""))
    comparison = pairs.comparison(work, row.definition_id)
    if comparison.old.process_id != pairs.target.process_id:
        raise Refused(MigrationNote("other_process", "", comparison.old.name))
    process = comparison.old.executor.new({})
    if row.state_blob:
        try:
            process = comparison.old.executor.load(row.state_blob, {})
        except DamagedState as error:
            raise Refused(MigrationNote("damaged", "", "", {"error": error.message})) from error
    return position(process, row.passed)


def move(work: Work, pairs: Pairs, migration_id: str, instance_id: str) -> Moved:
    """Move one instance; its case is held until the transaction ends.

    :raises Refused: when it cannot move as it stands now
    :raises StepError: when it cannot go on in the new version
    :raises Conflict: when somebody else moves it at the same moment
    """
    case = select(Instance.case_id).where(Instance.id == instance_id).scalar_subquery()
    work.hold(case)
    row = work.connection.execute(select(Instance).where(Instance.id == instance_id)).one()
    place = position_of(work, pairs, row)
    found = pairs.comparison(work, row.definition_id).assess(place)
    if found.status != "safe":
        raise Refused(*found.reasons, *map(_open_question, found.questions))
    return _Move(work, pairs, migration_id, row, found).run()


def _open_question(question: Any) -> MigrationNote:
    return MigrationNote("needs_mapping", question.element_id, question.name)


class _Move:
    def __init__(
        self, work: Work, pairs: Pairs, migration_id: str, row: Any, found: Assessment
    ) -> None:
        self._work = work
        self._connection = work.connection
        self._migration_id = migration_id
        self._row = row
        self._found = found
        self._comparison = pairs.comparison(work, row.definition_id)
        self._plans = pairs.plans(work, row.definition_id)
        self._timers: dict[str, Any] = {}
        """Rows, by token, of timers that are drawn otherwise."""

    def run(self) -> Moved:
        row, comparison = self._row, self._comparison
        taken = snapshot.take(self._connection, row.id, row.case_id, self._plans.processes)
        variables = {k: feel.from_json(v) for k, v in row.variables.items()}
        self._move_waits()
        skipped = {step.element_id for step in self._found.not_run}
        self._move_state(variables)
        notes = [
            *self._found.notes,
            *tasks.move(self._work, comparison, row.id, variables),
            *planrows.move(self._work, comparison, self._plans, row, variables, skipped),
        ]
        self._offer(self._found.not_run)
        notes = _once(notes)
        quiet = self._go_on(notes)
        revision = self._connection.scalar(select(Instance.revision).where(Instance.id == row.id))
        after = snapshot.digest(self._connection, row.id, row.case_id, taken)
        return Moved(
            revision=revision or 0,
            snapshot=taken if quiet else None,
            after=after if quiet else None,
            notes=tuple(notes),
        )

    def _move_state(self, variables: dict[str, Any]) -> None:
        row, comparison = self._row, self._comparison
        process = comparison.new.executor.new(variables)
        if row.state_blob:
            old = comparison.old.executor.load(row.state_blob, variables)
            Rewriting(comparison, old, process).run()
        passed: dict[str, int] = {}
        for element, times in row.passed.items():
            name = comparison.mapping.get(element, element)
            passed[name] = passed.get(name, 0) + times
        self._connection.execute(
            update(Instance)
            .where(Instance.id == row.id)
            .values(
                definition_id=comparison.new.id,
                state_blob=comparison.new.executor.dump(process) if row.state_blob else b"",
                passed=passed,
            )
        )

    def _move_waits(self) -> None:
        """What waits outside, under its new name. What is drawn otherwise is asked for anew when
        the instance goes on, but for timers: they are set anew first (``_set_timers``)."""
        for model in (Timer, Subscription):
            for row in self._connection.execute(
                select(model).where(model.instance_id == self._row.id)
            ).all():
                wanted = self._comparison.target(row.element_id) or row.element_id
                if self._comparison.events_changed(row.element_id):
                    if model is Timer:
                        self._timers[row.token] = row
                    else:
                        self._connection.execute(delete(model).where(model.id == row.id))
                    continue
                values: dict[str, Any] = {"element_id": wanted}
                if model is Subscription:
                    node = self._comparison.new.model.nodes.get(wanted)
                    values["interrupting"] = node.interrupting if node else row.interrupting
                self._connection.execute(update(model).where(model.id == row.id).values(**values))
        self._rename_references()

    def _set_timers(self, advance: Advance, live: Live, notes: list[MigrationNote]) -> None:
        """Timers that are drawn otherwise count from when the wait began."""
        for wait in live.loaded.executor.waits(live.process):
            row = self._timers.get(wait.token)
            if row is not None and wait.kind == "timer":
                due = timers.set_instead(advance, live, wait, row)
                times = {"was": row.due_at.isoformat(), "now": due.isoformat()}
                notes.append(
                    self._comparison.note("timer_moved", wait.element_id, new=True, **times)
                )

    def _rename_references(self) -> None:
        for element, wanted in self._comparison.mapping.items():
            self._connection.execute(
                update(Instance)
                .where(
                    Instance.parent_id == self._row.id,
                    Instance.parent_element == element,
                    Instance.ended_at.is_(None),
                )
                .values(parent_element=wanted)
            )
            self._connection.execute(
                update(Incident)
                .where(
                    Incident.instance_id == self._row.id,
                    Incident.element_id == element,
                    Incident.resolved_at.is_(None),
                )
                .values(element_id=wanted)
            )

    def _offer(self, steps: Iterable[NotRun]) -> None:
        for step in steps:
            self._connection.execute(
                insert(SkippedStep).values(
                    id=new_id(),
                    migration_id=self._migration_id,
                    case_id=self._row.case_id,
                    instance_id=self._row.id,
                    definition_id=self._comparison.new.id,
                    element_id=step.element_id,
                    name=step.name,
                    role=step.role,
                    always=step.always,
                    at=self._work.now,
                    state="offered",
                    reason="",
                )
            )

    def _go_on(self, notes: list[MigrationNote]) -> bool:
        """Let the instance go on in the new version. True when it only waits, as before.

        :raises Refused: when it would wait for ever there
        """
        row, comparison = self._row, self._comparison
        advance = Advance(self._work)
        live = advance.live(row.id)
        self._set_timers(advance, live, notes)
        advance.note(
            live,
            "instance.migrated",
            detail={
                "process": comparison.new.name,
                "migration": self._migration_id,
                "from": comparison.old.version,
                "version": comparison.new.version,
                "from_definition": comparison.old.id,
                "mapping": dict(comparison.mapping),
                "notes": [asdict(note) for note in notes],
                "not_run": [asdict(step) for step in self._found.not_run],
            },
        )
        facts = len(self._work.facts)
        if not row.state_blob or not any(live.process.tokens(everywhere=True)):
            # It has not begun: whoever begins it (or tries again) does so in the new version.
            live.changed = True
            advance.run()
            return True
        before = dict(live.passed)
        advance.look_again(row.id)
        advance.run()
        if advance.stalled and row.state == "running":
            stuck = live.loaded.executor.stuck(live.process)
            raise Refused(*(self._comparison.note("would_wait", e, new=True) for e, _ in stuck))
        return live.passed == before and len(self._work.facts) == facts


def _once(notes: Iterable[MigrationNote]) -> list[MigrationNote]:
    kept: list[MigrationNote] = []
    for note in notes:
        if note not in kept:
            kept.append(note)
    return kept
