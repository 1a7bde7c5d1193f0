"""The numbers of cases: one series a year, ``2026-0001``, ``2026-0002`` …

A case has its number from its first step on, for its process may say it to people. On PostgreSQL
the number comes from a sequence, which is no part of the transaction: nobody who starts a case
waits for another's commit, and a start that fails leaves a gap. SQLite has one writer at a time
anyway, so there the series is a row, without gaps.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Sequence,
    bindparam,
    cast,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.schema import CreateSequence

from engine.store.tables import CaseTable, CounterTable

_NEXT: Final = select(func.nextval(func.to_regclass(bindparam("name"))))
"""The next number of a sequence; null when there is none of that name."""
_LOCK: Final = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))


def take(connection: Connection, year: int) -> str:
    """The next number of the year's series."""
    if connection.dialect.name == "sqlite":
        return written(year, _from_row(connection, f"case-{year}"))
    name = f"case_number_{year}"
    number = connection.scalar(_NEXT, {"name": name})
    if number is None:
        number = _from_new_sequence(connection, name, year)
    return written(year, number)


def written(year: int, number: int) -> str:
    """A number as people see it: ``2026-0001``."""
    return f"{year}-{number:04d}"


def _from_row(connection: Connection, name: str) -> int:
    raised = connection.execute(
        update(CounterTable).where(CounterTable.name == name).values(value=CounterTable.value + 1)
    )
    if raised.rowcount == 0:
        connection.execute(insert(CounterTable).values(name=name, value=1))
    return connection.scalars(select(CounterTable.value).where(CounterTable.name == name)).one()


def prepare(connection: Connection, year: int) -> None:
    """Make a year's sequence, for an account that may not make one; nothing on SQLite."""
    if connection.dialect.name != "sqlite":
        _make_sequence(connection, f"case_number_{year}", year)


def _from_new_sequence(connection: Connection, name: str, year: int) -> int:
    """The first number of a sequence that is made here."""
    _make_sequence(connection, name, year)
    return int(connection.scalars(_NEXT, {"name": name}).one())


def _make_sequence(connection: Connection, name: str, year: int) -> None:
    """Make a sequence, unless there is one, behind the numbers that the year's cases have already.
    Whoever comes at the same moment waits, once a year."""
    connection.execute(_LOCK, {"name": name})
    digits = func.substr(CaseTable.number, len(str(year)) + 2)
    of_year = CaseTable.number.regexp_match(f"^{year}-[0-9]{{1,9}}$")
    last = connection.scalar(select(func.max(cast(digits, BigInteger))).where(of_year)) or 0
    # Whoever held the lock before has made it; a look for its name may not see that yet.
    connection.execute(CreateSequence(Sequence(name, start=last + 1), if_not_exists=True))
