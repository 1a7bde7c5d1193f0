"""How a signer proves with a passkey, or at an OpenID provider, that they mean this very content.

The order: what was typed is saved, the server computes what would be signed (``Signable``), makes
a random nonce and keeps it for 120 s, and lets the signer's device or provider answer the
``challenge`` made of both. In the transaction that completes, the answer is checked against what is
signed then, and the nonce is used up. Anything that changed meanwhile makes another challenge.

Functions that take a unit of work neither begin a transaction nor commit it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine import views
from engine.errors import Conflict, NotAuthenticated
from engine.identity import challenges, passkeys
from engine.records.assertions import decoded, encoded, signing_challenge
from engine.unit_of_work import UnitOfWork
from engine.views import Evidence, Signable

PASSKEY: Final = "passkey_sign"
"""The purpose of a challenge that a passkey answers to sign."""


def ask(work: UnitOfWork, signable: Signable, token: str) -> bytes:
    """Keep a new nonce for a signature of this content; returns the challenge.

    :param token: by which ``prove`` finds the nonce
    """
    nonce = passkeys.new_challenge()
    challenges.put(
        work.connection,
        PASSKEY,
        person_id=signable.signer_id,
        content={
            "nonce": encoded(nonce),
            "task": signable.task_id,
            "content_sha256": signable.content_sha256,
        },
        now=work.now,
        token=token,
    )
    return signing_challenge(signable.content_sha256, signable.meaning, signable.task_id, nonce)


def prove_by_passkey(
    work: UnitOfWork,
    signable: Signable,
    token: str,
    credential: Mapping[str, Any],
    site: views.Site,
) -> Evidence:
    """The evidence of a passkey's answer; its nonce is used up.

    :raises Conflict: ``challenge_expired``, and ``shown_changed`` when the challenge was made of
        another content
    :raises NotAuthenticated: ``passkey_unknown`` for one that is not the signer's, and those of
        ``passkeys.check``
    """
    asked = challenges.take(work.connection, token, PASSKEY, now=work.now)
    whose = (asked.person_id, asked.content["task"])
    if whose != (signable.signer_id, signable.task_id):
        raise NotAuthenticated("another challenge", code="passkey_other_challenge")
    if asked.content["content_sha256"] != signable.content_sha256:
        raise Conflict("What is to be signed is not what was shown.", code="shown_changed")
    nonce = decoded(asked.content["nonce"])
    challenge = signing_challenge(
        signable.content_sha256, signable.meaning, signable.task_id, nonce
    )
    passkey = passkeys.known(work.connection, credential)
    if passkey.person.id != signable.signer_id:
        raise NotAuthenticated("somebody else's passkey", code="passkey_unknown")
    checked = passkeys.check(passkey, credential, challenge=challenge, site=site)
    passkeys.used(work.connection, passkey, checked, now=work.now)
    proof = passkeys.evidence(passkey, credential)
    proof |= {"nonce": encoded(nonce), "rpId": site.rp_id, "credential": str(credential["id"])}
    return Evidence("passkey", proof)
