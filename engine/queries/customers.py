"""Customers, as lists show them."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from engine.access import actions
from engine.access.rules import may
from engine.queries import text_search
from engine.queries.paging import MAX_PAGE
from engine.queries.people import by_name
from engine.store.tables import CaseTable, CustomerTable
from engine.views import Actor, CustomerRow


def search(connection: Connection, actor: Actor, q: str = "") -> tuple[CustomerRow, ...]:
    """Customers with the number of their cases, by name, at most ``MAX_PAGE``. Every word of ``q``
    must stand in the name or the organisation number. Actors without any role or right get no
    customers."""
    if not may(actor, actions.CUSTOMER_VIEW):
        return ()
    count = (
        select(func.count())
        .where(CaseTable.customer_id == CustomerTable.id)
        .correlate(CustomerTable)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(CustomerTable.id, CustomerTable.name, CustomerTable.org_number, count)
        .where(
            *text_search.contains_words(
                connection, text_search.words(q), (CustomerTable.name, CustomerTable.org_number)
            )
        )
        .order_by(CustomerTable.name, CustomerTable.id)
        .limit(MAX_PAGE)
    )
    return tuple(sorted((CustomerRow(*row) for row in rows), key=by_name))
