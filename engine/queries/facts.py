"""Which facts make a page of the history, read along the shortest index and no further than a
bound.

A filter of the history (a type, a person, a word …) is a ``FactCondition``: a test of one fact,
and the ranges of indexes in which the facts that pass it stand. The page is read along the ranges
of the rarest condition, and the other conditions are tested on each of those facts. A page tests at
most ``LOOKED_AT`` facts, however rare the combination is; the next page continues from there.

Ranges that differ in one value only are one part of a statement, with the values as a list in one
parameter: a word of twenty people and twenty cases makes a statement no longer than one person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Subquery,
    TableValuedAlias,
    Text,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import InstrumentedAttribute, aliased

from engine.queries.rows import AnySelect
from engine.store.tables import HistoryTable

LOOKED_AT = 1_000
"""The most facts that one page tests, so that a page of a rare combination is not slow."""
WIDEST = 50
"""The most ranges along which a page with several conditions is read: each range may have to give
a whole page, so more of them would read too many facts."""

Facts = type[HistoryTable]
"""The history table, or an alias of some of its rows."""
Order = tuple[ColumnElement[Any], ...]
"""The columns that a list is sorted by."""
BY_TIME: Order = (HistoryTable.at.desc(), HistoryTable.id.desc())
"""The newest first, for facts of several cases, which were not written in one order."""
BY_NUMBER: Order = (HistoryTable.id.desc(),)
"""The last written first, for the facts of one case."""


class IndexRange(NamedTuple):
    """Facts that stand together in an index in ``order``, chosen by the condition ``only``. With
    ``values`` it is ``width`` ranges, one per value: ``only`` then compares a column with it."""

    only: ColumnElement[bool]
    order: Order = BY_TIME
    values: TableValuedAlias | None = None
    width: int = 1


def ranges(
    connection: Connection,
    column: InstrumentedAttribute[Any],
    values: Sequence[str],
    order: Order = BY_TIME,
) -> list[IndexRange]:
    """The index ranges of the facts whose ``column`` is one of ``values``."""
    if len(values) <= 1:
        return [IndexRange(column == value, order) for value in values]
    listed = _listed(connection, values)
    return [IndexRange(column == cast(listed.c.value, Text), order, listed, len(values))]


def by_ids(connection: Connection, ids: Sequence[int]) -> list[IndexRange]:
    """The range of the facts with the given ids; no range when there are none."""
    value = cast(_listed(connection, ids).c.value, Integer)
    return [IndexRange(HistoryTable.id.in_(select(value)))] if ids else []


def _listed(connection: Connection, values: Sequence[str] | Sequence[int]) -> TableValuedAlias:
    """The values as a table with the column ``value``: one bound parameter for all of them."""
    if connection.dialect.name == "sqlite":
        return func.json_each(json.dumps(values)).table_valued("value")
    return func.json_array_elements_text(cast(values, JSON)).table_valued("value")


ALL = IndexRange(true())
"""Every fact there is, by time."""


@dataclass(frozen=True, slots=True)
class FactCondition:
    """What a fact must fulfil: ``holds`` tests one fact, and ``ranges`` contain all facts that pass
    (None when there are too many ranges to read)."""

    holds: Callable[[Facts], ColumnElement[bool]]
    ranges: Sequence[IndexRange] | None = None


class FactPosition(NamedTuple):
    """The place of a fact in a list that is sorted by time, and by id among equal times."""

    at: datetime
    id: int


class FactPage(NamedTuple):
    """Which facts make a page: the conditions ``which`` select them (None: there are none). ``end``
    is the last position that was read; None when no facts are left behind it."""

    which: Sequence[ColumnElement[bool]] | None
    end: FactPosition | None = None


Window = Sequence[ColumnElement[bool]]
"""Conditions that all facts of a page fulfil: the time span and the place of the cursor."""
Way = Sequence[IndexRange]
"""The ranges of one condition, along which a page can be read."""


def find(
    connection: Connection,
    conditions: Sequence[FactCondition],
    window: Window,
    count: int,
    order: Order = BY_TIME,
) -> FactPage:
    """Select the first ``count`` facts in ``order`` that lie in the ``window`` and fulfil all the
    ``conditions``."""
    if any(w.ranges is not None and not w.ranges for w in conditions):
        return FactPage(None)
    if not conditions:
        return FactPage(window)
    if len(conditions) == 1 and conditions[0].ranges:
        return FactPage(_first(connection, conditions[0].ranges, window, count, order))
    narrow = [w.ranges for w in conditions if w.ranges and _width(w.ranges) <= WIDEST]
    way, end = _shortest(connection, narrow, window, count, order)
    others = [w for w in conditions if w.ranges is not way]
    if end is not None:
        window = [*window, not_behind(end, order)]
    seen = _merged(connection, way, window, _share(way, count)).subquery()
    fact = aliased(HistoryTable)
    matching = select(fact.id).join(seen, seen.c.id == fact.id)
    matching = matching.where(*(other.holds(fact) for other in others))
    return FactPage([HistoryTable.id.in_(_cut(matching, seen, count, order))], end)


def _first(
    connection: Connection, way: Way, window: Window, count: int, order: Order
) -> Sequence[ColumnElement[bool]]:
    """The first ``count`` facts of all ranges of a way together."""
    only = way[0]
    if len(way) == only.width == 1 and only.order is order:
        return [only.only, *window]
    seen = _merged(connection, way, window, count).subquery()
    return [HistoryTable.id.in_(_cut(select(seen.c.id), seen, count, order))]


def _share(way: Way, count: int) -> int:
    """How many facts of each range a page tests."""
    return max(LOOKED_AT // _width(way), count)


def _width(way: Way) -> int:
    return sum(part.width for part in way)


def _shortest(
    connection: Connection, ways: Sequence[Way], window: Window, count: int, order: Order
) -> tuple[Way, FactPosition | None]:
    """The way with the fewest facts. If every way has more than a page may test, the way along
    which a page gets furthest back in time, with the position that it reaches."""
    lengths = _lengths(connection, ways, window, count)
    whole = [i for i, length in lengths.items() if length is not None]
    if whole:
        return ways[min(whole, key=lambda i: lengths[i] or 0)], None
    fitting = [w for w in ways if order is BY_TIME or all(part.order is order for part in w)]
    if order is BY_TIME:
        fitting.append([ALL])
    ends = _ends(connection, fitting, window, count)
    furthest = min(range(len(fitting)), key=lambda i: ends.get(i, BEGINNING))
    return fitting[furthest], ends.get(furthest)


BEGINNING = FactPosition(datetime.min.replace(tzinfo=UTC), 0)
"""The position of a fact that would be older than all others."""


def _lengths(
    connection: Connection, ways: Sequence[Way], window: Window, count: int
) -> Mapping[int, int | None]:
    """How many facts each way has, by the way's index; None for more than a page may test."""
    counts = []
    for i, way in enumerate(ways):
        for part in way:
            some = _read(part, window, _share(way, count) + 1).subquery()
            length = select(func.count()).select_from(some).scalar_subquery()
            counts.append(_of_each(part, literal(i).label("way"), length.label("length")))
    lengths: dict[int, int | None] = dict.fromkeys(range(len(ways)), 0)
    for row in connection.execute(union_all(*counts)) if counts else ():
        before, cut = lengths[row.way], row.length > _share(ways[row.way], count)
        lengths[row.way] = None if cut or before is None else before + row.length
    return lengths


