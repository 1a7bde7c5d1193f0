"""Signing a completion: what was shown is compared with what is there, what is signed is put
together, and the evidence of who signs is taken.

``Evidence`` comes in one of two ways. A password is checked before the transaction, because it
takes long, and is an ``Evidence`` by then. Any method that binds to the very content is a
``Prove``: a function that gets what is signed inside the transaction, checks its proof against the
hash, uses up its nonce there, and returns the ``Evidence``. It raises NotAuthenticated to refuse;
nothing is written then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from engine.access.rules import CaseObject
from engine.errors import Conflict
from engine.queries import task_detail
from engine.records import signatures
from engine.unit_of_work import UnitOfWork
from engine.views import Evidence, PlanRow, Signable
from engine.work import counter, shown
from engine.work.loaded_task import LoadedTask

Prove = Callable[[UnitOfWork, Signable], Evidence]
"""Checks, in the transaction that completes, that the signer means this content."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the signer has seen: the ``shown_sha256`` of the page, and the ids of the files that
    came with the signature, which the signer has sent and the page could not show."""

    sha256: str
    own_files: Collection[str] = ()


def must_be_as_seen(
    work: UnitOfWork, task: LoadedTask, files: shown.Files, seen: Seen | None
) -> dict[str, Any]:
    """What the task shows to be signed, apart from the signer's own files.

    :param seen: None for a program that shows no page: nothing is compared
    :raises Conflict: ``shown_changed`` when it is not what the signer has seen
    """
    plan: tuple[PlanRow, ...] = ()
    if task.takes("plan"):
        case = CaseObject(task.row.case_id, True, task.row.case_state, None, None)
        element = (task.definition.process_id, task.row.element_id)
        plan = task_detail.plan_ahead(work.connection, case, element)
    mine = () if seen is None else _own(work, files, seen)
    first = counter.signed(work.connection, task) if task.row.counter_of else None
    content = shown.content(task, files, plan, typed=mine, counters=first)
    if seen is not None and shown.digest(content) != seen.sha256:
        raise Conflict(
            "What is to be signed is not what was shown.",
            code="shown_changed",
            revision=task.row.revision,
        )
    return content


def _own(work: UnitOfWork, files: shown.Files, seen: Seen) -> set[str]:
    """Those of the named files that the signer has attached."""
    return {
        row["id"]
        for rows in files.values()
        for row in rows
        if row["id"] in seen.own_files and row["by"] == work.actor.id
    }


def content_of(
    showed: Mapping[str, Any], typed: Mapping[str, Any], seen: Seen | None
) -> dict[str, Any]:
    """What is signed, apart from who and when: what was shown and what was typed.

    :param showed: what ``must_be_as_seen`` returns
    :param typed: ``answers``, ``ticks``, ``note``, ``attachments``
    """
    part = shown.signed_part(showed)
    if seen is None:  # nobody vouches for a page
        part["shown_sha256"] = None
    return {**part, **typed}


def sign(
    work: UnitOfWork,
    task: LoadedTask,
    content: Mapping[str, Any],
    evidence: Evidence | Prove,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Store the signature of ``content``; what the receipt says of it, and the detail of its
    fact."""
    place = {
        "case_id": task.row.case_id,
        "instance_id": task.row.instance_id,
        "task_id": task.row.id,
    }
    meaning = task.meta.signature.meaning
    if not isinstance(evidence, Evidence):
        evidence = evidence(work, signable(work, task, content))
    signed = signatures.sign(
        work.batch,
        at=work.now,
        signer=work.actor,
        meaning=meaning,
        evidence=evidence,
        content=content,
        **place,
    )
    result = {"signature": signed.id, "content_sha256": signed.content_sha256}
    return result, {**result, "meaning": meaning, "method": evidence.method}


def signable(work: UnitOfWork, task: LoadedTask, content: Mapping[str, Any]) -> Signable:
    """What the actor would sign with this content."""
    meaning = task.meta.signature.meaning
    digest = signatures.content_sha256(
        signer=work.actor,
        meaning=meaning,
        case_id=task.row.case_id,
        instance_id=task.row.instance_id,
        task_id=task.row.id,
        content=content,
    )
    return Signable(task.row.id, work.actor.id, meaning, digest)
