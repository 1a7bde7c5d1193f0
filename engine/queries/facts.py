"""Which facts make a page of the history: read along the shortest index, no further than a bound.

Each thing that is wanted (a type, a person, a word …) says where the facts that have it stand, as
ranges of indexes, and how to tell by the fact itself. The page is read along the ranges of what is
rarest; the others are asked of each fact. However rare what is wanted may be together, a page looks
at ``LOOKED_AT`` facts at most: what it has not found by then, the next page goes on to look for.

Ranges that differ in one value only are one part of a statement, to which the values are a list: a
word of twenty people and twenty cases makes no longer statement than one of a single person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
WIDEST = 50
"""Ranges along which a page is read when each fact is asked for more: from each range it takes as
many as it may have to show."""

Facts = type[HistoryTable]
"""The table, or those of its rows that were read."""
Order = tuple[ColumnElement[Any], ...]
BY_TIME: Order = (HistoryTable.at.desc(), HistoryTable.id.desc())
BY_NUMBER: Order = (HistoryTable.id.desc(),)


class Range(NamedTuple):
    """Facts that stand together in an index, and in which order. With ``values`` these are
    ``width`` ranges, one for each of them: ``only`` compares with the value."""

    only: ColumnElement[bool]
    order: Order = BY_TIME
    values: TableValuedAlias | None = None
    width: int = 1


def ranges(
    connection: Connection,
    column: InstrumentedAttribute[Any],
    values: Sequence[str],
    order: Order = BY_TIME,
) -> list[Range]:
    """The ranges of an index in which ``column`` is one of ``values``."""
    if len(values) <= 1:
        return [Range(column == value, order) for value in values]
    listed = _listed(connection, values)
    return [Range(column == cast(listed.c.value, Text), order, listed, len(values))]


def these(connection: Connection, ids: Sequence[int]) -> list[Range]:
    """The facts with these ids."""
    value = cast(_listed(connection, ids).c.value, Integer)
    return [Range(HistoryTable.id.in_(select(value)))] if ids else []


def _listed(connection: Connection, values: Sequence[str] | Sequence[int]) -> TableValuedAlias:
    """The values as a table of one column, ``value``: one parameter, however many they are."""
    if connection.dialect.name == "sqlite":
        return func.json_each(json.dumps(values)).table_valued("value")
    return func.json_array_elements_text(cast(values, JSON)).table_valued("value")


ALL = Range(true())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a fact must be. ``ranges`` are all places where such facts stand, None when these are
    too many to be read one by one."""

    holds: Callable[[Facts], ColumnElement[bool]]
    ranges: Sequence[Range] | None = None


class Place(NamedTuple):
    at: datetime
    id: int


class Found(NamedTuple):
    """Which facts make the page, None for none at all; ``end`` is the last place that was looked
    at, None when nothing lies behind it that could be wanted."""

    which: Sequence[ColumnElement[bool]] | None
    end: Place | None = None


Window = Sequence[ColumnElement[bool]]
Way = Sequence[Range]


def find(
    connection: Connection,
    wanted: Sequence[Wanted],
    window: Window,
    count: int,
    order: Order = BY_TIME,
) -> Found:
    """The facts in the ``window`` that are all that is ``wanted``, of which the first ``count`` in
    the ``order`` are to be read."""
    if any(w.ranges is not None and not w.ranges for w in wanted):
        return Found(None)
    if not wanted:
        return Found(window)
    if len(wanted) == 1 and wanted[0].ranges:
        return Found(_first(connection, wanted[0].ranges, window, count, order))
    narrow = [w.ranges for w in wanted if w.ranges and _width(w.ranges) <= WIDEST]
    way, end = _shortest(connection, narrow, window, count, order)
    others = [w for w in wanted if w.ranges is not way]
    if end is not None:
        window = [*window, _not_behind(end, order)]
    seen = _merged(connection, way, window, _share(way, count)).subquery()
    fact = aliased(HistoryTable)
    found = select(fact.id).join(seen, seen.c.id == fact.id)
    found = found.where(*(other.holds(fact) for other in others))
    return Found([HistoryTable.id.in_(_cut(found, seen, count, order))], end)


