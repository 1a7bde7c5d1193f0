"""People and the customers that we serve. Names are sorted the Swedish way."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import NotFound
from engine.queries import search
from engine.queries.rows import PERSON, person_view
from engine.store.tables import PersonTable
from engine.views import Actor, CustomerRow, Person


def people(connection: Connection, actor: Actor) -> tuple[Person, ...]:
    """Everybody with an account, by name; for administrators also those who may not sign in any
    more."""
    authorize(actor, actions.PEOPLE_VIEW)
    statement = select(*PERSON)
    if not {actions.ADMINISTRATOR, actions.SYSTEM_RIGHT} & actor.rights:
        statement = statement.where(PersonTable.active)
    return _by_name(person_view(row) for row in connection.execute(statement))


def person(connection: Connection, username: str) -> Person:
    """The person with this user name, active or not. Raises ``NotFound``."""
    row = connection.execute(select(*PERSON).where(PersonTable.username == username)).first()
    if row is None:
        raise NotFound(f"There is nobody with the user name {username}.", username=username)
    return person_view(row)


def holders(connection: Connection, role: str | None) -> tuple[Person, ...]:
    """The active people who hold ``role``, by name; everybody when no role is asked for.

    The roles of a person are one small JSON list and accounts are few, so they are looked through
    here: no two databases ask into JSON alike.
    """
    rows = connection.execute(select(*PERSON).where(PersonTable.active))
    found = (person_view(row) for row in rows)
    return _by_name(p for p in found if role is None or role in p.roles)


def _by_name(found: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(sorted(found, key=by_name))


def by_name(view: Person | CustomerRow) -> tuple[str, str, str]:
    return (*search.swedish(view.name), view.id)
