"""Asking witnesses (https://c2sp.org/tlog-witness): somebody outside who has seen an older
checkpoint signs that a newer one contains all of it. docs/witness.py is such a witness."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from engine.jobs.posting import HttpAnswer, post
from engine.records.checkpoints.notes import (
    COSIGNATURE,
    NoteError,
    PublicKey,
    SignedNote,
    encoded,
    signature_line,
)

Proof = Callable[[int], Sequence[bytes]]
"""The consistency proof from a tree of so many leaves to the checkpoint's."""


class WitnessRefused(Exception):
    """The witness did not cosign. With ``fork`` it knows another history: ours was changed, or set
    back, since it has last seen it."""

    def __init__(self, message: str, *, fork: bool = False) -> None:
        self.fork = fork
        super().__init__(message)


def ask(url: str, key_text: str, note: str, size: int, old: int, proof: Proof) -> str:
    """Ask a witness to cosign a checkpoint; returns its line, which holds.

    :param old: the size of the checkpoint that it has cosigned last, as far as we know
    :raises WitnessRefused: when it does not
    :raises OSError, http.client.HTTPException: when there is no answer
    """
    answer = _sent(url, note, old, proof)
    if answer.status == 409 and (known := _size(answer)) is not None and known != old:
        if known > size:
            raise WitnessRefused(
                f"it has cosigned {known} entries, this checkpoint has {size}", fork=True
            )
        answer = _sent(url, note, known, proof)
    if answer.status != 200:
        said = answer.body[:200].decode("utf-8", "replace").strip()
        fork = answer.status in (409, 422)
        raise WitnessRefused(f"HTTP {answer.status} {answer.reason}: {said}", fork=fork)
    return _line(answer, PublicKey.read(key_text), note)


def _sent(url: str, note: str, old: int, proof: Proof) -> HttpAnswer:
    lines = "".join(f"{encoded(each)}\n" for each in proof(old))
    body = f"old {old}\n{lines}\n{note}"
    return post(f"{url}/add-checkpoint", body.encode(), {"Content-Type": "text/plain"})


def _size(answer: HttpAnswer) -> int | None:
    text = answer.body.decode("utf-8", "replace").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,16}", text) else None


def _line(answer: HttpAnswer, key: PublicKey, note: str) -> str:
    """The line of the answer that is this key's, if it holds; lines of others are ignored."""
    text = SignedNote.read(note).text
    for line in answer.body.decode("utf-8", "replace").splitlines():
        try:
            signature = signature_line(line)
        except NoteError:
            continue
        if (signature.name, signature.id) == (key.name, key.id):
            if key.kind == COSIGNATURE and key.holds(text, signature.data):
                return signature.line()
            raise WitnessRefused("its cosignature does not hold")
    raise WitnessRefused(f"its answer has no line of {key.name}")
