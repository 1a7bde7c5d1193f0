"""People with an account, as lists show them. Names are sorted the Swedish way."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import NotFound
from engine.queries import text_search
from engine.queries.objects import person_object
from engine.queries.rows import PERSON, person_view
from engine.store.tables import HistoryTable, PersonTable
from engine.views import SYSTEM, Account, Actor, CustomerRow, Person

ACCOUNTS = "accounts"
"""The history chain of facts about accounts."""


def all(connection: Connection, actor: Actor) -> tuple[Person, ...]:  # noqa: A001 - as in service
    """Everybody with an active account, by name; administrators get the closed accounts too."""
    authorize(actor, actions.PEOPLE_VIEW)
    statement = select(*PERSON)
    if not {actions.ADMINISTRATOR, actions.SYSTEM_RIGHT} & actor.rights:
        statement = statement.where(PersonTable.active)
    return _sorted(person_view(row) for row in connection.execute(statement))


def account(connection: Connection, actor: Actor, username: str) -> Account:
    """One's own account, or anybody's for administrators. Raises ``NotFound``."""
    row = connection.execute(
        select(*PERSON, PersonTable.password_at).where(PersonTable.username == username)
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no account {username!r}")
    authorize(actor, actions.PEOPLE_PASSWORD, person_object(connection, username))
    change = connection.execute(
        select(HistoryTable.at, PersonTable.name)
        .outerjoin(PersonTable, PersonTable.id == HistoryTable.actor_id)
        .where(
            HistoryTable.chain == ACCOUNTS,
            HistoryTable.type == "person.changed",
            HistoryTable.detail.contains(row.id),
        )
        .order_by(HistoryTable.seq.desc())
        .limit(1)
    ).first()
    changed = (change.name or SYSTEM.name, change.at) if change else (None, None)
    return Account(person_view(row), row.password_at, *changed)


def holders(connection: Connection, role: str | None) -> tuple[Person, ...]:
    """The active people who hold ``role``, by name; everybody for the role None.

    All active accounts are read: they are few, and databases search JSON in different ways.
    """
    rows = connection.execute(select(*PERSON).where(PersonTable.active))
    active = (person_view(row) for row in rows)
    return _sorted(person for person in active if role is None or role in person.roles)


def _sorted(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(sorted(people, key=by_name))


def by_name(view: Person | CustomerRow) -> tuple[str, str, str]:
    """The sort key of a person or customer: the name in Swedish order, then the id."""
    return (*text_search.swedish(view.name), view.id)
