"""The key that signs checkpoints: Ed25519, in a file outside the database.

Whoever can write to the database must not be able to sign for it. So the key is in a file of the
machine (mode 0600), or in the environment where many nodes share it, and the database has nothing
of it; which public keys the log has had is told by the history itself (chain ``checkpoints``).
The text of a key is that of Go's notes: ``PRIVATE+KEY+name+id+base64``, where the name is the
origin of the log.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.engine import make_url

from engine.records.checkpoints.notes import (
    ED25519,
    NoteError,
    PublicKey,
    SignedNote,
    decoded,
    encoded,
    sign,
)

PREFIX: Final = "PRIVATE+KEY+"
"""What the text of a private key begins with."""
ENDING: Final = ".checkpoint-key"
"""What the name of a database's key file ends in."""
NEXT: Final = ".next"
"""The ending of the file in which a new key waits until the history knows it."""


class KeyUnusable(Exception):
    """There is no key to sign with. ``reason`` is a code: ``missing`` (the file of a key that the
    history knows is not there), ``other`` (the file has another key than the history's newest),
    ``malformed``, ``unreadable``."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the origin of the log that it signs for."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def new(cls, name: str = "") -> SigningKey:
        """A new key by the system's generator; the name is made up when it is empty."""
        return cls(name or f"serviceplan/{secrets.token_hex(4)}", Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, text: str) -> SigningKey:
        """Read a key's text. Raises NoteError."""
        parts = text.strip().removeprefix(PREFIX).split("+", 2)
        data = decoded(parts[2]) if text.startswith(PREFIX) and len(parts) == 3 else b""
        if len(data) != 33 or data[0] != ED25519:
            raise NoteError(f"this is no private key ({PREFIX}name+id+base64)")
        found = cls(parts[0], Ed25519PrivateKey.from_private_bytes(data[1:]))
        if found.public.id.hex() != parts[1]:
            raise NoteError("the id of the private key is not that of its name and key")
        return found

    @property
    def public(self) -> PublicKey:
        """Its public key."""
        return PublicKey(self.name, ED25519, self.private.public_key().public_bytes_raw())

    def text(self) -> str:
        """What a file or the environment has. It is a secret."""
        data = encoded(bytes([ED25519]) + self.private.private_bytes_raw())
        return f"{PREFIX}{self.name}+{self.public.id.hex()}+{data}\n"

    def note(self, text: str) -> str:
        """A note of this text that the key has signed."""
        return str(SignedNote(text, (sign(text, self.private, self.name),)))

    def __repr__(self) -> str:
        return f"SigningKey({self.public})"


@dataclass(slots=True)
class KeyStore:
    """Where the key of this process is: a file, or a text from the environment."""

    file: Path | None
    given: str = ""

    def load(self, newest: PublicKey | None) -> SigningKey | None:
        """The key; None when there is none yet and the history knows of none.

        :param newest: the key that the history knows as the newest
        :raises KeyUnusable: when there is none to sign with
        """
        key = self._given() if self.given else self._read(self.file)
        if newest is None or (key is not None and key.public == newest):
            return key
        # A rotation that was cut off between the history and the file.
        waiting = None if self.given else self._read(self._next())
        if waiting is not None and waiting.public == newest:
            self.replace()
            return waiting
        if key is not None:
            raise KeyUnusable(
                "other",
                f"{self.place} has the key {key.public}, but the history knows {newest} as the "
                "newest: put that key there, or tell the history of a new one",
            )
        raise KeyUnusable(
            "missing",
            f"the key {newest} is not in {self.place}: put it back from your copy, or begin with a "
            "new one: serviceplan checkpoints rotate-key --lost",
        )

    def write(self, key: SigningKey, *, waiting: bool = False) -> None:
        """Write a key that is new, readable by this account only.

        :param waiting: beside the present one, until ``replace``
        :raises KeyUnusable: when that is not possible
        """
        file = self._next() if waiting else self.file
        if file is None:
            raise KeyUnusable("unreadable", "there is no place for a key: set checkpoints.key_file")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if waiting:
                file.unlink(missing_ok=True)
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
                opened.write(key.text())
                opened.flush()
                os.fsync(opened.fileno())
        except OSError as error:
            text = f"{file} cannot be written: {error.strerror}"
            raise KeyUnusable("unreadable", text) from error

    def replace(self) -> None:
        """Let the key that waits be the present one."""
        waiting = self._next()
        if waiting is not None and self.file is not None:
            waiting.replace(self.file)

    @property
    def place(self) -> str:
        """Where the key is, for messages."""
        return "the environment" if self.given else str(self.file or "memory")

    def _next(self) -> Path | None:
        return None if self.file is None else self.file.with_name(self.file.name + NEXT)

    def _given(self) -> SigningKey:
        try:
            return SigningKey.read(self.given)
        except NoteError as error:
            raise KeyUnusable("malformed", f"checkpoints.key: {error}") from error

    @staticmethod
    def _read(file: Path | None) -> SigningKey | None:
        if file is None:
            return None
        try:
            return SigningKey.read(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise KeyUnusable("unreadable", f"{file} cannot be read: {error}") from error
        except NoteError as error:
            raise KeyUnusable("malformed", f"{file}: {error}") from error


def default_file(url: str) -> Path | None:
    """Where the key of a database is unless the settings say otherwise: beside the file of SQLite,
    in ``data/`` for PostgreSQL; None for a database in memory."""
    parsed = make_url(url)
    if not parsed.database or parsed.database == ":memory:":
        return None
    if parsed.get_backend_name() == "sqlite":
        return Path(f"{parsed.database}{ENDING}")
    return Path("data") / f"{parsed.database}{ENDING}"
