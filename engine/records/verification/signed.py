"""Signatures: the content that was signed, its hash, and the entry that records it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from engine.records import assertions
from engine.records.chain import canonical, sha256, utc_text
from engine.records.signatures import content_of
from engine.records.verification.entries import ROWS_AT_ONCE, VerificationState, object_of
from engine.records.verification.reading import as_bytes
from engine.store.tables import SignatureTable
from engine.views import Fault


def check(case_id: str | None, state: VerificationState) -> None:
    """Compare the signatures of one case, or all, with the entries that record them."""
    statement = select(*SignatureTable.__table__.columns).order_by(
        SignatureTable.at, SignatureTable.id
    )
    if case_id is not None:
        statement = statement.where(SignatureTable.case_id == case_id)
    for row in state.connection.execute(statement.execution_options(yield_per=ROWS_AT_ONCE)):
        state.signatures += 1
        state.counted("signatures", state.signatures)
        _check_signature(row, state)
    for said in state.scratch.signed_left():
        problem = "the signature that this entry records is missing"
        state.fault(Fault(said["chain"], said["seq"], problem, "signature"))


def _check_signature(row: Any, state: VerificationState) -> None:
    data = as_bytes(row.content)
    digest = sha256(data)
    known = state.scratch.take_signed(row.content_sha256) or state.scratch.take_signed(digest)
    chain, seq = (known["chain"], known["seq"]) if known else (row.instance_id, 0)

    def fault(problem: str, column: str | None = None) -> None:
        text = f"signature {row.id}: {problem}"
        state.fault(Fault(chain, seq, text, "signature", row.signer_name, row.id, column))

    if digest != row.content_sha256:
        fault("the hash is not that of the content: one of them was changed", "content")
    if known is None:
        fault("the history does not know it")
    elif known["evidence"] != row.content_sha256:
        fault("the content's hash is not the one in the history", "content_sha256")
    content = object_of(data)
    if content is None:
        fault("the content is no canonical JSON object: it was changed", "content")
        return
    state.old_signatures += content.get("format") == 1
    for problem in _faults_inside(content):
        fault(problem, "content")
    for column, said in _signed_columns(content).items():
        value = utc_text(row.at) if column == "at" else getattr(row, column)
        if said != value:
            fault(f"the column {column} is not what was signed: it was changed", column)
    places = {"actor": row.signer_id, "instance": row.instance_id, "case": row.case_id}
    for key in [k for k in places if known is not None and known[k] != places[k]]:
        fault(f"the history has another {key} for it")


def _faults_inside(content: Mapping[str, Any]) -> Iterator[str]:
    """What contradicts itself in a signed document."""
    if wrong := assertions.fault_of_signature(content, sha256(canonical(content_of(content)))):
        yield f"its passkey's assertion is not one of what was signed ({wrong}): it was changed"
    if not _shown_as_hashed(content):
        yield "what was shown is not what its hash says: it was changed"


def _shown_as_hashed(content: Mapping[str, Any]) -> bool:
    """Whether the ``shown_sha256`` of a signed document is that of what it says was shown."""
    keys, digest = ("task", "element", "definition", "meaning"), content.get("shown_sha256")
    shown = content.get("shown")
    if digest is None or not isinstance(shown, dict):
        return digest is None
    whole = {**{key: content.get(key) for key in keys}, **shown}
    return bool(digest == sha256(canonical(whole)))


def _signed_columns(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of the signed content for the columns of its row, by column."""
    signer = content.get("signer")
    who = signer if isinstance(signer, dict) else {}
    return {
        "id": content.get("signature"),
        "case_id": content.get("case"),
        "instance_id": content.get("instance"),
        "task_id": content.get("task"),
        "signer_id": who.get("id"),
        "signer_name": who.get("name"),
        "meaning": content.get("meaning"),
        "method": content.get("method"),
        "at": content.get("at"),
    }
