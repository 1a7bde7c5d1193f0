"""Error pages: the HTTP status of each of the engine's errors, and a page that says what to do.

A form that met an error is not lost: the page carries what was posted (never a password), and its
button sends it again with the same idempotency key.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from engine import (
    Conflict,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    ProcessFailed,
    Rejected,
    ServiceplanError,
    Unavailable,
)
from web import conflicts, formats, pending_form
from web.context import config, person
from web.forms import Problems
from web.i18n import gettext as _
from web.texts.errors import error_page_texts, error_texts

log = logging.getLogger(__name__)
STATUS: Final[Sequence[tuple[type[ServiceplanError], int]]] = (
    (NotFound, 404),
    (NotAuthenticated, 401),
    (NotAllowed, 403),
    (Conflict, 409),
    (Invalid, 422),
    (Rejected, 422),
    (ProcessFailed, 409),
    (Unavailable, 503),
)
"""The status of each class of error; the first class that fits counts."""
CODES: Final = {403: "not_allowed", 404: "not_found", 405: "method", 413: "too_big"}
"""The keys of ``texts.errors.ERRORS`` for statuses that Flask itself answers with."""


def status_of(error: ServiceplanError) -> int:
    """The HTTP status of an engine's error; 500 for a class that ``STATUS`` does not have."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def init(app: Flask) -> None:
    """Answer every error of a view function by an error page."""
    app.register_error_handler(ServiceplanError, engine_error)
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)


def engine_error(error: ServiceplanError) -> ResponseReturnValue:
    """The page of an error that the engine has raised."""
    status = status_of(error)
    reader = person()
    who = reader.id if reader else "-"
    if status in (401, 403, 404):
        log.warning("denied %s %s for %s: %s", request.method, request.path, who, error.error_code)
    elif status >= 500:
        log.error("%s %s: %s", request.method, request.path, error.message)
    title, text = error_page_texts(error)
    problems = Problems(error.problems) if isinstance(error, Invalid) else None
    findings = error.findings if isinstance(error, Rejected) else ()
    retry = status in (409, 422, 503)
    if isinstance(error, conflicts.ToShowAgain):
        form = pending_form.deserialize(pending_form.serialize(error.form))
        return _page(title, text, status, retry=False, form=form, again=_("Gör det ändå"))
    detail = error.message if isinstance(error, ProcessFailed) else ""
    return _page(title, text, status, retry=retry, problems=problems, findings=findings,
                 detail=detail)  # fmt: skip


def form_expired(error: CSRFError) -> ResponseReturnValue:
    """The page of a form whose CSRF token is missing or of a session that has ended."""
    log.warning("refused %s %s: %s", request.method, request.path, error.description)
    return _page(*error_texts("form_expired", {}), 400, retry=True)


def http_error(error: HTTPException) -> ResponseReturnValue:
    """The page of an error of Flask's own: no such page, no such method, a body too large."""
    status = error.code or 500
    if 300 <= status < 400:
        return error
    limit = formats.size(config().limits.attachment_bytes)
    title, text = error_texts(CODES.get(status, "error"), {"maximum": limit})
    readable = not isinstance(error, RequestEntityTooLarge)
    return _page(title, text, status, retry=readable and status >= 500)


def unexpected(error: Exception) -> ResponseReturnValue:
    """The page of a fault of the program: it is logged, and the page says so."""
    log.exception("%s %s", request.method, request.path)
    return _page(*error_texts("error", {}), 500, retry=True)


def _page(title: str, text: str, status: int, *, retry: bool, **shown: Any) -> ResponseReturnValue:
    if retry and request.method == "POST":
        shown["form"] = pending_form.deserialize(pending_form.serialize())
    return render_template("error.html", heading=title, text=text, status=status, **shown), status
