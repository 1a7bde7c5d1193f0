"""``engine.passkeys``: registering passkeys, and signing in with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine import security_log
from engine.access import actions
from engine.access.rules import PersonObject, authorize
from engine.errors import NotAuthenticated
from engine.identity import challenges, passkeys, people, second_steps
from engine.records.assertions import decoded, encoded
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import (
    NO_BROWSER,
    Actor,
    Browser,
    IssuedChallenge,
    IssuedRecoveryCodes,
    Receipt,
    Session,
    Site,
)

REGISTER: Final = "passkey_register"
SIGN_IN: Final = "passkey_sign_in"
SECOND: Final = "passkey_second"


class Passkeys(Part):
    """The passkeys of all people."""

    def begin_registration(self, actor: Actor, username: str, site: Site) -> IssuedChallenge:
        """What a browser is told to make a passkey for one's own account.

        :raises Invalid: ``too_many_passkeys``
        """
        challenge = passkeys.new_challenge()
        with self._transactions.database.writing() as connection:
            person = people.get(connection, username)
            authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(person.id))
            options = passkeys.registration_options(connection, person, site, challenge)
            token = challenges.put(
                connection,
                REGISTER,
                person_id=person.id,
                content={"challenge": encoded(challenge)},
                now=self._transactions.now(),
            )
        return IssuedChallenge(token, options)

    def register(
        self,
        actor: Actor,
        username: str,
        token: str,
        credential: Mapping[str, Any],
        name: str,
        site: Site,
        *,
        key: str,
    ) -> IssuedRecoveryCodes:
        """Register the passkey that a browser has made. Whoever has no recovery codes gets some.

        :param token: that of ``begin_registration``, which holds once
        :param credential: the browser's answer (RegistrationResponseJSON)
        :param name: what its owner calls it
        :raises Conflict: ``challenge_expired``, ``passkey_taken``
        :raises NotAuthenticated: with a code for each cause (``engine.records.assertions.check``)
        :raises Invalid: for its name
        """
        made: list[str] = []
        passkeys.check_name(name)

        def do(work: UnitOfWork) -> dict[str, Any]:
            person = people.get(work.connection, username, lock=True)
            authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(person.id))
            asked = challenges.take(work.connection, token, REGISTER, now=work.now)
            if asked.person_id != person.id:
                raise NotAuthenticated("another person's challenge", code="passkey_other_challenge")
            id = passkeys.add(
                work.connection,
                person.id,
                credential,
                name,
                challenge=decoded(asked.content["challenge"]),
                site=site,
                now=work.now,
            )
            detail = {"kind": "passkey", "name": passkeys.check_name(name)}
            made[:] = second_steps.added(work, person.id, detail)
            return {"id": id}

        request = {"username": username, "name": name, "credential": str(credential.get("id"))}
        self._transactions.write(actor, "register_passkey", key, request, do)
        return IssuedRecoveryCodes(tuple(made))

    def check_name(self, name: str) -> None:
        """Check the name of a new passkey; nothing is changed.

        :raises Invalid: ``required`` or ``too_long``
        """
        passkeys.check_name(name)

    def remove(self, actor: Actor, username: str, passkey_id: str, *, key: str) -> Receipt:
        """Remove one of one's own passkeys; with the last second factor the recovery codes go too.
        The caller has asked for the password.

        :raises NotFound: when there is none with this id
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            person = people.get(work.connection, username, lock=True)
            authorize(actor, actions.SIGN_IN_MANAGE, PersonObject(person.id))
            name = passkeys.remove(work.connection, person.id, passkey_id)
            second_steps.lost(work, person.id, {"kind": "passkey", "name": name})
            return {"id": passkey_id}

        return self._transactions.write(actor, "remove_passkey", key, {"passkey": passkey_id}, do)

    # ------------------------------------------------------------ signing in

    def begin_sign_in(self, site: Site) -> IssuedChallenge:
        """What a browser is told to sign in with a passkey, without a user name."""
        challenge = passkeys.new_challenge()
        with self._transactions.database.writing() as connection:
            token = challenges.put(
                connection,
                SIGN_IN,
                person_id=None,
                content={"challenge": encoded(challenge)},
                now=self._transactions.now(),
            )
        return IssuedChallenge(token, passkeys.assertion_options(site, challenge))

    def sign_in(
        self,
        token: str,
        credential: Mapping[str, Any],
        site: Site,
        *,
        browser: Browser = NO_BROWSER,
    ) -> Session:
        """Begin a session with a passkey. It is two factors by itself: the device, and the PIN, the
        finger or the face by which it has recognised its user.

        :param token: that of ``begin_sign_in``, which holds once
        :param credential: the browser's answer (AuthenticationResponseJSON)
        :raises Conflict: ``challenge_expired``
        :raises NotAuthenticated: ``passkey_unknown``, ``passkey_counter``, and those of
            ``engine.records.assertions.check``
        """
        return self._begin_session(token, SIGN_IN, None, credential, site, browser)

    def begin_second_step(self, pending: str, site: Site) -> IssuedChallenge:
        """What a browser is told to finish a sign-in with a passkey of the person who has begun it.

        :raises Conflict: ``challenge_expired``
        """
        challenge, now = passkeys.new_challenge(), self._transactions.now()
        with self._transactions.database.writing() as connection:
            person = second_steps.pending(connection, pending, now=now).person
            known = passkeys.descriptors(connection, person.id)
            token = challenges.put(
                connection,
                SECOND,
                person_id=person.id,
                content={"challenge": encoded(challenge)},
                now=now,
            )
        return IssuedChallenge(token, passkeys.assertion_options(site, challenge, known))

    def finish(
        self,
        pending: str,
        token: str,
        credential: Mapping[str, Any],
        site: Site,
        *,
        browser: Browser = NO_BROWSER,
    ) -> Session:
        """Begin the session of a sign-in with a passkey as its second factor.

        :param pending: the token of the sign-in that waits
        :param token: that of ``begin_second_step``, which holds once
        :raises Conflict: ``challenge_expired``
        :raises NotAuthenticated: as ``sign_in`` does
        """
        return self._begin_session(token, SECOND, pending, credential, site, browser)

    def _begin_session(
        self,
        token: str,
        purpose: str,
        pending: str | None,
        credential: Mapping[str, Any],
        site: Site,
        browser: Browser,
    ) -> Session:
        now = self._transactions.now()
        # In a transaction of its own: a wrong answer uses the challenge up too.
        with self._transactions.database.writing() as connection:
            asked = challenges.take(connection, token, purpose, now=now)
        try:
            return self._answered(asked, pending, credential, site, browser)
        except NotAuthenticated as error:
            security_log.note("passkey.refused", person=asked.person_id, code=error.error_code)
            raise

    def _answered(
        self,
        asked: challenges.Challenge,
        pending: str | None,
        credential: Mapping[str, Any],
        site: Site,
        browser: Browser,
    ) -> Session:
        now = self._transactions.now()
        with self._transactions.database.writing() as connection:
            passkey = passkeys.known(connection, credential)
            if asked.person_id not in (None, passkey.person.id):
                raise NotAuthenticated("somebody else's passkey", code="passkey_unknown")
            challenge = decoded(asked.content["challenge"])
            checked = passkeys.check(passkey, credential, challenge=challenge, site=site)
            passkeys.used(connection, passkey, checked, now=now)
            config = self._transactions.config
            if pending is not None:
                return second_steps.finish(connection, config, pending, now=now, browser=browser)
            return second_steps.begin_session(
                connection,
                config,
                passkey.person,
                now=now,
                browser=browser,
                method="passkey",
                second_factor=True,
            )
