"""``engine.invitations``: links by which people choose their own password, and the first
administrator gets an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Conflict, NotFound
from engine.identity import credentials, invitations, password_rules, people
from engine.queries import people as queries
from engine.queries.people import ACCOUNTS as CHAIN
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import SYSTEM, Actor, Invitation, Receipt
from engine.work import account_changes

FIRST_MINUTES: Final = 15
"""Minutes for which the link of the first administrator holds."""


class Invitations(Part):
    """The invitations that are open."""

    def make(self, actor: Actor, username: str, *, key: str) -> Invitation:
        """Invite somebody who has an account to choose a password: by mail, where the settings have
        it and the person an address, and by the ``secret`` in the result, which is nowhere else. It
        works once, for ``[access] invitation_hours``; an earlier one ends. For administrators.

        :raises NotFound: when there is no such account
        :raises Conflict: ``account_closed`` for one that is closed
        """
        secret = invitations.new_secret()
        hours = self._transactions.config.access.invitation_hours

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.PEOPLE_MANAGE, None)
            person = people.get(work.connection, username, lock=True)
            if not person.active:
                raise Conflict("The account is closed.", code="account_closed")
            until = work.now + timedelta(hours=hours)
            id = invitations.make(
                work.connection, secret, person.id, by=actor.id, now=work.now, expires_at=until
            )
            work.note("invitation.made", CHAIN, {"person": person.id, "until": until})
            account_changes.tell_of_invitation(work, person, secret, until)
            return {"id": id}

        receipt = self._transactions.write(actor, "invite", key, {"username": username}, do)
        with self._transactions.reading() as connection:
            person = people.get(connection, username)
            new = self._holds(connection, secret)
        return Invitation(person, receipt.at + timedelta(hours=hours), secret if new else None)

    def _holds(self, connection: Any, secret: str) -> bool:
        try:
            invitations.read(connection, secret, now=self._transactions.now())
        except NotFound:
            return False
        return True

    def make_first(self) -> Invitation:
        """The link by which the first administrator makes their account; it works once, for
        ``FIRST_MINUTES``, and an earlier one ends. For the console of a new installation.

        :raises Conflict: ``somebody_exists`` as soon as anybody has an account
        """
        secret = invitations.new_secret()

        def do(work: UnitOfWork) -> Invitation:
            if queries.exist(work.connection):
                raise Conflict("There are accounts already.", code="somebody_exists")
            until = work.now + timedelta(minutes=FIRST_MINUTES)
            invitations.make(
                work.connection, secret, None, by=SYSTEM.id, now=work.now, expires_at=until
            )
            return Invitation(None, until, secret)

        return self._transactions.run(SYSTEM, do)

    def look(self, secret: str) -> Invitation:
        """The invitation with this secret: whom it is for, and until when somebody may use it.

        :raises NotFound: ``invitation_over`` when it does not hold
        """
        now = self._transactions.now()
        with self._transactions.reading() as connection:
            _id, person_id = invitations.read(connection, secret, now=now)
            if person_id is None:
                if queries.exist(connection):
                    raise NotFound("Somebody has an account.", code="invitation_over")
                return Invitation(None, now)
            found = queries.by_id(connection, SYSTEM, [person_id])
        return Invitation(found[person_id], now)

    def accept(self, secret: str, password: str, *, key: str) -> Receipt:
        """Choose one's password by an invitation; the receipt has the person's ``id``. All earlier
        sessions end.

        :raises NotFound: ``invitation_over`` when it does not hold
        :raises Invalid: when the password cannot be one
        """
        invited = self.look(secret).person
        if invited is None:
            raise NotFound("This link makes the first administrator.", code="invitation_over")
        rules = password_rules.rules_of(self._transactions.config)
        rules.check(password, invited.username, invited.name, invited.email)
        hashed = credentials.hash_password(password)
        actor = invited.actor()

        def do(work: UnitOfWork) -> dict[str, Any]:
            id, person_id = invitations.read(work.connection, secret, now=work.now)
            invitations.use(work.connection, id, now=work.now)
            people.set_password(work.connection, str(person_id), hashed, now=work.now)
            work.note("invitation.used", CHAIN, {"person": person_id})
            return {"id": person_id}

        digest = credentials.request_digest(password, actor.id, key)
        return self._transactions.write(actor, "accept_invitation", key, {"password": digest}, do)

    def accept_first(
        self, secret: str, username: str, name: str, password: str, *, key: str
    ) -> Receipt:
        """Make the account of the first administrator; the receipt has its ``id``.

        :raises NotFound: ``invitation_over`` when the link does not hold, or somebody was first
        :raises Invalid: with everything that is wrong
        """
        if self.look(secret).person is not None:
            raise NotFound("This link is somebody's.", code="invitation_over")
        rules = password_rules.rules_of(self._transactions.config)
        wrong = rules.problems(password, username, name)
        hashed = "" if wrong else credentials.hash_password(password)

        def do(work: UnitOfWork) -> dict[str, Any]:
            id, person_id = invitations.read(work.connection, secret, now=work.now)
            if person_id is not None or queries.exist(work.connection):
                raise NotFound("Somebody has an account.", code="invitation_over")
            person = people.add(
                work.connection,
                username=username,
                name=name,
                roles=(),
                rights=actions.RIGHTS,
                password_hash=hashed,
                known_roles=work.config.roles,
                now=work.now,
                wrong=wrong,
            )
            invitations.use(work.connection, id, now=work.now)
            detail = {"person": person.id, "username": person.username, "name": person.name}
            held = {"roles": [], "rights": sorted(person.rights)}
            work.note("person.added", CHAIN, {**detail, **held})
            return {"id": person.id}

        request = {"username": username, "name": name}
        if not wrong:
            request["password"] = credentials.request_digest(password, SYSTEM.id, key)
        return self._transactions.write(SYSTEM, "accept_first", key, request, do)
