"""Recovery codes: ten random codes of 128 bits, each of which replaces a second factor once.

The database has their SHA-256 only; 128 random bits cannot be guessed, so a slow hash would protect
nothing more. Functions that take a connection neither begin a transaction nor commit it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from engine.store.base import new_id
from engine.store.tables import RecoveryCodeTable

COUNT: Final = 10
"""How many codes a person gets."""
_TABLE: Final = RecoveryCodeTable


def make(connection: Connection, person_id: str, *, now: datetime) -> tuple[str, ...]:
    """Make a person's codes, in place of all older ones; only this result has them."""
    codes = tuple(_new() for _ in range(COUNT))
    remove(connection, person_id)
    rows = [
        {"id": new_id(), "person_id": person_id, "code_hash": _hash(code), "created_at": now}
        for code in codes
    ]
    connection.execute(insert(_TABLE), rows)
    return codes


def left(connection: Connection, person_id: str) -> int:
    """How many codes of a person have not been used."""
    wanted = select(func.count()).select_from(_TABLE)
    unused = wanted.where(_TABLE.person_id == person_id, _TABLE.used_at.is_(None))
    return connection.scalar(unused) or 0


def use(connection: Connection, person_id: str, code: str, *, now: datetime) -> bool:
    """Use a code of a person; False when it is none, or has been used."""
    used = connection.execute(
        update(_TABLE)
        .where(
            _TABLE.person_id == person_id,
            _TABLE.code_hash == _hash(code),
            _TABLE.used_at.is_(None),
        )
        .values(used_at=now)
    )
    return used.rowcount == 1


def remove(connection: Connection, person_id: str) -> None:
    """Delete the codes of a person."""
    connection.execute(delete(_TABLE).where(_TABLE.person_id == person_id))


def is_one(text: str) -> bool:
    """Whether a text has the length of a recovery code, and not of a one-time code."""
    return len(_plain(text)) > 12


def _new() -> str:
    """26 letters and digits (base32: no 0, 1, 8 or 9) in groups of four."""
    text = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _plain(code: str) -> str:
    return "".join(code[:100].split()).replace("-", "").lower()


def _hash(code: str) -> str:
    return hashlib.sha256(_plain(code).encode()).hexdigest()
