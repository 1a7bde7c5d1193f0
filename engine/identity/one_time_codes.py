"""One-time codes from an authenticator app (TOTP, RFC 6238): six digits for each 30 seconds.

A code is taken in its own time step and in the one before and after it, and never again: the
newest step that was used is remembered. Wrong codes make the next attempt wait. Functions that take
a connection neither begin a transaction nor commit it.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta
from typing import Any, Final

import pyotp
from sqlalchemy import Connection, delete, insert, select, update

from engine import views
from engine.errors import Conflict, Invalid, NotAuthenticated, Problem
from engine.identity.secret_box import SecretBox
from engine.store.tables import OneTimeCodeTable

STEP: Final = 30
"""Seconds of a time step."""
AROUND: Final = 1
"""Time steps before and after the present one whose codes are taken: clocks differ."""
FREE: Final = 5
"""Wrong codes in a row without a pause; then 1, 2, 4 … seconds, at most ``LONGEST``."""
LONGEST: Final = timedelta(minutes=15)
"""The longest pause. With it, some 100 codes of a million can be tried in a day."""

_TABLE: Final = OneTimeCodeTable


def begin(
    connection: Connection, box: SecretBox, person: views.Person, company: str, *, now: datetime
) -> views.OneTimeCodeSetup:
    """Make a secret that waits for its first code, in place of one that waits already.

    :param company: what an app calls the account's place
    :raises Conflict: ``codes_exist`` when the person has one-time codes
    """
    row = _row(connection, person.id)
    if row is not None and row.confirmed_at is not None:
        raise Conflict("There are one-time codes already.", code="codes_exist")
    secret = pyotp.random_base32()
    sealed = box.close(secret, person.id)
    connection.execute(delete(_TABLE).where(_TABLE.person_id == person.id))
    connection.execute(
        insert(_TABLE).values(
            person_id=person.id,
            secret=sealed,
            created_at=now,
            confirmed_at=None,
            last_step=0,
            failures=0,
            failed_at=None,
        )
    )
    return _setup(secret, person, company)


def waiting(
    connection: Connection, box: SecretBox, person: views.Person, company: str
) -> views.OneTimeCodeSetup | None:
    """The secret that waits for its first code; None when there is none."""
    row = _row(connection, person.id, lock=False)
    if row is None or row.confirmed_at is not None:
        return None
    return _setup(box.open(row.secret, person.id), person, company)


def _setup(secret: str, person: views.Person, company: str) -> views.OneTimeCodeSetup:
    # An address that grows long makes a QR code that phones cannot read.
    address = pyotp.TOTP(secret).provisioning_uri(name=person.username, issuer_name=company[:40])
    return views.OneTimeCodeSetup(secret, address)


def confirm(
    connection: Connection, box: SecretBox, person_id: str, code: str, *, now: datetime
) -> None:
    """Let the waiting secret count, when ``code`` is right.

    :raises Invalid: ``code_wrong`` at ``code``
    :raises Conflict: ``codes_exist`` when nothing waits
    """
    row = _row(connection, person_id)
    if row is None or row.confirmed_at is not None:
        raise Conflict("No one-time codes wait to be confirmed.", code="codes_exist")
    step = _step_of(box.open(row.secret, person_id), code, row.last_step, now)
    if step is None:
        raise Invalid([Problem("code_wrong", "the code is wrong", "code")])
    connection.execute(
        update(_TABLE)
        .where(_TABLE.person_id == person_id)
        .values(confirmed_at=now, last_step=step, failures=0, failed_at=None)
    )


def since(connection: Connection, person_id: str) -> datetime | None:
    """Since when the person has one-time codes; None without."""
    found: datetime | None = connection.scalar(
        select(_TABLE.confirmed_at).where(_TABLE.person_id == person_id)
    )
    return found


def check_pause(connection: Connection, person_id: str, *, now: datetime) -> None:
    """Check that a code may be tried now.

    :raises NotAuthenticated: ``too_many_attempts`` with ``seconds`` to wait
    """
    row = _row(connection, person_id)
    if row is None or row.failed_at is None or row.failures < FREE:
        return
    pause = min(timedelta(seconds=2 ** min(row.failures - FREE, 20)), LONGEST)
    left = (pause - max(now - row.failed_at, timedelta())).total_seconds()
    if left > 0:
        raise NotAuthenticated(
            "too many wrong codes", code="too_many_attempts", seconds=int(left) + 1
        )


def use(connection: Connection, box: SecretBox, person_id: str, code: str, *, now: datetime) -> str:
    """Use a code once: ``""`` when it is right, else why not: ``code_wrong``, or ``code_used`` for
    one that has been used, or is older than one. A wrong code counts (the caller commits that)."""
    row = _row(connection, person_id)
    if row is None or row.confirmed_at is None:
        return "code_wrong"
    secret = box.open(row.secret, person_id)
    step = _step_of(secret, code, row.last_step, now)
    if step is None:
        connection.execute(
            update(_TABLE)
            .where(_TABLE.person_id == person_id)
            .values(failures=_TABLE.failures + 1, failed_at=now)
        )
        return "code_used" if _step_of(secret, code, 0, now) is not None else "code_wrong"
    values: dict[str, Any] = {"last_step": step, "failures": 0, "failed_at": None}
    if box.is_old(row.secret):
        values["secret"] = box.close(secret, person_id)
    # Two that come with the same code at the same moment: the guard lets one of them through.
    used = connection.execute(
        update(_TABLE)
        .where(_TABLE.person_id == person_id, _TABLE.last_step < step)
        .values(**values)
    )
    return "" if used.rowcount == 1 else "code_used"


def remove(connection: Connection, person_id: str) -> bool:
    """Remove the one-time codes of a person; False when there were none that counted."""
    there = since(connection, person_id) is not None
    connection.execute(delete(_TABLE).where(_TABLE.person_id == person_id))
    return there


def _row(connection: Connection, person_id: str, *, lock: bool = True) -> Any:
    """The row of a person; locked, so that of guesses at the same moment each counts."""
    wanted = select(_TABLE).where(_TABLE.person_id == person_id)
    found = connection.execute(wanted.with_for_update() if lock else wanted)
    return found.one_or_none()


def _step_of(secret: str, code: str, after: int, now: datetime) -> int | None:
    """The time step whose code this is, of those that are taken now and newer than ``after``; None
    when it is of none."""
    digits = re.sub(r"[\s\u00a0-]", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    present, found = int(now.timestamp()) // STEP, None
    totp = pyotp.TOTP(secret)
    for step in range(present - AROUND, present + AROUND + 1):
        # Each is compared, so that the time tells nothing.
        right = hmac.compare_digest(totp.generate_otp(step), digits)
        if right and step > after:
            found = step
    return found
