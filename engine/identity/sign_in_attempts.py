"""Attempts to sign in: verifying the password, and a growing pause after failures.

Three steps, so that verifying the password (slow on purpose) happens outside of transactions:

1. ``begin`` (writing) refuses a user name or an address with too many failures, and counts the
   attempt as failed until it is proven otherwise, so that many attempts at once do not get through
   together;
2. ``SignInAttempt.succeeds`` (no transaction) takes the same time for a known, an unknown and an
   inactive user;
3. ``settle`` (writing) when the password was right.

Signing a task asks for the password in the same three steps. Source: OWASP ASVS 5.0 (V6).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine import views
from engine.errors import NotAuthenticated
from engine.identity import credentials
from engine.identity.credentials import normal_username
from engine.queries.rows import PERSON, person_view
from engine.store.tables import PersonTable, SignInFailureTable

FORGET_AFTER: Final = timedelta(hours=1)
"""Failures count for so long after the last one."""


@dataclass(frozen=True, slots=True)
class _Backoff:
    """The pause before the next attempt: none up to ``free`` failures in a row, then 1, 2, 4 …
    seconds, at most ``longest``. So no account is locked for good by somebody else's guesses."""

    free: int
    longest: timedelta

    def wait(self, failures: int, since_last: timedelta) -> timedelta:
        """How much longer the next attempt must wait; nothing when the pause is over."""
        if failures < self.free:
            return timedelta()
        pause = min(timedelta(seconds=2 ** min(failures - self.free, 20)), self.longest)
        return pause - since_last


_ACCOUNT_BACKOFF: Final = _Backoff(free=5, longest=timedelta(minutes=2))
# Many people share the address of an office, so it has more patience, and then less.
_ADDRESS_BACKOFF: Final = _Backoff(free=30, longest=timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """An attempt whose password is about to be verified. ``person`` is None for an unknown user
    and for one who is no longer active; ``subjects`` are what its failure is counted under."""

    person: views.Person | None
    password_hash: str | None
    subjects: tuple[str, ...]

    def succeeds(self, password: str) -> bool:
        """Whether ``password`` is right. Takes some 20 ms, whoever the user is."""
        return credentials.verify(self.password_hash, password) and self.person is not None

    def renewed_hash(self, password: str) -> str | None:
        """A new hash to store when the stored one was made with other parameters than today's;
        else None."""
        if self.password_hash is None:
            return None
        return credentials.renewed_hash(self.password_hash, password)


def begin(
    connection: Connection, username: str, *, address: str = "", now: datetime
) -> SignInAttempt:
    """Count an attempt on ``username`` from ``address`` (``""`` where there is none).

    Raises NotAuthenticated ``too_many_attempts`` (``seconds`` to wait in its params). A refused
    attempt does not count, so that waiting always helps.
    """
    limits = {_account(username): _ACCOUNT_BACKOFF}
    if address:
        limits[f"address:{address[:100]}"] = _ADDRESS_BACKOFF
    subjects = _count_or_refuse(connection, limits, now)
    row = connection.execute(
        select(*PERSON, PersonTable.password_hash).where(
            PersonTable.username == normal_username(username), PersonTable.active
        )
    ).one_or_none()
    if row is None:
        return SignInAttempt(None, None, subjects)
    return SignInAttempt(person_view(row), row.password_hash, subjects)


def settle(connection: Connection, attempt: SignInAttempt, renewed: str | None = None) -> None:
    """Record that the attempt succeeded: it does not count as failed, and older failures of the
    account are forgotten. ``renewed`` is the result of ``SignInAttempt.renewed_hash``."""
    account = next(s for s in attempt.subjects if s.startswith("person:"))
    connection.execute(delete(SignInFailureTable).where(SignInFailureTable.subject == account))
    connection.execute(
        update(SignInFailureTable)
        .where(SignInFailureTable.subject.in_(set(attempt.subjects) - {account}))
        .where(SignInFailureTable.count > 0)
        .values(count=SignInFailureTable.count - 1)
    )
    if renewed and attempt.person:
        connection.execute(
            update(PersonTable)
            .where(
                PersonTable.id == attempt.person.id,
                PersonTable.password_hash == attempt.password_hash,
            )
            .values(password_hash=renewed)
        )


def count_failed_token(connection: Connection, address: str, *, now: datetime) -> None:
    """Count a wrong API token from ``address``.

    Raises NotAuthenticated ``too_many_attempts`` as ``begin`` does. Tokens are counted apart from
    passwords: a program that is set up wrongly must not keep people from signing in.
    """
    if address:
        _count_or_refuse(connection, {f"token:{address[:100]}": _ADDRESS_BACKOFF}, now)


def _count_or_refuse(
    connection: Connection, limits: Mapping[str, _Backoff], now: datetime
) -> tuple[str, ...]:
    # In one order for everyone, so that two attempts never wait for each other's row.
    subjects = tuple(sorted(limits))
    counts = {subject: _failures(connection, subject, now) for subject in subjects}
    waits = [limits[s].wait(count, since) for s, (count, since) in counts.items()]
    if (wait := max(waits)) > timedelta():
        seconds = math.ceil(wait.total_seconds())
        raise NotAuthenticated(
            f"too many failed attempts; wait {seconds} s", code="too_many_attempts", seconds=seconds
        )
    for subject, (count, _) in counts.items():
        _count(connection, subject, count + 1, now)
    return subjects


def _failures(connection: Connection, subject: str, now: datetime) -> tuple[int, timedelta]:
    """How many failures of a subject count now, and the time since the last one."""
    row = connection.execute(
        select(SignInFailureTable.count, SignInFailureTable.last_at)
        .where(SignInFailureTable.subject == subject)
        .with_for_update()
    ).one_or_none()
    # A clock that was set back must not lock anybody out until it has caught up.
    if row is None:
        return 0, timedelta()
    count, last_at = row
    if not -FORGET_AFTER <= now - last_at <= FORGET_AFTER:
        return 0, timedelta()
    return count, max(now - last_at, timedelta())


def _count(connection: Connection, subject: str, count: int, now: datetime) -> None:
    written = update(SignInFailureTable).where(SignInFailureTable.subject == subject)
    if connection.execute(written.values(count=count, last_at=now)).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(
                insert(SignInFailureTable).values(subject=subject, count=count, last_at=now)
            )
    except IntegrityError:
        # Somebody else's first failure came in between: this one is added to it.
        connection.execute(written.values(count=SignInFailureTable.count + 1, last_at=now))


def forget(connection: Connection, username: str) -> None:
    """Delete the failures of an account: its password has been changed."""
    connection.execute(
        delete(SignInFailureTable).where(SignInFailureTable.subject == _account(username))
    )


def sweep(connection: Connection, *, now: datetime) -> None:
    """Delete the failures that no longer count."""
    connection.execute(
        delete(SignInFailureTable).where(SignInFailureTable.last_at < now - FORGET_AFTER)
    )


def _account(username: str) -> str:
    """The subject that failed attempts on an account are counted under."""
    return f"person:{normal_username(username)[:80]}"
