"""The hash chain of the history: the calculation that an auditor has to repeat.

    body       = canonical JSON (RFC 8785) of the object with the keys of ``ChainEntry.body``
    hash       = SHA-256(body)                  prev = hash of the entry before, 64 zeros for none
    commitment = SHA-256(salt || SHA-256(actor's name) || detail)

Hashes are written in hex; in the commitment the salt and the inner hash are raw bytes and the
texts UTF-8. Personal data (the actor's name and the readable detail) is not part of the chain,
which contains only a commitment to it. The commitment has 128 random bits of salt, so that nobody
can guess the data from it: detail and salt can be erased one day, and the chain still verifies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from engine.records.canonical import canonical, sha256, utc_text

FIRST: Final = "0" * 64
"""The ``prev`` of the first entry of a chain."""
FORMAT: Final = 1
"""The number of the body's format; another number when its keys change."""


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One entry of a chain, without the person's name and the detail.

    ``evidence`` is the SHA-256 of a document that the fact is about (the content of a signature),
    so that the chain covers the document too."""

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
        """The keys and values that are hashed. All keys are always there, with null for no
        value."""
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
    """The commitment to the name and the detail, in hex; ``salt`` is 32 hexadecimal digits."""
    inner = hashlib.sha256(actor_name.encode()).digest()
    return sha256(bytes.fromhex(salt) + inner + detail.encode())
