"""``engine.customers``: the companies that the contracts are with."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.customers import register
from engine.errors import Problem
from engine.queries import customers as queries
from engine.service.transactions import Part
from engine.views import Actor, Choices, Customer, CustomerRow, Page, Receipt


class Customers(Part):
    """The register of customers."""

    def search(
        self, actor: Actor, q: str = "", *, cursor: str | None = None, limit: int = 200
    ) -> Page[CustomerRow]:
        """Customers by name, with the number of their cases. Actors without any role or right get
        none.

        :param q: words that begin a word of the name or of the organisation number
        :param cursor: ``next`` of the page before
        :raises Invalid: for a ``limit`` that is not 1 … 200, or a ``cursor`` of another list
        """
        with self._transactions.reading() as connection:
            return queries.search(connection, actor, q, cursor=cursor, limit=limit)

    def choices(self, actor: Actor) -> Choices[Customer]:
        """The customers that a choice offers at first: all of them when they are few, else those
        whose cases started last."""
        with self._transactions.reading() as connection:
            return queries.choices(connection, actor)

    def matching(self, actor: Actor, text: str, *, most: int = 20) -> Choices[Customer]:
        """The customers that somebody may mean who writes ``text``, at most so many: the one whose
        number or whole name it is, else those that have its words."""
        with self._transactions.reading() as connection:
            return queries.matching(connection, actor, text, most)

    def by_id(self, actor: Actor, ids: Collection[str]) -> Mapping[str, Customer]:
        """Those of the customers with these ids that there are, by id."""
        with self._transactions.reading() as connection:
            return queries.by_id(connection, actor, ids)

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
