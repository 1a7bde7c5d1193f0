"""User names and passwords: the form in which a name is stored, what a new password must be, how
one is hashed and verified.

Hashing and verifying take some 20 ms on purpose, so callers do both between transactions, never in
one. Sources: OWASP ASVS 5.0 (V6) and NIST SP 800-63B-4: length over composition.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import Invalid, Problem

MIN_LENGTH: Final = 15
"""Characters of the shortest password (NIST SP 800-63B-4 for a password that is used alone)."""
MAX_LENGTH: Final = 1_000
"""Characters of the longest password: hashing more would let anybody keep the server busy."""
DIFFERENT_CHARACTERS: Final = 5
"""How many different characters a password has at least."""

_COMMON = """
    1234567890123456 123456789012345 12345678901234567890 qwertyuiopasdfghjkl qwertyuiopasdfgh
    qwertyuiop123456 1qaz2wsx3edc4rfv 1q2w3e4r5t6y7u8i 1q2w3e4r5t6y7u8i9o0p zaq12wsxcde34rfv
    abcdefghijklmnop abcdefghijklmnopqrstuvwxyz passwordpassword password12345678 mypassword123456
    correcthorsebatterystaple thequickbrownfox iloveyouiloveyou administrator123
    letmeinletmeinletmein letmein123456789
    lösenordlösenord lösenord12345678 losenordlosenord losenord12345678 hemligthemligt12
    välkommen1234567 serviceplan12345 serviceplanserviceplan sommarsommarsommar fotbollfotboll12
"""
COMMON: Final = frozenset(_COMMON.split())
"""Long passwords that people really choose. Only these few, because no list of breached passwords
comes with the product; the length is what protects here."""

# argon2id with 19 MiB, two rounds and one lane: OWASP's minimum.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$V7JPdmcvpkE/SIWxFy0PRQ"
    "$95HtEEj6iKFsPwJIU+6TTIm2MXAXaOwDemiCedcXkoY"
)
"""The hash of a random password that was thrown away: an unknown user's password is verified
against it, so that the answer takes as long as for a known user."""


def problems(password: str, username: str) -> tuple[Problem, ...]:
    """What is wrong with a new password (field ``password``): nothing, or that it is too short,
    too long, common, contains the user name, or repeats one part."""
    try:
        check_new(password, username)
    except Invalid as error:
        return error.problems
    return ()


def check_new(password: str, username: str) -> None:
    """Raise Invalid with the ``problems`` of a new password."""
    plain = _normal(password)
    folded, name = plain.casefold(), username.casefold()
    if len(plain) < MIN_LENGTH:
        raise _refused("password_too_short", f"at least {MIN_LENGTH} characters")
    if len(plain) > MAX_LENGTH:
        raise _refused("password_too_long", f"at most {MAX_LENGTH} characters")
    repeats = folded in (folded * 2)[1:-1]
    if folded in COMMON or repeats or len(set(folded)) < DIFFERENT_CHARACTERS:
        raise _refused("password_common", "this password is one of the first that anyone tries")
    # A name of two or three letters stands in many good passwords by chance.
    if len(name) > 3 and name in folded:
        raise _refused("password_has_username", "the password contains the user name")


def hash_password(password: str) -> str:
    """The argon2id hash of a password, to be stored. Takes some 20 ms."""
    return _hasher.hash(_normal(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` is the one with this hash. The hash None (there is no such user) is
    False after the same time, some 20 ms."""
    # No stored password is longer, and hashing all of it would cost time for nothing.
    plain = _normal(password)[: MAX_LENGTH + 1]
    try:
        return _hasher.verify(password_hash or _NOBODY, plain) and password_hash is not None
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def renewed_hash(password_hash: str, password: str) -> str | None:
    """A new hash to store when the stored one was made with other parameters than today's; else
    None."""
    return hash_password(password) if _hasher.check_needs_rehash(password_hash) else None


def _normal(password: str) -> str:
    # The same keys give composed letters on one machine and decomposed ones on another.
    return unicodedata.normalize("NFC", password)


def _refused(code: str, message: str) -> Invalid:
    params = {"minimum": MIN_LENGTH, "maximum": MAX_LENGTH}
    return Invalid([Problem(code, message, "password", params)])


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
