"""Assertions of passkeys (WebAuthn level 3, section 7.2): whether one was made by the credential
with a public key, for a challenge, on this site, by somebody who was there.

An assertion is four texts in base64url: ``authenticatorData``, ``clientDataJSON``, ``signature``
and ``publicKey`` (the COSE key of the credential). With them, and with the bytes that its challenge
was made of, it can be checked at any time and by anybody: no secret is needed, and no database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from engine.errors import NotAuthenticated

PRESENT: Final = 0x01
"""The flag of authenticator data: somebody was there."""
VERIFIED: Final = 0x04
"""The flag: the authenticator has recognised its user, by a PIN, a finger or a face."""
BACKUP_ELIGIBLE: Final = 0x08
"""The flag: the credential may be copied to its owner's other devices."""
BACKED_UP: Final = 0x10
"""The flag: it has been."""
LONGEST: Final = 20_000
"""Characters of the longest part of an assertion that is looked at."""
PARTS: Final = ("authenticatorData", "clientDataJSON", "signature", "publicKey")


@dataclass(frozen=True, slots=True)
class CheckedAssertion:
    """What a valid assertion says: the authenticator's counter of signatures (0 when it has none),
    whether its user was recognised, whether it may be and is backed up."""

    sign_count: int
    user_verified: bool
    backup_eligible: bool
    backed_up: bool
    origin: str


def check(
    assertion: Mapping[str, Any],
    *,
    challenge: bytes,
    rp_id: str,
    origins: Collection[str] | None,
    kind: str = "webauthn.get",
) -> CheckedAssertion:
    """Check an assertion; the user must have been recognised.

    :param challenge: the bytes that the authenticator was to sign
    :param rp_id: the host, or a domain above it, that the credential belongs to
    :param origins: the addresses that it may have been used from; None for any of ``rp_id``
    :raises NotAuthenticated: with a code for each cause: ``passkey_malformed``,
        ``passkey_other_challenge``, ``passkey_other_origin``, ``passkey_other_site``,
        ``passkey_not_present``, ``passkey_not_verified``, ``passkey_signature_wrong``
    """
    data, client, signature, key = (decoded(assertion.get(part)) for part in PARTS)
    origin = check_client_data(client, kind=kind, challenge=challenge, rp_id=rp_id, origins=origins)
    checked = check_authenticator_data(data, rp_id=rp_id, origin=origin)
    _check_signature(key, signature, data + hashlib.sha256(client).digest())
    return checked


def signing_challenge(content_sha256: str, meaning: str, task_id: str, nonce: bytes) -> bytes:
    """The challenge by which a passkey signs a task: SHA-256 of, one after the other, the 32 bytes
    of the content's hash, the length of the meaning in UTF-8 (4 bytes, the highest first), the
    meaning in UTF-8, the task's id in ASCII, and the 32 bytes of the nonce."""
    said = meaning.encode()
    parts = (bytes.fromhex(content_sha256), len(said).to_bytes(4), said, task_id.encode(), nonce)
    return hashlib.sha256(b"".join(parts)).digest()


def fault_of_signature(document: Mapping[str, Any], content_sha256: str) -> str:
    """What is wrong with the assertion that a signed document of method ``passkey`` holds; "" when
    nothing is, and for other methods, which leave nothing to be checked.

    :param content_sha256: the hash of the document's content (``signatures.content_of``)
    """
    if document.get("method") != "passkey":
        return ""
    proof = document.get("evidence")
    if not isinstance(proof, Mapping):
        return "passkey_malformed"
    try:
        challenge = signing_challenge(
            content_sha256,
            str(document.get("meaning")),
            str(document.get("task")),
            decoded(proof.get("nonce")),
        )
        check(proof, challenge=challenge, rp_id=str(proof.get("rpId")), origins=None)
    except NotAuthenticated as error:
        return error.error_code
    return ""


def decoded(text: Any) -> bytes:
    """The bytes of a text in base64url without padding.

    :raises NotAuthenticated: ``passkey_malformed``
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        raise _unsound("passkey_malformed", "a part is missing")
    try:
        plain = text.rstrip("=").replace("-", "+").replace("_", "/")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError as error:
        raise _unsound("passkey_malformed", "a part is not base64url") from error


def encoded(data: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def check_client_data(
    client: bytes, *, kind: str, challenge: bytes, rp_id: str, origins: Collection[str] | None
) -> str:
    """Check what the browser has added; returns the address of the page that has asked.

    :param kind: ``webauthn.get`` for an assertion, ``webauthn.create`` for a new credential
    :raises NotAuthenticated: as ``check`` does
    """
    try:
        said = json.loads(client)
        type, asked, origin = (str(said[name]) for name in ("type", "challenge", "origin"))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unsound("passkey_malformed", "the client data cannot be read") from error
    if type != kind:
        raise _unsound("passkey_malformed", f"the client data is of type {type[:40]}")
    if not hmac.compare_digest(asked.encode(), encoded(challenge).encode()):
        raise _unsound("passkey_other_challenge", "this answers another challenge")
    allowed = _belongs(origin, rp_id) if origins is None else origin in origins
    if not allowed or said.get("crossOrigin") is True:
        raise _unsound("passkey_other_origin", "used from another address", origin=origin[:200])
    return origin


def _belongs(origin: str, rp_id: str) -> bool:
    """Whether an address is one of the host ``rp_id`` or of a host below it."""
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return host == rp_id or host.endswith(f".{rp_id}")


def check_authenticator_data(data: bytes, *, rp_id: str, origin: str = "") -> CheckedAssertion:
    """Check what the authenticator says.

    :raises NotAuthenticated: as ``check`` does
    """
    if len(data) < 37:
        raise _unsound("passkey_malformed", "the authenticator data is too short")
    if not hmac.compare_digest(data[:32], hashlib.sha256(rp_id.encode()).digest()):
        raise _unsound("passkey_other_site", "the passkey belongs to another site", site=rp_id)
    flags = data[32]
    if not flags & PRESENT:
        raise _unsound("passkey_not_present", "nobody was there")
    if not flags & VERIFIED:
        raise _unsound("passkey_not_verified", "the authenticator has not recognised its user")
    return CheckedAssertion(
        sign_count=int.from_bytes(data[33:37]),
        user_verified=True,
        backup_eligible=bool(flags & BACKUP_ELIGIBLE),
        backed_up=bool(flags & BACKED_UP),
        origin=origin,
    )


def _check_signature(key: bytes, signature: bytes, signed: bytes) -> None:
    # These take a third of a second to import, and few processes need them.
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from webauthn.helpers import (
        decode_credential_public_key,
        decoded_public_key_to_cryptography,
        verify_signature,
    )
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        public = decode_credential_public_key(key)
        verify_signature(
            public_key=decoded_public_key_to_cryptography(public),
            signature_alg=public.alg,
            signature=signature,
            data=signed,
        )
    except (InvalidSignature, UnsupportedAlgorithm, WebAuthnException) as error:
        raise _unsound("passkey_signature_wrong", "the signature is wrong") from error
    except Exception as error:  # whatever a broken key makes of the decoder
        raise _unsound("passkey_malformed", "the public key cannot be read") from error


def _unsound(code: str, message: str, **params: Any) -> NotAuthenticated:
    return NotAuthenticated(message, code=code, **params)
