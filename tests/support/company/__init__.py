"""A company with very many cases, of a few that the engine has run: ``multiply``.

Their rows are read once, and written again for every copy with what is other in it, by whatever
takes a database the fewest steps: streams of COPY on PostgreSQL, the driver's ``executemany`` on
SQLite; indexes come afterwards. Nothing looks for the rows of a case in a table that is being
filled: a planner that has seen the table with three cases in it would read it whole each time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Connection, create_engine, func, select

from engine.store.tables import CaseTable, HistoryTable
from tests.support.company import people, postgresql, sqlite
from tests.support.company.copies import ID_COLUMNS, SHARES, Copies, Report, Template, teams
from tests.support.company.values import PostgresqlValues, SqliteValues, Values


def multiply(
    url: str,
    cases: int,
    *,
    titles: Sequence[str] = (),
    colleagues: int = 0,
    role: str = "",
    workers: int = 2,
    report: Report = lambda _text: None,
) -> None:
    """Copy three cases until there are ``cases`` copies in the database at ``url``.

    :param url: a database that nobody else has open
    :param titles: of the three cases, which are taken in the order of their numbers, the one with
        the rarest copies first; by default there are no others
    :param colleagues: further people, who have ``role`` alone and nothing to do
    :param workers: processes that write to PostgreSQL, and indexes that are made at a time
    :param report: is called with what has been done, and the seconds that it took
    """
    is_postgresql = url.startswith("postgresql")
    values: Values = PostgresqlValues() if is_postgresql else SqliteValues()
    read = postgresql.read if is_postgresql else sqlite.read
    begun = time.monotonic()
    with _connected(url) as connection:
        people.add_teams(connection, teams(cases))
        people.add_colleagues(connection, colleagues, role)
        names = people.names(connection)
        found = list(_conditions(connection, titles))
        last = connection.scalar(select(func.max(HistoryTable.id))) or 0
    templates = [
        Template(title, {table: read(url, table, where) for table, where in conditions.items()})
        for title, conditions in found
    ]
    make = partial(Copies, values, templates, cases, names, last + 1)
    report(f"people and what is copied: {time.monotonic() - begun:.0f} s")
    if is_postgresql:
        postgresql.load(url, make, cases, workers, report)
    else:
        sqlite.load(url, make(), cases, report)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _conditions(
    connection: Connection, titles: Sequence[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """The cases that are copied: their titles, and by which condition their rows are found."""
    cases = select(CaseTable.id, CaseTable.customer_id, CaseTable.title).order_by(CaseTable.number)
    if titles:
        cases = cases.where(CaseTable.title.in_(titles))
    rows = connection.execute(cases).all()
    if len(rows) != len(SHARES):
        raise ValueError(f"there are {len(rows)} cases to copy, and not {len(SHARES)}")
    for row in rows:
        yield (
            row.title,
            {
                **dict.fromkeys(ID_COLUMNS, f"case_id = '{row.id}'"),
                "customer": f"id = '{row.customer_id}'",
                "process_case": f"id = '{row.id}'",
            },
        )
