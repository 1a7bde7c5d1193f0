"""Signatures: who signed what, when, and with which meaning.

What is signed is a document: canonical JSON, stored exactly as it was hashed. Its hash is part of
the history's entry about the signing, so that a signature can neither be changed nor be transferred
to another task (21 CFR 11.50, 11.70). Asking for the password again makes it a *simple* electronic
signature in the sense of eIDAS.

Format 2, the present one, has two layers. The *content* is what the signer means: ``format``,
``case``, ``instance``, ``task``, ``element`` (``id``, ``name``), ``definition`` (``id``,
``process``, ``version``, ``sha256`` of the diagram), ``meaning``, ``signer`` (``id``, ``name``),
``shown`` (all that the page showed: ``engine.work.shown``), ``shown_sha256`` (null where a program
signed without a page), and what was typed: ``answers``, ``ticks``, ``note``, ``attachments`` (by
field ``filename``, ``size``, ``sha256``). Its hash can be known before anything is signed, so that
a passkey can sign it. The *record* is the content and ``RECORD``: the signature's id, ``method``,
``evidence`` (the proof of the method), and ``at``. The record is what is stored and hashed.

Format 1 had neither ``shown``, ``shown_sha256`` nor ``evidence``: what was on the page can only be
believed to be what was typed. Its signatures stay valid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert

from engine.records.chain import canonical, sha256, utc_text
from engine.store.base import new_id, table_of
from engine.store.batch import Batch, Statement
from engine.store.tables import SignatureTable
from engine.views import Actor, Evidence, SignatureView

FORMAT: Final = 2
"""The number of the document's format; another number when its keys change."""
FORMATS: Final = frozenset({1, FORMAT})
"""The formats in which there are valid signatures."""
RECORD: Final = frozenset({"signature", "method", "evidence", "at"})
"""The keys of a signed document that are no part of its content."""
_INSERT: Final = Statement(insert(table_of(SignatureTable)))
PASSWORD: Final = Evidence("password")
"""The evidence of a signer who has given the password again."""


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
    evidence: Evidence = PASSWORD,
) -> SignatureView:
    """Put a signature of ``content`` at ``at`` (aware) into the batch.

    ``content`` is everything that the signer saw and typed, without signer, meaning and place, with
    values that ``engine.records.chain`` can write. The caller has checked the evidence, and appends
    in the same transaction a fact by the signer to the instance's chain, with the result's
    ``content_sha256`` in its detail.

    Raises ValueError when ``content`` has a key of the signature itself, TypeError for a value
    without a canonical form; the batch raises IntegrityError at its end when the task has a
    signature already.
    """
    signature_id = new_id()
    about = {"case_id": case_id, "instance_id": instance_id, "task_id": task_id}
    document = {
        **_content(signer, meaning, content, **about),
        "signature": signature_id,
        "method": evidence.method,
        "evidence": evidence.proof,
        "at": utc_text(at),
    }
    data = canonical(document)
    digest = sha256(data)
    row = {
        **about,
        "id": signature_id,
        "signer_id": signer.id,
        "signer_name": signer.name,
        "meaning": meaning,
        "method": evidence.method,
        "at": at,
        "content": data,
        "content_sha256": digest,
    }
    batch.put(_INSERT, row)
    return SignatureView(signature_id, signer.id, signer.name, meaning, at, digest, evidence.method)


def content_sha256(
    *,
    signer: Actor,
    meaning: str,
    case_id: str,
    instance_id: str,
    task_id: str,
    content: Mapping[str, Any],
) -> str:
    """The hash, in hex, of what a signer is about to sign: of the document without ``RECORD``."""
    about = {"case_id": case_id, "instance_id": instance_id, "task_id": task_id}
    return sha256(canonical(_content(signer, meaning, content, **about)))


def content_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a signed document, whose canonical hash is its ``content_sha256``."""
    return {key: value for key, value in document.items() if key not in RECORD}


def _content(
    signer: Actor,
    meaning: str,
    content: Mapping[str, Any],
    *,
    case_id: str,
    instance_id: str,
    task_id: str,
) -> dict[str, Any]:
    own = {
        "format": FORMAT,
        "case": case_id,
        "instance": instance_id,
        "task": task_id,
        "signer": {"id": signer.id, "name": signer.name},
        "meaning": meaning,
    }
    if twice := (own.keys() | RECORD) & content.keys():
        raise ValueError(f"the content may not have {sorted(twice)}: the signature has")
    return {**content, **own}
