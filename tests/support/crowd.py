"""Very many people and customers, put straight into the tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert

from engine.store import words
from engine.store.names import place_of
from engine.store.tables import (
    CustomerTable,
    CustomerWordTable,
    PersonRoleTable,
    PersonTable,
    PersonWordTable,
)
from tests.support.rows import NOW

FIRST = ("Anna", "Bo", "Cecilia", "David", "Eva", "Fredrik", "Gun", "Hans", "Ida", "Åke")
LAST = ("Alm", "Berg", "Dahl", "Ek", "Fors", "Gran", "Holm", "Lind", "Sand", "Öst")


def crowd(
    connection: Connection, number: int, roles: Sequence[str] = (), *, first: int = 0
) -> list[str]:
    """So many people who all hold the roles; their user names, ``p00000`` and on from ``first``.
    A hundred names are given in turn, so that many people share one."""
    people: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for n in range(first, first + number):
        name = f"{FIRST[n % 10]} {LAST[n // 10 % 10]}"
        username = f"p{n:05}"
        person = {"id": f"crowd{n:05}", "username": username, "name": name, "place": place_of(name)}
        people.append(person)
        texts = words.of_text(name) | words.of_text(username)
        found += [{"person_id": person["id"], "word": word} for word in sorted(texts)]
    defaults = {
        "password_hash": "",
        "roles": list(roles),
        "rights": [],
        "active": True,
        "created_at": NOW,
        "password_at": NOW,
    }
    held = [
        {"person_id": p["id"], "role": role, "place": p["place"]} for p in people for role in roles
    ]
    connection.execute(insert(PersonTable), [{**defaults, **person} for person in people])
    connection.execute(insert(PersonWordTable), found)
    if held:
        connection.execute(insert(PersonRoleTable), held)
    return [person["username"] for person in people]


def clientele(connection: Connection, number: int, *, first: int = 0) -> None:
    """So many customers, whose names begin with ``Kund``."""
    rows: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for n in range(first, first + number):
        name, org_number = f"Kund {LAST[n % 10]} {n:05} AB", f"559{n // 10000:03}-{n % 10000:04}"
        id = f"kund{n:05}"
        rows.append(
            {"id": id, "name": name, "org_number": org_number, "place": place_of(name)}
            | {"created_at": NOW}
        )
        texts = words.of_text(name) | words.of_text(org_number)
        found += [{"customer_id": id, "word": word} for word in sorted(texts)]
    connection.execute(insert(CustomerTable), rows)
    connection.execute(insert(CustomerWordTable), found)
