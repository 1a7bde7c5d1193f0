"""Whom we serve."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    name: str
    org_number: str


@dataclass(frozen=True, slots=True)
class CustomerRow(Customer):
    """A customer in a list, with the number of their cases."""

    cases: int
