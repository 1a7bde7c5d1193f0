"""A small OpenID provider over real HTTP: discovery, code flow with PKCE, keys. What its tokens say
can be bent by a test, and it can be stopped."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from engine import FakeClock
from tests.support.authenticator import b64

CLIENT = "serviceplan"
SECRET = "a secret of the client"


@dataclass
class Provider:
    """What the provider says of whoever signs in: ``claims``, over the usual ones; ``header``;
    ``key`` signs, ``published`` is what it says its key is."""

    issuer: str = ""
    clock: FakeClock | None = None
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "account-1"})
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    published: RSAKey | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    answer: Any = None
    """Sent in place of the token endpoint's own answer: (status, text)."""

    def now(self) -> int:
        return int(self.clock.now().timestamp() if self.clock else time.time())

    def token(self, nonce: str | None) -> str:
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": self.now(),
            "exp": self.now() + 300,
            "auth_time": self.now(),
            "nonce": nonce,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        if self.algorithm in ("none", "HS256"):
            parts = [b64(json.dumps(part).encode()) for part in (header, claims)]
            signed = ".".join(parts)
            # As an attacker signs who knows the provider's public key.
            public = self.key.as_pem(private=False)
            mac = hmac.new(public, signed.encode(), hashlib.sha256).digest()
            return f"{signed}.{b64(mac) if self.algorithm == 'HS256' else ''}"
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


def _application(provider: Provider) -> Flask:
    app = Flask("openid_provider")

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        at = provider.issuer
        return jsonify(
            issuer=at,
            authorization_endpoint=f"{at}/authorize",
            token_endpoint=f"{at}/token",
            jwks_uri=f"{at}/keys",
            token_endpoint_auth_methods_supported=["client_secret_basic"],
        )

    @app.get("/keys")
    def keys() -> Response:
        key = provider.published or provider.key
        return jsonify(keys=[key.as_dict(private=False)])

    @app.get("/authorize")
    def authorize() -> Any:
        asked = request.args.to_dict()
        provider.asked.append(asked)
        code = secrets.token_urlsafe(16)
        provider.codes[code] = asked
        return redirect(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

    @app.post("/token")
    def token() -> Any:
        given = request.form
        auth = request.authorization
        asked = provider.codes.pop(given["code"], None)
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        right = auth is not None and (auth.username, auth.password) == (CLIENT, SECRET)
        if not right or asked is None or asked["code_challenge"] != challenge:
            return jsonify(error="invalid_grant"), 400
        if asked["redirect_uri"] != given["redirect_uri"]:
            return jsonify(error="invalid_grant"), 400
        if provider.answer is not None:
            status, text = provider.answer
            return Response(text, status, mimetype="application/json")
        return jsonify(id_token=provider.token(asked["nonce"]), token_type="Bearer",
                       access_token="x")  # fmt: skip

    return app


@contextmanager
def serving_provider(clock: FakeClock | None = None) -> Iterator[Provider]:
    """A provider that answers at its issuer until the block ends."""
    provider = Provider(clock=clock)
    server = make_server("127.0.0.1", 0, _application(provider), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
