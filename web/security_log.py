"""Where the security log goes: standard error or a file, whatever else is logged.

A line is one JSON object, or plain text: time, event, and what is known as ``name=value``. Of the
request it has the address, the id, the account and the path; control characters are escaped, so
that nobody can write lines into it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

from flask import g, has_request_context, request

from engine import Config

LOGGER: Final = "serviceplan.security"
"""The logger of ``engine/security_log.py``."""
_log: Final = logging.getLogger(LOGGER)
_OF_API: Final = ContextVar[Mapping[str, Any] | None]("the request to the API", default=None)


def configure(config: Config) -> None:
    """Send the security log to where ``[log]`` of the configuration says. It does not depend on
    ``log.level``."""
    if path := config.log.security_file:
        # Opened anew when it was moved away: logrotate needs no signal.
        from logging.handlers import WatchedFileHandler

        handler: logging.Handler = WatchedFileHandler(path, encoding="utf-8", delay=True)
    else:
        handler = logging.StreamHandler()
    handler.setFormatter(JsonEvents() if config.log.format == "json" else PlainEvents())
    _log.handlers[:] = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate, _log.disabled = False, False


def note(event: str, **fields: Any) -> None:
    """Write an event of the web's own, such as ``denied``."""
    _log.info(event, extra={"security": fields})


def begin_api_request(environ: Mapping[str, Any], request_id: str, path: str) -> None:
    """Say which request to the API this thread answers from now on."""
    _OF_API.set(
        {
            "address": environ.get("REMOTE_ADDR", ""),
            "request_id": request_id,
            "method": environ.get("REQUEST_METHOD", ""),
            "path": path,
        }
    )


def end_api_request() -> None:
    """Say that it is answered."""
    _OF_API.set(None)


def _of_request() -> dict[str, Any]:
    """What is known of the request that an event comes from."""
    if not has_request_context():
        return dict(_OF_API.get() or {})
    reader = getattr(g, "person", None)
    return {
        "address": request.remote_addr or "",
        "request_id": str(getattr(g, "request_id", "")),
        "method": request.method,
        "path": request.path,
        **({"account": reader.username, "account_id": reader.id} if reader else {}),
    }


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """The fields of an event in the order in which they are written."""
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return {
        "time": at,
        "event": record.getMessage(),
        **_of_request(),
        **getattr(record, "security", {}),
    }


def escaped(text: str) -> str:
    """The text with everything that is not a visible character or a space as ``\\\\x0a`` or
    ``\\\\u202e``, as Python writes it."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class JsonEvents(logging.Formatter):
    """Formats an event as one JSON object on one line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps({"logger": LOGGER, **fields(record)}, default=str)


class PlainEvents(logging.Formatter):
    """Formats an event as one line for people; values with a space are in quotes."""

    def format(self, record: logging.LogRecord) -> str:
        known = fields(record)
        words = [f"{name}={_plain(value)}" for name, value in known.items()]
        return " ".join([known["time"], "SECURITY", *words[1:]])


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    shown = escaped(text)
    if not shown or " " in shown or '"' in shown:
        return json.dumps(shown, ensure_ascii=False)
    return shown
