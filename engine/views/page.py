"""Pages of lists, and what a choice offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. ``next`` is the cursor of the following page, None on the last."""

    items: tuple[T, ...]
    next: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Choices(Generic[T]):
    """What a choice offers at first: all there is, by name, or where that is more than one reads
    through, the likeliest. ``complete`` says that there is nothing else."""

    items: tuple[T, ...]
    complete: bool
