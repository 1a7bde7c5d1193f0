"""One transaction's work list: from one fact to all that follows from it.

An operation moves the tokens of one instance. What that does to the outside (user tasks that open
or close, children, timers, messages, the end) becomes rows and further operations, until nothing
is left to do. Never recursion: a call activity in a call activity is two entries of the list.
Everything happens in the caller's transaction.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select

from engine import feel
from engine.definitions.evaluation import is_storable, unstorable
from engine.definitions.library import DefinitionLibrary, ExecutableDefinition
from engine.errors import StepError
from engine.records import history
from engine.runtime.executor import Awaited, Wait, executor_of
from engine.runtime.running_instance import RUNNING, RunningInstance, with_defaults
from engine.runtime.state import DAMAGED, DamagedState
from engine.store.base import new_id, table_of
from engine.store.tables import InstanceTable, PersonTable
from engine.unit_of_work import INSTANCE_COLUMNS, StoredInstance, UnitOfWork, stored_instance
from engine.views import Actor

_STORED: Final = select(*INSTANCE_COLUMNS).where(table_of(InstanceTable).c.id == bindparam("id"))
_INITIATOR: Final = select(PersonTable.username).where(PersonTable.id == bindparam("id"))


class Step(ABC):
    """What is done in one transaction. Each instance is read once; facts are noted, moves of its
    tokens queued; ``follow`` sees to what a move leads to."""

    def __init__(self, work: UnitOfWork) -> None:
        self.work = work
        self.definitions = work.definitions
        self.calendar = work.calendar
        self.config = work.config
        self.now = work.now
        self.actor = work.actor
        self.started_by_events = 0
        """How many instances events have started in this transaction."""
        self.deadlocks: list[str] = []
        """The incidents of instances in which nothing can go on, after ``run``."""
        self.instances: dict[str, RunningInstance] = {}
        """Every instance that this transaction has to do with, by id."""
        self._queued: deque[Callable[[], None]] = deque()

    @property
    def connection(self) -> Connection:
        """For statements that cannot wait in the batch."""
        return self.work.connection

    @abstractmethod
    def follow(self, instance: RunningInstance) -> None:
        """See to all that has become of an instance's tokens."""

    @abstractmethod
    def sync(self, instance: RunningInstance) -> None:
        """Make the rows of an instance agree with what its tokens wait for."""

    @abstractmethod
    def decides(self, instance: RunningInstance) -> None:
        """Let an instance that has come into memory make its decisions."""

    # ------------------------------------------------------------ operations

    def create(
        self,
        case_id: str,
        definition: ExecutableDefinition,
        variables: Mapping[str, Any],
        *,
        parent: tuple[RunningInstance, Wait] | None = None,
        instance_id: str | None = None,
    ) -> RunningInstance:
        """A new instance, not yet started. Its process's default variables are filled in. The
        root instance of a case has the case's id."""
        caller, call = parent or (None, None)
        place = call.element_id if call else definition.process_id
        values = with_defaults(definition, {**variables, **self._initiator(definition)}, place)
        executor = executor_of(definition)
        instance = RunningInstance(
            id=instance_id or new_id(),
            case_id=case_id,
            parent_id=caller.id if caller else None,
            parent_token=call.token if call else None,
            parent_element=call.element_id if call else None,
            depth=caller.depth + 1 if caller else 0,
            definition=definition,
            executor=executor,
            process=executor.new(values),
            state="running",
            revision=0,
            passed={},
            new=True,
            changed=True,
        )
        self._enlist(instance)
        self._insert(instance, values)
        self.note(instance, "instance.started", detail={"process": definition.name})
        return instance

    def _insert(self, instance: RunningInstance, values: Mapping[str, Any]) -> None:
        """Write the row of a new instance; ``values`` are its variables."""
        self.connection.execute(
            insert(InstanceTable).values(
                id=instance.id,
                case_id=instance.case_id,
                parent_id=instance.parent_id,
                parent_token=instance.parent_token,
                parent_element=instance.parent_element,
                depth=instance.depth,
                definition_id=instance.definition.id,
                state="running",
                revision=0,
                state_blob=b"",
                variables={k: feel.to_json(v) for k, v in values.items()},
                written=[],
                passed={},
                started_at=self.now,
            )
        )

    def _initiator(self, definition: ExecutableDefinition) -> dict[str, Any]:
        """The variable that says who started the process; null when no person did."""
        name = definition.meta.initiator
        if name is None:
            return {}
        return {name: self.connection.scalar(_INITIATOR, {"id": self.actor.id})}

    def start(self, instance: RunningInstance, at: str | None = None) -> None:
        """Begin an instance, at the start event ``at`` when an event has started it."""
        self.move_later(instance, lambda: instance.executor.start(instance.process, at))

    def complete(self, instance_id: str, token: str, values: Mapping[str, Any]) -> None:
        """A person has done the user task of ``token``. The tokens move at once, in memory; what
        follows from it is ``run``'s to write."""
        instance = self.instance(instance_id)
        executor = instance.executor
        if instance.load_error is None:
            instance.waited = executor.awaited(instance.process) - {("user", token, None)}
        facts = self.work.facts
        before = len(facts)
        if self._move(instance, lambda: executor.complete(instance.process, token, values)):
            # What the moving has noted comes after what the caller notes of the completion.
            noted = facts[before:]
            del facts[before:]
            self.later(lambda: facts.extend(noted))
            self.later(lambda: self.follow(instance))

    def wake(
        self,
        instance_id: str,
        token: str,
        values: Mapping[str, Any] | None = None,
        *,
        kind: str = "",
        name: str | None = None,
        called: str | None = None,
        cycle: Mapping[str, Any] | None = None,
    ) -> None:
        """What the token waited for has come.

        :param kind: the event's, ``name`` too; the row of a timer has been taken away
        :param called: the child that has ended, when it can be undone
        :param cycle: what is left of a timer that repeats
        """
        instance = self.instance(instance_id)
        executor, process = instance.executor, instance.process

        def move() -> None:
            if process.token(token) is not None:
                executor.wake(
                    process, token, values, cycle=cycle, kind=kind, name=name, called=called
                )

        def waited() -> frozenset[Awaited] | None:
            if kind != "timer" or instance.load_error is not None:
                return None
            return frozenset(w for w in executor.awaited(process) if w[:2] != ("timer", token))

        self._later(instance, move, waited)

    def look_again(self, instance_id: str, waited: frozenset[Awaited] | None = None) -> None:
        """Something may have changed that tokens of the instance wait for.

        :param waited: the waits that its rows are of, when that is known
        """
        instance = self.instance(instance_id)
        self.move_later(instance, lambda: instance.executor.look_again(instance.process), waited)

    def begin_inner(self, instance_id: str, token: str, element_id: str) -> None:
        """A person begins an activity of the open ad-hoc sub-process of ``token``."""
        instance = self.instance(instance_id)
        begin = instance.executor.begin_inner
        self.move_later(instance, lambda: begin(instance.process, token, element_id))

    def cancel(self, instance: RunningInstance, reason: str) -> None:
        """Take an instance and everything below it away."""
        if instance.state not in RUNNING:
            return
        instance.process.finish("cancelled")
        instance.state = "cancelled"
        instance.changed = True
        self.note(instance, "instance.cancelled", detail={"reason": reason})
        self.sync(instance)

    def run(self) -> None:
        """Do everything that is queued.

        :raises StepError: when a process cannot go on; the caller rolls back
        """
        while self._queued:
            self._queued.popleft()()

    # ------------------------------------------------------------ instances and facts

    def instance(self, instance_id: str) -> RunningInstance:
        """The instance, read once."""
        instance = self.instances.get(instance_id)
        if instance is None:
            known = self.work.snapshots.get(instance_id)
            stored = known.instance if known is not None else None
            instance = load_instance(self.connection, self.definitions, instance_id, stored)
            self._enlist(instance)
        return instance

    def _enlist(self, instance: RunningInstance) -> None:
        self.decides(instance)
        instance.process.apart = self.work.apart
        self.instances[instance.id] = instance

    def note(
        self,
        instance: RunningInstance,
        what: str,
        element_id: str | None = None,
        detail: Mapping[str, Any] | None = None,
        *,
        actor: Actor | None = None,
    ) -> None:
        """Remember a fact for the instance's history."""
        name = instance.definition.element_name(element_id) if element_id else None
        self.work.facts.append(
            history.Fact(
                type=what,
                actor=actor or self.actor,
                chain=instance.id,
                case_id=instance.case_id,
                instance_id=instance.id,
                definition_id=instance.definition.id,
                element_id=element_id,
                element_name=name,
                detail=detail or {},
            )
        )

    # ------------------------------------------------------------ moves

    def later(self, operation: Callable[[], None]) -> None:
        """Put an operation at the end of the work list."""
        self._queued.append(operation)

    def move_later(
        self,
        instance: RunningInstance,
        move: Callable[[], None],
        waited: frozenset[Awaited] | None = None,
    ) -> None:
        """Put a move of an instance's tokens at the end of the work list.

        :param waited: the waits that its rows are of, when that is known
        """
        self._later(instance, move, lambda: waited)

    def _later(
        self,
        instance: RunningInstance,
        move: Callable[[], None],
        waited: Callable[[], frozenset[Awaited] | None],
    ) -> None:
        def step() -> None:
            instance.waited = waited()
            if self._move(instance, move):
                self.follow(instance)

        self.later(step)

    def _move(self, instance: RunningInstance, move: Callable[[], None]) -> bool:
        """Move the tokens of one instance, in memory; False when it is over already."""
        if instance.state not in RUNNING:
            return False
        instance.changed = True
        with self.attribute_errors(instance):
            if instance.load_error is not None:
                raise StepError(instance.definition.process_id, instance.load_error, kind=DAMAGED)
            move()
        instance.moved = True
        return True

    @contextmanager
    def attribute_errors(self, instance: RunningInstance) -> Iterator[None]:
        """An error in here is this instance's, unless it is known to be another's."""
        try:
            yield
        except StepError as error:
            self.work.received |= instance.process.effects.received
            error.instance_id = error.instance_id or self._stored(instance)
            raise
        except feel.FeelError as error:
            self.work.received |= instance.process.effects.received
            failed = _unstorable(instance, error)
            failed.instance_id = self._stored(instance)
            raise failed from error

    def _stored(self, instance: RunningInstance) -> str:
        """The nearest instance, upwards, that a rollback leaves in the database; the case's own
        for one that a message has started."""
        while instance.new and instance.parent_id is not None:
            instance = self.instance(instance.parent_id)
        return instance.case_id if instance.new else instance.id


