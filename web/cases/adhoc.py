"""Ad-hoc sub-processes of a case: a person begins one of the activities that can be begun."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict
from web.cases.routes import blueprint
from web.context import actor, engine, posted_key
from web.i18n import gettext as _
from web.parsing import whole_number


@blueprint.post("/<case_id>/instances/<instance_id>/begin/<element_id>")
def begin_activity(case_id: str, instance_id: str, element_id: str) -> ResponseReturnValue:
    """Begin an activity of an open ad-hoc sub-process, and return to the case."""
    options = engine().cases.get(actor(), case_id).activities
    names = {o.element_id: o.name for o in options if o.instance_id == instance_id}
    active = request.form.get("revision", "")
    try:
        engine().cases.begin_activity(
            actor(),
            instance_id,
            element_id,
            scope_token=request.form.get("scope") or None,
            active=whole_number(active),
            key=posted_key(),
        )
    except Conflict as error:
        if error.error_code == "begun_meanwhile":
            text = _("”%(name)s” är redan påbörjad av någon annan. Påbörja den en gång till om "
                     "det behövs.", name=error.params["element"])  # fmt: skip
        elif error.error_code == "not_offered":
            text = _("”%(name)s” kan inte påbörjas just nu.", name=error.params["element"])
        else:
            raise
        flash(text, "warning")
    else:
        flash(_("”%(name)s” är påbörjad.", name=names.get(element_id, element_id)), "success")
    return redirect(url_for("cases.show", case_id=case_id))
