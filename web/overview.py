"""Översikt: what runs, what is late and with whom; every figure opens its list."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.context import actor, engine, posted_key
from web.i18n import gettext as _

blueprint = Blueprint("overview", __name__, url_prefix="/overview")


@blueprint.get("/")
def index() -> str:
    figures = engine().overview(actor())
    letters = engine().dead_letters(actor())
    return render_template("overview/index.html", figures=figures, letters=letters)


@blueprint.post("/letters/<letter_id>/resend")
def resend(letter_id: str) -> ResponseReturnValue:
    """Try to send again what did not arrive."""
    engine().resend(actor(), letter_id, key=posted_key())
    flash(_("Det skickas igen."), "success")
    return redirect(url_for("overview.index"))
