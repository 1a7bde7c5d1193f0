"""The second step of signing in: what a person has to show besides the password, and the session
that begins when they have.

Functions that take a connection neither begin a transaction nor commit it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from engine import views
from engine.config import Config
from engine.errors import Conflict
from engine.identity import (
    attempt_budgets,
    challenges,
    known_origins,
    one_time_codes,
    passkeys,
    pending_forms,
    recovery_codes,
    sessions,
    sign_in_attempts,
)
from engine.queries.people import ACCOUNTS
from engine.queries.rows import PERSON, person_view
from engine.store.tables import OpenidLinkTable, PersonTable
from engine.unit_of_work import UnitOfWork

PURPOSE: Final = "second_step"
"""The purpose of the challenge that stands for a right first step."""


def is_required(config: Config, person: views.Person) -> bool:
    """Whether the person's roles or rights demand a second factor."""
    return bool({*person.roles, *person.rights} & {*config.access.second_factor_roles})


def methods(connection: Connection, config: Config, person: views.Person) -> views.SignInMethods:
    """What a person signs in with besides the password."""
    links = connection.scalars(
        select(OpenidLinkTable.issuer)
        .where(OpenidLinkTable.person_id == person.id)
        .order_by(OpenidLinkTable.issuer)
    )
    return views.SignInMethods(
        codes_since=one_time_codes.since(connection, person.id),
        passkeys=passkeys.of_person(connection, person.id),
        recovery_codes=recovery_codes.left(connection, person.id),
        providers=tuple(links),
        required=is_required(config, person),
    )


def begin_session(
    connection: Connection,
    config: Config,
    person: views.Person,
    *,
    now: datetime,
    browser: views.Browser,
    method: str,
    second_factor: bool,
) -> views.Session:
    """Begin a session, and tidy up what has ended."""
    idle = timedelta(minutes=config.web.session_idle_minutes)
    sessions.sweep(connection, now=now, idle=idle)
    sign_in_attempts.sweep(connection, now=now)
    pending_forms.sweep(connection, now=now)
    place = attempt_budgets.network_of(browser.address)
    known_origins.add(connection, person.id, place, browser.device, now=now)
    return sessions.start(
        connection,
        person,
        now=now,
        lifetime=timedelta(hours=config.web.session_hours),
        browser=browser,
        method=method,
        second_factor=second_factor,
    )


def begin_session_or_ask(
    connection: Connection,
    config: Config,
    person: views.Person,
    *,
    now: datetime,
    browser: views.Browser,
    method: str,
) -> views.Session | views.PendingSignIn:
    """Begin a session of somebody who has no second factor; else ask for it."""
    codes = one_time_codes.since(connection, person.id) is not None
    keys = passkeys.count(connection, person.id) > 0
    if not codes and not keys:
        return begin_session(
            connection, config, person, now=now, browser=browser, method=method, second_factor=False
        )
    lifetime = challenges.SECOND_STEP_LIFETIME
    token = challenges.put(
        connection,
        PURPOSE,
        person_id=person.id,
        content={"method": method},
        now=now,
        lifetime=lifetime,
    )
    return views.PendingSignIn(token, person, codes, keys, now + lifetime)


def pending(connection: Connection, token: str, *, now: datetime) -> views.PendingSignIn:
    """A sign-in that waits for its second factor.

    :raises Conflict: ``challenge_expired``
    """
    found = challenges.look(connection, token, PURPOSE, now=now)
    person = active(connection, str(found.person_id))
    if person is None:
        raise Conflict("The sign-in has expired.", code="challenge_expired")
    return views.PendingSignIn(
        token,
        person,
        one_time_codes.since(connection, person.id) is not None,
        passkeys.count(connection, person.id) > 0,
        found.created_at + challenges.SECOND_STEP_LIFETIME,
    )


def finish(
    connection: Connection, config: Config, token: str, *, now: datetime, browser: views.Browser
) -> views.Session:
    """Begin the session of a sign-in whose second factor was right. It cannot be finished twice.

    :raises Conflict: ``challenge_expired``
    """
    waiting = pending(connection, token, now=now)
    taken = challenges.take(connection, token, PURPOSE, now=now)
    return begin_session(
        connection,
        config,
        waiting.person,
        now=now,
        browser=browser,
        method=str(taken.content["method"]),
        second_factor=True,
    )


def added(work: UnitOfWork, person_id: str, detail: dict[str, Any]) -> tuple[str, ...]:
    """Note that a person has a second factor more. Whoever has no recovery codes gets some, which
    are returned."""
    work.note("second_factor.added", ACCOUNTS, {"person": person_id, **detail})
    if recovery_codes.left(work.connection, person_id):
        return ()
    work.note("recovery_codes.made", ACCOUNTS, {"person": person_id})
    return recovery_codes.make(work.connection, person_id, now=work.now)


def lost(work: UnitOfWork, person_id: str, detail: dict[str, Any]) -> None:
    """Note that a person has removed a second factor. With the last one the recovery codes go too:
    there is nothing left that they could replace."""
    work.note("second_factor.removed", ACCOUNTS, {"person": person_id, **detail})
    codes = one_time_codes.since(work.connection, person_id) is not None
    if not codes and not passkeys.count(work.connection, person_id):
        recovery_codes.remove(work.connection, person_id)


def active(connection: Connection, person_id: str) -> views.Person | None:
    """The person with this id, if the account is open."""
    row: Any = connection.execute(
        select(*PERSON).where(PersonTable.id == person_id, PersonTable.active)
    ).one_or_none()
    return None if row is None else person_view(row)
