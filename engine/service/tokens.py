"""``engine.tokens``: the bearer tokens by which programs use the API in a person's name."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from engine import security_log
from engine.access import actions
from engine.access.rules import PersonObject, authorize
from engine.errors import Conflict, Invalid, NotAuthenticated, Problem, Unavailable
from engine.identity import people, sign_in_attempts, tokens
from engine.service.transactions import Part
from engine.store.base import new_id
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, IssuedToken, Receipt, Token

CHAIN = "accounts"
"""The history chain of facts about accounts."""
LIFETIME: Final = "P1Y"
"""How long a token is valid unless something else is asked for (an ISO 8601 duration)."""

log = logging.getLogger(__name__)


class Tokens(Part):
    """The API tokens of all people."""

    def add(
        self,
        actor: Actor,
        username: str,
        name: str,
        *,
        scopes: Collection[str] = tokens.SCOPES,
        expires: str | None = LIFETIME,
        key: str,
    ) -> IssuedToken:
        """Add a token to one's own account. Its secret is in the result and nowhere else.

        :param name: what it is for, so that its owner recognises it
        :param scopes: what it may be used for, of ``read``, ``tasks``, ``cases``, ``definitions``
        :param expires: after how long it ends: an ISO 8601 duration, with months of average
            length; None for never
        :raises NotAllowed: for somebody else's account
        :raises Invalid: for a name, scopes or a duration that cannot be
        """
        lifetime = tokens.check_new(name, scopes, expires)
        token_id, secret = new_id(), tokens.new_secret()

        def do(work: UnitOfWork) -> dict[str, Any]:
            person = people.get(work.connection, username)
            authorize(actor, actions.TOKEN_ADD, PersonObject(person.id))
            expires_at = None if lifetime is None else work.now + lifetime
            tokens.add(
                work.connection,
                id=token_id,
                person_id=person.id,
                name=name,
                scopes=scopes,
                secret=secret,
                expires_at=expires_at,
                now=work.now,
            )
            made = {"name": name.strip(), "scopes": sorted(scopes), "expires_at": expires_at}
            work.note("token.added", CHAIN, {"person": person.id, "token": token_id, **made})
            return {"id": token_id}

        request = {"username": username, "name": name, "scopes": sorted(scopes)}
        receipt = self._transactions.write(
            actor, "add_token", key, {**request, "expires": expires}, do
        )
        with self._transactions.reading() as connection:
            token = tokens.get(connection, str(receipt.id))
        return IssuedToken(token, secret if token.id == token_id else None)

    def problems(
        self, name: str, *, scopes: Collection[str] = tokens.SCOPES, expires: str | None = LIFETIME
    ) -> tuple[Problem, ...]:
        """What would keep ``add`` from adding a token; nothing is changed."""
        try:
            tokens.check_new(name, scopes, expires)
        except Invalid as error:
            return error.problems
        return ()

    def all(self, actor: Actor, username: str | None = None) -> tuple[Token, ...]:
        """The tokens of an account, revoked ones too, the newest first; of all accounts when None.

        :raises NotAllowed: for other accounts than one's own, unless the actor is an administrator
        """
        with self._transactions.reading() as connection:
            person_id = None
            if username is not None:
                person_id = people.get(connection, username).id
            authorize(actor, actions.TOKEN_MANAGE, PersonObject(person_id or ""))
            return tokens.all(connection, person_id)

    def revoke(self, actor: Actor, token_id: str, *, key: str) -> Receipt:
        """Revoke a token for good: one's own, or anybody's for an administrator.

        :raises NotFound: when there is none
        :raises Conflict: ``already_revoked``
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            token = tokens.get(work.connection, token_id)
            authorize(actor, actions.TOKEN_MANAGE, PersonObject(token.person.id))
            tokens.revoke(work.connection, token_id, now=work.now)
            detail = {"person": token.person.id, "token": token_id, "name": token.name}
            work.note("token.revoked", CHAIN, detail)
            return {"id": token_id}

        return self._transactions.write(actor, "revoke_token", key, {"token": token_id}, do)

    def bearer(self, secret: str, *, address: str = "") -> Token:
        """The token with this secret; its ``actor()`` has the roles and rights that its person has
        now. One SELECT; the use is recorded once a minute at most.

        :param address: where the request came from; wrong secrets from it are counted
        :raises NotAuthenticated: ``token_unknown``, ``token_revoked``, ``token_expired``,
            ``account_closed``, or ``too_many_attempts`` with ``seconds`` to wait. A valid token
            never waits: nobody can guess one, and a whole office may share an address."""
        now = self._transactions.now()
        try:
            with self._transactions.database.glancing() as connection:
                token = tokens.by_secret(connection, secret, now=now)
        except NotAuthenticated as error:
            security_log.note("token.wrong", reason=error.error_code, address=address)
            with self._transactions.database.writing() as connection:
                sign_in_attempts.count_failed_token(connection, address, now=now)
            raise
        if tokens.is_stale(token, now):
            self._touch(token.id, now)
        return token

    def _touch(self, token_id: str, now: datetime) -> None:
        try:
            with self._transactions.database.writing() as connection:
                tokens.touch(connection, token_id, now=now)
        except (Unavailable, Conflict) as error:
            # The next use is recorded instead; this request need not fail for it.
            log.warning("the use of a token could not be written down: %s", error)
