"""``engine.tasks``: the inbox, one user task, and what people do with it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from engine import feel
from engine.queries import task_detail
from engine.queries import tasks as queries
from engine.queries.task_detail import TaskPlace, TaskRequirements
from engine.service.task_batches import TaskBatches
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
    counter,
    due_reasons,
    follow_up,
    four_eyes,
    planning,
    shown,
    take_over,
    tasks,
)
from engine.work.loaded_task import LoadedTask, access_object, load_task, task_form


class Tasks(TaskBatches):
    """The user tasks of all cases."""

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
        with self._transactions.looking(actor) as work:
            return _detail(work, load_task(work, task_id), explained=explained)

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


def _detail(work: UnitOfWork, task: LoadedTask, *, explained: bool = False) -> TaskDetail:
    """One user task as its page shows it, with the signed task that it counter-signs."""
    known: dict[str, Any] = {}
    is_open = task.row.state == "open"

    def ask(place: TaskPlace) -> TaskRequirements:
        if is_open and task.row.draft_at is None:
            seen = task.variables
            known.update({f.id: seen[f.id] for f in task.meta.form if f.id in seen})
        asked = task.asks(place.variables.without_nulls())
        barred = four_eyes.barred(work.connection, task) if is_open else {}
        return replace(asked, named=task.named(), barred=barred)

    detail = task_detail.get(work.connection, work.actor, access_object(work, task), ask)
    first = task.row.counter_of
    counters = counter.signed(work.connection, task) if is_open else None
    digest = shown.of_page(task, detail.attachments, detail.plan, counters)
    filled = {k: feel.plain(v) for k, v in known.items() if v is not None}
    return replace(
        detail,
        values={**filled, **detail.values},
        due_reason=due_reasons.of_task(work, task) if explained and task.row.due else None,
        shown_sha256=digest if is_open else "",
        countersigns=_detail(work, load_task(work, first)) if first else None,
        counter_of=first,
    )
