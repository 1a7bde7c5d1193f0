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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine import feel
from engine.errors import Conflict
from engine.ids import new_id
from engine.records import history
from engine.runtime import rows
from engine.runtime.definitions import Loaded
from engine.runtime.executor import StepError, Wait
from engine.runtime.spiff.workflow import Process, Thrown
from engine.runtime.work import Work
from engine.store.models import Instance, Message, Subscription, Timer
from engine.views import SYSTEM, Actor

RUNNING = ("running", "incident")


@dataclass(slots=True)
class Live:
    """An instance in memory, for the length of one transaction."""

    id: str
    case_id: str
    parent_id: str | None
    parent_token: str | None
    depth: int
    loaded: Loaded
    process: Process
    state: str
    revision: int
    passed: dict[str, int]
    new: bool = False
    changed: bool = False


class Advance:
    """The work of one transaction."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.connection = work.connection
        self.library = work.library
        self.calendar = work.calendar
        self.config = work.config
        self.now = work.now
        self.actor = work.actor
        self._live: dict[str, Live] = {}
        self._work: deque[Callable[[], None]] = deque()

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
        values = dict(variables)
        for variable in loaded.meta.variables:
            if values.get(variable.name) is None:
                values[variable.name] = loaded.executor.evaluate(variable.default, values)
        live = Live(
            id=instance_id or new_id(),
            case_id=case_id,
            parent_id=parent[0].id if parent else None,
            parent_token=parent[1].token if parent else None,
            depth=parent[0].depth + 1 if parent else 0,
            loaded=loaded,
            process=loaded.executor.new(values),
            state="running",
            revision=0,
            passed={},
            new=True,
            changed=True,
        )
        self._live[live.id] = live
        self.connection.execute(
            insert(Instance).values(
                id=live.id,
                case_id=case_id,
                parent_id=live.parent_id,
                parent_token=live.parent_token,
                parent_element=parent[1].element_id if parent else None,
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

    def start(self, live: Live, at: str | None = None) -> None:
        self._later(lambda: self._step(live, lambda: live.loaded.executor.start(live.process, at)))

    def complete(self, instance_id: str, token: str, values: Mapping[str, Any]) -> None:
        """A person has done the user task of ``token``."""
        live = self.live(instance_id)
        self._later(
            lambda: self._step(
                live, lambda: live.loaded.executor.complete(live.process, token, values)
            )
        )

    def wake(
        self,
        instance_id: str,
        token: str,
        values: Mapping[str, Any] | None = None,
        cycle: Mapping[str, Any] | None = None,
    ) -> None:
        """What the token waited for has come."""
        live = self.live(instance_id)

        def step() -> None:
            if live.process.token(token) is not None:
                live.loaded.executor.wake(live.process, token, values, cycle=cycle)

        self._later(lambda: self._step(live, step))

    def message(self, case_id: str, name: str, payload: Mapping[str, Any]) -> int:
        """Give a message to the one that has waited longest in the case, else start the process
        that it starts, else keep it. Returns how many took it (0 or 1)."""
        found = self.connection.execute(
            select(Subscription)
            .where(
                Subscription.kind == "message",
                Subscription.name == name,
                Subscription.case_id == case_id,
            )
            .order_by(Subscription.opened_at, Subscription.id)
            .limit(1)
        ).first()
        if found is not None:
            live = self.live(found.instance_id)
            self.note(live, "message.received", found.element_id, {"message": name})
            rows.drop_subscription(self.connection, found.id)
            self.wake(live.id, found.token, payload)
            return 1
        started = self.library.started_by(self.connection, "message", name)
        if started is not None:
            live = self.create(case_id, started[0], payload)
            self.note(live, "message.received", started[1], {"message": name})
            self.start(live, started[1])
            return 1
        self.connection.execute(
            insert(Message).values(
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
        :raises Conflict: when another transaction was first
        """
        while self._work:
            self._work.popleft()()
        for live in sorted(self._live.values(), key=lambda item: (item.depth, item.id)):
            if live.changed:
                self._write(live)

    # ------------------------------------------------------------ instances

    def live(self, instance_id: str) -> Live:
        """The instance, read once."""
        if instance_id not in self._live:
            row = self.connection.execute(select(Instance).where(Instance.id == instance_id)).one()
            loaded = self.library.get(self.connection, row.definition_id)
            variables = {k: feel.from_json(v) for k, v in row.variables.items()}
            if row.state in RUNNING and row.state_blob:
                process = loaded.executor.load(row.state_blob, variables)
            else:
                process = loaded.executor.new(variables)
            process.written = set(row.written)
            self._live[instance_id] = Live(
                id=row.id,
                case_id=row.case_id,
                parent_id=row.parent_id,
                parent_token=row.parent_token,
                depth=row.depth,
                loaded=loaded,
                process=process,
                state=row.state,
                revision=row.revision,
                passed=dict(row.passed),
            )
        return self._live[instance_id]

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

    def _later(self, work: Callable[[], None]) -> None:
        self._work.append(work)

    def _step(self, live: Live, move: Callable[[], None]) -> None:
        """Move the tokens of one instance, and see to what follows."""
        if live.state not in RUNNING:
            return
        live.changed = True
        try:
            move()
        except StepError as error:
            error.instance_id = error.instance_id or self._kept(live)
            raise
        effects = live.process.effects
        for element, times in effects.passed.items():
            live.passed[element] = live.passed.get(element, 0) + times
        thrown, effects.thrown = effects.thrown, []
        effects.passed.clear()
        effects.trace.clear()
        for event in thrown:
            self._thrown(live, event)
        self._sync(live)
        if live.process.ended is not None:
            self._ended(live)
        else:
            stuck = live.loaded.executor.stuck(live.process)
            if stuck is not None:
                error = StepError(stuck, _stuck_text(live, stuck), kind="stuck")
                error.instance_id = self._kept(live)
                raise error

    def _kept(self, live: Live) -> str:
        """The nearest instance, upwards, that a rollback leaves in the database."""
        while live.new and live.parent_id is not None:
            live = self.live(live.parent_id)
        return live.id

    def _write(self, live: Live) -> None:
        variables = {k: feel.to_json(v) for k, v in live.process.variables.items()}
        rows.check_size(live.loaded, variables, self.config.limits.variable_bytes)
        ended = live.state not in RUNNING
        done = self.connection.execute(
            update(Instance)
            .where(Instance.id == live.id, Instance.revision == live.revision)
            .values(
                state=live.state,
                revision=live.revision + 1,
                state_blob=b"" if ended else live.loaded.executor.dump(live.process),
                variables=variables,
                written=sorted(live.process.written),
                passed=live.passed,
                ended_at=self.now if ended else None,
            )
        )
        if done.rowcount != 1:
            raise Conflict("Somebody else moved this process at the same moment.", code="stale")
        live.revision += 1
        live.changed = False

    # ------------------------------------------------------------ what follows

    def _thrown(self, live: Live, event: Thrown) -> None:
        if event.kind == "message":
            name = event.name or ""
            self._later(lambda: self._forward(live.case_id, name))
        elif event.kind == "signal":
            self._later(lambda: self._broadcast(event.name or "", live.id))
        elif event.kind == "escalation" and live.parent_id is not None:
            self._throw_into_parent(live, "escalation", event.name)

    def _forward(self, case_id: str, name: str) -> None:
        self.message(case_id, name, {})

    def _broadcast(self, name: str, sender: str) -> None:
        """A signal reaches all that wait for it, whatever their case (BPMN 2.0.2, 10.5.5)."""
        for row in self.connection.execute(
            select(Subscription)
            .where(Subscription.kind == "signal", Subscription.name == name)
            .order_by(Subscription.opened_at, Subscription.id)
        ).all():
            if row.instance_id != sender:
                self.note(self.live(row.instance_id), "signal.received", row.element_id)
                self.wake(row.instance_id, row.token)

    def _throw_into_parent(self, live: Live, kind: str, code: str | None) -> None:
        if live.parent_id is None or live.parent_token is None:
            return
        parent, token = self.live(live.parent_id), live.parent_token

        def throw() -> None:
            if parent.process.token(token) is None:
                return
            executor = parent.loaded.executor
            caught = executor.throw_into(parent.process, token, kind, code)
            if not caught and kind == "error":
                parent.process.effects.error = Thrown(kind, code, live.parent_token or "")
                parent.process.finish("terminated")
            elif not caught:
                self._throw_into_parent(parent, kind, code)

        self._later(lambda: self._step(parent, throw))

    def _ended(self, live: Live) -> None:
        error = live.process.effects.error
        live.state = "completed" if live.process.ended == "completed" else "terminated"
        detail = {"error": error.name or ""} if error is not None else {}
        self.note(live, f"instance.{live.state}", error.element_id if error else None, detail)
        if live.parent_id is None:
            if live.id == live.case_id:
                rows.end_case(self.connection, live.case_id, live.state, self.now)
        elif error is not None:
            self._throw_into_parent(live, "error", error.name)
        else:
            self.wake(live.parent_id, live.parent_token or "", self._results(live))

    def _results(self, live: Live) -> dict[str, Any]:
        """What a child gives back: by ``sp:out``, else the variables that it has set."""
        parent = self.live(live.parent_id or "")
        call = next(
            (c for c in parent.loaded.meta.calls.values() if self._calls(parent, c.id, live)), None
        )
        if call is not None and call.outputs:
            evaluate = live.loaded.executor.evaluate
            return {m.target: evaluate(m.source, live.process.variables) for m in call.outputs}
        variables = live.process.variables
        return {name: variables[name] for name in live.process.written if name in variables}

    @staticmethod
    def _calls(parent: Live, element_id: str, child: Live) -> bool:
        token = parent.process.token(child.parent_token or "")
        return token is not None and token.task_spec.bpmn_id == element_id

    def _sync(self, live: Live) -> None:
        """Make the rows of an instance agree with what its tokens wait for."""
        waits = list(live.loaded.executor.waits(live.process)) if live.state in RUNNING else []
        self._sync_children(live, [w for w in waits if w.kind == "call"])
        rows.sync_tasks(self, live, [w for w in waits if w.kind == "user"])
        self._sync_timers(live, [w for w in waits if w.kind == "timer"])
        for name in rows.sync_subscriptions(
            self, live, [w for w in waits if w.kind in ("message", "signal")]
        ):
            self._later(lambda name=name: self._stored(live.case_id, name))  # type: ignore[misc]

    def _sync_children(self, live: Live, waits: list[Wait]) -> None:
        known = {
            row.parent_token: row.id
            for row in self.connection.execute(
                select(Instance.id, Instance.parent_token).where(
                    Instance.parent_id == live.id, Instance.state.in_(RUNNING)
                )
            )
        }
        wanted = {w.token for w in waits}
        for token, child_id in known.items():
            if token not in wanted and self.live(child_id).process.ended is None:
                self.cancel(self.live(child_id), "interrupted")
        fresh = [w for w in waits if w.token not in known]
        if len(known) + len(fresh) > self.config.limits.children:
            raise StepError(fresh[-1].element_id, "too many called processes at once", kind="budget")
        for wait in fresh:
            self._call(live, wait)

    def _call(self, live: Live, wait: Wait) -> None:
        if live.depth + 1 > self.config.limits.nesting:
            raise StepError(
                wait.element_id,
                f"{wait.element_id}: processes call each other more than "
                f"{self.config.limits.nesting} deep",
                kind="budget",
            )
        call = live.loaded.meta.calls[wait.element_id]
        loaded = self.library.called(self.connection, live.loaded, call)
        context = {**live.process.variables, **wait.local}
        if call.inputs:
            evaluate = live.loaded.executor.evaluate
            context = {m.target: evaluate(m.source, context) for m in call.inputs}
        child = self.create(live.case_id, loaded, context, parent=(live, wait))
        self.note(
            live,
            "child.started",
            wait.element_id,
            {"process": loaded.name, "version": loaded.version, "instance": child.id},
        )
        self.start(child)

    def _sync_timers(self, live: Live, waits: list[Wait]) -> None:
        known = {
            row.token: row.id
            for row in self.connection.execute(
                select(Timer.id, Timer.token).where(Timer.instance_id == live.id)
            )
        }
        wanted = {w.token for w in waits}
        rows.drop_timers(self.connection, [i for token, i in known.items() if token not in wanted])
        for wait in waits:
            if wait.token not in known:
                due, rule = self._arm(live, wait)
                self.connection.execute(
                    insert(Timer).values(
                        id=new_id(),
                        case_id=live.case_id,
                        instance_id=live.id,
                        token=wait.token,
                        element_id=wait.element_id,
                        rule=rule,
                        due_at=due,
                    )
                )

    def _arm(self, live: Live, wait: Wait) -> tuple[datetime, dict[str, Any]]:
        going_on = wait.marks.get("cycle")
        if going_on:
            return datetime.fromisoformat(going_on["due"]), going_on["rule"]
        if wait.timer is None:
            raise StepError(wait.element_id, f"the timer {wait.element_id} says no time")
        kind, text = wait.timer
        value: Any = text
        try:
            if text.startswith("="):
                context = {**live.process.variables, **wait.local}
                value = live.loaded.executor.evaluate(text, context)
            firing = self.calendar.arm(kind, value, self.now)  # type: ignore[arg-type]
        except Exception as error:
            message = f"the timer {wait.element_id} ({text}): {error}"
            raise StepError(wait.element_id, message, kind="timer") from error
        return firing.due, dict(firing.rule)

    def _stored(self, case_id: str, name: str) -> None:
        """Give a message that came too early to whoever waits for it now."""
        message = rows.take_message(self.connection, case_id, name)
        if message is not None:
            payload = {k: feel.from_json(v) for k, v in message.items()}
            self.message(case_id, name, payload)


def fire(advance: Advance, timer: Any) -> None:
    """A timer's time has come. ``timer`` is its row."""
    live = advance.live(timer.instance_id)
    rest = advance.calendar.after_firing(timer.rule, timer.due_at, advance.now)
    cycle = None
    if rest is not None and timer.rule.get("kind") == "cycle":
        cycle = {"due": rest.due.isoformat(), "rule": dict(rest.rule)}
    rows.drop_timers(advance.connection, [timer.id])
    detail = {"due": timer.due_at.isoformat()}
    advance.note(live, "timer.fired", timer.element_id, detail, actor=SYSTEM)
    advance.wake(live.id, timer.token, cycle=cycle)


def _stuck_text(live: Live, element: str) -> str:
    return (
        f"nothing can go on any more: {live.loaded.element_name(element)} ({element}) waits for a "
        "path that will never arrive"
    )


def case_instances(connection: Connection, case_id: str) -> list[str]:
    """The instances of a case that nothing called, the case's own first."""
    return list(
        connection.scalars(
            select(Instance.id)
            .where(Instance.case_id == case_id, Instance.parent_id.is_(None))
            .order_by((Instance.id != case_id), Instance.started_at)
        )
    )
