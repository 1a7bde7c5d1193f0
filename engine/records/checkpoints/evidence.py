"""What an auditor is given: the history with its checkpoints as a file that proves itself.

docs/evidence.md describes the formats, and docs/verify.py checks them without this software. An
export is JSON lines, each canonical JSON (RFC 8785): a head, the entries in the order of the tree
with each checkpoint behind the last entry that it is of, the signatures, an end with their numbers.
A proof is one JSON object about one case. Nothing is in them that the verifier does not check.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, exists, select

from engine.records.chain import canonical, sha256
from engine.records.checkpoints import leaves, log, tree
from engine.store.base import table_of
from engine.store.tables import (
    CheckpointEvidenceTable,
    CheckpointTable,
    HistoryTable,
    InstanceTable,
    LeafTable,
    SignatureTable,
)
from engine.views import CaseProof, Checkpoint

FORMAT: Final = "serviceplan-evidence"
"""The ``format`` of an export's first line."""
PROOF: Final = "serviceplan-proof"
"""The ``format`` of a proof."""
VERSION: Final = 1
"""Of both formats; another number when their keys change."""
ROWS_AT_ONCE: Final = 500
"""Rows that are in memory at a time."""
STAMP: Final = "stamp"
"""The kind of evidence that is an RFC 3161 response."""
COSIGNATURE: Final = "cosignature"
"""The kind of evidence that is a witness's line."""
_ENTRY: Final = (
    HistoryTable.id,
    HistoryTable.body,
    HistoryTable.salt,
    HistoryTable.actor_name,
    HistoryTable.detail,
    LeafTable.number,
)
_SIGNATURE: Final = table_of(SignatureTable)


def lines(connection: Connection, case_id: str | None, witnesses: Sequence[str]) -> Iterator[bytes]:
    """The lines of an export, some hundred at a time; of one case, or of everything."""
    head = {"case": case_id, "format": FORMAT, "version": VERSION, "witnesses": list(witnesses)}
    yield _line(head)
    counts = {"checkpoints": 0, "entries": 0, "signatures": 0}
    if case_id is None:
        records = _everything(connection)
    else:
        records = _of_case(connection, log.newest(connection), _of_case_chains(case_id))
    block: list[bytes] = []
    for kind, record in chain(records, _signatures(connection, case_id, None)):
        counts[f"{kind}s" if kind != "entry" else "entries"] += 1
        block.append(_line({kind: record}))
        if len(block) == ROWS_AT_ONCE:
            yield b"".join(block)
            block.clear()
    yield b"".join([*block, _line({"end": counts})])


def covered(connection: Connection, case_id: str) -> bool:
    """Whether all entries of a case are in a checkpoint."""
    numbered = exists().where(LeafTable.entry_id == HistoryTable.id)
    waiting = select(HistoryTable.id).where(HistoryTable.case_id == case_id, ~numbered).limit(1)
    return connection.scalar(waiting) is None


def proof(
    connection: Connection, case_id: str, task_id: str | None, witnesses: Sequence[str]
) -> CaseProof:
    """What a document about a case, or about one of its tasks, is given to embed."""
    newest = log.newest(connection)
    which = _of_case_chains(case_id)
    signed = [record for _, record in _signatures(connection, case_id, task_id)]
    if task_id is not None:
        contents = [sha256(record["content"].encode()) for record in signed]
        entries = _of_task(connection, newest, case_id, contents)
    else:
        entries = [
            record for kind, record in _of_case(connection, newest, which) if kind == "entry"
        ]
    files: dict[str, bytes] = {}
    signatures = []
    for record in signed:
        name = f"signature-{record['id']}.json"
        files[name] = record["content"].encode()
        digest = sha256(files[name])
        signatures.append(
            {"id": record["id"], "file": name, "sha256": digest, "proof": record["proof"]}
        )
    said = _checkpoint(newest, _evidence_of(connection, newest)) if newest else None
    if said is not None:
        files["checkpoint.txt"] = said["note"].encode()
    files["proof.json"] = canonical(
        {
            "case": case_id,
            "checkpoint": said,
            "entries": entries,
            "format": PROOF,
            "signatures": signatures,
            "task": task_id,
            "version": VERSION,
            "witnesses": list(witnesses),
        }
    )
    return CaseProof(newest, files)


# ---------------------------------------------------------------- entries


Record = tuple[str, dict[str, Any]]


def _everything(connection: Connection) -> Iterator[Record]:
    """All entries in the order of the tree, those without a number last, and behind the last entry
    of each chosen checkpoint the checkpoint."""
    chosen = list(_chosen(connection))
    evidence = _all_evidence(connection)
    numbered = (
        select(*_ENTRY)
        .join(LeafTable, LeafTable.entry_id == HistoryTable.id)
        .order_by(LeafTable.number)
    )
    at = 0
    for row in connection.execute(numbered.execution_options(yield_per=ROWS_AT_ONCE)):
        while at < len(chosen) and chosen[at].size <= row.number:
            yield "checkpoint", _checkpoint(chosen[at], evidence.get(chosen[at].id, ()))
            at += 1
        yield "entry", _entry(row)
    for checkpoint in chosen[at:]:
        yield "checkpoint", _checkpoint(checkpoint, evidence.get(checkpoint.id, ()))
    waiting = (
        select(*_ENTRY)
        .join(LeafTable, LeafTable.entry_id == HistoryTable.id, isouter=True)
        .where(LeafTable.number.is_(None))
        .order_by(HistoryTable.id)
    )
    for row in connection.execute(waiting.execution_options(yield_per=ROWS_AT_ONCE)):
        yield "entry", _entry(row)


