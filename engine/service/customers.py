"""``engine.customers``: the companies that the contracts are with."""

from __future__ import annotations

from engine.customers import register
from engine.errors import Problem
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
        """Customers sorted by name, at most 200. Every word of ``q`` stands in the name or the
        organisation number. Actors without any role or right get none."""
        with self._transactions.reading() as connection:
            return queries.search(connection, actor, q)

    def problems(self, actor: Actor, name: str, org_number: str) -> tuple[Problem, ...]:
        """What would keep ``add`` from adding a customer; nothing is changed."""
        with self._transactions.looking(actor) as work:
            return register.problems(work, name, org_number)

    def add(self, actor: Actor, name: str, org_number: str, *, key: str) -> Receipt:
        """Add a customer; the receipt has its ``id``.

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
