"""Verification of the history: every hash, link, commitment and signature is recomputed.

It detects a changed entry (its body, its hash or its other columns), a missing or doubled entry, a
name or detail that is not what was written, and a signature that the history does not know or that
differs from what the history says. It cannot detect by itself that the newest entries of a chain
were deleted (only a copy of the hashes outside the database shows that), nor that somebody has
written a whole chain anew with new hashes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, exists, select

from engine.records.chain import FIRST, canonical, commitment, sha256, utc_text
from engine.store.tables import HistoryTable, InstanceTable, SignatureTable
from engine.views import Fault, Verification

ROWS_AT_ONCE: Final = 500
"""Rows that are in memory at a time: a history may be larger than the memory."""

_ENTRY = (
    HistoryTable.chain,
    HistoryTable.seq,
    HistoryTable.at,
    HistoryTable.type,
    HistoryTable.actor_id,
    HistoryTable.actor_name,
    HistoryTable.case_id,
    HistoryTable.instance_id,
    HistoryTable.definition_id,
    HistoryTable.element_id,
    HistoryTable.element_name,
    HistoryTable.body,
    HistoryTable.hash,
    HistoryTable.salt,
    HistoryTable.detail,
)
_TWICE: Final = {
    "actor": "actor_id",
    "case": "case_id",
    "chain": "chain",
    "definition": "definition_id",
    "element": "element_id",
    "element_name": "element_name",
    "instance": "instance_id",
    "seq": "seq",
    "type": "type",
}
"""The column that must have the same value as a key of the body, by the key."""


@dataclass(slots=True)
class _VerificationState:
    """The state of a verification: the faults and counts so far, and by the hash of a signature's
    content the entry (chain, number, body) that records it."""

    faults: list[Fault] = field(default_factory=list)
    chains: int = 0
    entries: int = 0
    old: int = 0
    signed: dict[str, tuple[str, int, Mapping[str, Any]]] = field(default_factory=dict)


def verify(connection: Connection, case_id: str | None = None) -> Verification:
    """Recompute the chains of one case, or of everything. Faults are in the order of the chains; a
    fault of a signature has the number of the entry that records it (0 when none does)."""
    state = _VerificationState()
    chain, seq, prev = None, 0, FIRST
    for row in _entries(connection, case_id):
        if row.chain != chain:
            chain, seq, prev = row.chain, 0, FIRST
            state.chains += 1
        state.entries += 1
        _check_entry(row, seq + 1, prev, state)
        # The next entry is compared with the hash of this body, not with the stored hash.
        seq, prev = row.seq, sha256(row.body)
    state.faults += [
        Fault(instance_id, 0, "the instance has no history: it was removed")
        for instance_id in _without_history(connection, case_id)
    ]
    signatures = 0
    for row in _signatures(connection, case_id):
        signatures += 1
        _check_signature(row, state)
    state.faults += [
        Fault(chain, seq, "the signature that this entry records is missing")
        for chain, seq, _ in state.signed.values()
    ]
    return Verification(state.chains, state.entries, signatures, tuple(state.faults), state.old)


def _entries(connection: Connection, case_id: str | None) -> Iterator[Any]:
    statement = select(*_ENTRY).order_by(HistoryTable.chain, HistoryTable.seq)
    if case_id is not None:
        # By chain, so that an entry whose case was changed is read too.
        chains = select(HistoryTable.chain).where(HistoryTable.case_id == case_id).distinct()
        statement = statement.where(HistoryTable.chain.in_(chains))
    yield from connection.execute(statement.execution_options(yield_per=ROWS_AT_ONCE))


def _signatures(connection: Connection, case_id: str | None) -> Iterator[Any]:
    statement = select(*SignatureTable.__table__.columns).order_by(
        SignatureTable.at, SignatureTable.id
    )
    if case_id is not None:
        statement = statement.where(SignatureTable.case_id == case_id)
    yield from connection.execute(statement.execution_options(yield_per=ROWS_AT_ONCE))


def _without_history(connection: Connection, case_id: str | None) -> Iterator[str]:
    known = exists().where(HistoryTable.chain == InstanceTable.id)
    statement = select(InstanceTable.id).where(~known).order_by(InstanceTable.id)
    if case_id is not None:
        statement = statement.where(InstanceTable.case_id == case_id)
    yield from connection.scalars(statement)


# ---------------------------------------------------------------- entries


def _check_entry(row: Any, expected_seq: int, prev: str, state: _VerificationState) -> None:
    problems = []
    if row.seq != expected_seq:
        problems.append(
            f"the entry before has number {expected_seq - 1}: something is missing or moved"
        )
    if sha256(row.body) != row.hash:
        problems.append("the hash is not that of the body: one of them was changed")
    body = _object(row.body)
    if body is None:
        problems.append("the body is no canonical JSON object: it was changed")
    else:
        problems += _differences(row, body, prev)
        evidence = body.get("evidence")
        if isinstance(evidence, str) and evidence in state.signed:
            problems.append("the signature that this entry records is recorded already")
        elif isinstance(evidence, str):
            state.signed[evidence] = (row.chain, row.seq, body)
    state.faults += [Fault(row.chain, row.seq, problem) for problem in problems]


def _differences(row: Any, body: Mapping[str, Any], prev: str) -> Iterator[str]:
    """How the body differs from the entry before it and from the other columns of its row."""
    if body.get("prev") != prev:
        yield "the body does not follow from the entry before: one of them was changed"
    columns = {key: getattr(row, column) for key, column in _TWICE.items()}
    for key, value in {**columns, "at": utc_text(row.at)}.items():
        if body.get(key) != value:
            yield f"the column {_TWICE.get(key, key)} is not what the body says: it was changed"
    if body.get("commitment") != _commitment(row):
        yield "the name, the detail or their salt is not what the body vouches for: it was changed"


def _object(data: bytes) -> Mapping[str, Any] | None:
    """The JSON object of canonical bytes; None for all other bytes."""
    try:
        value = json.loads(data)
        return value if isinstance(value, dict) and canonical(value) == data else None
    except (ValueError, TypeError, RecursionError):
        return None


def _commitment(row: Any) -> str | None:
    # Lower case only: bytes.fromhex would read a changed digit "A" as the same salt.
    if row.salt != row.salt.lower() or len(row.salt) != 32:
        return None
    try:
        return commitment(row.salt, row.actor_name, row.detail)
    except ValueError:
        return None


# ---------------------------------------------------------------- signatures


def _check_signature(row: Any, state: _VerificationState) -> None:
    digest = sha256(row.content)
    known = state.signed.pop(row.content_sha256, None) or state.signed.pop(digest, None)
    chain, seq, body = known or (row.instance_id, 0, {})

    def fault(problem: str) -> None:
        state.faults.append(Fault(chain, seq, f"signature {row.id}: {problem}"))

    if digest != row.content_sha256:
        fault("the hash is not that of the content: one of them was changed")
    if known is None:
        fault("the history does not know it")
    elif body.get("evidence") != row.content_sha256:
        fault("the content's hash is not the one in the history")
    content = _object(row.content)
    if content is None:
        fault("the content is no canonical JSON object: it was changed")
        return
    state.old += content.get("format") == 1
    if not _shown_as_hashed(content):
        fault("what was shown is not what its hash says: it was changed")
    for column, said in _signed_columns(content).items():
        value = utc_text(row.at) if column == "at" else getattr(row, column)
        if said != value:
            fault(f"the column {column} is not what was signed: it was changed")
    places = {"actor": row.signer_id, "instance": row.instance_id, "case": row.case_id}
    for key in [k for k in places if known is not None and body.get(k) != places[k]]:
        fault(f"the history has another {key} for it")


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
