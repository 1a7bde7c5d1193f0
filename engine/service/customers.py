"""Whom we serve."""

from __future__ import annotations

from engine.customers import register
from engine.queries import customers as queries
from engine.service.transactions import Part
from engine.views import (
    Actor,
    CustomerRow,
    Receipt,
)


class Customers(Part):
    """The register of customers."""

    def search(self, actor: Actor, q: str = "") -> tuple[CustomerRow, ...]:
        """Customers by name, at most 200; ``q`` is searched in name and organisation number."""
        with self._transactions.reading() as connection:
            return queries.search(connection, actor, q)

    def add(self, actor: Actor, name: str, org_number: str, *, key: str) -> Receipt:
        """A new customer; the receipt has its ``id``.

        :raises Invalid: for a name that is missing, or an organisation number whose check digit
            is wrong or that another customer has (code ``org_number_taken``)
        """
        return self._transactions.write(
            actor,
            "add_customer",
            key,
            {"name": name, "org_number": org_number},
            lambda work: register.add(work, name, org_number),
        )
