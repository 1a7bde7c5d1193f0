"""Error pages: the HTTP status of each of the engine's errors, and a page that says what to do.

A form that met an error is kept and its post answered by a redirect (web/pending_forms.py). Where
that cannot be, because the database does not answer, the error page carries what was posted (never
a password), and its button sends it again with the same idempotency key.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from engine import (
    Conflict,
    Finding,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    ProcessFailed,
    Rejected,
    ServiceplanError,
    Unavailable,
)
from web import accounts, conflicts, formats, pending_forms, security_log
from web.context import config, person
from web.forms import Problems
from web.security import same_origin
from web.texts.errors import error_key, error_texts
from web.typed_form import Refusal

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
CODES: Final = {
    403: "not_allowed",
    404: "not_found",
    405: "method",
    413: "too_big",
    421: "wrong_host",
}
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
    """The answer to an error that the engine has raised."""
    status = status_of(error)
    reader = person()
    who = reader.id if reader else "-"
    if status in (401, 403, 404):
        log.warning("denied %s %s for %s: %s", request.method, request.path, who, error.error_code)
        security_log.note("denied", status=status, reason=error.error_code)
    elif status >= 500:
        log.error("%s %s: %s", request.method, request.path, error.message)
    findings = error.findings if isinstance(error, Rejected) else ()
    detail = error.message if isinstance(error, ProcessFailed) else ""
    problems = tuple(error.problems) if isinstance(error, Invalid) else ()
    if isinstance(error, conflicts.ToShowAgain):
        pending_forms.instead(error.form)
    refusal = Refusal(
        status, error_key(error), error.message, error.params, problems, detail
    )  # fmt: skip
    return _answer(refusal, findings=findings)


def form_expired(error: CSRFError) -> ResponseReturnValue:
    """The answer to a form whose CSRF token is missing or of a session that has ended."""
    log.warning("refused %s %s: %s", request.method, request.path, error.description)
    security_log.note("denied", status=400, reason="csrf")
    return _answer(Refusal(400, "form_expired"))


def http_error(error: HTTPException) -> ResponseReturnValue:
    """The page of an error of Flask's own: no such page, no such method, a body too large."""
    status = error.code or 500
    if 300 <= status < 400:
        return error
    limit = formats.size(config().limits.attachment_bytes)
    params = {"maximum": limit, "host": request.host[:100]}
    refusal = Refusal(status, CODES.get(status, "error"), params=params)
    readable = not isinstance(error, RequestEntityTooLarge)
    return _answer(refusal, keep=readable and (status >= 500 or status == 400))


def unexpected(error: Exception) -> ResponseReturnValue:
    """The answer to a fault of the program: it is logged, and the page says so."""
    log.exception("%s %s", request.method, request.path)
    return _answer(Refusal(500, "error"))


def _answer(
    refusal: Refusal, *, keep: bool = True, findings: Sequence[Finding] = ()
) -> ResponseReturnValue:
    """Lead back to the page of a posted form, which shows what was typed and what is wrong; for
    another request, and where the form cannot be kept, the error page."""
    posted = request.method == "POST" and keep
    if posted:
        kept = accounts.login_refused(refusal) or pending_forms.refused(refusal)
        if kept is not None:
            return kept
    title, text = error_texts(refusal.code, refusal.params, refusal.message)
    retry = posted and same_origin()
    page = render_template(
        "error.html",
        heading=title,
        text=text,
        status=refusal.status,
        detail=refusal.detail,
        problems=Problems(refusal.problems),
        findings=findings,
        form=(request.path, pending_forms.without_secrets()) if retry else None,
    )
    pending_forms.inputs_are_not_shown()
    if seconds := refusal.params.get("seconds"):
        g.retry_after = seconds
    return page, refusal.status
