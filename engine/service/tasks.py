"""``engine.tasks``: the inbox, one user task, and what people do with it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from engine import feel
from engine.access import actions
from engine.errors import (
    NotAuthenticated,
    Problem,
    ProcessFailed,
    ServiceplanError,
    StepError,
)
from engine.queries import task_detail
from engine.queries import tasks as queries
from engine.queries.task_detail import TaskPlace, TaskRequirements
from engine.service.sessions import Sessions
from engine.service.task_files import TaskFiles
from engine.service.transactions import Transactions
from engine.store.tables import PersonTable
from engine.unit_of_work import UnitOfWork
from engine.views import (
    Actor,
    Count,
    DueReason,
    Exact,
    FollowUp,
    Page,
    Receipt,
    TaskDetail,
    TaskForm,
    TaskRow,
)
from engine.views.filters import ANY
from engine.work import (
    assignments,
    due_reasons,
    follow_up,
    incidents,
    planning,
    take_over,
    tasks,
)
from engine.work.loaded_task import access_object, load_task, task_form


class Tasks(TaskFiles):
    """The user tasks of all cases."""

    def __init__(self, transactions: Transactions, sessions: Sessions) -> None:
        super().__init__(transactions)
        self._sessions = sessions

    # ------------------------------------------------------------ look at

    def search(
        self,
        actor: Actor,
        *,
        show: str = "mine",
        due: str | None = None,
        phase: str | None = None,
        role: str | None = None,
        q: str = "",
        exact: Exact = ANY,
        cursor: str | None = None,
        limit: int = 25,
    ) -> Page[TaskRow]:
        """Open user tasks by due date.

        :param show: ``mine`` (assigned to the actor, or offered to one of the actor's roles),
            ``role`` (of the actor's roles, with any assignee) or ``all`` (of every case that the
            actor may see)
        :param due: ``late``, ``today``, ``coming`` (tasks without a date too) or None for all
        :param q: words that stand in the task's name or begin a word of its case
        :param exact: what must be equal: the case, the process, the element, the assignee …
        :param limit: the most tasks of this page, 1 to 200
        :raises Invalid: for an unknown ``show`` or ``due``, a cursor of another list, and any other
            ``limit``
        """
        with self._looking_up(q, exact) as connection:
            return queries.search(
                connection,
                actor,
                show=show,
                due=due,
                phase=phase,
                role=role,
                q=q,
                exact=exact,
                cursor=cursor,
                limit=limit,
                today=self._transactions.today(),
            )

    def counts(
        self,
        actor: Actor,
        *,
        show: str = "mine",
        phase: str | None = None,
        role: str | None = None,
        q: str = "",
    ) -> Mapping[str, Count]:
        """How many tasks ``search`` lists with the same filters, by ``late``, ``today`` and
        ``coming``. Where counting all would take too long, only the first tasks are counted; such a
        ``Count`` has ``more``."""
        with self._looking_up(q) as connection:
            return queries.counts(
                connection,
                actor,
                show=show,
                phase=phase,
                role=role,
                q=q,
                today=self._transactions.today(),
            )

    def _looking_up(self, q: str, exact: Exact = ANY) -> AbstractContextManager[Connection]:
        """A connection for a list: names that become ids need a transaction around all of it."""
        database = self._transactions.database
        return database.glancing() if not q and exact == ANY else database.reading()

    def get(self, actor: Actor, task_id: str, *, explained: bool = False) -> TaskDetail:
        """One user task with everything that its page needs. An open task without a draft is filled
        with the case's variables that have the same names as its fields.

        :param explained: with the reason for its date, as ``explain_due`` gives it
        :raises NotFound: when there is none, or the actor may not see it
        """
        known: dict[str, Any] = {}

        with self._transactions.looking(actor) as work:
            task = load_task(work, task_id)

            def ask(place: TaskPlace) -> TaskRequirements:
                if task.row.state == "open" and task.row.draft_at is None:
                    seen = task.variables
                    known.update({f.id: seen[f.id] for f in task.meta.form if f.id in seen})
                asked = task.asks(place.variables.without_nulls())
                return replace(asked, named=task.named())

            thing = access_object(work, task)
            detail = task_detail.get(work.connection, actor, thing, ask)
            why = due_reasons.of_task(work, task) if explained and task.row.due else None
        filled = {k: feel.plain(v) for k, v in known.items() if v is not None}
        return replace(detail, values={**filled, **detail.values}, due_reason=why)

    def form(self, actor: Actor, task_id: str) -> TaskForm:
        """What a user task takes: the short half of ``get``, for reading what was sent.

        :raises NotFound: when there is none, or the actor may not see it
        """
        with self._transactions.looking(actor) as work:
            return task_form(work, task_id)

    def explain_due(self, actor: Actor, id: str) -> DueReason:
        """Why a task, or a row of a case's plan, has its date.

        :param id: of the task or of the row
        :raises NotFound: when there is neither, or the actor may not see it
        """
        with self._transactions.looking(actor) as work:
            return due_reasons.explain(work, id)

    def follow_up(self, actor: Actor, task_id: str) -> FollowUp:
        """What a completed task has led to: the tasks that have opened since, else what is left to
        do in its case and what that waits for.

        :raises NotFound: when there is none, or the actor may not see it
        """
        with self._transactions.looking(actor) as work:
            return follow_up.of_task(work, task_id)

    # ------------------------------------------------------------ who does it

    # Each takes the ``revision`` of the task that the actor has seen (None: any), raises Conflict
    # ``stale_revision`` when the task has another one by then, and returns the new revision. What
    # a form shows may come from variables too: ``instance_revision`` is about these.

    def claim(
        self, actor: Actor, task_id: str, *, revision: int | None = None, key: str
    ) -> Receipt:
        """Take a task that is offered to one of the actor's roles.

        :raises Conflict: when it is no longer open, or no longer at ``revision``
        :raises NotAllowed: when it is somebody else's
        """
        return self._transactions.write(
            actor,
            "claim",
            key,
            {"task": task_id},
            lambda work: assignments.claim(work, task_id, revision),
        )

    def release(
        self, actor: Actor, task_id: str, *, revision: int | None = None, key: str
    ) -> Receipt:
        """Give a task back to its role. Its draft stays with it."""
        return self._transactions.write(
            actor,
            "release",
            key,
            {"task": task_id},
            lambda work: assignments.release(work, task_id, revision),
        )

    def reassign(
        self, actor: Actor, task_id: str, username: str, *, revision: int | None = None, key: str
    ) -> Receipt:
        """Assign a task to a person who holds its role.

        :raises Invalid: when there is no such person, or the person does not hold the role
        """
        return self._transactions.write(
            actor,
            "reassign",
            key,
            {"task": task_id, "to": username},
            lambda work: assignments.reassign(work, task_id, username, revision),
        )

    def take_over(
        self, actor: Actor, task_id: str, reason: str, *, revision: int | None = None, key: str
    ) -> Receipt:
        """Take a task over from a colleague who has it; the colleague is told, with the reason.
        Its draft stays with it.

        :raises Invalid: without a reason
        :raises NotAllowed: for who does not hold its role, and when the diagram gives it to the
            very person who has it
        """
        return self._transactions.write(
            actor,
            "take_over",
            key,
            {"task": task_id, "reason": reason},
            lambda work: take_over.take_over(work, task_id, reason, revision),
        )

    # ------------------------------------------------------------ write

    def save_draft(
        self,
        actor: Actor,
        task_id: str,
        *,
        answers: Mapping[str, Any],
        ticks: Mapping[str, bool | str],
        note: str = "",
        revision: int | None = None,
        instance_revision: int | None = None,
        plan_seen: planning.Seen | None = None,
        key: str,
    ) -> Receipt:
        """Store the answers, ticks and note so far; they need not be complete or valid.

        :param ticks: by the point's id: True, False, or the reason why it does not apply
        :param plan_seen: as for ``complete``; what the draft changes of it is kept beside it
        :raises Invalid: only for fields and points that do not exist
        """
        self._transactions.check_size(answers)
        given = {"task": task_id, "answers": dict(answers), "ticks": dict(ticks), "note": note}
        return self._transactions.write(
            actor,
            "save_draft",
            key,
            given,
            lambda work: tasks.save_draft(
                work,
                task_id,
                answers,
                ticks,
                note,
                revision,
                instance_revision=instance_revision,
                plan_seen=plan_seen,
            ),
        )

    def complete(
        self,
        actor: Actor,
        task_id: str,
        *,
        answers: Mapping[str, Any],
        ticks: Mapping[str, bool | str],
        note: str = "",
        password: str | None = None,
        revision: int | None = None,
        instance_revision: int | None = None,
        plan_seen: planning.Seen | None = None,
        key: str,
    ) -> Receipt:
        """Complete a user task, signed with the actor's password.

        The signature binds who, when, the meaning, and the SHA-256 of what was signed: task,
        answers, ticks, note, files and the diagram's version. State, signature and history are
        one transaction.

        :param plan_seen: of a form with a plan: each of its rows, by id, as the actor has seen it
        :raises NotAuthenticated: ``wrong_password`` or ``too_many_attempts``, with the
            ``problems`` of the rest
        :raises Invalid: with everything that is missing or wrong
        :raises Conflict: ``already_completed``, with ``by`` and ``at`` of the completion; or
            ``stale_revision`` when the task is no longer at ``revision``; or ``stale_plan``
        :raises ProcessFailed: when the process cannot go on; the task stays open, and what was
            sent is its draft, at the ``revision`` of the params
        """
        self._transactions.check_size(answers)
        content = {"answers": dict(answers), "ticks": dict(ticks), "note": note}
        how = {
            "evidence": self._evidence(actor, password, task_id, content),
            "revision": revision,
            "instance_revision": instance_revision,
            "plan_seen": plan_seen,
        }
        return self._complete(actor, task_id, key, content, how)

    def _complete(
        self,
        actor: Actor,
        task_id: str,
        key: str,
        content: Mapping[str, Any],
        how: Mapping[str, Any],
    ) -> Receipt:
        """``content`` and ``how`` are keywords of ``engine.work.tasks.complete``."""
        kept: dict[str, Any] = {}

        def do(work: UnitOfWork) -> dict[str, Any]:
            return tasks.complete(work, task_id, **content, **how)

        def failed(work: UnitOfWork, error: StepError) -> None:
            work.hold_of_task(task_id)
            kept.update(tasks.keep_failed(work, task_id, **content, revision=how["revision"]))
            if error.instance_id is not None:
                operation = {"op": "complete", "task": task_id}
                incidents.record(work, error.instance_id, operation, error)

        given = {"task": task_id, **content}
        try:
            return self._transactions.write(
                actor, "complete_task", key, given, do, on_failure=failed, reads_first=True
            )
        except ProcessFailed as error:
            error.error_code = "completion_failed"
            error.params |= kept
            raise

    def _evidence(
        self, actor: Actor, password: str | None, task_id: str, content: Mapping[str, Any]
    ) -> str | None:
        """The evidence that the actor gives; with a wrong password, what else is wrong too."""
        try:
            return self._checked_password(actor, password)
        except NotAuthenticated as error:
            with suppress(ServiceplanError):
                error.problems = self.problems(actor, task_id, **content)
            raise

    def problems(
        self,
        actor: Actor,
        task_id: str,
        *,
        answers: Mapping[str, Any],
        ticks: Mapping[str, bool | str],
        note: str = "",
    ) -> tuple[Problem, ...]:
        """What would keep a task from being completed, apart from the signer's password.

        :raises NotFound: when there is no such task, or the actor may not see it
        """
        with self._transactions.looking(actor) as work:
            return tasks.problems(work, task_id, answers, ticks, note)

    def _checked_password(self, actor: Actor, password: str | None) -> str | None:
        """The evidence that the actor has given: ``password`` when it is right; None without one,
        and for the engine itself, which has no password."""
        if password is None or actions.SYSTEM_RIGHT in actor.rights:
            return None
        with self._transactions.reading() as connection:
            named = select(PersonTable.username).where(PersonTable.id == actor.id)
            username = connection.scalar(named)
        self._sessions.check_password(username or "", password, signed_in=True)
        return "password"
