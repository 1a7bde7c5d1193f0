"""``engine.sessions``: signing in, and the sessions that last until signing out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.errors import Conflict, NotAuthenticated, Unavailable
from engine.identity import (
    attempt_budgets,
    known_origins,
    pending_forms,
    sessions,
    sign_in_attempts,
)
from engine.service.transactions import Part
from engine.views import Person, Session

log = logging.getLogger(__name__)


class Sessions(Part):
    """The sessions of signed-in people."""

    def sign_in(
        self, username: str, password: str, *, address: str = "", device: str = ""
    ) -> Session:
        """Start a session, if the password is right. The device and the network that it comes from
        are known to the account from then on: guesses from elsewhere do not keep it out there.

        :param device: a random text that only this browser has, and shows at its next log-in too
        :raises NotAuthenticated: as ``check_password`` does
        """
        person = self.check_password(username, password, address=address, device=device)
        with self._transactions.database.writing() as connection:
            lifetime = timedelta(hours=self._transactions.config.web.session_hours)
            now = self._transactions.now()
            sessions.sweep(connection, now=now, idle=self._idle)
            sign_in_attempts.sweep(connection, now=now)
            pending_forms.sweep(connection, now=now)
            place = attempt_budgets.network_of(address)
            known_origins.add(connection, person.id, place, device, now=now)
            return sessions.start(connection, person, now=now, lifetime=lifetime)

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
        :raises NotAuthenticated: ``wrong_password``, the same for an unknown user;
            ``too_many_attempts`` with ``seconds`` to wait; or ``password_expired`` for one that
            somebody else has set too long ago
        """
        with self._transactions.database.writing() as connection:
            attempt = sign_in_attempts.begin(
                connection,
                username,
                address=address,
                device=device,
                purpose="signing" if signed_in else "sign_in",
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
        with self._transactions.database.writing() as connection:
            sign_in_attempts.settle(connection, attempt, attempt.renewed_hash(password))
        until = attempt.person.one_time_until
        if until is not None and self._transactions.now() >= until:
            text = "The password that somebody else has set is too old: ask for another one."
            raise NotAuthenticated(text, code="password_expired")
        return attempt.person
