"""Signed notes (https://c2sp.org/signed-note), checkpoints (https://c2sp.org/tlog-checkpoint) and
cosignatures (https://c2sp.org/tlog-cosignature), with Ed25519.

    text, ending in a newline; an empty line; then for each signature
    — <key's name> base64(key id, 4 bytes || signature)

    key id = SHA-256(name || newline || kind of signature, one byte || public key)[:4]
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = 1
"""The kind of a plain Ed25519 signature."""
COSIGNATURE: Final = 4
"""The kind of a witness's signature with its time."""
_NAME: Final = re.compile(r"[^\s+]{1,200}")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}")
MOST_BYTES: Final = 100_000
"""The longest note that is read."""


class NoteError(ValueError):
    """A note, a checkpoint or a key is not written as it must be, or not signed as it must be."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies notes: its name, its kind (``ED25519``, ``COSIGNATURE``), its 32 bytes.
    Its text is C2SP's verifier key: ``name+id+base64``."""

    name: str
    kind: int
    key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that its signatures begin with."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key).digest()[
            :4
        ]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the 32 bytes, in hex: what two people compare."""
        return hashlib.sha256(self.key).hexdigest()

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encoded(bytes([self.kind]) + self.key)}"

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """Read a verifier key. Raises NoteError."""
        name, _, rest = text.partition("+")
        given, _, key = rest.partition("+")
        data = decoded(key)
        if not _NAME.fullmatch(name) or len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
            raise NoteError(f"{text!r} is no verifier key (name+id+base64)")
        found = cls(name, data[0], data[1:])
        if given != found.id.hex():
            raise NoteError(f"the id of the verifier key {text!r} is not that of its name and key")
        return found

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether ``signature`` (without the key's id) is this key's over a note's text."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) != 72:
                return False
            message = cosigned(text, int.from_bytes(signature[:8], "big"))
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a note: the key's name and id, and its bytes without these."""

    name: str
    id: bytes
    data: bytes

    def line(self) -> str:
        """The line of the note, with its newline."""
        return f"— {self.name} {encoded(self.id + self.data)}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note as it was read: its text, with the last newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def read(cls, content: str) -> SignedNote:
        """Read a note, whoever has signed it. Raises NoteError."""
        if len(content.encode("utf-8", "replace")) > MOST_BYTES or "\n\n" not in content:
            raise NoteError("this is no signed note")
        text, _, lines = content.rpartition("\n\n")
        if re.search(r"[\x00-\x09\x0b-\x1f]", content) or not lines.endswith("\n"):
            raise NoteError("this is no signed note")
        return cls(text + "\n", tuple(signature_line(line) for line in lines[:-1].split("\n")))

    def by(self, key: PublicKey) -> Signature | None:
        """The signature of a key; None when it has none that holds."""
        for signature in self.signatures:
            if (signature.name, signature.id) == (key.name, key.id):
                return signature if key.holds(self.text, signature.data) else None
        return None

    def __str__(self) -> str:
        return f"{self.text}\n" + "".join(each.line() for each in self.signatures)


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint says: the log's origin, how many leaves its tree has, the root's hash."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text of the checkpoint's note."""
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"

    @classmethod
    def read(cls, text: str) -> TreeHead:
        """Read a checkpoint's text. Raises NoteError."""
        lines = text.split("\n")
        if len(lines) < 4 or not lines[0] or not _SIZE.fullmatch(lines[1]) or lines.pop():
            raise NoteError("this is no checkpoint: its lines are origin, size and root")
        root = decoded(lines[2])
        if len(root) != 32 or not all(lines[3:]):
            raise NoteError("this is no checkpoint: its root has 32 bytes")
        return cls(lines[0], int(lines[1]), root)


def signature_line(line: str) -> Signature:
    """Read a signature's line, without its newline. Raises NoteError."""
    dash, _, rest = line.partition(" ")
    name, _, text = rest.partition(" ")
    data = decoded(text)
    if dash != "—" or not _NAME.fullmatch(name) or len(data) < 5:
        raise NoteError(f"{line[:80]!r} is no line of a signature")
    return Signature(name, data[:4], data[4:])


def sign(text: str, key: Ed25519PrivateKey, name: str) -> Signature:
    """The plain signature of a note's text."""
    public = PublicKey(name, ED25519, key.public_key().public_bytes_raw())
    return Signature(name, public.id, key.sign(text.encode()))


def cosigned(text: str, seconds: int) -> bytes:
    """The bytes that a witness signs: the note's text after the time, in POSIX seconds."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def signed(content: str, keys: Iterable[PublicKey]) -> tuple[SignedNote, TreeHead, PublicKey]:
    """A checkpoint that one of the keys has signed, and the key.

    :raises NoteError: when it is none, or none of the keys has signed it
    """
    note = SignedNote.read(content)
    head = TreeHead.read(note.text)
    for key in keys:
        if key.name == head.origin and note.by(key) is not None:
            return note, head, key
    raise NoteError(f"no known key has signed this checkpoint of {head.origin!r}")


def encoded(data: bytes) -> str:
    """Base64, as notes have it."""
    return base64.b64encode(data).decode()


def decoded(text: str) -> bytes:
    """The bytes of base64 as ``encoded`` writes it, and no other. Raises NoteError."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError(f"{text[:80]!r} is no base64") from error
    if encoded(data) != text:
        raise NoteError(f"{text[:80]!r} is no base64")
    return data
