"""How one entry of the history hangs on the one before: what an auditor has to recompute.

    body       = canonical JSON (RFC 8785) of the object with the keys of ``Link.body``
    hash       = SHA-256(body)                  prev = hash of the entry before, 64 zeros for none
    commitment = SHA-256(salt || SHA-256(actor's name) || detail)

Hashes are written in hex; in the commitment the salt and the inner hash are raw bytes and the
texts UTF-8. Personal data (the actor's name and the readable detail) stands outside the chain,
which holds only the commitment: without its 128 random bits of salt nobody can guess what was
written, so detail and salt can one day be erased while the chain still verifies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from engine.records.canonical import canonical, sha256, utc_text

FIRST: Final = "0" * 64
FORMAT: Final = 1
"""Of the body; another number when its keys change."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of a chain, without the person's name and the detail.

    ``evidence`` is the SHA-256 of a document that the fact is about (a signature's content), so
    that the chain covers it too.
    """

    chain: str
    seq: int
    prev: str
    at: datetime
    type: str
    actor_id: str
    commitment: str
    case_id: str | None
    instance_id: str | None
    definition_id: str | None
    element_id: str | None
    element_name: str | None
    evidence: str | None

    def body(self) -> Mapping[str, Any]:
        """The keys and values that are hashed. All are always there; null for none."""
        return {
            "actor": self.actor_id,
            "at": utc_text(self.at),
            "case": self.case_id,
            "chain": self.chain,
            "commitment": self.commitment,
            "definition": self.definition_id,
            "element": self.element_id,
            "element_name": self.element_name,
            "evidence": self.evidence,
            "format": FORMAT,
            "instance": self.instance_id,
            "prev": self.prev,
            "seq": self.seq,
            "type": self.type,
        }

    def sealed(self) -> tuple[bytes, str]:
        """The body's bytes and their hash."""
        data = canonical(self.body())
        return data, sha256(data)


def commitment(salt: str, actor_name: str, detail: str) -> str:
    """What the body holds in place of ``actor_name`` and ``detail``; ``salt`` is hex."""
    inner = hashlib.sha256(actor_name.encode()).digest()
    return sha256(bytes.fromhex(salt) + inner + detail.encode())
