"""The history: one entry per fact, appended in the transaction in which it became one.

Entries are never updated and never deleted. Each hangs on the one before in its chain (see
``engine.records.chain``): a chain per process instance, and one each for definitions, people and
customers. ``engine.records.verification`` recomputes them.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Label, bindparam, func, insert, select

from engine.records.canonical import canonical
from engine.records.chain import FIRST, Link, commitment
from engine.records.verification import verify
from engine.store.base import table_of
from engine.store.batch import Batch, Statement
from engine.store.tables import HistoryTable
from engine.views import Actor

__all__ = ["VIA", "Appended", "Fact", "append", "verify"]

_TABLE: Final = table_of(HistoryTable)
_INSERT: Final = Statement(insert(_TABLE))
VIA: Final = "by_token"
"""Under this name an entry's detail says which token of the API its program had."""
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

    ``chain`` is an instance's id, or ``definitions``, ``people``, ``customers``. ``detail`` is
    what a reader wants to know beside it (see ``canonical`` for the values that it may hold).
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
        """The detail as it is kept: with the token of a program that came in by one."""
        token = self.actor.token
        if token is None:
            return self.detail
        return {**self.detail, VIA: {"id": token.id, "name": token.name}}

    @property
    def evidence(self) -> str | None:
        """The hash of the document that the fact is about: the detail's ``content_sha256``."""
        found = self.detail.get("content_sha256")
        return found if isinstance(found, str) else None


@dataclass(frozen=True, slots=True)
class Appended:
    """The place of an entry, and its hash (hex)."""

    chain: str
    seq: int
    hash: str


def newest(chain: ColumnElement[str]) -> tuple[Label[int], Label[str]]:
    """Number and hash of the newest entry in a chain, as columns ``head_seq`` and ``head_hash`` of
    a statement that reads ``chain`` beside other things."""

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
) -> list[Appended]:
    """Put facts into the batch, in their order, all of the time ``at`` (aware).

    It costs one SELECT per chain. On PostgreSQL a chain is locked until the transaction ends, so
    that two writers wait for each other. Raises TypeError for a detail that has no canonical form.

    :param heads: number and hash of the newest entry of chains for which the caller knows them;
        they are not asked for, nor locked, and IntegrityError is raised at the batch's end when
        one is not the newest any more
    """
    known = heads or {}
    chains = sorted({fact.chain for fact in facts})
    heads = {chain: known.get(chain) or _head(batch.connection, chain) for chain in chains}
    appended = []
    for fact in facts:
        seq, prev = heads[fact.chain]
        row = _row(fact, seq + 1, prev, at)
        heads[fact.chain] = (seq + 1, row["hash"])
        batch.put(_INSERT, row)
        appended.append(Appended(fact.chain, seq + 1, row["hash"]))
    return appended


def _head(connection: Connection, chain: str) -> tuple[int, str]:
    """The number and the hash of the chain's newest entry."""
    if connection.dialect.name == "postgresql":
        # Not a row's lock: the one who waits for the newest row would find it outdated.
        connection.execute(_LOCK, {"chain": chain})
    row = connection.execute(_HEAD, {"chain": chain}).one_or_none()
    return (row.seq, row.hash) if row else (0, FIRST)


def _row(fact: Fact, seq: int, prev: str, at: datetime) -> dict[str, Any]:
    salt = secrets.token_hex(16)
    detail = canonical(fact.recorded).decode()
    link = Link(
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
    )
    body, digest = link.sealed()
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
    }