def _first(
    connection: Connection, way: Way, window: Window, count: int, order: Order
) -> Sequence[ColumnElement[bool]]:
    """The first of all ranges of a way together."""
    only = way[0]
    if len(way) == only.width == 1 and only.order is order:
        return [only.only, *window]
    seen = _merged(connection, way, window, count).subquery()
    return [HistoryTable.id.in_(_cut(select(seen.c.id), seen, count, order))]


def _share(way: Way, count: int) -> int:
    """How many facts of each range a page looks at."""
    return max(LOOKED_AT // _width(way), count)


def _width(way: Way) -> int:
    return sum(part.width for part in way)


def _shortest(
    connection: Connection, ways: Sequence[Way], window: Window, count: int, order: Order
) -> tuple[Way, Place | None]:
    """The way with the fewest facts along it, or, where all have more than a page may look at,
    the one along which it comes furthest back; and how far that is."""
    lengths = _lengths(connection, ways, window, count)
    whole = [i for i, length in lengths.items() if length is not None]
    if whole:
        return ways[min(whole, key=lambda i: lengths[i] or 0)], None
    fitting = [w for w in ways if order is BY_TIME or all(part.order is order for part in w)]
    if order is BY_TIME:
        fitting.append([ALL])
    ends = _ends(connection, fitting, window, count)
    furthest = min(range(len(fitting)), key=lambda i: ends.get(i, _BEGINNING))
    return fitting[furthest], ends.get(furthest)


_BEGINNING = Place(datetime.min.replace(tzinfo=UTC), 0)


def _lengths(
    connection: Connection, ways: Sequence[Way], window: Window, count: int
) -> Mapping[int, int | None]:
    """How many facts stand along each way, None where that is more than a page looks at."""
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
) -> Mapping[int, Place]:
    """As far back as all ranges of each way are looked at, where that is not to their end."""
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
    ends: dict[int, Place] = {}
    for row in connection.execute(places):
        place = Place(row.at, row.id)
        ends[row.way] = max(ends.get(row.way, place), place)
    return ends


def _not_behind(end: Place, order: Order) -> ColumnElement[bool]:
    if order is BY_NUMBER:
        return HistoryTable.id >= end.id
    newer = or_(HistoryTable.at > end.at, HistoryTable.id >= end.id)
    return and_(HistoryTable.at >= end.at, newer)


# ---------------------------------------------------------------- statements


def _of_each(part: Range, *columns: ColumnElement[Any]) -> AnySelect:
    """``columns`` for each of the ranges of ``part``."""
    chosen = select(*columns)
    return chosen if part.values is None else chosen.select_from(part.values)


def _read(part: Range, window: Window, most: int) -> AnySelect:
    """The newest of a range; where that is one of many, of the one whose value is at hand."""
    read = select(HistoryTable.at, HistoryTable.id).where(part.only, *window)
    read = read.order_by(*part.order).limit(most)
    return read if part.values is None else read.correlate(part.values)


def _newest(connection: Connection, part: Range, window: Window, most: int) -> AnySelect:
    """The newest of each of the ranges of ``part``."""
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
    """The newest of each of the ranges of a way, each fact once."""
    parts = [_newest(connection, part, window, most).subquery() for part in way]
    both = union(*(select(part.c.at, part.c.id) for part in parts)).subquery()
    merged = parts[0] if len(parts) == 1 else both
    return select(merged.c.at, merged.c.id)


def _cut(found: AnySelect, seen: Subquery, count: int, order: Order) -> AnySelect:
    """The first ``count`` of what was ``found`` among those ``seen``."""
    by_time = [seen.c.at.desc()] if order is BY_TIME else []
    return select(found.order_by(*by_time, seen.c.id.desc()).limit(count).subquery())
