"""``engine.people``: people with an account, and their passwords."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Conflict, Problem
from engine.identity import credentials, people, sessions
from engine.identity.credentials import normal_username
from engine.queries import objects
from engine.queries import people as queries
from engine.queries.people import ACCOUNTS as CHAIN
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import Account, Actor, Person, Receipt


class People(Part):
    """The accounts of all people."""

    def all(self, actor: Actor) -> tuple[Person, ...]:
        """People with an active account, by name; for administrators those with a closed one
        too."""
        with self._transactions.reading() as connection:
            return queries.all(connection, actor)

    def account(self, actor: Actor, username: str) -> Account:
        """One's own account, or anybody's for administrators.

        :raises NotFound: when there is no such account
        """
        with self._transactions.reading() as connection:
            return queries.account(connection, actor, normal_username(username))

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
        seen: Person | None = None,
        key: str,
    ) -> Receipt:
        """Change an account: arguments that are None leave it as it is, an empty ``email`` removes
        the address. For administrators.

        :param seen: the person as the actor has seen them
        :raises NotFound: when there is no such account
        :raises Conflict: ``stale_person`` when the person is no longer as they were seen
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.PEOPLE_MANAGE, None)
            now = people.get(work.connection, username, lock=True)
            if seen not in (None, now):
                raise Conflict("The account has changed since.", code="stale_person")
            person = people.change(
                work.connection,
                now,
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
        seen: datetime | None = None,
        key: str,
    ) -> Receipt:
        """Set a password: one's own, or anybody's for an administrator. Every session of the
        account ends, except the one with the token ``keep``.

        :param seen: when the password was set that the actor replaces; any when None
        :raises Invalid: when the password is too short or too common
        :raises Conflict: ``stale_password`` with ``at`` when it was set again since
        """
        credentials.check_new(password, username)
        hashed = credentials.hash_password(password)

        def do(work: UnitOfWork) -> dict[str, Any]:
            thing = objects.person_object(work.connection, normal_username(username))
            authorize(actor, actions.PEOPLE_PASSWORD, thing)
            person = people.get(work.connection, username, lock=True)
            at = people.password_at(work.connection, person.id)
            if seen not in (None, at):
                raise Conflict("The password was set since.", code="stale_password", at=at)
            keep_hash = sessions.token_hash(keep) if keep else None
            people.set_password(
                work.connection, person.id, hashed, now=work.now, keep_session=keep_hash
            )
            work.note("password.changed", CHAIN, {"person": person.id})
            return {"id": person.id}

        return self._transactions.write(actor, "set_password", key, {"username": username}, do)
