"""An authenticator in Python: makes passkeys and signs with them, as one in a phone does, and says
whatever flags and counter a test wants (a browser's virtual one cannot)."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One credential. ``origin`` is the page that its browser has open."""

    origin: str = "http://localhost"
    rp_id: str = "localhost"
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    user: bytes = b""

    @property
    def public_key(self) -> bytes:
        """The COSE key."""
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32), numbers.y.to_bytes(32)
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _client(self, kind: str, asked: str, more: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": asked, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | more).encode()

    def _data(self, flags: int) -> bytes:
        site = hashlib.sha256(self.rp_id.encode()).digest()
        return site + bytes([flags]) + self.counter.to_bytes(4)

    def create(self, options: dict[str, Any], **client: Any) -> dict[str, Any]:
        """The answer to options of a registration (RegistrationResponseJSON)."""
        self.user = unb64(options["user"]["id"])
        about = bytes(16) + len(self.id).to_bytes(2) + self.id + self.public_key
        data = self._data(self.flags | ATTESTED) + about
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=b64(self._client("webauthn.create", options["challenge"], client)),
            attestationObject=b64(attestation),
            transports=["internal", "hybrid"],
        )

    def get(self, options: dict[str, Any], **client: Any) -> dict[str, Any]:
        """The answer to options of an assertion (AuthenticationResponseJSON)."""
        said = self._client("webauthn.get", options["challenge"], client)
        data = self._data(self.flags)
        signed = self.key.sign(data + hashlib.sha256(said).digest(), ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=b64(said),
            authenticatorData=b64(data),
            signature=b64(signed),
            userHandle=b64(self.user),
        )

    def _answer(self, **response: Any) -> dict[str, Any]:
        named = {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key"}
        return {**named, "response": response, "clientExtensionResults": {}}
