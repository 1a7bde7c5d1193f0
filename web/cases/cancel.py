"""Cancelling a case: ending it before its time, with a reason."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web import pending_forms
from web.cases.allowed import case_that_allows
from web.cases.routes import blueprint
from web.context import actor, engine, posted_key
from web.forms import Problems
from web.i18n import gettext as _
from web.parsing import whole_number


@blueprint.get("/<case_id>/cancel")
def cancel(case_id: str) -> str:
    """The form that asks for the reason."""
    detail, typed = case_that_allows(case_id, "cancel"), pending_forms.typed()
    return render_template(
        "cases/cancel.html",
        case=detail,
        row=detail.row,
        reason=typed.form.get("reason", "") if typed else "",
        problems=Problems(
            typed.problems if typed else (), {"reason": _("Varför avbryts ärendet?")}
        ),
    )


@blueprint.post("/<case_id>/cancel")
def cancel_sent(case_id: str) -> ResponseReturnValue:
    """Cancel the case with the posted reason."""
    case_that_allows(case_id, "cancel")
    reason = request.form.get("reason", "").strip()
    revision = whole_number(request.form.get("revision", ""))
    engine().cases.cancel(
        actor(),
        case_id,
        reason,
        revision=-1 if revision is None else revision,
        key=posted_key(),
    )
    flash(_("Ärendet är avbrutet."), "success")
    return redirect(url_for("cases.show", case_id=case_id))