def _unstorable(instance: RunningInstance, error: feel.FeelError) -> StepError:
    """Variables could not be stored: who has set the one that cannot be."""
    process = instance.process
    for task in process.tokens(everywhere=True):
        for name, value in task.data.items():
            if not is_storable(value):
                return unstorable(task.task_spec.bpmn_id, name)
    for name, value in process.variables.items():
        if not is_storable(value):
            return unstorable(process.writers.get(name, instance.definition.process_id), name)
    return StepError(instance.definition.process_id, error.message, kind="expression")


def load_instance(
    connection: Connection,
    library: DefinitionLibrary,
    instance_id: str,
    stored: StoredInstance | None = None,
) -> RunningInstance:
    """An instance as it is stored.

    :param stored: its row, when it has been read in this transaction already
    """
    if stored is None:
        row = connection.execute(_STORED, {"id": instance_id}).one()
        stored = stored_instance(instance_id, row)
    definition = library.get(connection, stored.definition_id)
    executor = executor_of(definition)
    variables = {k: feel.from_json(v) for k, v in stored.variables.items()}
    process, load_error = executor.new(variables), None
    if stored.state in RUNNING or stored.state_blob:
        try:
            process = executor.load(stored.state_blob, variables)
        except DamagedState as error:
            # What could be read before the damage is no process.
            process, load_error = executor.new(variables), error.message
    process.written = set(stored.written)
    return RunningInstance(
        id=instance_id,
        case_id=stored.case_id,
        parent_id=stored.parent_id,
        parent_token=stored.parent_token,
        parent_element=stored.parent_element,
        depth=stored.depth,
        definition=definition,
        executor=executor,
        process=process,
        state=stored.state,
        revision=stored.revision,
        passed=dict(stored.passed),
        load_error=load_error,
    )
