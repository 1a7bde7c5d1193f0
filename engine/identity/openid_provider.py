"""An OpenID provider, asked over HTTP (OpenID Connect Core 1.0 and Discovery 1.0): the code flow
with PKCE, and the checks of the ID token that comes of it.

Only the issuer of the settings is ever asked, and what it names in its discovery document, which
must be of https (or of this machine, as in tests) and is never followed elsewhere by a redirect:
no request of a user chooses an address. Answers are short and come soon, or not at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from engine.config.settings import OpenidSettings
from engine.errors import NotAuthenticated, Unavailable

log = logging.getLogger(__name__)
LONGEST: Final = 500_000
"""Bytes of an answer that are read."""
KEPT: Final = timedelta(hours=1)
"""How long the discovery document and the keys are kept."""
SKEW: Final = timedelta(seconds=60)
"""How much two clocks may differ."""
OLDEST: Final = timedelta(minutes=10)
"""How long ago a token may have been made that comes of a sign-in just now."""


@dataclass(frozen=True, slots=True)
class CheckedIdToken:
    """A valid ID token: its text, its claims, the header and the public key (JWK) that it was
    signed with, and when its person has shown who they are (None when it does not say)."""

    text: str
    claims: Mapping[str, Any]
    key: Mapping[str, Any]
    authenticated_at: datetime | None

    @property
    def subject(self) -> str:
        """The ``sub``: the provider's own name of the account, which never changes."""
        return str(self.claims["sub"])


def new_verifier() -> str:
    """A new code verifier (RFC 7636): 256 random bits."""
    return secrets.token_urlsafe(32)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class OpenidProvider:
    """The provider of the settings. Safe to share between threads."""

    def __init__(self, settings: OpenidSettings) -> None:
        self.settings = settings
        self._lock = Lock()
        self._document: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at: datetime | None = None

    # ------------------------------------------------------------ the way there

    def address(
        self,
        *,
        state: str,
        nonce: str,
        verifier: str,
        redirect_uri: str,
        now: datetime,
        anew: bool = False,
    ) -> str:
        """The address at the provider that a browser is sent to.

        :param anew: the person must show again who they are (``max_age=0``)
        :raises Unavailable: ``openid_unreachable``
        """
        settings = self.settings
        asked = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(dict.fromkeys(("openid", *settings.scopes))),
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        if anew:
            asked |= {"max_age": "0", "prompt": "login"}
        if settings.acr_values:
            asked["acr_values"] = settings.acr_values
        endpoint = self._endpoint("authorization_endpoint", now)
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def end_session_address(self, now: datetime) -> str | None:
        """The address at which a person signs out at the provider; None when it has none, or does
        not answer."""
        try:
            self._discover(now)
        except Unavailable:
            return None
        found = self._document.get("end_session_endpoint")
        return found if isinstance(found, str) and _is_allowed(found) else None

    # ------------------------------------------------------------ the way back

    def redeem(
        self, code: str, *, verifier: str, redirect_uri: str, nonce: str, now: datetime
    ) -> CheckedIdToken:
        """Redeem the code that a browser has brought, and check the ID token.

        :raises NotAuthenticated: ``openid_refused`` when the provider does not take the code,
            ``openid_token`` with a ``reason`` for a token that is not to be believed
        :raises Unavailable: ``openid_unreachable``
        """
        settings = self.settings
        given = {
            "grant_type": "authorization_code",
            "code": code[:2_000],
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": settings.client_id,
        }
        auth = (settings.client_id, settings.client_secret) if settings.client_secret else None
        if auth and "client_secret_basic" not in self._token_methods(now):
            given["client_secret"], auth = settings.client_secret, None
        address = self._endpoint("token_endpoint", now)
        answer = self._ask("POST", address, data=given, auth=auth)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotAuthenticated("the provider gave no ID token", code="openid_refused")
        return self.check(token, nonce=nonce, now=now)

    def check(self, token: str, *, nonce: str, now: datetime) -> CheckedIdToken:
        """Check an ID token (OpenID Connect Core 1.0, section 3.1.3.7).

        :raises NotAuthenticated: ``openid_token`` with a ``reason``
        """
        try:
            decoded, key = self._decode(token, now)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _unsound(f"signature: {type(error).__name__}") from error
        claims = decoded.claims
        check_claims(claims, self.settings, nonce=nonce, now=now)
        return CheckedIdToken(token, claims, key, authenticated_at(claims))

    def _decode(self, token: str, now: datetime) -> tuple[Any, Mapping[str, Any]]:
        header = json.loads(_unpadded(token.split(".", maxsplit=1)[0]))
        algorithm, key_id = str(header.get("alg")), header.get("kid")
        if algorithm not in self.settings.algorithms:
            raise _unsound(f"algorithm {algorithm[:20]}")
        keys = [key for key in self._key_set(now).keys if key_id in (None, key.kid)]
        if not keys:  # the provider has a new one
            keys = [k for k in self._key_set(now, anew=True).keys if key_id in (None, k.kid)]
        failed: Exception = ValueError("no key of the provider")
        for key in keys:
            try:
                decoded = jwt.decode(token, key, algorithms=list(self.settings.algorithms))
                return decoded, key.as_dict(private=False)
            except (JoseError, ValueError, TypeError) as error:
                failed = error
        raise failed

    # ------------------------------------------------------------ asking

    def _token_methods(self, now: datetime) -> Any:
        self._discover(now)
        return self._document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])

    def _endpoint(self, name: str, now: datetime) -> str:
        self._discover(now)
        address = self._document.get(name)
        if not isinstance(address, str) or not _is_allowed(address):
            raise _unreachable(f"its discovery document has no {name} of https")
        return address

    def _discover(self, now: datetime) -> None:
        with self._lock:
            read_at = self._read_at
            if read_at is not None and read_at <= now < read_at + KEPT:
                return
        issuer = self.settings.issuer
        found = self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise _unreachable("its discovery document names another issuer")
        with self._lock:
            self._document, self._read_at, self._keys = found, now, None

    def _key_set(self, now: datetime, *, anew: bool = False) -> KeySet:
        address = self._endpoint("jwks_uri", now)
        with self._lock:
            if self._keys is not None and not anew:
                return self._keys
        try:
            keys = KeySet.import_key_set(self._ask("GET", address))  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _unreachable("its keys cannot be read") from error
        with self._lock:
            self._keys = keys
        return keys

    def _ask(self, method: str, address: str, **given: Any) -> dict[str, Any]:
        timeout = self.settings.timeout_seconds
        try:
            with requests.request(
                method, address, timeout=timeout, allow_redirects=False, stream=True,
                headers={"Accept": "application/json"}, **given,
            ) as answer:  # fmt: skip
                body = answer.raw.read(LONGEST + 1, decode_content=True)
                status = answer.status_code
        except requests.RequestException as error:
            raise _unreachable(type(error).__name__) from error
        except Exception as error:  # urllib3's own, while the body comes
            raise _unreachable(type(error).__name__) from error
        if method == "POST" and 400 <= status < 500:
            log.warning("the OpenID provider refused a code: %s", body[:200])
            raise NotAuthenticated("the provider refused the code", code="openid_refused")
        try:
            read = json.loads(body) if status == 200 and len(body) <= LONGEST else None
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, dict):
            raise _unreachable(f"it answered {status}")
        return read


