"""Instances move to another version, in the caller's transaction: each all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sqlalchemy import bindparam, select

from engine import feel
from engine.definitions.library import ExecutableDefinition
from engine.migration import planrows, snapshot, tasks
from engine.migration.assess import Assessment, assess
from engine.migration.compare import Comparison
from engine.migration.planrows import Plans
from engine.migration.position import Position, position
from engine.migration.rehearsal import would_wait
from engine.migration.rewrite import Rewriting
from engine.migration.snapshot import Row, Rows
from engine.migration.writes import Writes
from engine.runtime import timers
from engine.runtime.executor import Awaited, executor_of
from engine.runtime.running_instance import RUNNING, RunningInstance
from engine.runtime.spiff.workflow import TokenTree
from engine.runtime.state import DamagedState
from engine.runtime.step import Step
from engine.store.base import new_id, table_of
from engine.store.tables import CaseTable, InstanceTable
from engine.unit_of_work import INSTANCE_COLUMNS, UnitOfWork, surroundings
from engine.unit_of_work import snapshot as snapshot_of
from engine.views import MigrationNote, StepToSkip
from engine.work.user_tasks import advance

_INSTANCE: Final = table_of(InstanceTable)
_CASE: Final = table_of(CaseTable)
_OF_IDS: Final = _INSTANCE.c.id.in_(bindparam("ids", expanding=True))
_READ: Final = (
    select(*_INSTANCE.c, _CASE.c.people)
    .join_from(_INSTANCE, _CASE, _CASE.c.id == _INSTANCE.c.case_id)
    .where(_OF_IDS)
    .order_by(_INSTANCE.c.id)
)
_READ_AGAIN: Final = (
    select(
        _INSTANCE.c.id.label("instance_id"),
        *INSTANCE_COLUMNS,
        *surroundings(_INSTANCE.c.case_id, _INSTANCE.c.id, _INSTANCE),
    )
    .join_from(_INSTANCE, _CASE, _CASE.c.id == _INSTANCE.c.case_id)
    .where(_OF_IDS)
)
"""What a step would else ask of each by itself."""


class MigrationRefused(Exception):
    """The instance cannot move; ``reasons`` say why."""

    def __init__(self, *reasons: MigrationNote) -> None:
        super().__init__("; ".join(f"{r.code} {r.element_id}" for r in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class MigratedInstance:
    """What the move of one instance has left behind. ``snapshot`` is None when the instance went
    on at once, so that there is no way back."""

    revision: int
    snapshot: bytes | None
    after: str | None
    notes: tuple[MigrationNote, ...]


@dataclass(slots=True)
class Comparisons:
    """Comparisons, made once for all instances of a job."""

    target: ExecutableDefinition
    mapping: Mapping[str, str]
    _made: dict[str, Comparison] = field(default_factory=dict)
    _plans: dict[str, Plans] = field(default_factory=dict)
    _assessed: dict[tuple[str, Position], Assessment] = field(default_factory=dict)

    def comparison(self, work: UnitOfWork, definition_id: str) -> Comparison:
        """The comparison of a definition with the target."""
        if definition_id not in self._made:
            old = work.definitions.get(work.connection, definition_id)
            known = old.model.nodes
            mapping = {k: v for k, v in self.mapping.items() if k in known}
            self._made[definition_id] = Comparison(old, self.target, mapping)
        return self._made[definition_id]

    def plans(self, work: UnitOfWork, definition_id: str) -> Plans:
        """The plans of a definition and of the target."""
        if definition_id not in self._plans:
            self._plans[definition_id] = Plans.of(work, self.comparison(work, definition_id))
        return self._plans[definition_id]

    def assess(self, work: UnitOfWork, definition_id: str, place: Position) -> Assessment:
        """Instances that stand alike are assessed once."""
        key = (definition_id, place)
        if key not in self._assessed:
            self._assessed[key] = assess(self.comparison(work, definition_id), place)
        return self._assessed[key]


def process_of(
    work: UnitOfWork, pairs: Comparisons, row: Any, variables: dict[str, Any]
) -> TokenTree:
    """An instance (its row) in its own version.

    :raises MigrationRefused: when it cannot move wherever it is
    """
    if row.state not in RUNNING:
        raise MigrationRefused(MigrationNote("ended", "", ""))
    if row.definition_id == pairs.target.id:
        raise MigrationRefused(MigrationNote("already_there", "", ""))
    comparison = pairs.comparison(work, row.definition_id)
    if comparison.old.process_id != pairs.target.process_id:
        raise MigrationRefused(MigrationNote("other_process", "", comparison.old.name))
    if not row.state_blob:
        return executor_of(comparison.old).new(variables)
    try:
        return executor_of(comparison.old).load(row.state_blob, variables)
    except DamagedState as error:
        raise MigrationRefused(
            MigrationNote("damaged", "", "", {"error": error.message})
        ) from error


def migrate(
    work: UnitOfWork,
    pairs: Comparisons,
    migration_id: str,
    instances: Mapping[str, str],
    revisions: Mapping[str, int],
) -> dict[str, MigratedInstance | MigrationRefused]:
    """Move instances of different cases, which are held until the transaction ends: what their
    migrations have left behind, or why they cannot go as they stand now. All are read and written
    by the same statements; to know which of several cannot go on, migrate them singly.

    :param instances: ids, each with its case's
    :param revisions: those at which alone they may move, of instances that were previewed
    :raises MigrationRefused: when one would wait for ever in the new version
    :raises StepError: when one cannot go on there
    :raises Conflict: when somebody else migrates one at the same moment
    """
    outcomes: dict[str, MigratedInstance | MigrationRefused] = {}
    rows, writes, migrations = snapshot.read(work.connection, instances), Writes(), []
    for row in work.connection.execute(_READ, {"ids": list(instances)}):
        if row.revision != revisions.get(row.id, row.revision):
            outcomes[row.id] = MigrationRefused(MigrationNote("changed_since", "", ""))
            continue
        try:
            one = _InstanceMigration(work, pairs, migration_id, row, rows[row.id])
        except MigrationRefused as refused:
            outcomes[row.id] = refused
        else:
            one.change(writes)
            migrations.append(one)
    writes.write(work.connection)
    if len(migrations) > 1:
        ids = [one.id for one in migrations]
        for row in work.connection.execute(_READ_AGAIN, {"ids": ids}):
            work.remember(snapshot_of(row))
    outcomes |= _go_on(work, migrations)
    return outcomes


def _go_on(
    work: UnitOfWork, migrations: Sequence[_InstanceMigration]
) -> Iterator[tuple[str, MigratedInstance]]:
    """Let instances go on in the new version; what has become of each."""
    step = advance(work)
    begun = [one for one in migrations if one.go_on(step)]
    step.run()
    if step.deadlocks:
        for one in begun:
            one.refuse_to_wait(step)
    facts = Counter(fact.case_id for fact in work.facts)
    quiet = {one.id for one in migrations if facts[one.case_id] == 1 and one.stands_still(step)}
    now = snapshot.read(
        work.connection, {one.id: one.case_id for one in migrations if one.id in quiet}
    )
    return ((one.id, one.outcome(step, now.get(one.id))) for one in migrations)


def _open_question(question: Any) -> MigrationNote:
    return MigrationNote("needs_mapping", question.element_id, question.name)


class _InstanceMigration:
    """The move of one instance.

    :raises MigrationRefused: when it cannot move as it stands now
    """

    def __init__(
        self, work: UnitOfWork, pairs: Comparisons, migration_id: str, row: Any, rows: Rows
    ) -> None:
        self.id: str = row.id
        self.case_id: str = row.case_id
        self._work = work
        self._migration_id = migration_id
        self._row = row
        self._rows = rows
        self._variables = {k: feel.from_json(v) for k, v in row.variables.items()}
        self._process = process_of(work, pairs, row, self._variables)
        self._found = pairs.assess(work, row.definition_id, position(self._process, row.passed))
        if self._found.status != "safe":
            raise MigrationRefused(
                *self._found.reasons, *map(_open_question, self._found.questions)
            )
        self._comparison = pairs.comparison(work, row.definition_id)
        self._plans = pairs.plans(work, row.definition_id)
        self._taken = snapshot.take(rows, self._plans.processes)
        self._notes: list[MigrationNote] = []
        self._timers: dict[str, Any] = {}
        """Rows, by token, of timers that are drawn otherwise."""
        self._waited: set[Awaited] = set()
        """What has rows that fit."""
        self._passed: dict[str, int] = {}

    # ------------------------------------------------------------ what changes

    def change(self, writes: Writes) -> None:
        """What is to be written before it goes on."""
        comparison, skipped = self._comparison, {s.element_id for s in self._found.not_run}
        self._change_waits(writes)
        self._change_references(writes)
        self._change_state(writes)
        known, rows = self._variables, self._rows
        plan = planrows.migrate(
            self._work,
            comparison,
            self._plans,
            self._row,
            rows,
            writes,
            variables=known,
            skipped=skipped,
        )
        done = tasks.migrate(self._work, comparison, rows, known, writes)
        self._notes = [*self._found.notes, *done, *plan]
        writes.offered += map(self._offer, self._found.not_run)

    def _change_state(self, writes: Writes) -> None:
        row, comparison = self._row, self._comparison
        blob = b""
        if row.state_blob:
            process = executor_of(comparison.new).new(self._variables)
            Rewriting(comparison, self._process, process).run()
            blob = executor_of(comparison.new).dump(process)
        for element, times in row.passed.items():
            name = comparison.mapping.get(element, element)
            self._passed[name] = self._passed.get(name, 0) + times
        writes.instances.append(
            {
                "of_id": row.id,
                "at_revision": row.revision,
                "definition_id": comparison.new.id,
                "state_blob": blob,
                "passed": self._passed,
            }
        )

    def _change_waits(self, writes: Writes) -> None:
        """What waits outside, under its new name. What is drawn otherwise is asked for anew when
        the instance goes on, but for timers: they are set anew first (``_set_timers``)."""
        awaited = executor_of(self._comparison.old).awaited(self._process)
        self._waited = {wait for wait in awaited if wait[0] in ("call", "undo")}
        self._waited |= {("user", row["token"], None) for row in self._rows["task"]}
        for row in self._rows["timer"]:
            self._waited.add(("timer", row["token"], None))
            if self._comparison.events_changed(row["element_id"]):
                self._timers[row["token"]] = row
            elif (wanted := self._wanted(row)) != row["element_id"]:
                writes.timers.append({"of_id": row["id"], "element_id": wanted})
        for row in self._rows["subscription"]:
            if self._comparison.events_changed(row["element_id"]):
                writes.closed.append({"of_id": row["id"]})
                continue
            self._waited.add((row["kind"], row["token"], row["name"]))
            wanted = self._wanted(row)
            node = self._comparison.new.model.nodes.get(wanted)
            interrupting = node.interrupts if node else row["interrupting"]
            if (wanted, interrupting) != (row["element_id"], row["interrupting"]):
                writes.subscriptions.append(
                    {"of_id": row["id"], "element_id": wanted, "interrupting": interrupting}
                )

    def _wanted(self, row: Row) -> str:
        element: str = row["element_id"]
        return self._comparison.target(element) or element

    def _change_references(self, writes: Writes) -> None:
        """What children and open incidents say of the instance's elements."""
        mapping = self._comparison.mapping
        for row in self._rows["child"]:
            if wanted := mapping.get(row["parent_element"]):
                writes.children.append({"of_id": row["id"], "parent_element": wanted})
        for row in self._rows["incident"]:
            if wanted := mapping.get(row["element_id"]):
                writes.incidents.append({"of_id": row["id"], "element_id": wanted})

    def _offer(self, step: StepToSkip) -> dict[str, Any]:
        return {
            "id": new_id(),
            "migration_id": self._migration_id,
            "case_id": self.case_id,
            "instance_id": self.id,
            "definition_id": self._comparison.new.id,
            "element_id": step.element_id,
            "name": step.name,
            "role": step.role,
            "always": step.always,
            "at": self._work.now,
            "state": "offered",
            "reason": "",
        }

    # ------------------------------------------------------------ going on

    def go_on(self, step: Step) -> bool:
        """Have it looked at in the new version; False when it has not begun: whoever begins it (or
        tries again) does so in the new version."""
        instance = step.instance(self.id)
        self._set_timers(step, instance)
        self._notes = _once(self._notes)
        self._tell(step, instance)
        if not self._row.state_blob or not any(instance.process.tokens(everywhere=True)):
            instance.changed = True
            return False
        step.look_again(self.id, frozenset(self._waited))
        return True

    def _set_timers(self, step: Step, instance: RunningInstance) -> None:
        """Timers that are drawn otherwise count from when the wait began."""
        for wait in instance.executor.waits(instance.process) if self._timers else ():
            row = self._timers.get(wait.token)
            if row is not None and wait.kind == "timer":
                due = timers.set_instead(step, instance, wait, row)
                times = {"was": row["due_at"].isoformat(), "now": due.isoformat()}
                note = self._comparison.note("timer_moved", wait.element_id, new=True, **times)
                self._notes.append(note)

    def _tell(self, step: Step, instance: RunningInstance) -> None:
        comparison = self._comparison
        step.note(
            instance,
            "instance.migrated",
            detail={
                "process": comparison.new.name,
                "migration": self._migration_id,
                "from": comparison.old.version,
                "version": comparison.new.version,
                "from_definition": comparison.old.id,
                "mapping": dict(comparison.mapping),
                "notes": [asdict(note) for note in self._notes],
                "not_run": [asdict(step) for step in self._found.not_run],
            },
        )

    def refuse_to_wait(self, step: Step) -> None:
        """:raises MigrationRefused: when it would wait for ever where it has come to"""
        instance = step.instance(self.id)
        if self._row.state == "running":
            raise MigrationRefused(*would_wait(self._comparison, instance.process))

    def stands_still(self, step: Step) -> bool:
        """Has it passed nothing on its way?"""
        return step.instance(self.id).passed == self._passed

    def outcome(self, step: Step, rows: Rows | None) -> MigratedInstance:
        """:param rows: its rows as they are now, when it only waits, as before"""
        quiet = rows is not None
        return MigratedInstance(
            revision=step.instance(self.id).revision,
            snapshot=self._taken if quiet else None,
            after=snapshot.digest(rows, self._taken) if rows is not None else None,
            notes=tuple(self._notes),
        )


def _once(notes: Iterable[MigrationNote]) -> list[MigrationNote]:
    distinct: list[MigrationNote] = []
    for note in notes:
        if note not in distinct:
            distinct.append(note)
    return distinct
