"""``engine.people``: people with an account, and their passwords."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Conflict, Problem
from engine.identity import credentials, people, sessions
from engine.identity.credentials import normal_username
from engine.queries import objects, people_choices
from engine.queries import people as queries
from engine.queries.people import ACCOUNTS as CHAIN
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import Account, Actor, Choices, Page, Person, Receipt


class People(Part):
    """The accounts of all people."""

    def all(self, actor: Actor) -> tuple[Person, ...]:
        """Everybody with an active account, by name; for administrators those with a closed one
        too. This reads everybody: ``search`` gives pages."""
        with self._transactions.reading() as connection:
            return queries.all(connection, actor)

    def exist(self) -> bool:
        """Whether anybody has an account; until then there is nobody to ask for a password."""
        with self._transactions.reading() as connection:
            return queries.exist(connection)

    def search(
        self,
        actor: Actor,
        *,
        q: str = "",
        role: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Person]:
        """People with an active account, by name; for administrators those with a closed one too,
        unless a role is asked for.

        :param q: words that begin a word of the name or of the user name
        :param role: only people who hold this role
        :param cursor: ``next`` of the page before; a page may be short, or empty, before the last
        :raises Invalid: for a ``limit`` that is not 1 … 200, or a ``cursor`` of another list
        """
        with self._transactions.reading() as connection:
            return queries.search(connection, actor, q=q, role=role, cursor=cursor, limit=limit)

    def choices(
        self, actor: Actor, roles: Collection[str | None], *, case_id: str | None = None
    ) -> Mapping[str | None, Choices[Person]]:
        """The people that a choice of somebody with a role (None: of anybody) offers at first, by
        role: everybody when they are few, else the likeliest.

        :param case_id: the case that somebody is chosen for
        """
        with self._transactions.reading() as connection:
            return people_choices.choices(connection, actor, roles, case_id)

    def matching(
        self,
        actor: Actor,
        text: str,
        *,
        role: str | None = None,
        closed: bool = False,
        most: int = 20,
    ) -> Choices[Person]:
        """The people that somebody may mean who writes ``text``, at most so many: the one whose
        user name or whole name it is, else those that have its words.

        :param role: only people who hold this role
        :param closed: for administrators, those with a closed account too
        """
        with self._transactions.reading() as connection:
            return queries.matching(connection, actor, text, role, most, closed=closed)

    def named(self, actor: Actor, usernames: Collection[str]) -> Mapping[str, Person]:
        """Those of the people with these user names that there are, active or not, by user name."""
        with self._transactions.reading() as connection:
            return queries.named(connection, actor, usernames)

    def by_id(self, actor: Actor, ids: Collection[str]) -> Mapping[str, Person]:
        """Those of the people with these ids that there are, active or not, by id."""
        with self._transactions.reading() as connection:
            return queries.by_id(connection, actor, ids)

    def holders(
        self, actor: Actor, roles: Collection[str], *, most: int = 10
    ) -> Mapping[str, Choices[Person]]:
        """The first people, by name, who hold each of the roles, at most so many of each."""
        with self._transactions.reading() as connection:
            return queries.holders(connection, actor, roles, most)

    def held(self, actor: Actor, roles: Collection[str]) -> frozenset[str]:
        """Those of the roles that somebody with an active account holds."""
        with self._transactions.reading() as connection:
            return queries.held(connection, actor, roles)

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
                by=work.actor.id,
                now=work.now,
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
