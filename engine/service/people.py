"""Accounts, signing in, sessions."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Conflict, Unavailable
from engine.identity import people, sessions
from engine.queries import objects
from engine.queries import people as queries
from engine.service.authentication import Authentication
from engine.unit_of_work import Work
from engine.views import Actor, Person, Receipt, Session

log = logging.getLogger(__name__)
CHAIN = "accounts"


class People(Authentication):
    """The administrator's part of the engine, and everybody's way in."""

    def people(self, actor: Actor) -> tuple[Person, ...]:
        """Everybody with an account, by name."""
        with self._reading() as connection:
            return queries.people(connection, actor)

    def add_person(
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
        people.check_new_password(password, username)
        hashed = people.hash_password(password)

        def do(work: Work) -> dict[str, Any]:
            authorize(actor, actions.PEOPLE_MANAGE, None)
            person = people.add_person(
                work.connection,
                username=username,
                name=name,
                roles=roles,
                rights=rights,
                email=email,
                password_hash=hashed,
                known_roles=self.config.roles,
                now=work.now,
            )
            detail = {"person": person.id, "username": person.username, "name": person.name}
            held = {"roles": sorted(person.roles), "rights": sorted(person.rights)}
            work.note("person.added", CHAIN, {**detail, **held})
            return {"id": person.id}

        request: dict[str, Any] = {"username": username, "name": name, "roles": sorted(roles)}
        request |= {"rights": sorted(rights), "email": email}
        return self._write(actor, "add_person", key, request, do)

    def set_person(
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

        def do(work: Work) -> dict[str, Any]:
            authorize(actor, actions.PEOPLE_MANAGE, None)
            person = people.change_person(
                work.connection,
                people.person_named(work.connection, username),
                roles=roles,
                rights=rights,
                active=active,
                email=email,
                known_roles=self.config.roles,
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
        return self._write(actor, "set_person", key, request, do)

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
        people.check_new_password(password, username)
        hashed = people.hash_password(password)

        def do(work: Work) -> dict[str, Any]:
            thing = objects.person_object(work.connection, people.normal_username(username))
            authorize(actor, actions.PEOPLE_PASSWORD, thing)
            person = people.person_named(work.connection, username)
            kept = sessions.token_hash(keep) if keep else None
            people.set_password(work.connection, person.id, hashed, now=work.now, keep_session=kept)
            work.note("password.changed", CHAIN, {"person": person.id})
            return {"id": person.id}

        return self._write(actor, "set_password", key, {"username": username}, do)

    # ------------------------------------------------------------ sessions

    def sign_in(self, username: str, password: str, *, address: str = "") -> Session:
        """A new session, when the password is right.

        :raises NotAuthenticated: see ``check_password``
        """
        person = self.check_password(username, password, address=address)
        with self._database.writing() as connection:
            lifetime = timedelta(hours=self.config.web.session_hours)
            sessions.sweep(connection, now=self.now(), idle=self._idle)
            return sessions.open_session(connection, person, now=self.now(), lifetime=lifetime)

    def session(self, token: str) -> Session | None:
        """The session of a token, None when there is none or it has ended."""
        with self._reading() as connection:
            found = sessions.find_session(connection, token, now=self.now(), idle=self._idle)
        if found is None:
            return None
        if found.stale:
            self._seen(token)
        return found.session

    def _seen(self, token: str) -> None:
        try:
            with self._database.writing() as connection:
                sessions.touch_session(connection, token, now=self.now())
        except (Unavailable, Conflict) as error:
            # A full disk keeps nobody from reading; the next use is written down.
            log.warning("the use of a session could not be written down: %s", error)

    def save_session(self, token: str, data: Mapping[str, Any]) -> None:
        """Keep data (JSON) with a session.

        :raises Invalid: when it is too much
        """
        with self._database.writing() as connection:
            sessions.save_session(connection, token, data)

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._database.writing() as connection:
            sessions.end_session(connection, token)

    @property
    def _idle(self) -> timedelta:
        return timedelta(minutes=self.config.web.session_idle_minutes)
