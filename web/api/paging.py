"""A page of a list: the cursor of the following page in the body, its address in Link (RFC
8288)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from engine import Page
from web.api.call import BASE, Call, Reply, as_struct


def page(call: Call, rows: Page[Any], kind: type, path: str) -> Reply:
    """An engine's page as the struct ``kind``, with the header Link unless it is the last page."""
    headers = []
    if rows.next:
        query = call.asked | {"cursor": rows.next}
        target = urlencode({name: value for name, value in query.items() if value != ""})
        headers = [("Link", f'<{BASE}{path}?{target}>; rel="next"')]
    return Reply(as_struct(kind, rows), headers)
