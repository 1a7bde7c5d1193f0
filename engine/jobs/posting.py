"""One HTTP POST to somebody outside, with bounds on how long it takes and how much is read."""

from __future__ import annotations

import http.client
import ssl
from typing import Final, NamedTuple
from urllib.parse import urlsplit

TIMEOUT: Final = 10.0
"""Seconds that connecting, and each read of the answer, may take."""
MOST_BYTES: Final = 100_000
"""The longest answer that is read."""


class HttpAnswer(NamedTuple):
    """An answer: its status with its reason, and its body."""

    status: int
    reason: str
    body: bytes


def post(url: str, body: bytes, headers: dict[str, str]) -> HttpAnswer:
    """POST to an http or https URL. Redirects are not followed.

    :raises OSError, http.client.HTTPException: when there is no answer, or it is too long
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=TIMEOUT, context=context
        )
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {"User-Agent": "Serviceplan", **headers})
        answer = connection.getresponse()
        content = answer.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise OSError(f"the answer of {url} is too long")
        return HttpAnswer(answer.status, answer.reason, content)
    finally:
        connection.close()
