"""The log on standard error: plain lines, or one JSON object per line.

Every line has the id of its request and, where known, the ids of the person and of the case. Names,
answers, passwords and tokens are never logged; of an error, JSON has the type and the places in the
code, but not the message, which may quote what somebody typed.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any, Final

from flask import g, has_request_context, request

from engine import Config
from web import security_log
from web.context import person
from web.security_log import escaped

PLAIN: Final = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"
"""The format of a plain line."""


def configure(config: Config) -> None:
    """Set up logging as ``[log]`` of the configuration says."""
    handler = logging.StreamHandler()
    handler.addFilter(_with_context)
    handler.setFormatter(JsonLines() if config.log.format == "json" else PlainLines(PLAIN))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(config.log.level.upper())
    security_log.configure(config)


def request_id() -> str:
    """The id of this request, "" outside of one."""
    return str(getattr(g, "request_id", "")) if has_request_context() else ""


def _with_context(record: logging.LogRecord) -> bool:
    record.request_id = request_id() or "-"
    record.actor_id = record.case_id = None
    if has_request_context():
        reader = person()
        record.actor_id = reader.id if reader else None
        record.case_id = (request.view_args or {}).get("case_id")
    return True


class PlainLines(logging.Formatter):
    """Formats a log record as one line, and an error's traceback indented below it: what somebody
    has sent cannot pretend to be a line of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        record.message = escaped(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        lines = super().formatException(ei).splitlines()
        return "\n".join(f"    {escaped(line)}" for line in lines)


class JsonLines(logging.Formatter):
    """Formats a log record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": escaped(record.getMessage()),
        }
        for name in ("request_id", "actor_id", "case_id", "milliseconds"):
            value = getattr(record, name, None)
            if value not in (None, "", "-"):
                line[name] = value
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["stack"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
        return json.dumps(line, ensure_ascii=False)
