"""``engine.openid``: signing in at an OpenID provider, and linking an account there."""

from __future__ import annotations

import re
import secrets
from typing import Any, Final

from engine.access import actions
from engine.access.rules import PersonObject, authorize
from engine.errors import Conflict, NotAuthenticated
from engine.identity import (
    challenges,
    credentials,
    openid_links,
    people,
    second_steps,
)
from engine.identity.credentials import is_username, normal_username
from engine.identity.openid_provider import CheckedIdToken, OpenidProvider, new_verifier
from engine.queries.people import ACCOUNTS as CHAIN
from engine.service.transactions import Part, Transactions
from engine.unit_of_work import UnitOfWork
from engine.views import (
    NO_BROWSER,
    SYSTEM,
    Actor,
    Browser,
    OpenidVisit,
    PendingSignIn,
    Person,
    Receipt,
    Session,
)

SIGN_IN: Final = "openid_sign_in"
LINK: Final = "openid_link"
CANCELLED: Final = frozenset({"access_denied", "login_required", "consent_required",
                              "interaction_required", "user_cancelled"})  # fmt: skip
"""What a provider answers when its user has not gone through with it."""


class Openid(Part):
    """The OpenID provider of the settings, and the accounts there that are linked to people."""

    def __init__(self, transactions: Transactions) -> None:
        super().__init__(transactions)
        self._provider = OpenidProvider(transactions.config.openid)

    def begin_sign_in(self, redirect_uri: str) -> OpenidVisit:
        """The address at the provider that a browser is sent to, to sign in.

        :param redirect_uri: the address here that the provider sends it back to
        :raises Unavailable: ``openid_unreachable``
        :raises Conflict: ``no_openid`` when no provider is set
        """
        return self._begin(SIGN_IN, None, redirect_uri)

    def begin_link(self, actor: Actor, username: str, redirect_uri: str) -> OpenidVisit:
        """The same, to link one's own account there. The caller has asked for the password."""
        with self._transactions.reading() as connection:
            person = people.get(connection, username)
        authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(person.id))
        return self._begin(LINK, person.id, redirect_uri)

    def _begin(self, purpose: str, person_id: str | None, redirect_uri: str) -> OpenidVisit:
        if not self._transactions.config.openid.issuer:
            raise Conflict("There is no OpenID provider.", code="no_openid")
        now, state = self._transactions.now(), challenges.new_token()
        nonce, verifier = challenges.new_token(), new_verifier()
        address = self._provider.address(
            state=state, nonce=nonce, verifier=verifier, redirect_uri=redirect_uri, now=now
        )
        content = {"nonce": nonce, "verifier": verifier, "redirect_uri": redirect_uri}
        with self._transactions.database.writing() as connection:
            challenges.put(
                connection,
                purpose,
                person_id=person_id,
                content=content,
                now=now,
                lifetime=challenges.PROVIDER_LIFETIME,
                token=state,
            )
        return OpenidVisit(state, address)

    def sign_in(
        self, state: str, code: str, *, error: str = "", browser: Browser = NO_BROWSER
    ) -> Session | PendingSignIn:
        """Begin the session of whoever comes back from the provider, or ask for their second
        factor. Somebody whom nobody here is linked to gets an account, where the settings say so.

        :param state: that of ``begin_sign_in``, which holds once
        :param error: what the provider says instead of a code
        :raises Conflict: ``challenge_expired``
        :raises NotAuthenticated: ``openid_cancelled``, ``openid_refused``, ``openid_token``,
            ``openid_unknown`` when nobody here has this account
        :raises Unavailable: ``openid_unreachable``
        """
        token, _whose = self._come_back(SIGN_IN, state, code, error)
        settings = self._transactions.config.openid

        def do(work: UnitOfWork) -> Session | PendingSignIn:
            person = self._person_of(work, token)
            openid_links.used(work.connection, settings.issuer, token.subject, now=work.now)
            given: dict[str, Any] = {"now": work.now, "browser": browser, "method": "openid"}
            if settings.second_factor:
                return second_steps.begin_session(
                    work.connection, work.config, person, second_factor=True, **given
                )
            return second_steps.begin_session_or_ask(work.connection, work.config, person, **given)

        return self._transactions.run(SYSTEM, do)

    def link(self, actor: Actor, state: str, code: str, *, error: str = "", key: str) -> Receipt:
        """Link the account of whoever comes back from the provider to the actor's.

        :raises Conflict: ``challenge_expired``, ``openid_taken``
        :raises NotAuthenticated: as ``sign_in`` does
        :raises Unavailable: ``openid_unreachable``
        """
        token, person_id = self._come_back(LINK, state, code, error)
        authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(person_id or ""))
        issuer = self._transactions.config.openid.issuer

        def do(work: UnitOfWork) -> dict[str, Any]:
            openid_links.add(work.connection, issuer, token.subject, str(person_id), now=work.now)
            work.note("openid.linked", CHAIN, {"person": person_id, "issuer": issuer})
            return {"id": person_id}

        request = {"issuer": issuer, "subject": token.subject}
        return self._transactions.write(actor, "link_openid", key, request, do)

    def unlink(self, actor: Actor, username: str, *, key: str) -> Receipt:
        """Unlink one's account at the provider. The caller has asked for the password.

        :raises NotFound: when none is linked
        """
        issuer = self._transactions.config.openid.issuer

        def do(work: UnitOfWork) -> dict[str, Any]:
            person = people.get(work.connection, username, lock=True)
            authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(person.id))
            openid_links.remove(work.connection, issuer, person.id)
            work.note("openid.unlinked", CHAIN, {"person": person.id, "issuer": issuer})
            return {"id": person.id}

        return self._transactions.write(actor, "unlink_openid", key, {"username": username}, do)

    # ------------------------------------------------------------ coming back

    def _come_back(
        self, purpose: str, state: str, code: str, error: str
    ) -> tuple[CheckedIdToken, str | None]:
        """The ID token of somebody who comes back, and the person who was sent (None: anybody)."""
        now = self._transactions.now()
        with self._transactions.database.writing() as connection:
            asked = challenges.take(connection, state, purpose, now=now)
        name = self._transactions.config.openid.name
        if error or not code:
            cancelled = error in CANCELLED
            raise NotAuthenticated(
                f"the provider says {error[:80]!r}",
                code="openid_cancelled" if cancelled else "openid_refused",
                provider=name,
            )
        token = self._provider.redeem(
            code,
            verifier=asked.content["verifier"],
            redirect_uri=asked.content["redirect_uri"],
            nonce=asked.content["nonce"],
            now=now,
        )
        return token, asked.person_id

    def _person_of(self, work: UnitOfWork, token: CheckedIdToken) -> Person:
        """The person of an account at the provider, with the roles that its claim tells."""
        settings = work.config.openid
        person = openid_links.person_of(work.connection, settings.issuer, token.subject)
        if person is None and settings.create_accounts:
            person = _new_person(work, token)
        if person is None or not person.active:
            raise NotAuthenticated(
                "nobody here has this account", code="openid_unknown", provider=settings.name
            )
        return _with_roles(work, person, token) if settings.role_claim else person


