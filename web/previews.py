"""The pages of a preview that a worker makes: what the move of more instances than one request may
look at would mean. It is asked for, followed while it is made, and done as it was seen.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Conflict
from web import pending_forms
from web.context import actor, engine, posted_key
from web.forms import Problems
from web.i18n import gettext as _
from web.i18n import ngettext
from web.mapping import PREFIX, mapping_of
from web.texts.migration import note_text

blueprint = Blueprint("previews", __name__, url_prefix="/migration/previews")
LEAVE: Final = "leave_changed"
"""The input of a form that leaves what has gone on since."""


@blueprint.post("/of/<definition_id>")
def create(definition_id: str) -> ResponseReturnValue:
    """Have a worker look at what the move of all instances to this version would mean."""
    definition = engine().definitions.get(actor(), definition_id)
    receipt = engine().previews.create(
        actor(),
        definition.process_id,
        definition.version,
        mapping=mapping_of(request.form),
        key=posted_key(),
    )
    return redirect(url_for("previews.show", preview_id=receipt.id))


@blueprint.get("/<preview_id>")
def show(preview_id: str) -> str:
    """How far it is, and then its groups; the page reloads itself while it is made."""
    typed = pending_forms.typed()
    preview = engine().previews.get(actor(), preview_id)
    questions = {q.element_id: q for group in preview.groups for q in group.questions}
    return render_template(
        "migration/stored.html",
        preview=preview,
        questions=list(questions.values()),
        chosen=set(typed.form.getlist("group")) if typed else None,
        changed=request.args.get("changed", 0, int),
        leave=LEAVE,
        prefix=PREFIX,
        note_text=note_text,
        problems=Problems(typed.problems if typed else (), {"group": _("Vilka som flyttas")}),
    )


@blueprint.post("/<preview_id>")
def start(preview_id: str) -> ResponseReturnValue:
    """Start the move of the chosen groups, and go to its page. When some of them have gone on
    since, nothing is moved before somebody has read so."""
    try:
        receipt = engine().previews.start(
            actor(),
            preview_id,
            request.form.getlist("group"),
            leave_changed=LEAVE in request.form,
            key=posted_key(),
        )
    except Conflict as error:
        if error.error_code != "preview_changed":
            raise
        changed = error.params["changed"]
        flash(ngettext("Inget är flyttat: %(num)s process har gått vidare sedan granskningen.",
                       "Inget är flyttat: %(num)s processer har gått vidare sedan granskningen.",
                       changed), "warning")  # fmt: skip
        return redirect(url_for("previews.show", preview_id=preview_id, changed=changed))
    return redirect(url_for("migration.job", migration_id=receipt.id))
