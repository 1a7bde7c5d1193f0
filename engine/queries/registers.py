"""Pages of a register in the order of names: people, customers.

A search matches the beginnings of words, by their index. Where a word is in many names, the
register is read in its order instead, at most ``LOOKED_AT`` entries for one page: a page costs the
same whatever is searched for, and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from engine.queries import paging, text_search
from engine.queries.rows import AnyRow, AnySelect
from engine.store.base import Base
from engine.views import Page

V = TypeVar("V")

FEW: Final = 200
"""The most entries with a word that are looked up by their ids."""
LOOKED_AT: Final = 1_000
"""The most entries that one page tests for words that are in many names."""


@dataclass(frozen=True, slots=True)
class Register:
    """A list that is kept in the order of names: ``id`` of its entries and ``place`` are columns of
    the table that is read, ``words`` the index of their words. ``kind`` is that of its cursors."""

    kind: str
    id: InstrumentedAttribute[str]
    place: InstrumentedAttribute[str]
    words: text_search.WordIndex

    def page(
        self,
        connection: Connection,
        entry: type[Base],
        columns: AnySelect,
        view: Callable[[AnyRow], V],
        *,
        q: str = "",
        where: Sequence[ColumnElement[bool]] = (),
        cursor: str | None = None,
        limit: int = paging.MAX_PAGE,
    ) -> Page[V]:
        """A page of the entries with every word of ``q``. ``columns`` selects from the table
        ``entry``, whose ``id`` the register's ``id`` is."""
        paging.check_limit(limit)
        after = paging.decode(self.kind, cursor, paging.text_part, paging.text_part)
        wanted = text_search.words(q)
        found = [self.words.owners(connection, word, FEW) for word in wanted]
        common = [word for word, ids in zip(wanted, found, strict=True) if ids is None]
        listed = self._listed([ids for ids in found if ids is not None], where, after)
        most = LOOKED_AT if common else limit + 1
        looked = listed.limit(most).subquery()
        statement = columns.add_columns(looked.c.id.label("entry_id"), looked.c.place.label("at"))
        rows = connection.execute(
            statement.join(looked, looked.c.id == entry.__table__.c.id)
            .where(*(self.words.has(looked.c.id, word) for word in common))
            .order_by(looked.c.place, looked.c.id)
            .limit(limit + 1)
        ).all()
        page = paging.page(rows, limit, view, lambda row: self._cursor(row.at, row.entry_id))
        if page.next is not None or not common:
            return page
        # The page is not full because it has looked at so many entries, or at all.
        last = connection.execute(listed.offset(LOOKED_AT - 1).limit(1)).first()
        return Page(page.items, self._cursor(last.place, last.id) if last is not None else None)

    def some(
        self,
        connection: Connection,
        entry: type[Base],
        columns: AnySelect,
        view: Callable[[AnyRow], V],
        *,
        q: str,
        where: Sequence[ColumnElement[bool]] = (),
        limit: int,
    ) -> Page[V]:
        """The first page; where its entries are too far on in the register to be on it, some of
        them, so that what is searched for to be chosen is found."""
        page = self.page(connection, entry, columns, view, q=q, where=where, limit=limit)
        if page.items or page.next is None:
            return page
        longest = max(text_search.words(q), key=len)
        owners = self.id.in_(self.words.some_owners(connection, longest))
        narrowed = (*where, owners)
        return self.page(connection, entry, columns, view, q=q, where=narrowed, limit=limit)

    def _listed(
        self,
        owners: Sequence[list[str]],
        where: Sequence[ColumnElement[bool]],
        after: tuple[Any, ...] | None,
    ) -> AnySelect:
        """The entries that fulfil the conditions, after a place, in their order; of several words'
        owners those that have all."""
        conditions = list(where)
        if owners:
            both = set(owners[0]).intersection(*owners[1:])
            conditions.append(self.id.in_(sorted(both)))
        if after is not None:
            place, id = after
            further = or_(self.place > place, self.id > id)
            conditions.append(and_(self.place >= place, further))
        entries = select(self.id.label("id"), self.place.label("place"))
        return entries.where(*conditions).order_by(self.place, self.id)

    def _cursor(self, place: str, id: str) -> str:
        return paging.encode(self.kind, place, id)
