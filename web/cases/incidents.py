"""The incidents on the page of a case: another attempt at one."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from web.cases.routes import blueprint
from web.context import actor, engine, posted_key
from web.incidents import flash_outcome, must_show


@blueprint.post("/<case_id>/incidents/<incident_id>/retry")
def retry(case_id: str, incident_id: str) -> ResponseReturnValue:
    """Try again what failed, and return to the case."""
    must_show(incident_id, engine().cases.get(actor(), case_id).incidents)
    flash_outcome(engine().incidents.retry(actor(), incident_id, key=posted_key()))
    return redirect(url_for("cases.show", case_id=case_id))
