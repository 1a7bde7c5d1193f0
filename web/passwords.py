"""Passwords: generated ones, which an administrator hands over to a person, and the reader's own,
which is asked for again."""

from __future__ import annotations

import secrets
from typing import Final

from flask import request

from engine import NotAuthenticated, Problem
from web.context import engine, signed_in

CONSONANTS: Final = "bdfghjklmnprstv"
"""Fifteen consonants; those left out (c, q, w, x, z) sound like others when read aloud."""
VOWELS: Final = "aeiouy"
"""Six vowels: with ``CONSONANTS`` 90 syllables, of 6.5 bits each."""


def new_password() -> str:
    """A random password that can be read aloud: four words of two syllables, such as
    "bado-reki-suly-gamo"; 51 bits, 19 characters."""
    syllables = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(8)]
    return "-".join("".join(syllables[i : i + 2]) for i in range(0, 8, 2))


def wrong_password(field: str, name: str = "password") -> list[Problem]:
    """The problem of a posted password that is not the reader's, or of too many such, at the input
    ``field``; none when it is right."""
    try:
        engine().sessions.check_password(
            signed_in().username,
            request.form.get(name, ""),
            address=request.remote_addr or "",
            signed_in=True,
        )
    except NotAuthenticated as error:
        many = error.error_code == "too_many_attempts"
        code = error.error_code if many else "current_wrong"
        return [Problem(code, error.message, field, error.params)]
    return []
