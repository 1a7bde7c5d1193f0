"""Signing several tasks with one re-authentication: each is a signature of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.errors import Invalid, Problem, ServiceplanError, StepError
from engine.records import signatures
from engine.service.task_completions import TaskCompletions
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, Receipt
from engine.work import completion, incidents, signing

MOST: Final = 20
"""The most tasks that are signed at once: as many as somebody reads on one page."""


@dataclass(frozen=True, slots=True)
class SignedOne:
    """What became of one of several tasks that were to be signed together: its receipt, or the
    error that kept it from being signed."""

    task_id: str
    receipt: Receipt | None
    error: ServiceplanError | None = None


class TaskBatches(TaskCompletions):
    """What ``engine.tasks`` does with several tasks at once."""

    MOST: Final = MOST

    def sign_several(
        self, actor: Actor, shown: Mapping[str, str], *, password: str, key: str
    ) -> tuple[SignedOne, ...]:
        """Sign and complete tasks as their drafts stand. Each is a transaction, a signature and a
        receipt of its own; one that fails keeps no other from being signed. A repeated key gives
        the same receipts.

        :param shown: the ``shown_sha256`` of each task as the signer has seen it, by its id
        :raises NotAuthenticated: for a wrong password: nothing is signed
        :raises Invalid: for none, or more than 20
        """
        if not 0 < len(shown) <= MOST:
            text = f"choose 1 to {MOST} tasks"
            raise Invalid([Problem("choose_tasks", text, "task", {"maximum": MOST})])
        self._check_password(actor, password)
        return tuple(self._sign_one(actor, id, digest, key) for id, digest in shown.items())

    def missing(self, actor: Actor, task_id: str) -> tuple[Problem, ...]:
        """What keeps a task from being signed as its draft stands.

        :raises NotFound: when there is no such task, or the actor may not see it
        """
        with self._transactions.looking(actor) as work:
            return completion.drafted_problems(work, task_id)

    def _sign_one(self, actor: Actor, task_id: str, digest: str, key: str) -> SignedOne:
        def do(work: UnitOfWork) -> dict[str, object]:
            seen = signing.Seen(digest)
            return completion.complete_drafted(work, task_id, signatures.PASSWORD, seen)

        def failed(work: UnitOfWork, error: StepError) -> None:
            if error.instance_id is not None:
                operation = {"op": "complete", "task": task_id}
                incidents.record(work, error.instance_id, operation, error)

        request = {"task": task_id, "shown": digest}
        try:
            receipt = self._transactions.write(
                actor,
                "sign_several",
                f"{key[:60]}-{task_id}",
                request,
                do,
                on_failure=failed,
                reads_first=True,
            )
        except ServiceplanError as error:
            return SignedOne(task_id, None, error)
        return SignedOne(task_id, receipt)
