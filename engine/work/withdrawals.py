"""Withdrawing a signature, with a reason: an event of its own. The signature stays, struck
through; neither it nor what was done with it is undone."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import insert, select

from engine.access import actions
from engine.access.rules import SignatureObject, authorize
from engine.blank_text import is_blank
from engine.errors import Conflict, Invalid, NotFound, Problem
from engine.store.base import new_id
from engine.store.tables import SignatureTable, WithdrawalTable
from engine.unit_of_work import UnitOfWork
from engine.work import tasks
from engine.work.loaded_task import access_object, load_task

REASON_LENGTH: Final = 2000
"""The most characters of the reason."""


def withdraw(work: UnitOfWork, task_id: str, reason: str) -> dict[str, Any]:
    """Withdraw the signature of a task.

    :raises NotFound: when the actor may not see the task, or it is not signed
    :raises NotAllowed: for others than the signer and managers
    :raises Conflict: ``already_withdrawn``
    :raises Invalid: without a reason
    """
    work.hold_of_task(task_id)
    task = load_task(work, task_id)
    thing = access_object(work, task)
    authorize(work.actor, actions.TASK_VIEW, thing)
    signed = work.connection.execute(
        select(SignatureTable.id, SignatureTable.signer_id, SignatureTable.content_sha256).where(
            SignatureTable.task_id == task_id
        )
    ).first()
    if signed is None:
        raise NotFound("This task is not signed.")
    authorize(work.actor, actions.SIGNATURE_WITHDRAW, SignatureObject(signed.signer_id, thing.case))
    said = _checked(reason)
    earlier = select(WithdrawalTable.by_name).where(WithdrawalTable.signature_id == signed.id)
    if (by := work.connection.scalar(earlier)) is not None:
        text = f"{by} has withdrawn this signature already."
        raise Conflict(text, code="already_withdrawn", by=by)
    row = {
        "id": new_id(),
        "signature_id": signed.id,
        "case_id": task.row.case_id,
        "by_id": work.actor.id,
        "by_name": work.actor.name,
        "reason": said,
        "at": work.now,
    }
    work.connection.execute(insert(WithdrawalTable).values(row))
    detail = {"signature": signed.id, "signed_sha256": signed.content_sha256, "reason": said}
    tasks.note_fact(work, task, "signature.withdrawn", detail)
    return {"signature": signed.id}


def _checked(reason: str) -> str:
    said = reason.strip()
    if is_blank(said):
        raise Invalid([Problem("required", "say why the signature is withdrawn", "reason")])
    if len(said) > REASON_LENGTH:
        text = f"at most {REASON_LENGTH} characters"
        raise Invalid([Problem("too_long", text, "reason", {"maximum": REASON_LENGTH})])
    return said
