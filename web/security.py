"""Security of the pages: headers of every answer, CSRF tokens of every form, rules of cookies and
of redirects."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf

from web.api.problems import RETRY_SECONDS
from web.context import config

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
"""The content security policy: nothing but the site's own files, no inline script or style."""
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""The headers of every answer (OWASP, HTTP Security Response Headers)."""
YEAR: Final = 31_536_000
"""Seconds for which a browser that came by https comes back by https only."""


class MaskedCSRF(CSRFProtect):
    """Flask-WTF's protection with a token that is masked anew on every page.

    A masked token is a random mask and the token XOR the mask, in base64; web/compression.py says
    why.
    """

    def _get_csrf_token(self) -> str | None:
        shown = super()._get_csrf_token()
        return unmasked(shown) if shown else None


csrf = MaskedCSRF()


def masked(token: str) -> str:
    """A CSRF token masked for one page."""
    plain = token.encode()
    mask = secrets.token_bytes(len(plain))
    mixed = int.from_bytes(plain) ^ int.from_bytes(mask)
    return urlsafe_b64encode(mask + mixed.to_bytes(len(plain))).decode()


def unmasked(shown: str) -> str:
    """The CSRF token of a masked one; what is no masked token comes back as it is, so that
    its check fails."""
    try:
        both = urlsafe_b64decode(shown)
        half = len(both) // 2
        return bytes(a ^ b for a, b in zip(both[:half], both[half:], strict=True)).decode()
    except ValueError:
        return shown


def secure() -> bool:
    """Whether the browser came by https: directly, or to the proxy (``web.https``)."""
    return request.is_secure or config().web.https


def cookie_name(name: str) -> str:
    """The cookie's full name: over https with ``__Host-``, which binds it to this very host."""
    return f"__Host-{name}" if secure() else name


def same_origin() -> bool:
    """Whether the request comes from a page of this site, by the browser's own headers."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return origin is not None and urlsplit(origin).netloc == request.host


def local_path(target: str | None, default: str) -> str:
    """``target`` when it is a path of this site, else ``default``: against open redirects.

    Other hosts are refused in all their spellings: ``//host``, ``/\\host``, ``https:…``, and
    control characters that browsers drop before they read the address.
    """
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return default
    if "\\" in target or any(ord(c) < 32 or ord(c) == 127 for c in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target


def add_headers(response: Response) -> Response:
    """Add ``HEADERS`` to an answer, and forbid storing it unless it is a static file."""
    # One look at what is there: asking for each header by its name goes through all of them.
    given = {name.lower() for name, _ in response.headers}
    for name, value in HEADERS.items():
        if name.lower() not in given:
            response.headers.add(name, value)
    if secure():
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
    if response.status_code in (429, 503):
        response.headers.setdefault("Retry-After", str(g.get("retry_after", RETRY_SECONDS)))
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "private, no-store"
    return response


def init(app: Flask) -> None:
    """Protect the application's forms by CSRF tokens, and add the headers to its answers."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the token lives as long as its session
    csrf.init_app(app)
    app.jinja_env.globals["csrf_token"] = lambda: masked(generate_csrf())
    app.after_request(add_headers)
