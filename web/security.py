"""What every answer carries and every form must show: headers, cookies' rules, CSRF.

The policy is the one under which the pages and the diagram editor run without a violation.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf

from web.context import config

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
YEAR: Final = 31_536_000


class MaskedCSRF(CSRFProtect):
    """Flask-WTF's protection; the token looks different on every page that shows it.

    A mask of random bytes and the token XOR the mask: see web/compression.py for why.
    """

    def _get_csrf_token(self) -> str | None:
        shown = super()._get_csrf_token()
        return unmasked(shown) if shown else None


csrf = MaskedCSRF()


def masked(token: str) -> str:
    plain = token.encode()
    mask = secrets.token_bytes(len(plain))
    mixed = bytes(a ^ b for a, b in zip(plain, mask, strict=True))
    return urlsafe_b64encode(mask + mixed).decode()


def unmasked(shown: str) -> str:
    """The token of a masked one; what is none comes back as it is, to be refused as such."""
    try:
        both = urlsafe_b64decode(shown)
        half = len(both) // 2
        return bytes(a ^ b for a, b in zip(both[:half], both[half:], strict=True)).decode()
    except ValueError:
        return shown


def secure() -> bool:
    """Whether the reader came by https, directly or as our own proxy says."""
    return request.is_secure or config().web.https


def cookie_name(name: str) -> str:
    """``__Host-`` binds a cookie to this very host; browsers allow it over https only."""
    return f"__Host-{name}" if secure() else name


def same_origin() -> bool:
    """Whether the browser says that the request comes from a page of ours."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return origin is not None and urlsplit(origin).netloc == request.host


def local_path(target: str | None, default: str) -> str:
    """``target`` when it is a path of this site, else ``default``.

    Refused are other hosts in all their spellings: ``//host``, ``/\\host``, ``https:…``, and
    control characters that browsers drop before they read the address.
    """
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return default
    if "\\" in target or any(ord(c) < 32 or ord(c) == 127 for c in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target


def add_headers(response: Response) -> Response:
    """The same headers on every answer; pages with people's data are never stored."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if secure():
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "private, no-store"
    return response


def init(app: Flask) -> None:
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the token lives as long as its session
    csrf.init_app(app)
    app.jinja_env.globals["csrf_token"] = lambda: masked(generate_csrf())
    app.after_request(add_headers)
