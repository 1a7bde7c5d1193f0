"""Small secrets that the database must not have in plain: encrypted under the application's secret.

AES-256-GCM under a key that HKDF-SHA256 (RFC 5869) makes of ``web.secret``. A ciphertext begins
with the name of its key, so that one of an older secret (``web.old_secrets``) is read with that.
Where no secret is set, an SQLite database has one of its own in a file beside it, which is made
when it is first needed; other databases need ``web.secret``.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.config import Config
from engine.errors import Unavailable

PURPOSE: Final = b"serviceplan: secrets of one-time codes, 1"
"""What the keys are for: nothing else that is made of the same secret can be one of them."""
LEAST: Final = 16
"""The fewest bytes of a secret that keys are made of."""


@dataclass(frozen=True, slots=True)
class SecretBox:
    """Encrypts under the first of its keys, and decrypts under any of them."""

    _keys: Sequence[bytes]

    def close(self, plain: str, about: str) -> str:
        """The ciphertext of a text; ``about`` is whose it is, and must be the same to open it."""
        key, nonce = self._keys[0], secrets.token_bytes(12)
        sealed = AESGCM(key).encrypt(nonce, plain.encode(), about.encode())
        return f"1.{_name(key)}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, about: str) -> str:
        """The text of a ciphertext.

        :raises Unavailable: ``secret_lost`` when none of the keys has made it, or somebody has
            changed it
        """
        _version, name, data = [*sealed.split("."), "", ""][:3]
        for key in self._keys:
            if _name(key) == name:
                try:
                    both = base64.urlsafe_b64decode(data)
                    return AESGCM(key).decrypt(both[:12], both[12:], about.encode()).decode()
                except (InvalidTag, ValueError):
                    break
        raise Unavailable("This was encrypted under another secret.", code="secret_lost")

    def is_old(self, sealed: str) -> bool:
        """Whether a ciphertext was made under another key than the first."""
        return sealed.split(".")[1:2] != [_name(self._keys[0])]


def _name(key: bytes) -> str:
    return hashlib.sha256(b"name:" + key).hexdigest()[:16]


def _key(secret: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret)


def secret_box(config: Config, sqlite_file: Path | None) -> SecretBox:
    """The box of an application.

    :param sqlite_file: the file of its SQLite database; None for another database
    :raises Unavailable: ``secret_needed`` when no secret is set and none can be made
    """
    known = [text.encode() for text in (config.web.secret, *config.web.old_secrets) if text]
    if not config.web.secret:
        if sqlite_file is None:
            raise Unavailable("web.secret must be set for this.", code="secret_needed")
        known.insert(0, _of_file(sqlite_file.with_name(sqlite_file.name + ".secret")))
    elif sqlite_file is not None:
        # The one that was in use before web.secret was set.
        before = sqlite_file.with_name(sqlite_file.name + ".secret")
        known += [before.read_bytes().strip()] if before.is_file() else []
    if len(known[0]) < LEAST:
        raise Unavailable(f"web.secret has fewer than {LEAST} characters.", code="secret_needed")
    return SecretBox([_key(secret) for secret in known])


def _of_file(path: Path) -> bytes:
    """The secret in a file, which is made once, readable by its owner only."""
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "wb") as file:
            file.write(secrets.token_urlsafe(48).encode())
    except FileExistsError:
        pass
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}", code="secret_needed") from error
    try:
        return path.read_bytes().strip()
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}", code="secret_needed") from error
