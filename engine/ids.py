"""Ids of rows, which nobody can guess or enumerate."""

from __future__ import annotations

from uuid import uuid4


def new_id() -> str:
    """A random UUID as 32 hexadecimal digits."""
    return uuid4().hex
