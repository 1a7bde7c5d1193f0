"""``engine.second_factors``: one-time codes, recovery codes, and the second step of signing in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from engine import security_log
from engine.access import actions
from engine.access.rules import PersonObject, authorize
from engine.errors import Conflict, NotAuthenticated
from engine.identity import (
    one_time_codes,
    passkeys,
    people,
    recovery_codes,
    second_steps,
    sessions,
)
from engine.identity.secret_box import SecretBox, secret_box
from engine.jobs import account_mails
from engine.queries.people import ACCOUNTS as CHAIN
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import (
    NO_BROWSER,
    Actor,
    Browser,
    IssuedRecoveryCodes,
    OneTimeCodeSetup,
    PendingSignIn,
    Receipt,
    Session,
    SignInMethods,
)


class SecondFactors(Part):
    """What people show besides the password."""

    def of(self, actor: Actor, username: str) -> SignInMethods:
        """What one signs in with, or for administrators anybody.

        :raises NotFound: when there is no such account
        """
        with self._transactions.reading() as connection:
            person = people.get(connection, username)
            authorize(actor, actions.SIGN_IN_VIEW, PersonObject(person.id))
            return second_steps.methods(connection, self._transactions.config, person)

    # ------------------------------------------------------------ one-time codes

    def begin_codes(self, actor: Actor, username: str) -> OneTimeCodeSetup:
        """Make the secret of one's one-time codes. It counts when a first code has confirmed it;
        until then it is the same at each call.

        :raises Conflict: ``codes_exist``
        :raises Unavailable: ``secret_needed`` when it cannot be encrypted, ``secret_lost``
        """
        box, company = self._box(), self._transactions.config.company.name
        with self._transactions.database.writing() as connection:
            person = people.get(connection, username)
            authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(person.id))
            known = one_time_codes.waiting(connection, box, person, company)
            now = self._transactions.now()
            return known or one_time_codes.begin(connection, box, person, company, now=now)

    def waiting_codes(self, actor: Actor, username: str) -> OneTimeCodeSetup | None:
        """One's own secret that waits for its first code; None when there is none.

        :raises Unavailable: ``secret_needed`` or ``secret_lost``
        """
        company = self._transactions.config.company.name
        with self._transactions.reading() as connection:
            person = people.get(connection, username)
            authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(person.id))
            return one_time_codes.waiting(connection, self._box(), person, company)

    def confirm_codes(
        self, actor: Actor, username: str, code: str, *, key: str
    ) -> IssuedRecoveryCodes:
        """Let the waiting secret count, as its first code is right. Whoever has no recovery codes
        gets some.

        :raises Invalid: ``code_wrong``
        :raises Conflict: ``codes_exist`` when nothing waits
        """
        box, made = self._box(), list[str]()

        def do(work: UnitOfWork) -> dict[str, Any]:
            person = people.get(work.connection, username, lock=True)
            authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(person.id))
            one_time_codes.confirm(work.connection, box, person.id, code, now=work.now)
            made[:] = second_steps.added(work, person.id, {"kind": "codes"})
            return {"id": person.id}

        self._transactions.write(actor, "confirm_codes", key, {"username": username}, do)
        return IssuedRecoveryCodes(tuple(made))

    def remove_codes(self, actor: Actor, username: str, *, key: str) -> Receipt:
        """Remove one's one-time codes; with the last second factor the recovery codes go too. The
        caller has asked for the password.

        :raises Conflict: ``no_codes`` when there are none
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            person = people.get(work.connection, username, lock=True)
            authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(person.id))
            if not one_time_codes.remove(work.connection, person.id):
                raise Conflict("There are no one-time codes.", code="no_codes")
            second_steps.lost(work, person.id, {"kind": "codes"})
            return {"id": person.id}

        return self._transactions.write(actor, "remove_codes", key, {"username": username}, do)

    def use_code(self, actor: Actor, code: str) -> None:
        """Use one of one's own one-time codes, once.

        :raises NotAuthenticated: ``code_wrong``, ``code_used``, or ``too_many_attempts``
        """
        authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(actor.id))
        self._use_code(actor.id, code)

    def _use_code(self, person_id: str, code: str) -> None:
        box, now = self._box(), self._transactions.now()
        with self._transactions.database.writing() as connection:
            one_time_codes.check_pause(connection, person_id, now=now)
            wrong = one_time_codes.use(connection, box, person_id, code, now=now)
        if wrong:
            security_log.note("second_factor.wrong", person=person_id, code=wrong)
            raise NotAuthenticated("The one-time code is wrong.", code=wrong)

    # ------------------------------------------------------------ recovery codes

    def new_recovery_codes(self, actor: Actor, username: str, *, key: str) -> IssuedRecoveryCodes:
        """Make one's recovery codes anew; the older ones count no longer. The caller has asked for
        the password.

        :raises Conflict: ``no_second_factor`` when there is nothing that they could replace
        """
        made: list[str] = []

        def do(work: UnitOfWork) -> dict[str, Any]:
            person = people.get(work.connection, username, lock=True)
            authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(person.id))
            has = second_steps.methods(work.connection, work.config, person)
            if not has.has_second_factor:
                raise Conflict("There is no second factor.", code="no_second_factor")
            made[:] = recovery_codes.make(work.connection, person.id, now=work.now)
            work.note("recovery_codes.made", CHAIN, {"person": person.id})
            return {"id": person.id}

        self._transactions.write(actor, "new_recovery_codes", key, {"username": username}, do)
        return IssuedRecoveryCodes(tuple(made))

    # ------------------------------------------------------------ the second step of signing in

    def pending(self, token: str) -> PendingSignIn:
        """A sign-in that waits for its second factor.

        :raises Conflict: ``challenge_expired``
        """
        with self._transactions.reading() as connection:
            return second_steps.pending(connection, token, now=self._transactions.now())

    def finish(self, token: str, code: str, *, browser: Browser = NO_BROWSER) -> Session:
        """Begin the session of a sign-in, if the one-time code or recovery code is right.

        :raises NotAuthenticated: ``code_wrong``, ``code_used``, or ``too_many_attempts``
        :raises Conflict: ``challenge_expired``
        """
        person = self.pending(token).person
        recovery = recovery_codes.is_one(code)
        if not recovery:
            self._use_code(person.id, code)

        def do(work: UnitOfWork) -> Session:
            if recovery:
                if not recovery_codes.use(work.connection, person.id, code, now=work.now):
                    raise NotAuthenticated("The recovery code is wrong.", code="code_wrong")
                left = recovery_codes.left(work.connection, person.id)
                work.note("recovery_code.used", CHAIN, {"person": person.id, "left": left})
            return second_steps.finish(
                work.connection, work.config, token, now=work.now, browser=browser
            )

        return self._transactions.run(person.actor(), do)

    # ------------------------------------------------------------ for administrators

    def reset(self, actor: Actor, username: str, *, key: str) -> Receipt:
        """Take the second factors of somebody else away: one-time codes, passkeys and recovery
        codes. The person is signed out everywhere and told by mail, and nobody can sign in or sign
        as them for that: the password stays theirs. For administrators.

        :raises Conflict: ``no_second_factor`` when there is none
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            person = people.get(work.connection, username, lock=True)
            authorize(actor, actions.SECOND_FACTOR_RESET, PersonObject(person.id))
            codes = one_time_codes.remove(work.connection, person.id)
            keys = passkeys.remove_all(work.connection, person.id)
            if not codes and not keys:
                raise Conflict("There is no second factor.", code="no_second_factor")
            recovery_codes.remove(work.connection, person.id)
            sessions.end_all(work.connection, person.id)
            detail = {"person": person.id, "codes": codes, "passkeys": keys}
            work.note("second_factor.reset", CHAIN, detail)
            work.jobs += account_mails.post(
                work.connection, work.config, person, "second_factor_reset", actor.name, work.now
            )
            return {"id": person.id}

        return self._transactions.write(
            actor, "reset_second_factor", key, {"username": username}, do
        )

    def _box(self) -> SecretBox:
        database = self._transactions.database
        file = make_url(database.url).database if database.is_sqlite else None
        return secret_box(self._transactions.config, Path(file) if file else None)
