"""Översikt: what runs, what is late and with whom; every figure opens its list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.context import actor, engine, posted_key
from web.i18n import N_
from web.i18n import gettext as _

blueprint = Blueprint("overview", __name__, url_prefix="/overview")

JOBS: Final[Mapping[str, str]] = {
    "timers": N_("Utlösa tider som har kommit"),
    "horizon": N_("Förbereda tider som snart kommer"),
    "migrations": N_("Flytta ärenden till en ny version"),
    "outbox": N_("Skicka ett utskick"),
    "reminders": N_("Skriva dagens påminnelser"),
    "tidy": N_("Ta bort gamla utskick"),
}
"""What each kind of job does, for people."""


@blueprint.get("/")
def index() -> str:
    figures = engine().analysis.overview(actor())
    letters = engine().jobs.dead_letters(actor())
    jobs = engine().jobs.failed(actor())
    return render_template("overview/index.html", figures=figures, letters=letters, jobs=jobs)


@blueprint.app_template_global()
def job_title(kind: str) -> str:
    """What a job does, in the reader's language."""
    return _(JOBS[kind]) if kind in JOBS else kind


@blueprint.post("/letters/<letter_id>/resend")
def resend(letter_id: str) -> ResponseReturnValue:
    """Try to send again what did not arrive."""
    engine().jobs.resend(actor(), letter_id, key=posted_key())
    flash(_("Det skickas igen."), "success")
    return redirect(url_for("overview.index"))


@blueprint.post("/jobs/<job_id>/retry")
def retry(job_id: str) -> ResponseReturnValue:
    """Try a failed job again."""
    engine().jobs.retry(actor(), job_id, key=posted_key())
    flash(_("Jobbet görs om."), "success")
    return redirect(url_for("overview.index"))
