"""Drives the instances of a case: a work list, from one fact to all that follows from it.

An operation moves the tokens of one instance; what that does to the outside (user tasks that open
or close, children, timers, messages, the end) becomes rows and further operations, until nothing
is left to do. Never recursion: a call activity in a call activity is two entries of the list.
Everything happens in the caller's transaction. At the end the instances that have changed are
written, parents before children, so that two transactions that meet wait instead of locking each
other out; each write is guarded by the instance's revision.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from engine import feel
from engine.definitions.library import Loaded
from engine.ids import new_id
from engine.records import history
from engine.runtime import children, decisions, rows, signals, timers, writing
from engine.runtime.executor import Awaited, StepError, Wait
from engine.runtime.running_instance import RUNNING, Live, read, with_defaults
from engine.runtime.spiff.workflow import Thrown
from engine.runtime.state import DAMAGED
from engine.store.tables import InstanceTable, MessageTable, PersonTable, SubscriptionTable
from engine.unit_of_work import Work
from engine.views import Actor

ROWS: Final = frozenset({"call", "undo", "user", "timer", "message", "signal"})
"""The waits that have rows."""


class Advance:
    """The work of one transaction."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.definitions = work.definitions
        self.calendar = work.calendar
        self.config = work.config
        self.now = work.now
        self.actor = work.actor
        self._live: dict[str, Live] = {}
        self.started = 0
        """How many instances events have started in this transaction."""
        self.stalled: list[str] = []
        """The incidents of instances in which nothing can go on, after ``run``."""
        self.new_tasks: list[dict[str, Any]] = []
        """Rows of user tasks that are opened and not written yet."""
        self._work: deque[Callable[[], None]] = deque()

    @property
    def connection(self) -> Connection:
        return self.work.connection

    # ------------------------------------------------------------ operations

    def create(
        self,
        case_id: str,
        loaded: Loaded,
        variables: Mapping[str, Any],
        *,
        parent: tuple[Live, Wait] | None = None,
        instance_id: str | None = None,
    ) -> Live:
        """A new instance, not yet started. Its process's default variables are filled in. The
        root instance of a case has the case's id."""
        place = parent[1].element_id if parent else loaded.process_id
        values = with_defaults(loaded, {**variables, **self._initiator(loaded)}, place)
        live = Live(
            id=instance_id or new_id(),
            case_id=case_id,
            parent_id=parent[0].id if parent else None,
            parent_token=parent[1].token if parent else None,
            parent_element=parent[1].element_id if parent else None,
            depth=parent[0].depth + 1 if parent else 0,
            loaded=loaded,
            process=loaded.executor.new(values),
            state="running",
            revision=0,
            passed={},
            new=True,
            changed=True,
        )
        self._keep(live)
        self.connection.execute(
            insert(InstanceTable).values(
                id=live.id,
                case_id=case_id,
                parent_id=live.parent_id,
                parent_token=live.parent_token,
                parent_element=live.parent_element,
                depth=live.depth,
                definition_id=loaded.id,
                state="running",
                revision=0,
                state_blob=b"",
                variables={k: feel.to_json(v) for k, v in values.items()},
                written=[],
                passed={},
                started_at=self.now,
            )
        )
        self.note(live, "instance.started", detail={"process": loaded.name})
        return live

    def _initiator(self, loaded: Loaded) -> dict[str, Any]:
        """The variable that says who started the process; null when no person did."""
        if loaded.meta.initiator is None:
            return {}
        wanted = select(PersonTable.username).where(PersonTable.id == self.actor.id)
        return {loaded.meta.initiator: self.connection.scalar(wanted)}

    def start(self, live: Live, at: str | None = None) -> None:
        """Begin an instance, at the start event ``at`` when an event has started it."""
        self.step_later(live, lambda: live.loaded.executor.start(live.process, at))

    def complete(self, instance_id: str, token: str, values: Mapping[str, Any]) -> None:
        """A person has done the user task of ``token``. The tokens move at once, in memory; what
        follows from it is ``run``'s to write."""
        live = self.live(instance_id)
        executor = live.loaded.executor
        if live.damage is None:
            live.waited = executor.awaited(live.process) - {("user", token, None)}
        facts = self.work.facts
        known = len(facts)
        if self._move(live, lambda: executor.complete(live.process, token, values)):
            # What the moving has told comes after what the caller tells of the completion.
            told = facts[known:]
            del facts[known:]
            self.later(lambda: facts.extend(told))
            self.later(lambda: self._follow(live))

    def wake(
        self,
        instance_id: str,
        token: str,
        values: Mapping[str, Any] | None = None,
        cycle: Mapping[str, Any] | None = None,
        *,
        kind: str = "",
        name: str | None = None,
        called: str | None = None,
    ) -> None:
        """What the token waited for has come; ``kind`` and ``name`` are the event's, ``called``
        is the child that has ended, when it can be undone."""
        live = self.live(instance_id)

        def step() -> None:
            if live.process.token(token) is not None:
                live.loaded.executor.wake(
                    live.process, token, values, cycle=cycle, kind=kind, name=name, called=called
                )

        self.step_later(live, step)

    def fire(self, instance_id: str, token: str, cycle: Mapping[str, Any] | None) -> None:
        """The time that the token waited for has come, and its timer has been taken away."""
        live = self.live(instance_id)
        executor = live.loaded.executor

        def move() -> None:
            if live.process.token(token) is not None:
                executor.wake(live.process, token, cycle=cycle, kind="timer")

        def step() -> None:
            if live.damage is None:
                waited = executor.awaited(live.process)
                live.waited = frozenset(w for w in waited if w[:2] != ("timer", token))
            if self._move(live, move):
                self._follow(live)

        self.later(step)

    def look_again(self, instance_id: str, waited: frozenset[Awaited] | None = None) -> None:
        """Something may have changed that tokens of the instance wait for.

        :param waited: the waits that its rows are of, when that is known
        """
        live = self.live(instance_id)
        self.step_later(live, lambda: live.loaded.executor.look_again(live.process), waited)

    def begin_inner(self, instance_id: str, token: str, element_id: str) -> None:
        """A person begins an activity of the open ad-hoc sub-process of ``token``."""
        live = self.live(instance_id)
        begin = live.loaded.executor.begin_inner
        self.step_later(live, lambda: begin(live.process, token, element_id))

    def message(self, case_id: str, name: str, payload: Mapping[str, Any]) -> int:
        """Give a message to the one that has waited longest in the case, else start the process
        that it starts, else keep it. Returns how many took it (0 or 1)."""
        found = self.connection.execute(
            select(SubscriptionTable)
            .where(
                SubscriptionTable.kind == "message",
                SubscriptionTable.name == name,
                SubscriptionTable.case_id == case_id,
            )
            .order_by(SubscriptionTable.opened_at, SubscriptionTable.id)
            .limit(1)
        ).first()
        if found is not None:
            live = self.live(found.instance_id)
            self.note(live, "message.received", found.element_id, {"message": name})
            rows.drop_subscription(self.connection, found.id)
            self.wake(live.id, found.token, payload, kind="message", name=name)
            return 1
        for loaded, at in self.definitions.started_by(self.connection, "message", name):
            signals.start(self, case_id, loaded, at, ("message", name), payload)
            return 1
        self.connection.execute(
            insert(MessageTable).values(
                id=new_id(),
                name=name,
                case_id=case_id,
                payload={k: feel.to_json(v) for k, v in payload.items()},
                sent_by=self.actor.id,
                sent_at=self.now,
            )
        )
        return 0

    def cancel(self, live: Live, reason: str) -> None:
        """Take an instance and everything below it away."""
        if live.state not in RUNNING:
            return
        live.process.finish("cancelled")
        live.state = "cancelled"
        live.changed = True
        self.note(live, "instance.cancelled", detail={"reason": reason})
        self._sync(live)

    def run(self) -> None:
        """Do all the work, then write what has changed.

        :raises StepError: when a process cannot go on; the caller rolls back
        """
        while self._work:
            self._work.popleft()()
        rows.write_tasks(self)
        writing.write(self, [live for live in self._live.values() if live.changed])

    # ------------------------------------------------------------ instances

    def live(self, instance_id: str) -> Live:
        """The instance, read once."""
        if instance_id not in self._live:
            known = self.work.row_of(instance_id)
            self._keep(read(self.connection, self.definitions, instance_id, known))
        return self._live[instance_id]

    def _keep(self, live: Live) -> None:
        live.process.decide = partial(decisions.make, self, live)
        self._live[live.id] = live

    def note(
        self,
        live: Live,
        what: str,
        element_id: str | None = None,
        detail: Mapping[str, Any] | None = None,
        *,
        actor: Actor | None = None,
    ) -> None:
        """Remember a fact for the instance's history."""
        self.work.facts.append(
            history.Fact(
                type=what,
                actor=actor or self.actor,
                chain=live.id,
                case_id=live.case_id,
                instance_id=live.id,
                definition_id=live.loaded.id,
                element_id=element_id,
                element_name=live.loaded.element_name(element_id) if element_id else None,
                detail=detail or {},
            )
        )

    def later(self, work: Callable[[], None]) -> None:
        """Put an operation at the end of the work list."""
        self._work.append(work)

    def step_later(
        self, live: Live, move: Callable[[], None], waited: frozenset[Awaited] | None = None
    ) -> None:
        """Put a move of an instance's tokens at the end of the work list."""
        self.later(lambda: self._step(live, move, waited))

    def _step(
        self, live: Live, move: Callable[[], None], waited: frozenset[Awaited] | None
    ) -> None:
        """Move the tokens of one instance, and see to what follows."""
        live.waited = waited
        if self._move(live, move):
            self._follow(live)

    def _move(self, live: Live, move: Callable[[], None]) -> bool:
        """Move the tokens of one instance, in memory; False when it is over already."""
        if live.state not in RUNNING:
            return False
        live.changed = True
        with self.blaming(live):
            if live.damage is not None:
                raise StepError(live.loaded.process_id, live.damage, kind=DAMAGED)
            move()
        live.moved = True
        return True

    @contextmanager
    def blaming(self, live: Live) -> Iterator[None]:
        """An error in here is this instance's, unless it is known to be another's."""
        try:
            yield
        except StepError as error:
            error.instance_id = error.instance_id or self._kept(live)
            raise

    def _follow(self, live: Live) -> None:
        """See to all that has become of an instance's tokens."""
        effects = live.process.effects
        for element, times in effects.passed.items():
            live.passed[element] = live.passed.get(element, 0) + times
        thrown, effects.thrown = effects.thrown, []
        effects.passed.clear()
        effects.trace.clear()
        with self.blaming(live):
            for event in thrown:
                self._thrown(live, event)
            self._sync(live)
            if live.process.ended is not None:
                children.ended(self, live)

    def _kept(self, live: Live) -> str:
        """The nearest instance, upwards, that a rollback leaves in the database; the case's own
        for one that a message has started."""
        while live.new and live.parent_id is not None:
            live = self.live(live.parent_id)
        return live.case_id if live.new else live.id

    # ------------------------------------------------------------ what follows

    def _thrown(self, live: Live, event: Thrown) -> None:
        if event.kind == "message":
            self.later(lambda: self._forward(live.case_id, event.name or ""))
        elif event.kind == "signal":
            self.later(lambda: signals.broadcast(self, event.name or "", live.id))
        elif event.kind == "escalation":
            children.throw_into_parent(self, live, "escalation", event.name)

    def _forward(self, case_id: str, name: str) -> None:
        self.message(case_id, name, {})

    def _sync(self, live: Live) -> None:
        """Make the rows of an instance agree with what its tokens wait for."""
        waits = list(live.loaded.executor.waits(live.process)) if live.state in RUNNING else []
        known, live.waited = live.waited, frozenset((w.kind, w.token, w.name) for w in waits)
        # What waits as it did has its rows.
        changed = ROWS if known is None else {kind for kind, *_ in known ^ live.waited}
        if not changed.isdisjoint(("call", "undo")):
            children.sync(self, live, [w for w in waits if w.kind in ("call", "undo")])
        if "user" in changed:
            tokens = None if known is None else {t for kind, t, _ in known if kind == "user"}
            rows.sync_tasks(self, live, [w for w in waits if w.kind == "user"], tokens)
        if "timer" in changed:
            timers.sync(self, live, [w for w in waits if w.kind == "timer"])
        if not changed.isdisjoint(("message", "signal")):
            events = [w for w in waits if w.kind in ("message", "signal")]
            for name in rows.sync_subscriptions(self, live, events):
                self.later(partial(self._stored, live.case_id, name))

    def _stored(self, case_id: str, name: str) -> None:
        """Give a message that came too early to whoever waits for it now."""
        message = rows.take_message(self.connection, case_id, name)
        if message is not None:
            payload = {k: feel.from_json(v) for k, v in message.items()}
            self.message(case_id, name, payload)
