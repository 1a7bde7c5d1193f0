"""Checkpoints of the history, and what an auditor is given of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed checkpoint: the first ``size`` entries of the log ``origin`` have this ``root`` (the
    hash of their Merkle tree, in hex). ``note`` is the signed note (C2SP), ``id`` its number."""

    id: int
    origin: str
    size: int
    root: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class CheckpointEvidence:
    """What somebody else has said of a checkpoint, and when: ``kind`` is ``stamp`` (RFC 3161) or
    ``cosignature`` (of a witness), ``source`` says whose."""

    checkpoint_id: int
    kind: str
    source: str
    at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class CheckpointStatus:
    """How the checkpoints are doing.

    ``problem`` is empty, or a code for why none can be made: ``missing``, ``other``, ``malformed``
    or ``unreadable`` for the key, ``rolled_back`` when the database is behind what was published,
    ``off`` when they are switched off; ``message`` says more, in English. ``key`` is the verifier
    key, ``fingerprint`` the SHA-256 of its 32 bytes in hex. ``evidence`` is the newest of each kind
    and source.
    """

    newest: Checkpoint | None
    count: int
    waiting: bool
    key: str
    fingerprint: str
    place: str
    folder: str
    mail_to: str
    stamp_url: str
    witnesses: Sequence[str]
    evidence: Sequence[CheckpointEvidence]
    problem: str = ""
    message: str = ""
    publishing: str = ""


@dataclass(frozen=True, slots=True)
class CaseProof:
    """What a document carries so that it proves itself: ``files`` to embed, by name
    (``proof.json``, ``checkpoint.txt``, the canonical bytes of each signature), and the checkpoint
    that the proofs lead to (None: there is none yet)."""

    checkpoint: Checkpoint | None
    files: Mapping[str, bytes] = field(default_factory=dict)