def _claimed_roles(work: UnitOfWork, token: CheckedIdToken) -> set[str]:
    settings = work.config.openid
    told = token.claims.get(settings.role_claim)
    values = told if isinstance(told, list) else [told]
    return {settings.roles[v] for v in values if isinstance(v, str) and v in settings.roles}


def _with_roles(work: UnitOfWork, person: Person, token: CheckedIdToken) -> Person:
    """The person with the roles that the claim tells, and without those of the settings' table that
    it does not tell. Other roles, and all rights, are given here."""
    ours = person.roles - {*work.config.openid.roles.values()}
    roles = ours | _claimed_roles(work, token)
    if roles == person.roles:
        return person
    changed = people.change(
        work.connection,
        person,
        roles=roles,
        known_roles=work.config.roles,
        by=SYSTEM.id,
        now=work.now,
    )
    held = {"roles": sorted(changed.roles), "rights": sorted(changed.rights)}
    detail = {"person": changed.id, "active": changed.active, **held, "by": "openid"}
    work.note("person.changed", CHAIN, detail)
    return changed


def _new_person(work: UnitOfWork, token: CheckedIdToken) -> Person:
    """A new account, without a password that anybody knows, linked to that at the provider."""
    claims = token.claims
    wanted = claims.get("preferred_username")
    username = normal_username(wanted if isinstance(wanted, str) else "")
    username = re.sub(r"[^\w.@-]", "", username)[:60]
    if not is_username(username):
        username = f"u{secrets.token_hex(4)}"
    taken = people.is_taken(work.connection, username)
    name = claims.get("name")
    person = people.add(
        work.connection,
        username=f"{username}-{secrets.token_hex(3)}" if taken else username,
        name=name[:200] if isinstance(name, str) and name.strip() else username,
        roles=(),
        rights=(),
        password_hash=credentials.hash_password(secrets.token_urlsafe(32)),
        known_roles=work.config.roles,
        now=work.now,
    )
    openid_links.add(
        work.connection, work.config.openid.issuer, token.subject, person.id, now=work.now
    )
    detail = {"person": person.id, "username": person.username, "name": person.name}
    work.note("person.added", CHAIN, {**detail, "roles": [], "rights": [], "by": "openid"})
    return person
