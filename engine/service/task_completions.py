"""Completing and signing user tasks.

Where a signer proves who they are: a password is checked here, before the transaction; every other
method is a ``prove`` (``engine.work.signing.Prove``), which is called in the transaction with what
is about to be signed (``Signable``), checks its proof and its nonce, and returns the ``Evidence``
that is signed with it. A challenge for it is made from ``signable``.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

from sqlalchemy import select

from engine.access import actions
from engine.errors import (
    Conflict,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Problem,
    ProcessFailed,
    ServiceplanError,
    StepError,
)
from engine.records import signatures
from engine.service.sessions import Sessions
from engine.service.task_files import TaskFiles
from engine.service.transactions import Transactions
from engine.store.tables import PersonTable
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, Evidence, Receipt, Signable
from engine.work import completion, incidents, planning, refusals, signing, tasks, withdrawals

log = logging.getLogger(__name__)

REFUSED: Final = frozenset(
    {"wrong_password", "not_authenticated", "too_many_attempts", "shown_changed", "four_eyes",
     "not_yours", "not_allowed"}
)  # fmt: skip
"""Codes of refused signatures that are noted: not those of who was only slower than another."""


class TaskCompletions(TaskFiles):
    """What ``engine.tasks`` does to complete and sign."""

    def __init__(self, transactions: Transactions, sessions: Sessions) -> None:
        super().__init__(transactions)
        self._sessions = sessions

    def complete(  # noqa: PLR0913 - what is completed, and what its signer has seen
        self,
        actor: Actor,
        task_id: str,
        *,
        answers: Mapping[str, Any],
        ticks: Mapping[str, bool | str],
        note: str = "",
        password: str | None = None,
        prove: signing.Prove | None = None,
        shown_sha256: str | None = None,
        own_files: Collection[str] = (),
        revision: int | None = None,
        instance_revision: int | None = None,
        plan_seen: planning.Seen | None = None,
        key: str,
    ) -> Receipt:
        """Complete a user task, signed with the actor's password, or as ``prove`` says.

        The signature binds who, when, the meaning, and the SHA-256 of what was signed: what the
        page showed (task, points, fields, drafts, files, the diagram's version) and what was typed
        (answers, ticks, note, files). State, signature and history are one transaction.

        :param prove: checks in the transaction that the actor means this very content: for methods
            other than a password (``engine.work.signing``)
        :param shown_sha256: that of the ``TaskDetail`` which the signer has seen; None for a
            program that shows no page: the signature then says that nothing was compared
        :param own_files: ids of files that the signer has attached since: sent, not shown
        :param plan_seen: of a form with a plan: each of its rows, by id, as the actor has seen it
        :raises NotAuthenticated: ``wrong_password`` or ``too_many_attempts``, with the
            ``problems`` of the rest
        :raises Invalid: with everything that is missing or wrong
        :raises Conflict: ``already_completed``, with ``by`` and ``at`` of the completion; or
            ``stale_revision`` when the task is no longer at ``revision``; or ``stale_plan``;
            or ``shown_changed`` when it is not what ``shown_sha256`` stands for
        :raises ProcessFailed: when the process cannot go on; the task stays open, and what was
            sent is its draft, at the ``revision`` of the params
        """
        self._transactions.check_size(answers)
        content = {"answers": dict(answers), "ticks": dict(ticks), "note": note}
        with self._refusals_noted(actor, task_id, signs=password is not None or prove is not None):
            how = {
                "evidence": self._evidence(actor, password, prove, task_id, content),
                "seen": None if shown_sha256 is None else signing.Seen(shown_sha256, own_files),
                "revision": revision,
                "instance_revision": instance_revision,
                "plan_seen": plan_seen,
            }
            return self._complete(actor, task_id, key, content, how)

    @contextmanager
    def _refusals_noted(self, actor: Actor, task_id: str, *, signs: bool) -> Iterator[None]:
        try:
            yield
        except (NotAllowed, Conflict) as error:
            if signs and error.error_code in REFUSED:
                self._note_refusal(actor, task_id, error)
            raise

    def _note_refusal(self, actor: Actor, task_id: str, error: ServiceplanError) -> None:
        """Note a refused attempt to sign, in a transaction of its own that may fail."""
        try:
            self._transactions.run(actor, lambda work: refusals.note(work, task_id, error))
        except NotFound:
            return
        except Exception:  # the answer is about the attempt, whatever becomes of the note
            log.exception("a refused signature of task %s", task_id)

    def _complete(
        self,
        actor: Actor,
        task_id: str,
        key: str,
        content: Mapping[str, Any],
        how: Mapping[str, Any],
    ) -> Receipt:
        """``content`` and ``how`` are keywords of ``engine.work.completion.complete``."""
        kept: dict[str, Any] = {}

        def do(work: UnitOfWork) -> dict[str, Any]:
            return completion.complete(work, task_id, **content, **how)

        def failed(work: UnitOfWork, error: StepError) -> None:
            work.hold_of_task(task_id)
            kept.update(tasks.keep_failed(work, task_id, **content, revision=how["revision"]))
            if error.instance_id is not None:
                operation = {"op": "complete", "task": task_id}
                incidents.record(work, error.instance_id, operation, error)

        seen: signing.Seen | None = how["seen"]
        given = {"task": task_id, **content, **({"shown": seen.sha256} if seen else {})}
        try:
            return self._transactions.write(
                actor, "complete_task", key, given, do, on_failure=failed, reads_first=True
            )
        except ProcessFailed as error:
            error.error_code = "completion_failed"
            error.params |= kept
            raise

    def _evidence(
        self,
        actor: Actor,
        password: str | None,
        prove: signing.Prove | None,
        task_id: str,
        content: Mapping[str, Any],
    ) -> Evidence | signing.Prove | None:
        """The evidence that the actor gives, or what takes it in the transaction. None without any,
        and for the engine itself, which signs nothing. With a wrong password, the error says what
        else is wrong too."""
        if actions.SYSTEM_RIGHT in actor.rights:
            return None
        if password is None:
            return prove
        if "password" not in self._transactions.config.signatures.methods:
            raise NotAuthenticated("A password signs nothing here.", code="method_not_allowed")
        try:
            self._check_password(actor, password)
        except NotAuthenticated as error:
            with suppress(ServiceplanError):
                error.problems = self.problems(actor, task_id, **content)
            raise
        return signatures.PASSWORD

    def withdraw_signature(self, actor: Actor, task_id: str, reason: str, *, key: str) -> Receipt:
        """Withdraw the signature of a task, for the signer and for managers. It stays, struck
        through, and what was done with it stays done.

        :raises NotFound: when there is no such task, or it is not signed
        :raises Conflict: ``already_withdrawn``
        :raises Invalid: without a reason
        """
        return self._transactions.write(
            actor,
            "withdraw_signature",
            key,
            {"task": task_id, "reason": reason},
            lambda work: withdrawals.withdraw(work, task_id, reason),
        )

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
            return completion.problems(work, task_id, answers, ticks, note)

    def signable(
        self,
        actor: Actor,
        task_id: str,
        *,
        answers: Mapping[str, Any],
        ticks: Mapping[str, bool | str],
        note: str = "",
        shown_sha256: str | None = None,
        own_files: Collection[str] = (),
        revision: int | None = None,
    ) -> Signable:
        """What ``complete`` would sign with the same arguments now, for a challenge about it.
        Nothing is changed.

        :raises Conflict: ``shown_changed``, ``stale_revision`` and so on, as ``complete``
        :raises Invalid: with everything that is missing or wrong, apart from the evidence
        """
        seen = None if shown_sha256 is None else signing.Seen(shown_sha256, own_files)
        with self._transactions.looking(actor) as work:
            return completion.signable(
                work, task_id, answers, ticks, note, seen=seen, revision=revision
            )

    def _check_password(self, actor: Actor, password: str) -> None:
        """:raises NotAuthenticated: when the password is not the actor's, or after too many"""
        with self._transactions.reading() as connection:
            named = select(PersonTable.username).where(PersonTable.id == actor.id)
            username = connection.scalar(named)
        self._sessions.check_password(username or "", password, signed_in=True)
