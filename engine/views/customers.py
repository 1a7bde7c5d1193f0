"""The companies that the contracts are with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer; ``org_number`` is the Swedish organisation number, NNNNNN-NNNN."""

    id: str
    name: str
    org_number: str


@dataclass(frozen=True, slots=True)
class CustomerRow(Customer):
    """A customer in a list, with the number of its cases."""

    cases: int
