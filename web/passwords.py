"""Passwords that are made for somebody and shown once."""

from __future__ import annotations

import secrets
from typing import Final

CONSONANTS: Final = "bdfghjklmnprstv"
VOWELS: Final = "aeiouy"


def new_password() -> str:
    """Four words that mean nothing and can be read aloud: 51 bits, 19 characters."""
    syllables = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(8)]
    return "-".join("".join(syllables[i : i + 2]) for i in range(0, 8, 2))
