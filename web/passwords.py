"""Generated passwords, which an administrator hands over to a person."""

from __future__ import annotations

import secrets
from typing import Final

CONSONANTS: Final = "bdfghjklmnprstv"
"""Fifteen consonants; those left out (c, q, w, x, z) sound like others when read aloud."""
VOWELS: Final = "aeiouy"
"""Six vowels: with ``CONSONANTS`` 90 syllables, of 6.5 bits each."""


def new_password() -> str:
    """A random password that can be read aloud: four words of two syllables, such as
    "bado-reki-suly-gamo"; 51 bits, 19 characters."""
    syllables = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(8)]
    return "-".join("".join(syllables[i : i + 2]) for i in range(0, 8, 2))
