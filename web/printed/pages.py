"""The addresses of the paper: a case or one task as a PDF."""

from __future__ import annotations

from flask import Blueprint, Response, request

from engine import PrintedCase
from web.context import actor, config, engine, url_for
from web.i18n import language
from web.printed import paper

blueprint = Blueprint("printed", __name__)


@blueprint.get("/cases/<case_id>/sheet.pdf")
def case(case_id: str) -> Response:
    """All sheets of a case, filled in, with what proves the signatures."""
    printed = engine().printed.case(actor(), case_id)
    return _answer(printed, url_for("cases.show", case_id=printed.case_id))


@blueprint.get("/tasks/<task_id>/sheet.pdf")
def task(task_id: str) -> Response:
    """One task in the same form."""
    printed = engine().printed.task(actor(), task_id)
    return _answer(printed, url_for("tasks.show", task_id=task_id))


def _answer(printed: PrintedCase, path: str) -> Response:
    site = config().web.address or request.url_root.rstrip("/")
    data = paper.made(engine(), printed, address=site + path, language=language())
    return Response(
        data,
        mimetype=paper.MEDIA_TYPE,
        headers={"Content-Disposition": paper.disposition(printed)},
    )
