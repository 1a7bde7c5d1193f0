"""The chains: every hash, link and commitment of the history is recomputed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, select, tuple_

from engine.records import noted_rows
from engine.records.chain import (
    FIRST,
    canonical,
    commitment,
    rows_commitment,
    sha256,
    utc_text,
)
from engine.records.verification import reading
from engine.records.verification.reading import as_bytes
from engine.records.verification.scratch import EntryPlace, Scratch
from engine.store.tables import HistoryTable
from engine.views import Fault

ROWS_AT_ONCE: Final = 500
"""Rows that are in memory at a time: a history may be larger than the memory."""
FAULTS: Final = 2_000
"""Faults that are told one by one; of all further ones only the number."""
Progress = Callable[[str, int], None]
"""Is told what is looked at (``entries``, ``signatures``, or a table) and how many were."""

_ENTRY = (
    HistoryTable.id,
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
    HistoryTable.noted,
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
class VerificationState:
    """How far a verification is: the faults and counts so far."""

    connection: Connection
    scratch: Scratch
    progress: Progress = lambda what, count: None
    faults: list[Fault] = field(default_factory=list)
    more_faults: int = 0
    chains: int = 0
    entries: int = 0
    missing: int = 0
    """Numbers that are missing within chains."""
    signatures: int = 0
    old_signatures: int = 0
    """Signatures of format 1."""
    rows: int = 0
    late: int = 0
    """Rows that nothing but an upgrade vouches for."""

    def fault(self, fault: Fault) -> None:
        """There is a fault."""
        if len(self.faults) < FAULTS:
            self.faults.append(fault)
        else:
            self.more_faults += 1

    def counted(self, what: str, count: int) -> None:
        """So many were looked at."""
        if count % ROWS_AT_ONCE == 0:
            self.progress(what, count)


def check(case_id: str | None, state: VerificationState) -> None:
    """Recompute the chains of one case, or of everything; remember what the entries say."""
    chain, seq, prev, number = None, 0, FIRST, 0
    for row in _entries(state, case_id):
        if row.chain != chain:
            chain, seq, prev, number = row.chain, 0, FIRST, 0
            state.chains += 1
        state.entries += 1
        state.counted("entries", state.entries)
        state.missing += max(row.seq - seq - 1, 0)
        _check_entry(row, seq + 1, prev, number, state)
        # The next entry is compared with the hash of this body, not with the stored hash.
        seq, prev, number = row.seq, sha256(as_bytes(row.body)), row.id


def _entries(state: VerificationState, case_id: str | None) -> Iterator[Any]:
    statement = select(*_ENTRY).order_by(HistoryTable.chain, HistoryTable.seq)
    if case_id is not None:
        # By chain, so that an entry whose case was changed is read too.
        chains = select(HistoryTable.chain).where(HistoryTable.case_id == case_id).distinct()
        statement = statement.where(HistoryTable.chain.in_(chains))
    behind = tuple_(HistoryTable.chain, HistoryTable.seq)
    after: tuple[str, int] | None = None
    while True:
        asked = statement if after is None else statement.where(behind > after)
        found, broken = reading.rows(state.connection, asked, HistoryTable.id, ROWS_AT_ONCE)
        yield from found
        places = [(row.chain, row.seq) for row in found]
        for number in broken:
            place = select(HistoryTable.chain, HistoryTable.seq).where(HistoryTable.id == number)
            chain, seq = state.connection.execute(place).one()
            problem = "the entry cannot be read as it was written: it was changed"
            state.fault(Fault(str(chain), seq, problem, "history"))
            places.append((chain, seq))
        if len(places) < ROWS_AT_ONCE:
            return
        after = max(places)


def _check_entry(
    row: Any, expected_seq: int, prev: str, before: int, state: VerificationState
) -> None:
    problems = []
    if row.seq != expected_seq:
        problems.append(
            f"the entry before has number {expected_seq - 1}: something is missing or moved"
        )
    if row.id <= before:
        problems.append("the entry was stored before the one that it follows: it was moved")
    data = as_bytes(row.body)
    if sha256(data) != row.hash:
        problems.append("the hash is not that of the body: one of them was changed")
    body = object_of(data)
    if body is None:
        problems.append("the body is no canonical JSON object: it was changed")
    else:
        problems += _differences(row, body, prev)
        problems += _remember(row, body, state)
    for problem in problems:
        state.fault(Fault(row.chain, row.seq, problem))


def _differences(row: Any, body: Mapping[str, Any], prev: str) -> Iterator[str]:
    """How the body differs from the entry before it and from the other columns of its row."""
    if body.get("prev") != prev:
        yield "the body does not follow from the entry before: one of them was changed"
    columns = {key: getattr(row, column) for key, column in _TWICE.items()}
    for key, value in {**columns, "at": utc_text(row.at)}.items():
        if body.get(key) != value:
            yield f"the column {_TWICE.get(key, key)} is not what the body says: it was changed"
    if body.get("commitment") != _committed(row, lambda: _commitment(row)):
        yield "the name, the detail or their salt is not what the body vouches for: it was changed"
    if body.get("noted") != _committed(row, lambda: rows_commitment(row.salt, row.noted)):
        yield "the noted rows are not what the body vouches for: they were changed"


def _remember(row: Any, body: Mapping[str, Any], state: VerificationState) -> Iterator[str]:
    """Keep what the entry says of signatures, rows and calls."""
    evidence = body.get("evidence")
    if isinstance(evidence, str):
        places = {key: body.get(key) for key in ("actor", "instance", "case")}
        said = {"chain": row.chain, "seq": row.seq, "evidence": evidence, **places}
        if not state.scratch.sign(evidence, said):
            yield "the signature that this entry records is recorded already"
    late = row.type == noted_rows.KIND and '"upgrade":' in row.detail
    source = EntryPlace(row.chain, row.seq, row.id, late)
    try:
        for noted in noted_rows.read(row.noted):
            state.scratch.note(noted, source)
        if row.type == "child.started":
            state.scratch.call(str(json.loads(row.detail)["instance"]), source)
    except (ValueError, KeyError, TypeError, RecursionError):
        # That it was changed is told by the hash.
        return


def object_of(data: bytes) -> Mapping[str, Any] | None:
    """The JSON object of canonical bytes; None for all other bytes."""
    try:
        value = json.loads(data)
        return value if isinstance(value, dict) and canonical(value) == data else None
    except (ValueError, TypeError, RecursionError):
        return None


def _commitment(row: Any) -> str:
    return commitment(row.salt, row.actor_name, row.detail)


def _committed(row: Any, make: Callable[[], str | None]) -> str | None:
    # Lower case only: bytes.fromhex would read a changed digit "A" as the same salt.
    if row.salt != row.salt.lower() or len(row.salt) != 32:
        return "no salt"
    try:
        return make()
    except ValueError:
        return "no salt"
