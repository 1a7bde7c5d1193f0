"""The overview (Översikt) for managers: what runs and what is late, by role and phase; failed jobs,
and outbound messages (mails, webhooks) that did not arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web import conflicts
from web.context import actor, engine, posted_key
from web.i18n import N_
from web.i18n import gettext as _

blueprint = Blueprint("overview", __name__, url_prefix="/overview")

JOBS: Final[Mapping[str, str]] = {
    "timers": N_("Utlösa tider som har kommit"),
    "horizon": N_("Förbereda tider som snart kommer"),
    "deliveries": N_("Lämna ut meddelanden och signaler"),
    "migrations": N_("Flytta ärenden till en ny version"),
    "outbox": N_("Skicka ett utskick"),
    "reminders": N_("Skriva dagens påminnelser"),
    "tidy": N_("Ta bort gamla utskick"),
}
"""What each kind of job does."""


@blueprint.get("/")
def index() -> str:
    """The page; every figure is a link to the list that it counts."""
    figures = engine().analysis.overview(actor())
    messages = engine().jobs.dead_letters(actor())
    jobs = engine().jobs.failed(actor())
    return render_template("overview/index.html", figures=figures, messages=messages, jobs=jobs)


@blueprint.app_template_global()
def job_title(kind: str) -> str:
    """What a job does, in the reader's language."""
    return _(JOBS[kind]) if kind in JOBS else kind


@blueprint.post("/outbox/<message_id>/resend")
def resend(message_id: str) -> ResponseReturnValue:
    """Try again to send an outbound message that did not arrive."""
    for message in engine().jobs.dead_letters(actor()):
        if message.id == message_id:
            conflicts.must_show(failed=message.dead_at)
    engine().jobs.resend(actor(), message_id, key=posted_key())
    flash(_("Det skickas igen."), "success")
    return redirect(url_for("overview.index"))


@blueprint.post("/jobs/<job_id>/retry")
def retry(job_id: str) -> ResponseReturnValue:
    """Try a failed job again."""
    for job in engine().jobs.failed(actor()):
        if job.id == job_id:
            conflicts.must_show(failed=job.failed_at)
    engine().jobs.retry(actor(), job_id, key=posted_key())
    flash(_("Jobbet görs om."), "success")
    return redirect(url_for("overview.index"))
