"""Accounts, signing in, sessions."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import NotAuthenticated
from engine.identity import passwords, people, sessions, sign_in_attempts
from engine.identity.usernames import normal_username
from engine.queries import objects
from engine.queries import people as queries
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, Person, Receipt

log = logging.getLogger(__name__)
CHAIN = "accounts"


class People(Part):
    """The administrator's part of the engine, and everybody's way in."""

    def all(self, actor: Actor) -> tuple[Person, ...]:
        """Everybody with an account, by name."""
        with self._transactions.reading() as connection:
            return queries.all(connection, actor)

    def add(
        self,
        actor: Actor,
        username: str,
        name: str,
        *,
        roles: Collection[str] = (),
        rights: Collection[str] = (),
        email: str | None = None,
        password: str,
        key: str,
    ) -> Receipt:
        """A new account; the receipt has its ``id``.

        :param email: where reminders go; none go without it
        :raises Invalid: for a user name that is taken, unknown roles or rights, and a password
            that is too short or too common
        """
        passwords.check_new(password, username)
        hashed = passwords.hash_password(password)

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.PEOPLE_MANAGE, None)
            person = people.add(
                work.connection,
                username=username,
                name=name,
                roles=roles,
                rights=rights,
                email=email,
                password_hash=hashed,
                known_roles=self._transactions.config.roles,
                now=work.now,
            )
            detail = {"person": person.id, "username": person.username, "name": person.name}
            held = {"roles": sorted(person.roles), "rights": sorted(person.rights)}
            work.note("person.added", CHAIN, {**detail, **held})
            return {"id": person.id}

        request: dict[str, Any] = {"username": username, "name": name, "roles": sorted(roles)}
        request |= {"rights": sorted(rights), "email": email}
        return self._transactions.write(actor, "add_person", key, request, do)

    def change(
        self,
        actor: Actor,
        username: str,
        *,
        roles: Collection[str] | None = None,
        rights: Collection[str] | None = None,
        active: bool | None = None,
        email: str | None = None,
        key: str,
    ) -> Receipt:
        """Change what somebody may do, and where their reminders go; None leaves it as it is, an
        empty ``email`` takes the address away.

        :raises NotFound: when there is no such account
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.PEOPLE_MANAGE, None)
            person = people.change(
                work.connection,
                people.get(work.connection, username),
                roles=roles,
                rights=rights,
                active=active,
                email=email,
                known_roles=self._transactions.config.roles,
            )
            held = {"roles": sorted(person.roles), "rights": sorted(person.rights)}
            detail = {"person": person.id, "active": person.active, **held}
            work.note("person.changed", CHAIN, detail)
            return {"id": person.id}

        request = {
            "username": username,
            "roles": None if roles is None else sorted(roles),
            "rights": None if rights is None else sorted(rights),
            "active": active,
            "email": email,
        }
        return self._transactions.write(actor, "set_person", key, request, do)

    def set_password(
        self,
        actor: Actor,
        username: str,
        password: str,
        *,
        keep: str | None = None,
        key: str,
    ) -> Receipt:
        """Set a password: one's own, or anybody's for an administrator. Every session of the
        account ends, but the one with the token ``keep``.

        :raises Invalid: when the password is too short or too common
        """
        passwords.check_new(password, username)
        hashed = passwords.hash_password(password)

        def do(work: UnitOfWork) -> dict[str, Any]:
            thing = objects.person_object(work.connection, normal_username(username))
            authorize(actor, actions.PEOPLE_PASSWORD, thing)
            person = people.get(work.connection, username)
            keep_hash = sessions.token_hash(keep) if keep else None
            people.set_password(
                work.connection, person.id, hashed, now=work.now, keep_session=keep_hash
            )
            work.note("password.changed", CHAIN, {"person": person.id})
            return {"id": person.id}

        return self._transactions.write(actor, "set_password", key, {"username": username}, do)

    def check_password(self, username: str, password: str, *, address: str = "") -> Person:
        """The person, when the password is right. Hashing is slow on purpose, and no transaction
        waits for it.

        :raises NotAuthenticated: ``wrong_password``, the same for an unknown user; or
            ``too_many_attempts`` with ``seconds`` to wait
        """
        with self._transactions.database.writing() as connection:
            attempt = sign_in_attempts.begin(
                connection, username, address=address, now=self._transactions.now()
            )
        if not attempt.succeeds(password) or attempt.person is None:
            raise NotAuthenticated("The user name or the password is wrong.", code="wrong_password")
        with self._transactions.database.writing() as connection:
            sign_in_attempts.settle(connection, attempt, attempt.renewed_hash(password))
        return attempt.person
