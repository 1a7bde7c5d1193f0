"""Nothing that can be read costs more because there are more cases or more people.

Every page, and every operation of the API that reads, is asked for in a company with few of them
and in one with many: lists with their filters, searches and pages far down. What is compared is
counted, so that it is the same on every machine: statements, rows that come back, the work of the
database, bytes of the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

import pytest

from engine import Config, FakeClock
from tests.support.databases import Databases
from tests.support.growth.addresses import ALL, OF_STAFF, asked, reading
from tests.support.growth.counting import Costs
from tests.support.growth.ground import (
    EVERYTHING,
    FEW,
    MANY,
    Asked,
    Size,
    costs,
    grow,
    opened,
    prepare,
    read_whole,
)
from tests.support.growth.places import STAFF
from tests.support.lived import NOW, lived

RATIO: Final = 1.3
"""How many times what it costs in the small company an answer may cost in the large one."""
ALLOWED: Final = {"statements": 1, "rows": 10, "work": 600, "length": 1_000}
"""What is no growth, although it is more than that many times a small number: a list that has a
last page here and a full one there, names and numbers that are longer."""
LOOKED_AT: Final = 1_000
"""Rows that a list of what only some may see looks at, and that are counted of a group, at most."""
PER_ROW: Final = 60
"""Instructions of SQLite's machine for each of them."""
BOUND: Final = {"rows": LOOKED_AT, "work": LOOKED_AT * PER_ROW, "length": 12_000}
"""What looking at so many costs, and the length of a page of them."""
NOT_YET_ALL: Final = frozenset(
    {
        (EVERYTHING, "/tasks"),
        (EVERYTHING, "/tasks?due=late"),
        (EVERYTHING, "/tasks?show=role"),
        (EVERYTHING, "/tasks?show=all&phase=C"),
        (STAFF, "/tasks?show=role"),
        (STAFF, "/tasks?show=all&due=today"),
        (STAFF, "/tasks?show=all&phase=C"),
        (STAFF, "/cases/?state=incident"),
        (EVERYTHING, "/cases/?state=all&phase=C&q=k"),
        (STAFF, "/cases/?state=all&phase=C&q=k"),
        (STAFF, "/cases/?phase=C"),
        (EVERYTHING, "/api/v1/cases?state=all&assignee={person}"),
        (EVERYTHING, "/api/v1/cases?state=all&phase=C"),
        (EVERYTHING, "/history/?q=k&cursor={fact_cursor}"),
        (STAFF, "/history/?since={day}&until={day}"),
    }
)
"""Lists for which the small company has less than these rows, or no full page: what is looked at is
then a part of the work, up to the bound."""
ASKED: Final = (*((EVERYTHING, one) for one in ALL), *((STAFF, one) for one in OF_STAFF))
PATHS: Final = tuple(dict.fromkeys(urlsplit(address).path for _, address in ASKED))

COUNTED: Final = frozenset({(EVERYTHING, "/metrics")})
"""What says how many processes stand still: it counts them, in an index of these alone."""

STILL_GROWING: Final[Mapping[str, str]] = {}
"""What costs more all the same, and why. Whoever mends one takes it away here: the test says so."""
READ_WHOLE: Final[Mapping[str, str]] = {}
"""For what PostgreSQL reads a large table whole all the same, and why."""

Found = Mapping[Asked, tuple[Costs, Costs]]


def base(databases: Databases, config: Config) -> str:
    url = databases.fresh()
    lived(url, config)
    prepare(url, config)
    return url


@pytest.fixture(scope="module")
def found(_sqlite: Databases, config: Config) -> Found:
    """What everything costs in the small company, and in the large one."""
    start = base(_sqlite, config)
    few, many = (_costs(_sqlite, start, config, size) for size in (FEW, MANY))
    return {one: (few[one], many[one]) for one in ASKED}


def _costs(databases: Databases, start: str, config: Config, size: Size) -> Mapping[Asked, Costs]:
    url, clock = databases.copy(start), FakeClock(NOW)
    try:
        grow(url, size)
        with opened(url, config, clock) as company:
            assert reading(company.app) == asked(company.app)
            return costs(company, ASKED, clock)
    finally:
        databases.drop(url)


@pytest.fixture(scope="module")
def whole(_postgresql: Databases, config: Config) -> Iterator[Mapping[Asked, list[str]]]:
    """The large tables that PostgreSQL reads whole, for each answer."""
    url = base(_postgresql, config)
    grow(url, MANY)
    with opened(url, config, FakeClock(NOW)) as company:
        yield read_whole(company, ASKED)
    _postgresql.drop(url)


@pytest.mark.parametrize("path", PATHS)
def test_what_is_read_costs_the_same_with_more_cases_and_more_people(
    found: Found, path: str
) -> None:
    dearer = [
        f"{address} for {reader}: {what}"
        for reader, address in ASKED
        if urlsplit(address).path == path
        for what in _more((reader, address), *found[reader, address])
    ]
    as_known(dearer, path, STILL_GROWING)


@pytest.mark.postgresql
@pytest.mark.parametrize("path", PATHS)
def test_no_large_table_is_read_whole(whole: Mapping[Asked, list[str]], path: str) -> None:
    tables = [
        f"{address} for {reader}: {table}"
        for reader, address in ASKED
        if urlsplit(address).path == path
        for table in whole[reader, address]
    ]
    as_known(tables, path, READ_WHOLE)


def as_known(faults: list[str], path: str, known: Mapping[str, str]) -> None:
    """There are none, but for what is known; and what is known is still there."""
    if path in known:
        assert faults, f"mended: take {path} away from what is known ({known[path]})"
    else:
        assert not faults, "\n".join(faults)


def _more(one: Asked, few: Costs, many: Costs) -> Iterator[str]:
    """What the large company pays more for."""
    for what, least in ALLOWED.items():
        if what == "work" and one in COUNTED:
            continue
        small, large = getattr(few, what), getattr(many, what)
        allowed = BOUND.get(what, least) if one in NOT_YET_ALL else least
        if large > RATIO * small + allowed:
            yield f"{what} {small} → {large}"
