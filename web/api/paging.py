"""Pages of a list: ``next`` in the body, and as a Link (RFC 8288)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from engine import Page
from web.api.call import BASE, Call, Reply, shown


def page(call: Call, found: Page[Any], kind: type, path: str) -> Reply:
    """A page of the engine as the struct ``kind``, with the way to the following one."""
    headers = []
    if found.next:
        query = call.asked | {"cursor": found.next}
        target = urlencode({name: value for name, value in query.items() if value != ""})
        headers = [("Link", f'<{BASE}{path}?{target}>; rel="next"')]
    return Reply(shown(kind, found), headers)
