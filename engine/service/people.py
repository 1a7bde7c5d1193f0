"""``engine.people``: people with an account, and their passwords."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Conflict, Invalid, Problem
from engine.identity import credentials, password_rules, people, sessions
from engine.identity.credentials import normal_username
from engine.queries import objects, people_choices
from engine.queries import people as queries
from engine.queries.people import ACCOUNTS as CHAIN
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import SYSTEM, Account, Actor, Choices, Page, Person, Receipt
from engine.work import account_changes


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
        password: str | None,
        one_time: bool | None = None,
        key: str,
    ) -> Receipt:
        """Add an account; the receipt has its ``id``. For administrators.

        :param email: the address that reminders are sent to; without one there are no reminders
        :param password: None for an account that nobody can sign in to until its owner has chosen a
            password by an invitation
        :param one_time: as for ``set_password``
        :raises Invalid: for a user name that is taken, unknown roles or rights, and a password
            that is too short or too common
        """
        wrong, hashed, digest = self._checked(actor, username, name, email, password, key)
        one_time = actor.id != SYSTEM.id if one_time is None else one_time
        one_time = one_time and password is not None

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
                one_time_until=account_changes.one_time_until(work) if one_time else None,
            )
            detail = {"person": person.id, "username": person.username, "name": person.name}
            held = {"roles": sorted(person.roles), "rights": sorted(person.rights)}
            work.note("person.added", CHAIN, {**detail, **held})
            return {"id": person.id}

        request: dict[str, Any] = {"username": username, "name": name, "roles": sorted(roles)}
        request |= {"rights": sorted(rights), "email": email, "password": digest}
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
        force: bool = False,
        key: str,
    ) -> Receipt:
        """Change an account: arguments that are None leave it as it is, an empty ``email`` removes
        the address. For administrators. What an administrator gives themselves waits until another
        one approves it (``engine.rights_requests``), where there is another and the settings ask
        for that; the receipt then has the ``request``. Open tasks of roles that are gone go back
        to these; the receipt says how many (``given_back``). A closed account's API tokens end.

        :param seen: the person as the actor has seen them
        :param force: lets the engine itself take the last administrator away
        :raises NotFound: when there is no such account
        :raises Conflict: ``stale_person`` when the person is no longer as they were seen,
            ``last_administrator`` when nobody would be left who manages accounts
        """
        given = account_changes.AccountChange(
            None if roles is None else frozenset(roles),
            None if rights is None else frozenset(rights),
            active,
            email,
        )

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.PEOPLE_MANAGE, None)
            spared = force and actor.id == SYSTEM.id
            return account_changes.change(work, username, given, seen=seen, spared=spared)

        request = {
            "username": username,
            "roles": None if roles is None else sorted(roles),
            "rights": None if rights is None else sorted(rights),
            "active": active,
            "email": email,
        }
        return self._transactions.write(actor, "set_person", key, request, do)

    def password_problems(
        self, username: str, password: str, *, name: str | None = None, email: str | None = None
    ) -> tuple[Problem, ...]:
        """What is wrong with a new password, so that it can be told together with what else is
        wrong; nothing is changed.

        :param name: the name of whoever gets it, and ``email`` their address; those of the account
            when None
        """
        if name is None:
            with self._transactions.reading() as connection:
                name, email = people.own_words(connection, username)
        rules = password_rules.rules_of(self._transactions.config)
        return rules.problems(password, username, name, email)

    def set_password(
        self,
        actor: Actor,
        username: str,
        password: str,
        *,
        keep: str | None = None,
        seen: datetime | None = None,
        one_time: bool | None = None,
        revoke_tokens: bool = False,
        key: str,
    ) -> Receipt:
        """Set a password: one's own, or anybody's for an administrator. Every session of the
        account ends, except the one with the token ``keep``. One that somebody else has set works
        once: its owner, who is told by mail, changes it at the first sign-in and can do nothing
        before; it ends after ``[access] one_time_password_hours``, and the account's API tokens are
        revoked. The receipt says how many (``revoked``).

        :param one_time: whether it is to be changed; None for one that another person sets
        :param revoke_tokens: whether a change of one's own password revokes the API tokens too
        :param seen: when the password was set that the actor replaces; any when None
        :raises Invalid: when the password is too short or too common
        :raises Conflict: ``stale_password`` with ``at`` when it was set again since
        """
        if problems := self.password_problems(username, password):
            raise Invalid(problems)
        hashed = credentials.hash_password(password)
        digest = credentials.request_digest(password, actor.id, key)

        def do(work: UnitOfWork) -> dict[str, Any]:
            thing = objects.person_object(work.connection, normal_username(username))
            authorize(actor, actions.PEOPLE_PASSWORD, thing)
            person = people.get(work.connection, username, lock=True)
            at = people.password_at(work.connection, person.id)
            if seen not in (None, at):
                raise Conflict("The password was set since.", code="stale_password", at=at)
            return account_changes.set_password(
                work,
                person,
                hashed,
                keep=sessions.token_hash(keep) if keep else None,
                one_time=one_time,
                revoke=revoke_tokens,
            )

        request = {"username": username, "password": digest, "revoke": revoke_tokens}
        return self._transactions.write(actor, "set_password", key, request, do)

    def _checked(
        self,
        actor: Actor,
        username: str,
        name: str,
        email: str | None,
        password: str | None,
        key: str,
    ) -> tuple[tuple[Problem, ...], str, str]:
        """What is wrong with the password of a new account, its hash, and what stands for it in the
        request's digest; both empty without one."""
        if password is None:
            return (), "", ""
        if wrong := self.password_problems(username, password, name=name, email=email):
            return wrong, "", ""
        digest = credentials.request_digest(password, actor.id, key)
        return (), credentials.hash_password(password), digest
