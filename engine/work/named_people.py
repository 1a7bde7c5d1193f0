"""The people whom answers name: only they are read, never everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from engine.store.tables import PersonTable
from engine.work.forms import PLAN_ROWS

USERNAME_LENGTH: Final = 80
"""The most characters of a user name: the size of its column."""
AT_ONCE: Final = 500
"""The most people that one statement asks for."""


def usernames(connection: Connection, answers: Mapping[str, Any]) -> frozenset[str]:
    """The user names of active accounts among the answers of a form and the rows of its plan."""
    return frozenset(row.username for row in _active(connection, _of_answers(answers)))


def of_plan(connection: Connection, rows: Any) -> dict[str, Row[Any]]:
    """The people with active accounts whom rows of a plan name, by user name: ``id``, ``username``,
    ``name`` and ``roles`` of each."""
    return {row.username: row for row in _active(connection, _of_plan(rows))}


def _active(connection: Connection, named: Iterator[Any]) -> Iterator[Row[Any]]:
    texts = (name.strip() for name in named if isinstance(name, str))
    wanted = sorted({text for text in texts if 0 < len(text) <= USERNAME_LENGTH and _sent(text)})
    for first in range(0, len(wanted), AT_ONCE):
        yield from connection.execute(
            select(PersonTable.id, PersonTable.username, PersonTable.name, PersonTable.roles).where(
                PersonTable.username.in_(wanted[first : first + AT_ONCE]),
                PersonTable.active.is_(True),
            )
        )


def _sent(text: str) -> bool:
    """Whether a database takes the text: no user name has other characters."""
    return text.isascii() and text.isprintable()


def _of_answers(answers: Mapping[str, Any]) -> Iterator[Any]:
    for value in answers.values():
        yield value
        yield from _of_plan(value)


def _of_plan(rows: Any) -> Iterator[Any]:
    for row in rows[:PLAN_ROWS] if isinstance(rows, list | tuple) else ():
        if isinstance(row, Mapping):
            yield row.get("person")
