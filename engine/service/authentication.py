"""Passwords, asked for at signing in and at every signature."""

from __future__ import annotations

from engine.errors import NotAuthenticated
from engine.identity import sessions
from engine.service.transactions import Transactions
from engine.views import Person


class Authentication(Transactions):
    """The one place where a password is verified."""

    def check_password(self, username: str, password: str, *, address: str = "") -> Person:
        """The person, when the password is right. Hashing is slow on purpose, and no transaction
        waits for it.

        :raises NotAuthenticated: ``wrong_password``, the same for an unknown user; or
            ``too_many_attempts`` with ``seconds`` to wait
        """
        with self._database.writing() as connection:
            attempt = sessions.begin_attempt(connection, username, address=address, now=self.now())
        if not attempt.succeeds(password) or attempt.person is None:
            raise NotAuthenticated("The user name or the password is wrong.", code="wrong_password")
        with self._database.writing() as connection:
            sessions.settle_attempt(connection, attempt, attempt.renewed_hash(password))
        return attempt.person
