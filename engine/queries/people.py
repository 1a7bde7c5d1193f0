"""People with an account, as lists and choices show them. Names are in Swedish order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import NotFound
from engine.queries import paging, text_search
from engine.queries.objects import person_object
from engine.queries.registers import Register
from engine.queries.rows import PERSON, people_by_id, person_view
from engine.store.tables import PersonRoleTable, PersonTable
from engine.views import SYSTEM, Account, Actor, Choices, Page, Person

ACCOUNTS: Final = "accounts"
"""The history chain of facts about accounts."""
_EVERYBODY: Final = Register("people", PersonTable.id, PersonTable.place, text_search.PEOPLE)
_HOLDERS: Final = Register(
    "people", PersonRoleTable.person_id, PersonRoleTable.place, text_search.PEOPLE
)


def all(connection: Connection, actor: Actor) -> tuple[Person, ...]:  # noqa: A001 - as in service
    """Everybody with an active account, by name; administrators get the closed accounts too. This
    reads everybody: it is for programs, pages have ``search``."""
    authorize(actor, actions.PEOPLE_VIEW)
    statement = select(*PERSON).order_by(PersonTable.place, PersonTable.id)
    if not _sees_closed(actor):
        statement = statement.where(PersonTable.active)
    return tuple(map(person_view, connection.execute(statement)))


def exist(connection: Connection) -> bool:
    """Whether anybody has an account."""
    return connection.scalar(select(PersonTable.id).limit(1)) is not None


def search(
    connection: Connection,
    actor: Actor,
    *,
    q: str = "",
    role: str | None = None,
    cursor: str | None = None,
    limit: int = paging.MAX_PAGE,
) -> Page[Person]:
    """A page of everybody with an active account, by name; administrators get the closed accounts
    too, unless a ``role`` is asked for, which nobody with a closed account holds."""
    authorize(actor, actions.PEOPLE_VIEW)
    if role is not None:
        register, where = _HOLDERS, [PersonRoleTable.role == role]
    else:
        register, where = _EVERYBODY, [] if _sees_closed(actor) else [PersonTable.active.is_(True)]
    return register.page(
        connection,
        PersonTable,
        select(*PERSON),
        person_view,
        q=q,
        where=where,
        cursor=cursor,
        limit=limit,
    )


def matching(
    connection: Connection,
    actor: Actor,
    text: str,
    role: str | None,
    most: int,
    *,
    closed: bool = False,
) -> Choices[Person]:
    """The people that ``text`` may mean, at most so many: the one whose user name or whole name it
    is, else those that have its words. They hold ``role``, if one is asked for, and have an active
    account, unless the actor may see the ``closed`` ones and wants them too."""
    authorize(actor, actions.PEOPLE_VIEW)
    name = " ".join(text_search.words(text)).lower()
    own = select(*PERSON).where(PersonTable.username == name)
    exact = connection.execute(own).one_or_none()
    everybody = closed and _sees_closed(actor)
    if exact is not None and (exact.active or everybody) and role in (None, *exact.roles):
        return Choices((person_view(exact),), True)
    if role is not None:
        register, where = _HOLDERS, [PersonRoleTable.role == role]
    else:
        register, where = _EVERYBODY, [] if everybody else [PersonTable.active.is_(True)]
    found = register.some(
        connection, PersonTable, select(*PERSON), person_view, q=text, where=where, limit=most
    )
    meant = text_search.meant(text, found.items, lambda p: (p.name,))
    return Choices((meant,), True) if meant else Choices(found.items, found.next is None)


def named(connection: Connection, actor: Actor, usernames: Iterable[str]) -> dict[str, Person]:
    """Those of the people with these user names that there are, active or not, by user name."""
    authorize(actor, actions.PEOPLE_VIEW)
    wanted = sorted({name for name in usernames if name})
    if not wanted:
        return {}
    rows = connection.execute(select(*PERSON).where(PersonTable.username.in_(wanted)))
    return {row.username: person_view(row) for row in rows}


def by_id(connection: Connection, actor: Actor, ids: Iterable[str]) -> dict[str, Person]:
    """Those of the people with these ids that there are, active or not, by id."""
    authorize(actor, actions.PEOPLE_VIEW)
    return people_by_id(connection, ids)


def holders(
    connection: Connection, actor: Actor, roles: Collection[str], most: int
) -> dict[str, Choices[Person]]:
    """The first people, by name, of each role, at most so many of each."""
    authorize(actor, actions.PEOPLE_VIEW)
    ids = holder_ids(connection, roles, most + 1)
    people = people_by_id(connection, (id for of in ids.values() for id in of[:most]))
    return {
        role: Choices(tuple(people[id] for id in of[:most]), len(of) <= most)
        for role, of in ids.items()
    }


def holder_ids(
    connection: Connection, roles: Collection[str], most: int
) -> Mapping[str, list[str]]:
    """Ids of the first people, by name, of each role, at most so many of each, in one statement."""
    found: dict[str, list[str]] = {role: [] for role in roles}
    if not roles:
        return found
    of = PersonRoleTable
    first, *others = (
        select(
            select(of.role, of.place, of.person_id)
            .where(of.role == role)
            .order_by(of.place, of.person_id)
            .limit(most)
            .subquery()
        )
        for role in found
    )
    rows = connection.execute(first.union_all(*others)).all()
    for role, _place, id in sorted(rows):
        found[role].append(id)
    return found


def held(connection: Connection, actor: Actor, roles: Collection[str]) -> frozenset[str]:
    """Those of the roles that somebody with an active account holds."""
    authorize(actor, actions.PEOPLE_VIEW)
    first = holder_ids(connection, roles, 1)
    return frozenset(role for role, ids in first.items() if ids)


def held_by_one(connection: Connection, roles: Collection[str]) -> frozenset[str]:
    """Those of the roles that exactly one person with an active account holds."""
    first = holder_ids(connection, roles, 2)
    return frozenset(role for role, ids in first.items() if len(ids) == 1)


def account(connection: Connection, actor: Actor, username: str) -> Account:
    """One's own account, or anybody's for administrators. Raises ``NotFound``."""
    changer = aliased(PersonTable)
    row = connection.execute(
        select(
            *PERSON,
            PersonTable.password_at,
            PersonTable.changed_at,
            func.coalesce(changer.name, SYSTEM.name).label("changed_by"),
        )
        .outerjoin(changer, changer.id == PersonTable.changed_by)
        .where(PersonTable.username == username)
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no account {username!r}")
    authorize(actor, actions.PEOPLE_PASSWORD, person_object(connection, username))
    changed_by = row.changed_by if row.changed_at is not None else None
    return Account(person_view(row), row.password_at, changed_by, row.changed_at)


def _sees_closed(actor: Actor) -> bool:
    return bool({actions.ADMINISTRATOR, actions.SYSTEM_RIGHT} & actor.rights)
