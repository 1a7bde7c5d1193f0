"""Webhooks by the Standard Webhooks specification (https://www.standardwebhooks.com): signed JSON.

The events are thin: an event says what has happened and where, and a receiver who needs more asks
the API. So no answer, no name and no amount leaves the engine by itself.
"""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import hmac
import http.client
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from engine.config.settings import WebhookSettings
from engine.jobs.outbox import ClaimedMessage, OutboundMessage
from engine.records.history import Fact
from engine.store.base import new_id

TIMEOUT: Final = 10.0
"""Seconds that connecting, and each read of the answer, may take."""
ANSWER_BYTES: Final = 4096
"""How many bytes of an answer are read; its content is not needed."""
GONE: Final = 410
"""The HTTP status by which a receiver asks for no more messages (Standard Webhooks)."""


class WebhookRefused(Exception):
    """The receiver answered with another HTTP status than 2xx."""

    def __init__(self, status: int, reason: str):
        self.status = status
        super().__init__(f"HTTP {status} {reason}")


def messages(
    hooks: Sequence[WebhookSettings], facts: Sequence[Fact], now: datetime
) -> Iterator[OutboundMessage]:
    """The messages for these facts: one for each configured receiver of a fact's type."""
    for fact in facts:
        for hook in hooks:
            if any(fnmatch.fnmatchcase(fact.type, pattern) for pattern in hook.events):
                yield OutboundMessage("webhook", f"msg_{new_id()}", hook.url, _event(fact, now))


def _event(fact: Fact, now: datetime) -> dict[str, Any]:
    data = {
        "case": fact.case_id,
        "instance": fact.instance_id,
        "definition": fact.definition_id,
        "element": fact.element_id,
        "task": fact.detail.get("task"),
        "actor": fact.actor.id,
    }
    known = {name: value for name, value in data.items() if isinstance(value, str)}
    return {"type": fact.type, "timestamp": now.isoformat(), "data": known}


def send(hooks: Sequence[WebhookSettings], message: ClaimedMessage, now: datetime) -> None:
    """Send one event to the receiver that it was written for. Redirects are not followed.

    :raises WebhookRefused: when the answer is not 2xx
    :raises OSError, http.client.HTTPException: when there is no answer
    """
    hook = next((h for h in hooks if h.url == message.target), None)
    if hook is None:
        # The receiver was removed from the configuration since.
        raise WebhookRefused(GONE, "no longer configured")
    body = json.dumps(dict(message.payload), separators=(",", ":"), ensure_ascii=False).encode()
    seconds = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Serviceplan",
        "webhook-id": message.key,
        "webhook-timestamp": seconds,
        "webhook-signature": signature(hook.secret, message.key, seconds, body),
    }
    status, reason = _posted(hook.url, body, headers)
    if not 200 <= status < 300:
        raise WebhookRefused(status, reason)


def signature(secret: str, id: str, seconds: str, body: bytes) -> str:
    """The signature header: ``v1,`` and the base64 of the HMAC-SHA256 over id, time and body (as
    Standard Webhooks says). A secret that begins with ``whsec_`` is base64 itself."""
    given = secret.removeprefix("whsec_")
    key = base64.b64decode(given) if given != secret else secret.encode()
    digest = hmac.new(key, f"{id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _posted(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read(ANSWER_BYTES)
        return answer.status, answer.reason
    finally:
        connection.close()
