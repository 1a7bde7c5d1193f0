"""User names and passwords: the form in which a name is stored, how a password is hashed and
verified. (What a new one must be: ``engine.identity.password_rules``.)

Hashing and verifying take some 20 ms on purpose, so callers do both between transactions, never in
one. Source: OWASP ASVS 5.0 (V6, V11).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw

from engine.identity.password_rules import MAX_LENGTH

# argon2id with 19 MiB, two rounds and one lane: OWASP's minimum.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$V7JPdmcvpkE/SIWxFy0PRQ"
    "$95HtEEj6iKFsPwJIU+6TTIm2MXAXaOwDemiCedcXkoY"
)
"""The hash of a random password that was thrown away: an unknown user's password is verified
against it, so that the answer takes as long as for a known user."""


def hash_password(password: str) -> str:
    """The argon2id hash of a password, to be stored. Takes some 20 ms."""
    return _hasher.hash(_normal(password))


def request_digest(password: str, *bound_to: str) -> str:
    """What stands for a password in the digest of a request, bound to texts such as the actor and
    the idempotency key: equal for the same password, and as hard to guess from as the stored hash.
    Takes some 20 ms."""
    salt = hashlib.sha256("\0".join(bound_to).encode("utf-8", "surrogatepass")).digest()[:16]
    plain = _normal(password)[: MAX_LENGTH + 1].encode("utf-8", "surrogatepass")
    raw = hash_secret_raw(
        plain, salt, time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, type=Type.ID
    )
    return raw.hex()


def verify(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` is the one with this hash. The hash None (there is no such user) is
    False after the same time, some 20 ms."""
    # No stored password is longer, and hashing all of it would cost time for nothing.
    plain = _normal(password)[: MAX_LENGTH + 1]
    try:
        return _hasher.verify(password_hash or _NOBODY, plain) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def renewed_hash(password_hash: str, password: str) -> str | None:
    """A new hash to store when the stored one was made with other parameters than today's; else
    None."""
    return hash_password(password) if _hasher.check_needs_rehash(password_hash) else None


def _normal(password: str) -> str:
    # The same keys give composed letters on one machine and decomposed ones on another.
    return unicodedata.normalize("NFC", password)


# ---------------------------------------------------------------- user names

_FORM = re.compile(r"[^\W_A-Z][\w.@-]{0,79}")


def normal_username(username: str) -> str:
    """A user name in the form in which it is stored: composed (NFC), in small letters, without
    space around it."""
    return unicodedata.normalize("NFC", username.strip()).lower()


def is_username(username: str) -> bool:
    """Whether a normal user name has a valid form: a small letter or digit, then at most 79
    letters, digits, ``.``, ``-``, ``_`` and ``@``."""
    return _FORM.fullmatch(username) is not None
