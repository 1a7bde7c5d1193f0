"""The history: one entry for each fact, appended in the transaction that makes it true.

Entries are never updated and never deleted. Each contains the hash of the entry before it in its
chain (see ``engine.records.chain``). There is a chain for each process instance, and one each for
definitions, accounts and customers. ``engine.records.verification`` recomputes them.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Label, bindparam, func, insert, select

from engine.records.chain import FIRST, ChainEntry, canonical, commitment, rows_commitment
from engine.records.noted_rows import CHAINS, KIND
from engine.records.verification import verify
from engine.store.base import table_of
from engine.store.batch import Batch, Statement
from engine.store.noting import WrittenRow
from engine.store.tables import HistoryTable
from engine.views import Actor

__all__ = ["VIA", "AppendedEntry", "Fact", "append", "verify"]

_TABLE: Final = table_of(HistoryTable)
_INSERT: Final = Statement(insert(_TABLE))
VIA: Final = "by_token"
"""The key in an entry's detail for the API token that a program has used."""
_HEAD: Final = (
    select(_TABLE.c.seq, _TABLE.c.hash)
    .where(_TABLE.c.chain == bindparam("chain"))
    .order_by(_TABLE.c.seq.desc())
    .limit(1)
)
_LOCK: Final = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("chain"), 0)))


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that has happened.

    ``chain`` is an instance's id, or ``definitions``, ``accounts``, ``customers``. ``detail`` is
    more information for readers (``engine.records.chain`` says which values it may contain).
    """

    type: str
    actor: Actor
    chain: str
    case_id: str | None = None
    instance_id: str | None = None
    definition_id: str | None = None
    element_id: str | None = None
    element_name: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def recorded(self) -> Mapping[str, Any]:
        """The detail as it is stored: with the API token, if a program has used one."""
        token = self.actor.token
        if token is None:
            return self.detail
        return {**self.detail, VIA: {"id": token.id, "name": token.name}}

    @property
    def evidence(self) -> str | None:
        """The hash of the document that the fact is about (the detail's ``content_sha256``), if
        any."""
        digest = self.detail.get("content_sha256")
        return digest if isinstance(digest, str) else None


@dataclass(frozen=True, slots=True)
class AppendedEntry:
    """The chain and number of an entry that was appended, and its hash in hex."""

    chain: str
    seq: int
    hash: str


def newest(chain: ColumnElement[str]) -> tuple[Label[int], Label[str]]:
    """Number and hash of the newest entry of a chain, as columns ``head_seq`` and ``head_hash`` for
    a statement that has the chain's name as the column ``chain``."""

    def of(column: Any) -> Any:
        entries = select(column).where(_TABLE.c.chain == chain)
        return entries.order_by(_TABLE.c.seq.desc()).limit(1).scalar_subquery()

    return of(_TABLE.c.seq).label("head_seq"), of(_TABLE.c.hash).label("head_hash")


def append(
    batch: Batch,
    facts: Sequence[Fact],
    *,
    at: datetime,
    heads: Mapping[str, tuple[int, str]] | None = None,
    noted: Mapping[int, str] | None = None,
) -> list[AppendedEntry]:
    """Put the entries of facts into the batch, in their order, all with the (aware) time ``at``.

    It costs one SELECT for each chain. On PostgreSQL a chain is locked until the transaction ends,
    so that two writers wait for each other. Raises TypeError for a detail without a canonical form.

    :param heads: number and hash of the newest entry of the chains for which the caller knows them;
        these are neither read nor locked, and IntegrityError is raised at the batch's end when
        another entry has been appended meanwhile
    :param noted: the rows that were written with a fact (``engine.records.noted_rows``), by the
        fact's place among ``facts``
    """
    known, noted = heads or {}, noted or {}
    chains = sorted({fact.chain for fact in facts})
    heads = {chain: known.get(chain) or _head(batch.connection, chain) for chain in chains}
    appended = []
    for place, fact in enumerate(facts):
        seq, prev = heads[fact.chain]
        row = _row(fact, seq + 1, prev, at, noted.get(place, ""))
        heads[fact.chain] = (seq + 1, row["hash"])
        batch.put(_INSERT, row)
        appended.append(AppendedEntry(fact.chain, seq + 1, row["hash"]))
    return appended


def assign(facts: list[Fact], rows: Sequence[WrittenRow], actor: Actor) -> dict[int, str]:
    """Give each row to a fact: the last one of its own chain, else of its case. A fact that only
    notes is added to ``facts`` where there is none. Returns the notes by the facts' places.

    :param facts: the transaction's, as a list
    """
    given: dict[int, list[bytes]] = {}
    for row in rows:
        given.setdefault(_place(facts, row, actor), []).append(row.text())
    return {place: (b"[" + b",".join(texts) + b"]").decode() for place, texts in given.items()}


def _place(facts: list[Fact], row: WrittenRow, actor: Actor) -> int:
    chain = row.instance_id or (row.key if row.table == "instance" else None)
    case_id = row.case_id or (row.key if row.table == "process_case" else None)
    chain = chain or case_id or CHAINS.get(row.table)
    same_case = None
    for place in reversed(range(len(facts))):
        if facts[place].chain == chain:
            return place
        if same_case is None and case_id is not None and facts[place].case_id == case_id:
            same_case = place
    if same_case is not None:
        return same_case
    if facts and (chain is None or (case_id is None and chain not in CHAINS.values())):
        # Whose the row is was not asked: it belongs to what this transaction is about.
        return len(facts) - 1
    mine = None if case_id is None else chain
    facts.append(Fact(KIND, actor, chain or "accounts", case_id=case_id, instance_id=mine))
    return len(facts) - 1


def _head(connection: Connection, chain: str) -> tuple[int, str]:
    """The number and the hash of the chain's newest entry."""
    if connection.dialect.name == "postgresql":
        # Not a row's lock: a transaction that waits for the newest row would get an outdated one.
        connection.execute(_LOCK, {"chain": chain})
    row = connection.execute(_HEAD, {"chain": chain}).one_or_none()
    return (row.seq, row.hash) if row else (0, FIRST)


def _row(fact: Fact, seq: int, prev: str, at: datetime, noted: str) -> dict[str, Any]:
    salt = secrets.token_hex(16)
    detail = canonical(fact.recorded).decode()
    entry = ChainEntry(
        chain=fact.chain,
        seq=seq,
        prev=prev,
        at=at,
        type=fact.type,
        actor_id=fact.actor.id,
        commitment=commitment(salt, fact.actor.name, detail),
        case_id=fact.case_id,
        instance_id=fact.instance_id,
        definition_id=fact.definition_id,
        element_id=fact.element_id,
        element_name=fact.element_name,
        evidence=fact.evidence,
        noted=rows_commitment(salt, noted),
    )
    body, digest = entry.sealed()
    return {
        "chain": fact.chain,
        "seq": seq,
        "at": at,
        "type": fact.type,
        "actor_id": fact.actor.id,
        "actor_name": fact.actor.name,
        "case_id": fact.case_id,
        "instance_id": fact.instance_id,
        "definition_id": fact.definition_id,
        "element_id": fact.element_id,
        "element_name": fact.element_name,
        "body": body,
        "hash": digest,
        "salt": salt,
        "detail": detail,
        "noted": noted,
    }
