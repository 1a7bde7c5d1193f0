"""Cancelling a case: ending it before its time, with a reason."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import CaseDetail, Conflict, Invalid, Problem
from web.cases.allowed import case_that_allows
from web.cases.routes import blueprint
from web.context import actor, engine, posted_key
from web.forms import Problems
from web.i18n import gettext as _


@blueprint.get("/<case_id>/cancel")
def cancel(case_id: str) -> str:
    """The form that asks for the reason."""
    return _page(case_that_allows(case_id, "cancel"))


@blueprint.post("/<case_id>/cancel")
def cancel_sent(case_id: str) -> ResponseReturnValue:
    """Cancel the case with the posted reason."""
    detail = case_that_allows(case_id, "cancel")
    revision = request.form.get("revision", "")
    try:
        engine().cases.cancel(
            actor(),
            case_id,
            request.form.get("reason", "").strip(),
            revision=int(revision) if revision.isdecimal() else -1,
            key=posted_key(),
        )
    except Invalid as error:
        return _page(detail, error.problems), 422
    except Conflict as error:
        if error.error_code != "case_moved_on":
            raise
        return _page(detail, moved=True), 409
    flash(_("Ärendet är avbrutet."), "success")
    return redirect(url_for("cases.show", case_id=case_id))


def _page(detail: CaseDetail, problems: tuple[Problem, ...] = (), *, moved: bool = False) -> str:
    return render_template(
        "cases/cancel.html",
        case=detail,
        row=detail.row,
        reason=request.form.get("reason", ""),
        moved=moved,
        revision=request.form.get("revision") if problems else detail.revision,
        problems=Problems(problems, {"reason": _("Varför avbryts ärendet?")}),
    )
