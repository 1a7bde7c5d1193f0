"""Pages of lists."""

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
