"""``engine.people``: people with an account, and their passwords."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Problem
from engine.identity import credentials, people, sessions
from engine.identity.credentials import normal_username
from engine.queries import objects
from engine.queries import people as queries
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, Person, Receipt

CHAIN = "accounts"
"""The history chain of facts about accounts."""


class People(Part):
    """The accounts of all people."""

    def all(self, actor: Actor) -> tuple[Person, ...]:
        """People with an active account, by name; for administrators those with a closed one
        too."""
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
        """Add an account; the receipt has its ``id``. For administrators.

        :param email: the address that reminders are sent to; without one there are no reminders
        :raises Invalid: for a user name that is taken, unknown roles or rights, and a password
            that is too short or too common
        """
        wrong = credentials.problems(password, username)
        hashed = "" if wrong else credentials.hash_password(password)

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
                wrong=wrong,
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
        """Change an account: arguments that are None leave it as it is, an empty ``email`` removes
        the address. For administrators.

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

    def password_problems(self, username: str, password: str) -> tuple[Problem, ...]:
        """What is wrong with a new password, so that it can be told together with what else is
        wrong; nothing is changed."""
        return credentials.problems(password, username)

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
        account ends, except the one with the token ``keep``.

        :raises Invalid: when the password is too short or too common
        """
        credentials.check_new(password, username)
        hashed = credentials.hash_password(password)

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
