"""Signatures: who signed what, when, and with which meaning.

What is signed is a document of its own, canonical JSON stored exactly as hashed: the task and the
version of the diagram it stands on, all answers, ticks and files, the note, the meaning, the
signer with the name as of then, and the time. Its hash goes into the history (``evidence`` of the
fact ``signed``), so that a signature can neither be changed nor moved to another task
(21 CFR 11.50, 11.70). The password asked for again is a *simple* electronic signature in eIDAS's
sense.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert

from engine.ids import new_id
from engine.records.canonical import canonical, sha256, utc_text
from engine.records.history import Fact
from engine.store.models import Signature
from engine.views import Actor, SignatureView

FORMAT: Final = 1
PASSWORD: Final = "password"  # noqa: S105 - the name of the method
SIGNED: Final = "signed"
"""The type of the fact in the history."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature is about.

    ``answers`` are the values of the form, ``ticks`` True or the reason why a point does not
    apply, ``attachments`` per field the files with ``filename`` and ``sha256``.
    """

    case_id: str
    instance_id: str
    task_id: str
    element_id: str
    element_name: str
    definition_id: str
    definition_sha256: str
    process_id: str
    version: int
    answers: Mapping[str, Any] = field(default_factory=dict)
    ticks: Mapping[str, bool | str] = field(default_factory=dict)
    note: str = ""
    attachments: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)


def sign(
    conn: Connection,
    signed: Signed,
    *,
    signer: Actor,
    meaning: str,
    now: datetime,
    method: str = PASSWORD,
) -> tuple[SignatureView, Fact]:
    """Store the signature. The caller has asked for the password (``engine.sessions``) and
    appends the returned fact to the history, in the same transaction.

    Raises IntegrityError when the task is signed already.
    """
    signature_id = new_id()
    content = canonical(_content(signature_id, signed, signer, meaning, method, now))
    digest = sha256(content)
    conn.execute(
        insert(Signature).values(
            id=signature_id,
            case_id=signed.case_id,
            instance_id=signed.instance_id,
            task_id=signed.task_id,
            signer_id=signer.id,
            signer_name=signer.name,
            meaning=meaning,
            method=method,
            at=now,
            content=content,
            content_sha256=digest,
        )
    )
    view = SignatureView(signature_id, signer.id, signer.name, meaning, now, digest, method)
    return view, _fact(view, signed, signer)


def _fact(view: SignatureView, signed: Signed, signer: Actor) -> Fact:
    return Fact(
        type=SIGNED,
        actor=signer,
        chain=signed.instance_id,
        case_id=signed.case_id,
        instance_id=signed.instance_id,
        definition_id=signed.definition_id,
        element_id=signed.element_id,
        element_name=signed.element_name,
        detail={
            "signature": view.id,
            "task": signed.task_id,
            "meaning": view.meaning,
            "method": view.method,
            "content_sha256": view.content_sha256,
        },
        evidence=view.content_sha256,
    )


def _content(
    signature_id: str, signed: Signed, signer: Actor, meaning: str, method: str, now: datetime
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "signature": signature_id,
        "case": signed.case_id,
        "instance": signed.instance_id,
        "task": signed.task_id,
        "element": {"id": signed.element_id, "name": signed.element_name},
        "definition": {
            "id": signed.definition_id,
            "process": signed.process_id,
            "version": signed.version,
            "sha256": signed.definition_sha256,
        },
        "answers": signed.answers,
        "ticks": signed.ticks,
        "note": signed.note,
        "attachments": signed.attachments,
        "signer": {"id": signer.id, "name": signer.name},
        "meaning": meaning,
        "method": method,
        "at": utc_text(now),
    }
