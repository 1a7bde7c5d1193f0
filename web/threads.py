"""gunicorn's worker with threads, which answers what is not HTTP as the API answers the rest."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from web.api.problems import KINDS, MEDIA_TYPE, Refused, told

log = logging.getLogger(__name__)

UNREADABLE: Final = (
    (errors.LimitRequestLine, "address-too-long"),
    (errors.LimitRequestHeaders, "headers-too-large"),
    (errors.InvalidResponseHeader, "internal-error"),
    (errors.InvalidResponseHeaderName, "internal-error"),
    (errors.ParseException, "malformed-request"),
)
"""What a request is refused for before anybody knows what it is about."""


class Threads(ThreadWorker):
    """Whoever sends what cannot be read gets a problem (RFC 9457) and no page."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
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
    """A whole answer, after which the connection ends."""
    data = told(refused)
    status = HTTPStatus(KINDS[refused.name].status)
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n"
        f"Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(data)}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n"
    )
    return head.encode("ascii") + data
