"""People with an account: added, changed, looked up by their user name.

Functions that take a connection neither begin a transaction nor commit it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine import views
from engine.access import actions
from engine.blank_text import is_blank
from engine.config.accepts import MAIL_ADDRESS
from engine.errors import Invalid, NotFound, Problem
from engine.identity import sessions, sign_in_attempts
from engine.identity.credentials import is_username, normal_username
from engine.queries.rows import PERSON, person_view
from engine.store import words
from engine.store.base import new_id
from engine.store.tables import PersonTable, SessionTable


def add(
    connection: Connection,
    *,
    username: str,
    name: str,
    roles: Iterable[str],
    rights: Iterable[str],
    password_hash: str,
    known_roles: Container[str],
    now: datetime,
    wrong: Sequence[Problem] = (),
    email: str | None = None,
) -> views.Person:
    """Add an account. ``password_hash`` is ``credentials.hash_password`` of a checked password;
    ``wrong`` is what that check has found, to be told together with what is wrong here.

    Raises Invalid: username_malformed, duplicate, required (name), email_malformed, unknown_role,
    unknown_right.
    """
    username, name = normal_username(username), " ".join(name.split())
    problems = [*wrong, *_unknown(roles, rights, known_roles), *_email_problems(email)]
    problems += _name_problems(connection, username, name)
    if problems:
        raise Invalid(problems)
    person = views.Person(new_id(), username, name, frozenset(roles), frozenset(rights))
    person = replace(person, email=(email or "").strip() or None)
    try:
        with connection.begin_nested():
            connection.execute(
                insert(PersonTable).values(
                    id=person.id,
                    username=username,
                    name=name,
                    email=person.email,
                    password_hash=password_hash,
                    roles=sorted(person.roles),
                    rights=sorted(person.rights),
                    active=True,
                    created_at=now,
                    password_at=now,
                )
            )
            words.index_person(connection, person.id, username, name)
            words.index_roles(connection, person.id, name, person.roles)
    except IntegrityError as error:
        raise Invalid([_duplicate(username)]) from error
    return person


def _name_problems(connection: Connection, username: str, name: str) -> list[Problem]:
    """What is wrong with the user name and the name of a new account."""
    problems = []
    if not is_username(username):
        problems.append(Problem("username_malformed", "small letters, digits, . - _ @", "username"))
    if is_blank(name):
        problems.append(Problem("required", "a name is required", "name"))
    if len(name) > 200:
        problems.append(Problem("too_long", "at most 200 characters", "name", {"maximum": 200}))
    taken = select(PersonTable.id).where(PersonTable.username == username)
    if connection.scalar(taken) is not None:
        problems.append(_duplicate(username))
    return problems


def is_taken(connection: Connection, username: str) -> bool:
    """Whether somebody has this user name, which is in its normal form."""
    taken = select(PersonTable.id).where(PersonTable.username == username)
    return connection.scalar(taken) is not None


def _duplicate(username: str) -> Problem:
    return Problem("duplicate", f"there is an account {username!r} already", "username")


def change(
    connection: Connection,
    person: views.Person,
    *,
    roles: Iterable[str] | None = None,
    rights: Iterable[str] | None = None,
    active: bool | None = None,
    known_roles: Container[str],
    email: str | None = None,
    by: str,
    now: datetime,
) -> views.Person:
    """Change an account, as the person with the id ``by`` does: arguments that are None leave it as
    it is, an empty ``email`` removes the address. A person who is no longer active is signed out
    everywhere.

    Raises Invalid: unknown_role, unknown_right, email_malformed.
    """
    if problems := [*_unknown(roles or (), rights or (), known_roles), *_email_problems(email)]:
        raise Invalid(problems)
    changed = views.Person(
        person.id,
        person.username,
        person.name,
        person.roles if roles is None else frozenset(roles),
        person.rights if rights is None else frozenset(rights),
        person.active if active is None else active,
        person.email if email is None else email.strip() or None,
    )
    connection.execute(
        update(PersonTable)
        .where(PersonTable.id == person.id)
        .values(
            roles=sorted(changed.roles),
            rights=sorted(changed.rights),
            active=changed.active,
            email=changed.email,
            changed_by=by,
            changed_at=now,
        )
    )
    listed = changed.roles if changed.active else ()
    words.index_roles(connection, person.id, person.name, listed)
    if not changed.active:
        sessions.end_all(connection, person.id)
    elif (changed.roles, changed.rights) != (person.roles, person.rights):
        sessions.renew_all(connection, person.id)
    return changed


def _email_problems(email: str | None) -> list[Problem]:
    given = (email or "").strip()
    if not given or (len(given) <= 254 and MAIL_ADDRESS.fullmatch(given)):
        return []
    return [Problem("email_malformed", "not a mail address", "email")]


def _unknown(
    roles: Iterable[str], rights: Iterable[str], known_roles: Container[str]
) -> list[Problem]:
    wrong = [("unknown_role", "roles", r) for r in roles if r not in known_roles]
    wrong += [("unknown_right", "rights", r) for r in rights if r not in actions.RIGHTS]
    return [Problem(code, f"there is no {r!r}", field, {"value": r}) for code, field, r in wrong]


def get(connection: Connection, username: str, *, lock: bool = False) -> views.Person:
    """The account with that user name, active or not. Raises NotFound.

    :param lock: nobody else changes it until the transaction ends
    """
    wanted = select(*PERSON).where(PersonTable.username == normal_username(username))
    if lock and connection.dialect.name != "sqlite":
        wanted = wanted.with_for_update(key_share=True)
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(f"there is no account {username!r}")
    return person_view(row)


def password_at(connection: Connection, person_id: str) -> datetime | None:
    """When the password of an account was set."""
    return connection.scalar(select(PersonTable.password_at).where(PersonTable.id == person_id))


def exists(connection: Connection, username: str) -> bool:
    """Whether somebody has, or has had, this user name."""
    name = normal_username(username)
    if not is_username(name):
        return False
    found = select(PersonTable.id).where(PersonTable.username == name)
    return connection.scalar(found) is not None


def set_password(
    connection: Connection,
    person_id: str,
    password_hash: str,
    *,
    now: datetime,
    keep_session: str | None = None,
) -> None:
    """Store the hash of a new password. Every session of the person ends, except the one with the
    token hash ``keep_session``; failed sign-ins no longer count."""
    connection.execute(
        update(PersonTable)
        .where(PersonTable.id == person_id)
        .values(password_hash=password_hash, password_at=now)
    )
    connection.execute(
        delete(SessionTable).where(
            SessionTable.person_id == person_id, SessionTable.token_hash != (keep_session or "")
        )
    )
    sessions.renew_all(connection, person_id)
    username = connection.execute(
        select(PersonTable.username).where(PersonTable.id == person_id)
    ).scalar()
    sign_in_attempts.forget(connection, str(username))
