"""People in numbers: a team for every thousand cases, and colleagues of one role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from engine.store.tables import PersonTable, PersonWordTable
from engine.store.words import of_text
from tests.support.company.copies import TEAM

FIRST_NAMES: Final = (
    "Anna Bengt Cecilia David Elsa Fredrik Greta Hans Ingrid Johan Karin Lars Maria Nils Olga "
    "Per Rut Sven Tova Ulf Vera Wilma Yngve Zara Åsa Ärla Östen"
).split()
LAST_NAMES: Final = (
    "Andersson Berg Carlsson Dahl Ek Forsberg Gren Holm Isaksson Jansson Karlsson Lind Moberg "
    "Nyström Olsson Persson Quist Rosén Sjögren Törn Ullman Wiberg Zetterlund Åkesson Öberg"
).split()
COLLEAGUE: Final = 0xC0000000
"""Where the numbers of colleagues begin in ids."""


def add_teams(connection: Connection, teams: int) -> None:
    """All people that there are once more for each team, with names of their own."""
    people = connection.execute(select(PersonTable).order_by(PersonTable.username)).mappings().all()
    _add(
        connection,
        [
            {
                **person,
                "id": f"{TEAM + team:08x}{person['id'][8:]}",
                "username": f"{person['username']}-{team}",
                "name": _name(team * len(people) + place),
                "email": None,
            }
            for team in range(teams)
            for place, person in enumerate(people)
        ],
    )


def add_colleagues(connection: Connection, count: int, role: str) -> None:
    """So many people who have one role alone, and nothing to do."""
    like = connection.execute(select(PersonTable).order_by(PersonTable.username)).mappings().first()
    assert like is not None
    _add(
        connection,
        [
            {
                **like,
                "id": f"{COLLEAGUE + number:08x}{like['id'][8:]}",
                "username": f"kollega-{number}",
                "name": _name(number),
                "email": None,
                "roles": [role],
                "rights": [],
            }
            for number in range(count)
        ],
    )


def names(connection: Connection) -> Mapping[str, str]:
    """What everybody is called, by id."""
    rows = connection.execute(select(PersonTable.id, PersonTable.name))
    return {row.id: row.name for row in rows}


def _name(number: int) -> str:
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    return f"{first} {LAST_NAMES[number // len(FIRST_NAMES) % len(LAST_NAMES)]}"


def _add(connection: Connection, people: Sequence[Mapping[str, Any]]) -> None:
    if not people:
        return
    connection.execute(insert(PersonTable), [dict(person) for person in people])
    connection.execute(
        insert(PersonWordTable),
        [
            {"person_id": person["id"], "word": word}
            for person in people
            for word in sorted(of_text(f"{person['username']} {person['name']}"))
        ],
    )
