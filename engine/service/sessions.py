"""``engine.sessions``: signing in, and the sessions that last until signing out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine import security_log
from engine.access import actions
from engine.access.rules import PersonObject, authorize
from engine.errors import Conflict, NotAuthenticated, Unavailable
from engine.identity import (
    openid_links,
    people,
    second_steps,
    sessions,
    sign_in_attempts,
)
from engine.identity.attempt_budgets import Purpose
from engine.identity.credentials import normal_username
from engine.queries.people import ACCOUNTS as CHAIN
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import (
    NO_BROWSER,
    SYSTEM,
    Actor,
    Browser,
    PendingSignIn,
    Person,
    Receipt,
    Session,
    SessionRow,
)

log = logging.getLogger(__name__)


class Sessions(Part):
    """The sessions of signed-in people."""

    def sign_in(
        self,
        username: str,
        password: str,
        *,
        address: str = "",
        device: str = "",
        browser: Browser = NO_BROWSER,
    ) -> Session | PendingSignIn:
        """Start a session, if the password is right and the person has no second factor; else the
        sign-in that waits for it (``engine.second_factors.finish``, ``engine.passkeys.finish``).
        The device and the network that a session comes from are known to the account from then on:
        guesses from elsewhere do not keep it out there.

        :param device: a random text that only this browser has, and shows at its next log-in too;
            it and the ``address`` may stand in ``browser`` as well
        :raises NotAuthenticated: as ``check_password`` does, and ``sign_in_at_provider`` for
            somebody who may sign in at the OpenID provider only
        """
        if browser is NO_BROWSER:
            browser = Browser(address, device=device)
        person = self.check_password(
            username, password, address=browser.address, device=browser.device
        )
        config = self._transactions.config
        with self._transactions.database.writing() as connection:
            openid_links.check_password_allowed(connection, config, person.id)
            return second_steps.begin_session_or_ask(
                connection,
                config,
                person,
                now=self._transactions.now(),
                browser=browser,
                method="password",
            )

    def get(self, token: str) -> Session | None:
        """The session of a token, None when there is none or it has ended."""
        # One SELECT, which needs no transaction around it.
        with self._transactions.database.glancing() as connection:
            stored = sessions.get(connection, token, now=self._transactions.now(), idle=self._idle)
        if stored is None:
            return None
        if stored.stale:
            self._touch(token)
        return stored.session

    def _touch(self, token: str) -> None:
        try:
            with self._transactions.database.writing() as connection:
                sessions.touch(connection, token, now=self._transactions.now())
        except (Unavailable, Conflict) as error:
            # A full disk must keep nobody from reading; the next use is recorded instead.
            log.warning("the use of a session could not be written down: %s", error)

    def save(self, token: str, data: Mapping[str, Any]) -> None:
        """Replace the data (JSON) of a session.

        :raises Invalid: ``too_long``
        """
        with self._transactions.database.writing() as connection:
            sessions.save(connection, token, data)

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._transactions.database.writing() as connection:
            sessions.end(connection, token)

    def renew(self, token: str, *, second_factor: bool | None = None) -> str | None:
        """Give a session a new token, so that who knows the old one has nothing; None when it has
        got one already, or there is none.

        :param second_factor: True when a second factor has just been shown
        """
        with self._transactions.database.writing() as connection:
            now = self._transactions.now()
            return sessions.renew(connection, token, now=now, second_factor=second_factor)

    def of_person(self, actor: Actor, *, token: str | None = None) -> tuple[SessionRow, ...]:
        """One's own sessions, the one used last first.

        :param token: that of the session that asks, which the list marks
        """
        with self._transactions.reading() as connection:
            authorize(actor, actions.SIGN_IN_VIEW, PersonObject(actor.id))
            now = self._transactions.now()
            return sessions.of_person(connection, actor.id, now=now, idle=self._idle, token=token)

    def end_one(self, actor: Actor, session_id: str, *, key: str) -> Receipt:
        """End one of one's own sessions.

        :raises NotFound: when there is none with this id
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(actor.id))
            sessions.end_one(work.connection, actor.id, session_id)
            work.note("session.ended", CHAIN, {"person": actor.id})
            return {"id": session_id}

        return self._transactions.write(actor, "end_session", key, {"session": session_id}, do)

    def end_others(self, actor: Actor, *, keep: str | None = None, key: str) -> Receipt:
        """End all of one's own sessions, except the one with the token ``keep``."""

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(actor.id))
            sessions.end_all(work.connection, actor.id, keep=keep)
            work.note("sessions.ended", CHAIN, {"person": actor.id})
            return {"id": actor.id}

        return self._transactions.write(actor, "end_sessions", key, {}, do)

    @property
    def _idle(self) -> timedelta:
        return timedelta(minutes=self._transactions.config.web.session_idle_minutes)

    def check_password(
        self,
        username: str,
        password: str,
        *,
        address: str = "",
        device: str = "",
        signed_in: bool = False,
    ) -> Person:
        """The person with this user name, if the password is right. Verifying it is slow on purpose
        and happens outside of transactions.

        :param signed_in: whether this very person is signed in and enters the own password again:
            that is counted apart, so that nobody keeps anybody from signing by wrong log-ins
        :raises NotAuthenticated: ``wrong_password``, the same for an unknown user; or
            ``too_many_attempts`` with ``seconds`` to wait
        """
        kind: Purpose = "signing" if signed_in else "sign_in"
        try:
            person = self._checked(username, password, address, device, kind)
        except NotAuthenticated as error:
            outcome = "refused" if error.error_code == "too_many_attempts" else "wrong"
            self._note(f"{kind}.{outcome}", username, address, seconds=error.params.get("seconds"))
            raise
        security_log.note(
            f"{kind}.right", account=person.username, account_id=person.id, address=address
        )
        return person

    def _note(self, event: str, username: str, address: str, **more: Any) -> None:
        """Write an event about an account; a name that nobody has is not written down."""
        with self._transactions.database.glancing() as connection:
            somebody = people.exists(connection, username)
        name = normal_username(username) if somebody else None
        known = {"account": name} if name else {"unknown_account": True}
        security_log.note(event, **known, address=address, **more)

    def _checked(
        self, username: str, password: str, address: str, device: str, kind: Purpose
    ) -> Person:
        with self._transactions.database.writing() as connection:
            attempt = sign_in_attempts.begin(
                connection,
                username,
                address=address,
                device=device,
                purpose=kind,
                now=self._transactions.now(),
            )
        try:
            with self._transactions.database.glancing() as connection:
                sign_in_attempts.check_alone(connection, attempt, now=self._transactions.now())
        except NotAuthenticated:
            with self._transactions.database.writing() as connection:
                sign_in_attempts.withdraw(connection, attempt)
            raise
        if not attempt.succeeds(password) or attempt.person is None:
            raise NotAuthenticated("The user name or the password is wrong.", code="wrong_password")
        renewed = attempt.renewed_hash(password)
        with self._transactions.database.writing() as connection:
            # A hash that is made anew is noted: else it would look like one that was swapped.
            work = self._transactions.unit_of_work(connection, SYSTEM)
            sign_in_attempts.settle(connection, attempt, renewed)
            work.flush()
        return attempt.person