def _of_case_chains(case_id: str) -> ColumnElement[bool]:
    """The chains of a case's instances, and that of the keys."""
    instances = select(InstanceTable.id).where(InstanceTable.case_id == case_id)
    return HistoryTable.chain.in_(instances) | (HistoryTable.chain == log.CHAIN)


def _of_case(
    connection: Connection, newest: Checkpoint | None, which: ColumnElement[bool]
) -> Iterator[Record]:
    """Entries with their proofs of inclusion in the newest checkpoint, and that checkpoint."""
    statement = (
        select(*_ENTRY)
        .join(LeafTable, LeafTable.entry_id == HistoryTable.id, isouter=True)
        .where(which)
        .order_by(LeafTable.number.is_(None), LeafTable.number, HistoryTable.id)
    )
    for row in connection.execute(statement).all():
        yield "entry", _proven(connection, row, newest)
    if newest is not None:
        yield "checkpoint", _checkpoint(newest, _evidence_of(connection, newest))


def _of_task(
    connection: Connection, newest: Checkpoint | None, case_id: str, contents: Sequence[str]
) -> list[dict[str, Any]]:
    """The entries that record these signed contents, and those of the keys."""
    keys_or_case = (HistoryTable.chain == log.CHAIN) | (HistoryTable.case_id == case_id)
    wanted = []
    for _, record in _of_case(connection, newest, keys_or_case):
        body = record.get("body", "")
        recorded = any(f'"evidence":"{digest}"' in body for digest in contents)
        if recorded or f'"chain":"{log.CHAIN}"' in body:
            wanted.append(record)
    return wanted


def _entry(row: Any) -> dict[str, Any]:
    return {
        "actor_name": row.actor_name,
        "body": row.body.decode("utf-8", "replace"),
        "detail": row.detail,
        "leaf": row.number,
        "salt": row.salt,
    }


def _proven(connection: Connection, row: Any, newest: Checkpoint | None) -> dict[str, Any]:
    entry = _entry(row)
    if newest is None or row.number is None or row.number >= newest.size:
        return {**entry, "leaf": None, "path": None}
    path = tree.inclusion(leaves.Rows(connection), row.number, newest.size)
    return {**entry, "path": [base64.b64encode(each).decode() for each in path]}


# ---------------------------------------------------------------- signatures


def _signatures(
    connection: Connection, case_id: str | None, task_id: str | None
) -> Iterator[Record]:
    statement = select(*_SIGNATURE.c).order_by(_SIGNATURE.c.at, _SIGNATURE.c.id)
    if case_id is not None:
        statement = statement.where(_SIGNATURE.c.case_id == case_id)
    if task_id is not None:
        statement = statement.where(_SIGNATURE.c.task_id == task_id)
    for row in connection.execute(statement.execution_options(yield_per=ROWS_AT_ONCE)):
        content = row.content.decode("utf-8", "replace")
        yield (
            "signature",
            {
                "content": content,
                "id": row.id,
                # The signer's own evidence, such as a passkey's assertion, if any.
                "proof": getattr(row, "proof", None),
            },
        )


# ---------------------------------------------------------------- checkpoints


def _chosen(connection: Connection) -> Iterator[Checkpoint]:
    """The checkpoints that an export has: those that somebody else has said something of, the last
    one of each day (UTC), and the newest."""
    said = set(connection.scalars(select(CheckpointEvidenceTable.checkpoint_id).distinct()))
    before = None
    statement = select(*table_of(CheckpointTable).c).order_by(CheckpointTable.id)
    for row in connection.execute(statement.execution_options(yield_per=ROWS_AT_ONCE)):
        checkpoint = Checkpoint(row.id, row.origin, row.size, row.root, row.at, row.note)
        if before is not None and (before.id in said or before.at.date() != checkpoint.at.date()):
            yield before
        before = checkpoint
    if before is not None:
        yield before


def _all_evidence(connection: Connection) -> Mapping[int, Sequence[Any]]:
    found: dict[int, list[Any]] = {}
    statement = select(*table_of(CheckpointEvidenceTable).c).order_by(CheckpointEvidenceTable.id)
    for row in connection.execute(statement):
        found.setdefault(row.checkpoint_id, []).append(row)
    return found


def _evidence_of(connection: Connection, checkpoint: Checkpoint) -> Sequence[Any]:
    table = table_of(CheckpointEvidenceTable)
    statement = select(*table.c).where(table.c.checkpoint_id == checkpoint.id).order_by(table.c.id)
    return connection.execute(statement).all()


def _checkpoint(checkpoint: Checkpoint, evidence: Sequence[Any]) -> dict[str, Any]:
    lines_of = [row.data.decode() for row in evidence if row.kind == COSIGNATURE]
    stamps = [
        {"sha256": sha256(row.data), "token": base64.b64encode(row.data).decode()}
        for row in evidence
        if row.kind == STAMP
    ]
    return {"note": checkpoint.note + "".join(lines_of), "stamps": stamps}


def cosigned_note(connection: Connection, checkpoint: Checkpoint) -> str:
    """The checkpoint's note with the cosignatures that it has got."""
    note: str = _checkpoint(checkpoint, _evidence_of(connection, checkpoint))["note"]
    return note


def _line(record: Mapping[str, Any]) -> bytes:
    return canonical(record) + b"\n"
