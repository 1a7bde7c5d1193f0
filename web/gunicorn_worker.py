"""gunicorn's worker process with threads: a request that is no HTTP gets a problem (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from web.api.problems import KINDS, MEDIA_TYPE, Refused, problem_json

log = logging.getLogger(__name__)

UNREADABLE: Final = (
    (errors.LimitRequestLine, "address-too-long"),
    (errors.LimitRequestHeaders, "headers-too-large"),
    (errors.InvalidResponseHeader, "internal-error"),
    (errors.InvalidResponseHeaderName, "internal-error"),
    (errors.ParseException, "malformed-request"),
)
"""gunicorn's errors about a request that it cannot read, each with its type of problem."""


class ThreadedWorker(ThreadWorker):
    """gunicorn's worker, with a problem (RFC 9457) instead of its page for an unreadable
    request."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer a request that could not be read, or whose answer could not be sent."""
        name = next((n for kind, n in UNREADABLE if isinstance(exc, kind)), "internal-error")
        if name == "internal-error":
            log.error("a request could not be handled", exc_info=exc)
            detail = "Something went wrong here."
        else:
            detail = str(exc)
            log.warning("denied an unreadable request from %s: %s", (addr or ("-",))[0], detail)
        try:
            util.write_nonblock(client, answer(Refused(name, detail)))
        except OSError:
            log.debug("the sender has gone")


def answer(refused: Refused) -> bytes:
    """The bytes of a whole HTTP answer with this problem; the connection is closed after it."""
    data = problem_json(refused)
    status = HTTPStatus(KINDS[refused.name].status)
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n"
        f"Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(data)}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n"
    )
    return head.encode("ascii") + data
