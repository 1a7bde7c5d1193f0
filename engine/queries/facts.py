"""Which facts make a page of the history: read along the shortest index, no further than a bound.

Each thing that is wanted (a type, a person, a word …) says where the facts that have it stand, as
ranges of indexes, and how to tell by the fact itself. The page is read along the ranges of what is
rarest; the others are asked of each fact. However rare what is wanted may be together, a page looks
at ``LOOKED_AT`` facts at most: what it has not found by then, the next page goes on to look for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from engine.queries.rows import AnySelect
from engine.store.models import History

LOOKED_AT = 2_000

Facts = type[History]
"""The table, or those of its rows that were read."""
Order = tuple[ColumnElement[Any], ...]
BY_TIME: Order = (History.at.desc(), History.id.desc())
BY_NUMBER: Order = (History.id.desc(),)


class Range(NamedTuple):
    """Facts that stand together in an index, and in which order."""

    only: ColumnElement[bool]
    order: Order = BY_TIME


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


def find(
    conn: Connection,
    wanted: Sequence[Wanted],
    window: Sequence[ColumnElement[bool]],
    count: int,
    everything: Range = ALL,
) -> Found:
    """The facts of ``everything`` that lie in the ``window`` and are all that is ``wanted``, of
    which the first ``count`` in its order are to be read."""
    if any(w.ranges is not None and not w.ranges for w in wanted):
        return Found(None)
    narrow = [w.ranges for w in wanted if w.ranges]
    if not wanted:
        return Found([everything.only, *window])
    if len(wanted) == len(narrow) == 1 and [part.order for part in narrow[0]] == [everything.order]:
        return Found([narrow[0][0].only, *window])
    ways = [*narrow, [everything]]
    shares = [max(LOOKED_AT // len(way), count) for way in ways]
    way, is_cut = _shortest(conn, ways, shares, window)
    ranges, share = ways[way], shares[way]
    others = [w for w in wanted if w.ranges is not ranges]
    end = _end(conn, ranges, window, share) if is_cut else None
    if end is not None:
        window = [*window, _not_behind(end, everything.order)]
    parts = [_looked_at(part, window, share, others, everything.order, count) for part in ranges]
    return Found([History.id.in_(_merged(parts, everything.order, count))], end)


def _shortest(
    conn: Connection,
    ways: Sequence[Sequence[Range]],
    shares: Sequence[int],
    window: Sequence[ColumnElement[bool]],
) -> tuple[int, bool]:
    """The way with the fewest facts along it, counted no further than a page may look; and whether
    there are more."""
    counts = []
    for way, (ranges, share) in enumerate(zip(ways, shares, strict=True)):
        for part in ranges:
            some = _read(part, window, share + 1).subquery()
            length = select(func.count()).select_from(some).scalar_subquery()
            counts.append(select(literal(way).label("way"), length.label("length")))
    lengths = [0] * len(ways)
    cut = [False] * len(ways)
    for row in conn.execute(union_all(*counts)):
        lengths[row.way] += row.length
        cut[row.way] |= row.length > shares[row.way]
    shortest = min(range(len(ways)), key=lambda way: (cut[way], lengths[way]))
    return shortest, cut[shortest]


def _end(
    conn: Connection, ranges: Sequence[Range], window: Sequence[ColumnElement[bool]], share: int
) -> Place | None:
    """As far back as all the ranges are looked at."""
    ends = []
    for part in ranges:
        last = _read(part, window, 1).offset(share - 1).subquery()
        ends.append(select(last.c.at, last.c.id))
    return max((Place(row.at, row.id) for row in conn.execute(union_all(*ends))), default=None)


def _not_behind(end: Place, order: Order) -> ColumnElement[bool]:
    if order is BY_NUMBER:
        return History.id >= end.id
    newer = or_(History.at > end.at, History.id >= end.id)
    return and_(History.at >= end.at, newer)


def _read(part: Range, window: Sequence[ColumnElement[bool]], most: int) -> AnySelect:
    """The newest of a range."""
    columns = select(History.at, History.id)
    return columns.where(part.only, *window).order_by(*part.order).limit(most)


def _looked_at(
    part: Range,
    window: Sequence[ColumnElement[bool]],
    share: int,
    others: Sequence[Wanted],
    order: Order,
    count: int,
) -> AnySelect:
    """Those among the newest of a range that are what the ``others`` want too."""
    newest = select(History).where(part.only, *window).order_by(*part.order).limit(share)
    seen = aliased(History, newest.subquery())
    found = select(seen.at, seen.id).where(*(other.holds(seen) for other in others))
    by_time = [seen.at.desc()] if order is BY_TIME else []
    return found.order_by(*by_time, seen.id.desc()).limit(count)


def _merged(parts: Sequence[AnySelect], order: Order, count: int) -> AnySelect:
    """The ids of the first ``count`` of all parts together."""
    found = parts[0].subquery()
    if len(parts) > 1:
        found = union(*(select(part.subquery()) for part in parts)).subquery()
    by_time = [found.c.at.desc()] if order is BY_TIME else []
    return select(select(found.c.id).order_by(*by_time, found.c.id.desc()).limit(count).subquery())
