"""Signing in with more than a password, and the page of one's own sign-ins: sessions, one-time
codes, recovery codes, passkeys, accounts at an OpenID provider.

Each module adds its addresses to the blueprint of ``routes``.
"""

from __future__ import annotations

from web.identity import openid, pages, passkeys, second_step
from web.identity.routes import blueprint

__all__ = ["blueprint", "openid", "pages", "passkeys", "second_step"]
