"""What a change of an account brings along: a second approver, tasks that go back, tokens that end,
a mail to its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.access import actions
from engine.errors import Conflict
from engine.identity import people, rights_requests, tokens
from engine.jobs import outbox, password_mails
from engine.queries.people import ACCOUNTS as CHAIN
from engine.unit_of_work import UnitOfWork
from engine.views import SYSTEM, Person
from engine.work import lost_roles


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What is to become of an account; None leaves it as it is."""

    roles: frozenset[str] | None
    rights: frozenset[str] | None
    active: bool | None
    email: str | None


def change(
    work: UnitOfWork,
    username: str,
    given: AccountChange,
    *,
    seen: Person | None,
    spared: bool = False,
) -> dict[str, Any]:
    """Change an account, as ``engine.people.change`` says.

    :param spared: the last administrator may go
    """
    administrators = people.hold_administrators(work.connection)
    before = people.get(work.connection, username, lock=True)
    if seen not in (None, before):
        raise Conflict("The account has changed since.", code="stale_person")
    result: dict[str, Any] = {"id": before.id}
    roles, rights = given.roles, given.rights
    if _needs_approval(work, before, administrators):
        more_roles, more_rights = (
            frozenset() if wanted is None else wanted - has
            for wanted, has in ((roles, before.roles), (rights, before.rights))
        )
        roles = None if roles is None else roles - more_roles
        rights = None if rights is None else rights - more_rights
        if more_roles or more_rights:
            people.check_known(more_roles, more_rights, work.config.roles)
            result["request"] = _ask(work, before, more_roles, more_rights)
    after = people.change(
        work.connection,
        before,
        roles=roles,
        rights=rights,
        active=given.active,
        email=given.email,
        known_roles=work.config.roles,
        by=work.actor.id,
        now=work.now,
    )
    stays = after.active and actions.ADMINISTRATOR in after.rights
    if administrators == (before.id,) and not (stays or spared):
        text = "Nobody would be left who manages accounts."
        raise Conflict(text, code="last_administrator", name=before.name)
    note(work, after)
    lost = before.roles - after.roles if after.active else before.roles
    result["given_back"] = lost_roles.give_back(work, after, lost)
    if not after.active and before.active:
        result["revoked"] = revoke_tokens(work, after, "closed")
    return result


def set_password(
    work: UnitOfWork,
    person: Person,
    hashed: str,
    *,
    keep: str | None,
    one_time: bool | None,
    revoke: bool,
) -> dict[str, Any]:
    """Store a new password's hash, as ``engine.people.set_password`` says; the caller has
    authorised it.

    :param keep: the hash of the token of the session that does not end
    """
    other = work.actor.id not in (person.id, SYSTEM.id)
    once = other if one_time is None else one_time
    until = one_time_until(work) if once else None
    people.set_password(
        work.connection,
        person.id,
        hashed,
        now=work.now,
        keep_session=keep,
        one_time_until=until,
    )
    work.note("password.changed", CHAIN, {"person": person.id, "one_time": once})
    revoked = revoke_tokens(work, person, "password") if other or once or revoke else 0
    if work.actor.id != person.id:
        tell_of_password(work, person, until)
    return {"id": person.id, "revoked": revoked}


def one_time_until(work: UnitOfWork) -> datetime:
    """When a password that is set now by somebody else ends."""
    return work.now + timedelta(hours=work.config.access.one_time_password_hours)


def note(work: UnitOfWork, person: Person) -> None:
    """Remember what somebody has now."""
    held = {"roles": sorted(person.roles), "rights": sorted(person.rights)}
    work.note("person.changed", CHAIN, {"person": person.id, "active": person.active, **held})


def _needs_approval(work: UnitOfWork, person: Person, administrators: tuple[str, ...]) -> bool:
    """Whether what the actor gives this person needs somebody else: it is the actor, and there is
    another administrator to ask."""
    others = [id for id in administrators if id != person.id]
    return work.config.access.second_approver and work.actor.id == person.id and bool(others)


def _ask(work: UnitOfWork, person: Person, roles: frozenset[str], rights: frozenset[str]) -> str:
    request_id = rights_requests.add(work.connection, person.id, roles, rights, now=work.now)
    asked = {"roles": sorted(roles), "rights": sorted(rights)}
    work.note("rights.requested", CHAIN, {"person": person.id, "request": request_id, **asked})
    return request_id


def decide(work: UnitOfWork, request_id: str, *, approved: bool) -> dict[str, Any]:
    """Approve or refuse what an administrator wants for themselves; the caller has authorised it.

    :raises Conflict: ``request_decided``
    """
    request = rights_requests.decide(
        work.connection, request_id, approved=approved, by=work.actor.id, now=work.now
    )
    asked = {"roles": sorted(request.roles), "rights": sorted(request.rights)}
    what = "rights.approved" if approved else "rights.refused"
    detail = {"person": request.person.id, "name": request.person.name, "request": request_id}
    work.note(what, CHAIN, {**detail, **asked})
    if approved:
        now = people.get(work.connection, request.person.username, lock=True)
        after = people.change(
            work.connection,
            now,
            roles=now.roles | request.roles,
            rights=now.rights | request.rights,
            known_roles=work.config.roles,
            by=work.actor.id,
            now=work.now,
        )
        note(work, after)
    return {"id": request_id}


def revoke_tokens(work: UnitOfWork, person: Person, why: str) -> int:
    """End all API tokens of a person; how many there were."""
    ended = tokens.revoke_all(work.connection, person.id, now=work.now)
    for token_id, name in ended:
        detail = {"person": person.id, "token": token_id, "name": name, "why": why}
        work.note("token.revoked", CHAIN, detail)
    return len(ended)


def tell_of_password(work: UnitOfWork, person: Person, until: datetime | None) -> None:
    """Tell the owner of an account by mail that somebody else has set its password."""
    if not (work.config.mail.enabled and person.email and person.active):
        return
    there = None if until is None else until.astimezone(work.calendar.zone)
    message = password_mails.password_set(
        work.config, person, by=work.actor.name, at=work.now, until=there
    )
    work.jobs += outbox.post(work.connection, [message], work.now)


def tell_of_invitation(work: UnitOfWork, person: Person, secret: str, until: datetime) -> None:
    """Send somebody the link by which they choose their password, where the settings say under
    which address people reach the application."""
    mail, address = work.config.mail, work.config.web.address
    if not (mail.enabled and address and person.email and person.active):
        return
    message = password_mails.invited(
        work.config,
        person,
        link=f"{address}/invitation/{secret}",
        at=work.now,
        until=until.astimezone(work.calendar.zone),
    )
    work.jobs += outbox.post(work.connection, [message], work.now)
