"""``engine.signing``: signing a user task with a passkey."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from engine.errors import Conflict, NotAuthenticated
from engine.identity import challenges, passkeys, signing_proofs
from engine.service.tasks import Tasks
from engine.service.transactions import Part, Transactions
from engine.views import Actor, IssuedChallenge, Receipt, Site


class Signing(Part):
    """Signatures that the signer's own device makes."""

    def __init__(self, transactions: Transactions, tasks: Tasks) -> None:
        super().__init__(transactions)
        self._tasks = tasks

    def begin_by_passkey(
        self,
        actor: Actor,
        task_id: str,
        site: Site,
        *,
        answers: Mapping[str, Any],
        ticks: Mapping[str, bool | str],
        note: str = "",
        shown_sha256: str,
        revision: int | None = None,
    ) -> IssuedChallenge:
        """What a browser is told to sign a task with a passkey of the actor. Its challenge is made
        of what would be signed (``engine.records.assertions.signing_challenge``), and can be
        answered once, within 120 s. What is given here is given to ``sign_by_passkey`` again.

        :raises Conflict: ``no_passkey`` when the actor has none; and as ``engine.tasks.signable``
        :raises Invalid: as ``engine.tasks.signable`` does
        :raises NotAuthenticated: ``method_not_allowed`` where the settings want another method
        """
        self._check_allowed()
        signable = self._tasks.signable(
            actor,
            task_id,
            answers=answers,
            ticks=ticks,
            note=note,
            shown_sha256=shown_sha256,
            revision=revision,
        )
        token = challenges.new_token()
        with self._transactions.database.writing() as connection:
            known = passkeys.descriptors(connection, actor.id)
            if not known:
                raise Conflict("There is no passkey to sign with.", code="no_passkey")
            work = self._transactions.unit_of_work(connection, actor)
            challenge = signing_proofs.ask(work, signable, token)
        return IssuedChallenge(token, passkeys.assertion_options(site, challenge, known))

    def sign_by_passkey(  # noqa: PLR0913 - what is completed, and the passkey's answer
        self,
        actor: Actor,
        task_id: str,
        token: str,
        credential: Mapping[str, Any],
        site: Site,
        *,
        answers: Mapping[str, Any],
        ticks: Mapping[str, bool | str],
        note: str = "",
        shown_sha256: str,
        revision: int | None = None,
        key: str,
    ) -> Receipt:
        """Complete a task and sign it with the passkey's answer. The assertion is kept in the
        signature, and can be checked years later by anybody.

        :param token: that of ``begin_by_passkey``
        :param credential: the browser's answer (AuthenticationResponseJSON)
        :raises Conflict: ``challenge_expired``; ``shown_changed`` when anything is not what the
            challenge was made of; and as ``engine.tasks.complete``
        :raises NotAuthenticated: ``passkey_unknown``, ``passkey_counter``, and the other codes of
            ``engine.records.assertions.check``; ``method_not_allowed``
        :raises Invalid: as ``engine.tasks.complete`` does
        """
        self._check_allowed()
        prove = partial(
            signing_proofs.prove_by_passkey, token=token, credential=credential, site=site
        )
        return self._tasks.complete(
            actor,
            task_id,
            answers=answers,
            ticks=ticks,
            note=note,
            prove=prove,
            shown_sha256=shown_sha256,
            revision=revision,
            key=key,
        )

    def _check_allowed(self) -> None:
        if "passkey" not in self._transactions.config.signatures.methods:
            raise NotAuthenticated("Passkeys sign nothing here.", code="method_not_allowed")
