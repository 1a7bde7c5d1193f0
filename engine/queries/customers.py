"""Customers, as lists and choices show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, func, select

from engine.access import actions
from engine.access.rules import may
from engine.queries import paging, text_search
from engine.queries.registers import Register
from engine.queries.rows import CUSTOMER, AnyRow
from engine.store.tables import CaseTable, CustomerTable
from engine.views import Actor, Choices, Customer, CustomerRow, Page

FEW: Final = 30
"""The most customers that a choice shows all of."""
LATEST: Final = 20
"""How many of the cases that started last give the customers that a choice shows first."""
_REGISTER: Final = Register(
    "customers", CustomerTable.id, CustomerTable.place, text_search.CUSTOMERS
)


def search(
    connection: Connection,
    actor: Actor,
    q: str = "",
    *,
    cursor: str | None = None,
    limit: int = paging.MAX_PAGE,
) -> Page[CustomerRow]:
    """Customers with the number of their cases, by name. Every word of ``q`` begins a word of the
    name or of the organisation number. Actors without any role or right get no customers."""
    if not may(actor, actions.CUSTOMER_VIEW):
        paging.check_limit(limit)
        return Page(())
    page = _REGISTER.page(
        connection, CustomerTable, select(*CUSTOMER), _view, q=q, cursor=cursor, limit=limit
    )
    of_customer = CaseTable.customer_id
    wanted = [customer.id for customer in page.items]
    counted = select(of_customer, func.count()).where(of_customer.in_(wanted)).group_by(of_customer)
    cases = {row[0]: row[1] for row in connection.execute(counted)} if wanted else {}
    rows = (CustomerRow(c.id, c.name, c.org_number, cases.get(c.id, 0)) for c in page.items)
    return Page(tuple(rows), page.next)


def choices(connection: Connection, actor: Actor) -> Choices[Customer]:
    """The customers to choose from: all when they are ``FEW``, else those of the cases that started
    last."""
    if not may(actor, actions.CUSTOMER_VIEW):
        return Choices((), True)
    first = select(*CUSTOMER).order_by(CustomerTable.place, CustomerTable.id).limit(FEW + 1)
    few = tuple(map(_view, connection.execute(first)))
    if len(few) <= FEW:
        return Choices(few, True)
    started = CaseTable.started_at.desc(), CaseTable.id.desc()
    latest = select(CaseTable.customer_id).order_by(*started).limit(LATEST)
    ids = [id for id in dict.fromkeys(connection.scalars(latest)) if id]
    known = _by_id(connection, ids)
    return Choices(tuple(known[id] for id in ids if id in known), False)


def matching(connection: Connection, actor: Actor, text: str, most: int) -> Choices[Customer]:
    """The customers that ``text`` may mean, at most so many: the one whose organisation number or
    whole name it is, else those that have its words."""
    if not may(actor, actions.CUSTOMER_VIEW):
        return Choices((), True)
    found = _REGISTER.some(connection, CustomerTable, select(*CUSTOMER), _view, q=text, limit=most)
    meant = text_search.meant(text, found.items, lambda c: (c.name, c.org_number))
    return Choices((meant,), True) if meant else Choices(found.items, found.next is None)


def by_id(connection: Connection, actor: Actor, ids: Iterable[str]) -> dict[str, Customer]:
    """Those of the customers with these ids that there are, by id."""
    return _by_id(connection, ids) if may(actor, actions.CUSTOMER_VIEW) else {}


def _by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Customer]:
    wanted = sorted({id for id in ids if id})
    if not wanted:
        return {}
    rows = connection.execute(select(*CUSTOMER).where(CustomerTable.id.in_(wanted)))
    return {row.customer_id: _view(row) for row in rows}


def _view(row: AnyRow) -> Customer:
    return Customer(row.customer_id, row.customer, row.org_number)
