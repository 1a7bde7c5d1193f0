"""Attempts to sign in: verifying the password, and a growing pause after failures.

Four steps, so that verifying the password (slow on purpose) happens outside of transactions, and
that no attempt waits for another one's row:

1. ``begin`` (writing) refuses an attempt whose budgets are spent, and adds a row for it under each
   of its subjects: it counts as failed until it is proven otherwise;
2. ``check_alone`` (reading, when that has been committed) counts again. Of attempts that have come
   together each one sees the rows of the others now, so that many at once do not get through;
3. ``SignInAttempt.succeeds`` (no transaction) takes the same time for a known, an unknown and an
   inactive user;
4. ``settle`` (writing) when the password was right; ``withdraw`` when step 2 refused the attempt.

A signed-in person who enters the password again, and codes of a second factor, take the same steps
with another ``purpose``. ``engine.identity.attempt_budgets`` has the budgets, and says why nobody
is locked out by others. Source: OWASP ASVS 5.0 (V6).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.orm import aliased

from engine import views
from engine.errors import NotAuthenticated
from engine.identity import attempt_budgets, credentials, known_origins
from engine.identity.attempt_budgets import FORGET_AFTER, Purpose
from engine.identity.credentials import normal_username
from engine.queries.rows import PERSON, person_view
from engine.store.base import delete_unlocked, new_id
from engine.store.tables import PersonTable, SignInFailureTable

COUNTED: Final = 500
"""The newest failures of an attempt's subjects that are looked at: more make no pause longer."""


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """An attempt whose password is about to be verified. ``person`` is None for an unknown user
    and for one who is no longer active; ``rows`` are the ids of the rows that count it as failed,
    by the subject that each is counted under."""

    person: views.Person | None
    password_hash: str | None
    rows: dict[str, str] = field(default_factory=dict)

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
    connection: Connection,
    username: str,
    *,
    address: str = "",
    device: str = "",
    purpose: Purpose = "sign_in",
    now: datetime,
) -> SignInAttempt:
    """Count an attempt on ``username`` from ``address`` (``""`` where there is none), on the
    device that has the token ``device``.

    Raises NotAuthenticated ``too_many_attempts`` (``seconds`` to wait in its params). A refused
    attempt does not count, so that waiting always helps.
    """
    name = attempt_budgets.account_name(username)
    row = connection.execute(
        select(*PERSON, PersonTable.password_hash).where(
            PersonTable.username == normal_username(name), PersonTable.active
        )
    ).one_or_none()
    place = attempt_budgets.network_of(address)
    origins = known_origins.Origins()
    if row is not None and purpose == "sign_in":
        origins = known_origins.known(connection, row.id, place, device, now=now)
    subjects = attempt_budgets.subjects(
        name, place, purpose, device if origins.device else "", known=origins.network
    )
    rows = _count_or_refuse(connection, subjects, now)
    if row is None:
        return SignInAttempt(None, None, rows)
    return SignInAttempt(person_view(row), row.password_hash, rows)


def check_alone(connection: Connection, attempt: SignInAttempt, *, now: datetime) -> None:
    """Check that an attempt is allowed beside all others that have begun by now; to be called when
    its own rows have been committed, and before its password is verified.

    Raises NotAuthenticated as ``begin`` does; the attempt is then to be withdrawn.
    """
    _refuse(connection, attempt.rows, now, but=attempt.rows.values())


def withdraw(connection: Connection, attempt: SignInAttempt) -> None:
    """Count an attempt no longer, because its password is not going to be verified."""
    own = SignInFailureTable.id.in_(attempt.rows.values())
    delete_unlocked(connection, SignInFailureTable, own)


