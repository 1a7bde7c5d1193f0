"""A case that could not go on: try again what failed."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from web.cases.routes import blueprint
from web.context import actor, engine, posted_key
from web.i18n import gettext as _


@blueprint.post("/<case_id>/incidents/<incident_id>/retry")
def retry(case_id: str, incident_id: str) -> ResponseReturnValue:
    receipt = engine().retry(actor(), incident_id, key=posted_key())
    if receipt.result.get("resolved", True):
        flash(_("Felet är åtgärdat och ärendet går vidare."), "success")
    else:
        flash(_("Samma fel igen. Rätta orsaken i diagrammet och försök på nytt."), "danger")
    return redirect(url_for("cases.show", case_id=case_id))
