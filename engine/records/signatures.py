"""Signatures: who signed what, when, and with which meaning.

What is signed is a document: canonical JSON, stored exactly as it was hashed, with the task and the
version of its diagram, all answers, ticks and files, the note, the meaning, the signer with the
name at that time, and the time. Its hash is part of the history's entry about the signing, so that
a signature can neither be changed nor be transferred to another task (21 CFR 11.50, 11.70). Asking
for the password again makes it a *simple* electronic signature in the sense of eIDAS."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert

from engine.records.chain import canonical, sha256, utc_text
from engine.store.base import new_id, table_of
from engine.store.batch import Batch, Statement
from engine.store.tables import SignatureTable
from engine.views import Actor, SignatureView

FORMAT: Final = 1
"""The number of the document's format; another number when its keys change."""
_INSERT: Final = Statement(insert(table_of(SignatureTable)))
PASSWORD: Final = "password"  # noqa: S105 - the name of the method
"""The method of a signer who has given the password again."""


def sign(
    batch: Batch,
    *,
    at: datetime,
    signer: Actor,
    meaning: str,
    case_id: str,
    instance_id: str,
    task_id: str,
    content: Mapping[str, Any],
    method: str = PASSWORD,
) -> SignatureView:
    """Put a signature of ``content`` at ``at`` (aware) into the batch.

    ``content`` is everything that the signer saw: the element and its name, the diagram's version
    and SHA-256, answers, ticks, note and files, with values that ``engine.records.chain`` can
    write. The caller has verified the password, and appends in the same transaction a fact by the
    signer to the instance's chain, with the result's ``content_sha256`` in its detail.

    Raises ValueError when ``content`` has a key of the signature itself, TypeError for a value
    without a canonical form; the batch raises IntegrityError at its end when the task has a
    signature already.
    """
    signature_id = new_id()
    row = {
        "id": signature_id,
        "case_id": case_id,
        "instance_id": instance_id,
        "task_id": task_id,
        "signer_id": signer.id,
        "signer_name": signer.name,
        "meaning": meaning,
        "method": method,
        "at": at,
    }
    data = _document(row, content)
    digest = sha256(data)
    batch.put(_INSERT, {**row, "content": data, "content_sha256": digest})
    return SignatureView(signature_id, signer.id, signer.name, meaning, at, digest, method)


def _document(row: Mapping[str, Any], content: Mapping[str, Any]) -> bytes:
    """The signed document: ``content`` and the columns of the signature's row, as canonical
    JSON."""
    own = {
        "format": FORMAT,
        "signature": row["id"],
        "case": row["case_id"],
        "instance": row["instance_id"],
        "task": row["task_id"],
        "signer": {"id": row["signer_id"], "name": row["signer_name"]},
        "meaning": row["meaning"],
        "method": row["method"],
        "at": utc_text(row["at"]),
    }
    if twice := own.keys() & content.keys():
        raise ValueError(f"the content may not have {sorted(twice)}: the signature has")
    return canonical({**content, **own})
