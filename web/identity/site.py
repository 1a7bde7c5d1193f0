"""The site that passkeys belong to: that of the request, unless the settings pin it."""

from __future__ import annotations

from flask import request

from engine import Site
from web.context import config
from web.security import secure


def site() -> Site:
    """The site of the request. The browser itself holds a passkey to the addresses of its
    ``rp_id``; the settings say which when several hosts lead here."""
    pinned = config().passkeys
    scheme = "https" if secure() else "http"
    return Site(
        pinned.rp_id or request.host.rpartition(":")[0] or request.host,
        pinned.origins or (f"{scheme}://{request.host}",),
        config().company.name,
    )