def check_claims(
    claims: Mapping[str, Any], settings: OpenidSettings, *, nonce: str, now: datetime
) -> None:
    """Check the claims of an ID token whose signature is right.

    :raises NotAuthenticated: ``openid_token`` with a ``reason``
    """
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != settings.issuer:
        raise _unsound("iss")
    if not isinstance(audiences, list) or settings.client_id not in audiences:
        raise _unsound("aud")
    party = claims.get("azp")
    if (len(audiences) > 1 or party is not None) and party != settings.client_id:
        raise _unsound("azp")
    made, ends = (_time(claims.get(name)) for name in ("iat", "exp"))
    if ends is None or now - SKEW >= ends:
        raise _unsound("exp")
    if made is None or made > now + SKEW or made < now - OLDEST:
        raise _unsound("iat")
    starts = _time(claims.get("nbf"))
    if starts is not None and starts > now + SKEW:
        raise _unsound("nbf")
    told = claims.get("nonce")
    if not isinstance(told, str) or not secrets.compare_digest(told.encode(), nonce.encode()):
        raise _unsound("nonce")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise _unsound("sub")


def authenticated_at(claims: Mapping[str, Any]) -> datetime | None:
    """When the person has shown who they are (``auth_time``); None when the token does not say."""
    return _time(claims.get("auth_time"))


def _time(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 4e9:
        return None
    return datetime.fromtimestamp(value, UTC)


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _is_allowed(address: str) -> bool:
    """Whether an address of the discovery document may be asked: https, or this machine."""
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        )
    except ValueError:
        return False


def _unreachable(reason: str) -> Unavailable:
    log.warning("the OpenID provider cannot be used: %s", reason)
    return Unavailable(f"The OpenID provider cannot be used: {reason}", code="openid_unreachable")


def _unsound(reason: str) -> NotAuthenticated:
    log.warning("an ID token was refused: %s", reason)
    return NotAuthenticated(f"the ID token is wrong: {reason}", code="openid_token", reason=reason)
