"""The history as it is taken along: all facts that match, however many there are.

``engine.queries.history.search`` reads what a page shows, and no further than a bound. Here all is
read, step by step: each step looks at a bounded number of facts, so that it takes little memory and
its transaction is short, and the last one reaches the oldest fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection, select

from engine.access import actions
from engine.access.conditions import history_of
from engine.access.rules import authorize, sees_all
from engine.queries import facts, history, text_search
from engine.queries.objects import case_by_key
from engine.store.tables import HistoryTable
from engine.views import Actor, HistoryEntry

LOOKED_AT: Final = 5_000
"""Facts that one step tests for words and rights: some tens of milliseconds."""
READ: Final = 500
"""The most facts that one step gives: with details of 10 kB each they are 5 MB."""


@dataclass(frozen=True, slots=True)
class HistoryChoice:
    """Which facts are taken along; the fields are the arguments of ``history.search``."""

    case_id: str | None = None
    q: str = ""
    person: str | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def step(
    connection: Connection,
    actor: Actor,
    choice: HistoryChoice,
    after: facts.FactPosition | None,
) -> tuple[list[HistoryEntry], facts.FactPosition | None]:
    """The next facts behind ``after`` (None: from the newest), perhaps none, and the position that
    they reach (None: there are no more).

    :raises NotFound: for a case that the actor may not see
    """
    authorize(actor, actions.HISTORY_VIEW)
    conditions = history.equalities(connection, choice.person, choice.type)
    window = history.between(choice.since, choice.until)
    words = text_search.words(choice.q)
    order = facts.BY_TIME
    if choice.case_id is not None:
        thing = case_by_key(connection, actor, choice.case_id)
        authorize(actor, actions.CASE_VIEW, thing)
        order = facts.BY_NUMBER
        window.append(HistoryTable.case_id == thing.id)
        conditions += history.in_case(connection, thing.id, words)
    else:
        conditions += [] if sees_all(actor) else [facts.FactCondition(partial(history_of, actor))]
        conditions += history.anywhere_at_all(connection, words)
    if after is not None:
        window += facts.behind(after, order)
    end = None
    if conditions:
        end = _reach(connection, window, order)
        window += [] if end is None else [facts.not_behind(end, order)]
    tests = [condition.holds(HistoryTable) for condition in conditions]
    listed = history.joined().where(*window, *tests).order_by(*order).limit(READ)
    entries = [history.entry(row) for row in connection.execute(listed)]
    if len(entries) == READ:
        return entries, facts.FactPosition(entries[-1].at, entries[-1].id)
    return entries, end


def _reach(
    connection: Connection, window: facts.Window, order: facts.Order
) -> facts.FactPosition | None:
    """The position of the last fact that a step looks at; None when fewer are left."""
    last = select(HistoryTable.at, HistoryTable.id).where(*window).order_by(*order)
    row = connection.execute(last.offset(LOOKED_AT - 1).limit(1)).first()
    return None if row is None else facts.FactPosition(row.at, row.id)
