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
    }
)
"""Lists for which the small company has less than these rows, which are then a part of the work."""
ASKED: Final = (*((EVERYTHING, one) for one in ALL), *((STAFF, one) for one in OF_STAFF))
PATHS: Final = tuple(dict.fromkeys(urlsplit(address).path for _, address in ASKED))

COUNTED: Final = frozenset({(EVERYTHING, "/metrics")})
"""What says how many processes stand still: it counts them, in an index of these alone."""

RUNNING: Final = "the running instances of every version are counted"
PEOPLE: Final = "everybody is read for a choice of people"
STILL_GROWING: Final[Mapping[str, str]] = {
    "/tasks": RUNNING,
    "/cases/": RUNNING,
    "/cases/{case}": PEOPLE,
    "/cases/{case}/plan": PEOPLE,
    "/cases/{case}/messages/{message}": PEOPLE,
    "/cases/new": PEOPLE,
    "/tasks/{task}": PEOPLE,
    "/history/": PEOPLE,
    "/history/export.csv": PEOPLE,
    "/definitions/": RUNNING,
    "/definitions/upload": RUNNING,
    "/definitions/{definition}": RUNNING,
    "/migration/{definition}": "every instance is tried inside the request",
    "/migration/jobs/{migration}": "the instances of a migration are counted by their states",
    "/people/": PEOPLE,
    "/people/settings": PEOPLE,
    "/overview/": "old figures are counted inside the request",
    "/incidents/": RUNNING,
    "/api/v1/tasks/{task}": PEOPLE,
    "/api/v1/customers": "customers are searched by reading all of them",
    "/api/v1/definitions": RUNNING,
}
"""What costs more all the same, and why. Whoever mends one takes it away here: the test says so."""

Found = Mapping[Asked, tuple[Costs, Costs]]


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def found(request: pytest.FixtureRequest, config: Config) -> Found:
    """What everything costs in the small company, and in the large one."""
    databases: Databases = request.getfixturevalue(f"_{request.param}")
    base = databases.fresh()
    lived(base, config)
    prepare(base, config)
    few, many = (_costs(databases, base, config, size) for size in (FEW, MANY))
    databases.drop(base)
    return {one: (few[one], many[one]) for one in ASKED}


def _costs(databases: Databases, base: str, config: Config, size: Size) -> Mapping[Asked, Costs]:
    url = databases.copy(base)
    try:
        grow(url, size)
        clock = FakeClock(NOW)
        with opened(url, config, clock) as company:
            assert reading(company.app) == asked(company.app)
            return costs(company, ASKED, clock)
    finally:
        databases.drop(url)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=pytest.mark.xfail(reason=STILL_GROWING[path], strict=True))
        if path in STILL_GROWING
        else path
        for path in PATHS
    ],
)
def test_what_is_read_costs_the_same_with_more_cases_and_more_people(
    found: Found, path: str
) -> None:
    dearer = []
    for one in ASKED:
        reader, address = one
        if urlsplit(address).path == path:
            few, many = found[one]
            whole = (f"reads the whole of {table}" for table in many.whole)
            dearer += [
                f"{address} for {reader}: {what}" for what in (*_more(one, few, many), *whole)
            ]
    assert not dearer, "\n".join(dearer)


def _more(one: Asked, few: Costs, many: Costs) -> Iterator[str]:
    """What the large company pays more for."""
    for what, least in ALLOWED.items():
        if what == "work" and one in COUNTED:
            continue
        small, large = getattr(few, what), getattr(many, what)
        looks = what == "work" and one in NOT_YET_ALL
        if large > RATIO * small + (LOOKED_AT * PER_ROW if looks else least):
            yield f"{what} {small} → {large}"