def _ends(
    connection: Connection, ways: Sequence[Way], window: Window, count: int
) -> Mapping[int, FactPosition]:
    """The position up to which all ranges of each way are read, by the way's index; ways whose
    ranges are read to their ends are left out."""
    lasts = []
    for i, way in enumerate(ways):
        for part in way:
            last = _read(part, window, 1).offset(_share(way, count) - 1)
            last_id = last.with_only_columns(HistoryTable.id).scalar_subquery()
            lasts.append(_of_each(part, literal(i).label("way"), last_id.label("id")))
    last_ones = union_all(*lasts).subquery()
    places = select(last_ones.c.way, HistoryTable.at, HistoryTable.id).join(
        last_ones, last_ones.c.id == HistoryTable.id
    )
    ends: dict[int, FactPosition] = {}
    for row in connection.execute(places):
        place = FactPosition(row.at, row.id)
        ends[row.way] = max(ends.get(row.way, place), place)
    return ends


def not_behind(end: FactPosition, order: Order) -> ColumnElement[bool]:
    """The condition that a fact comes no later in the list than ``end``."""
    if order is BY_NUMBER:
        return HistoryTable.id >= end.id
    newer = or_(HistoryTable.at > end.at, HistoryTable.id >= end.id)
    return and_(HistoryTable.at >= end.at, newer)


def behind(end: FactPosition, order: Order) -> list[ColumnElement[bool]]:
    """The conditions that a fact comes later in the list than ``end``."""
    if order is BY_NUMBER:
        return [HistoryTable.id < end.id]
    return [HistoryTable.at <= end.at, or_(HistoryTable.at < end.at, HistoryTable.id < end.id)]


@cache
def different(column: InstrumentedAttribute[Any]) -> AnySelect:
    """The different values of a column; each costs one step in its index."""
    first = select(func.min(column).label("value")).cte("different", recursive=True)
    following = select(func.min(column)).where(column > first.c.value).scalar_subquery()
    each = first.union_all(select(following).where(first.c.value.is_not(None)))
    return select(each.c.value).where(each.c.value.is_not(None))


# ---------------------------------------------------------------- statements


def _of_each(part: IndexRange, *columns: ColumnElement[Any]) -> AnySelect:
    """A statement of ``columns`` with one row for each range of ``part``."""
    chosen = select(*columns)
    return chosen if part.values is None else chosen.select_from(part.values)


def _read(part: IndexRange, window: Window, most: int) -> AnySelect:
    """The newest ``most`` facts of a range; with ``values``, of the range of the current value."""
    read = select(HistoryTable.at, HistoryTable.id).where(part.only, *window)
    read = read.order_by(*part.order).limit(most)
    return read if part.values is None else read.correlate(part.values)


def _newest(connection: Connection, part: IndexRange, window: Window, most: int) -> AnySelect:
    """The newest ``most`` facts of each range of ``part``."""
    read = _read(part, window, most)
    if part.values is None:
        return read
    if connection.dialect.name == "sqlite":  # has no LATERAL
        fact = aliased(HistoryTable)
        ids = read.with_only_columns(HistoryTable.id)
        return select(fact.at, fact.id).select_from(part.values).join(fact, fact.id.in_(ids))
    newest = read.lateral()
    return select(newest.c.at, newest.c.id).select_from(part.values).join(newest, true())


def _merged(connection: Connection, way: Way, window: Window, most: int) -> AnySelect:
    """The newest ``most`` facts of each range of a way, each fact once."""
    parts = [_newest(connection, part, window, most).subquery() for part in way]
    both = union(*(select(part.c.at, part.c.id) for part in parts)).subquery()
    merged = parts[0] if len(parts) == 1 else both
    return select(merged.c.at, merged.c.id)


def _cut(matching: AnySelect, seen: Subquery, count: int, order: Order) -> AnySelect:
    """The first ``count`` of the ``matching`` ids, in the order of the facts ``seen``."""
    by_time = [seen.c.at.desc()] if order is BY_TIME else []
    return select(matching.order_by(*by_time, seen.c.id.desc()).limit(count).subquery())