def settle(connection: Connection, attempt: SignInAttempt, renewed: str | None = None) -> None:
    """Record that the attempt succeeded: it does not count as failed, and older failures of its
    own budget are forgotten; those of others, from elsewhere, are not. ``renewed`` is the result of
    ``SignInAttempt.renewed_hash``."""
    withdraw(connection, attempt)
    own = [subject for subject in attempt.rows if attempt_budgets.is_narrow(subject)]
    delete_unlocked(connection, SignInFailureTable, SignInFailureTable.subject.in_(own))
    if renewed and attempt.person:
        unlocked = (
            select(PersonTable.id)
            .where(
                PersonTable.id == attempt.person.id,
                PersonTable.password_hash == attempt.password_hash,
            )
            .with_for_update(skip_locked=True, key_share=True)
        )
        connection.execute(
            update(PersonTable).where(PersonTable.id.in_(unlocked)).values(password_hash=renewed)
        )


def count_failed_token(connection: Connection, address: str, *, now: datetime) -> None:
    """Count a wrong API token from ``address``.

    Raises NotAuthenticated ``too_many_attempts`` as ``begin`` does. Tokens are counted apart from
    passwords: a program that is set up wrongly must not keep people from signing in.
    """
    if address:
        _count_or_refuse(connection, [f"token:{attempt_budgets.network_of(address)}"], now)


def _count_or_refuse(
    connection: Connection, subjects: Iterable[str], now: datetime
) -> dict[str, str]:
    """Add a failure to each of the subjects, unless one of them must wait; the new rows' ids."""
    _refuse(connection, subjects, now)
    rows = {subject: new_id() for subject in subjects}
    connection.execute(
        insert(SignInFailureTable),
        [{"id": id, "subject": subject, "at": now} for subject, id in rows.items()],
    )
    return rows


def _refuse(
    connection: Connection, subjects: Iterable[str], now: datetime, but: Iterable[str] = ()
) -> None:
    """Raise NotAuthenticated when one of the subjects must wait; the rows ``but`` do not count."""
    wanted = tuple(subjects)
    failures = _failures(connection, wanted, now, but)
    wait = max(
        attempt_budgets.budget(subject).wait(failures.get(subject, ()), now) for subject in wanted
    )
    if wait > timedelta():
        seconds = math.ceil(wait.total_seconds())
        raise NotAuthenticated(
            f"too many failed attempts; wait {seconds} s", code="too_many_attempts", seconds=seconds
        )


def _failures(
    connection: Connection, subjects: tuple[str, ...], now: datetime, but: Iterable[str]
) -> dict[str, list[datetime]]:
    """When each of the subjects has failed, the newest first."""
    found = connection.execute(
        select(SignInFailureTable.subject, SignInFailureTable.at)
        .where(
            SignInFailureTable.subject.in_(subjects),
            # A clock that was set back must not lock anybody out until it has caught up.
            SignInFailureTable.at <= now + FORGET_AFTER,
            SignInFailureTable.id.not_in(tuple(but)),
        )
        .order_by(SignInFailureTable.at.desc())
        .limit(COUNTED)
    )
    failures = defaultdict(list)
    for subject, at in found:
        failures[subject].append(at)
    return failures


def forget(connection: Connection, username: str) -> None:
    """Delete the failures of an account: its password has been changed."""
    begins = attempt_budgets.prefixes(username)
    subject = SignInFailureTable.subject
    about = [subject.startswith(each, autoescape=True) for each in begins if each.endswith("|")]
    delete_unlocked(connection, SignInFailureTable, or_(subject.in_(begins), *about))


def sweep(connection: Connection, *, now: datetime) -> None:
    """Delete the failures that no longer count."""
    later = aliased(SignInFailureTable)
    still = select(later.id).where(
        later.subject == SignInFailureTable.subject,
        later.at.between(now - FORGET_AFTER, now + FORGET_AFTER),
    )
    at = SignInFailureTable.at
    over = at < now - FORGET_AFTER, ~still.exists()
    delete_unlocked(connection, SignInFailureTable, *over)
    delete_unlocked(connection, SignInFailureTable, at > now + FORGET_AFTER)
    known_origins.sweep(connection, now=now)
