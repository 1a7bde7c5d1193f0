"""Decisions taken from bytes: Hypothesis draws (and shrinks) one short byte string, which is far
faster than a tree of strategies, and a generator reads it as it goes. Where the bytes end, every
decision is the first: the simplest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Choices:
    def __init__(self, data: bytes):
        self._data = data
        self._at = 0

    @property
    def spent(self) -> bool:
        return self._at >= len(self._data)

    def number(self, below: int) -> int:
        """A number from 0 up to, not including, ``below``."""
        size = 1 if below <= 256 else 2 if below <= 65536 else 8
        taken = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(taken, "little") % below

    def of(self, options: Sequence[T]) -> T:
        return options[self.number(len(options))]
