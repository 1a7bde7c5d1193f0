"""The overview (Översikt) for managers: what runs and what is late, by role and phase; failed jobs,
and outbound messages (mails, webhooks) that did not arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engine import Load
from web import conflicts
from web.context import actor, engine, posted_key
from web.formats import number
from web.hyphenation import role_name
from web.i18n import N_
from web.i18n import gettext as _

blueprint = Blueprint("overview", __name__, url_prefix="/overview")

JOBS: Final[Mapping[str, str]] = {
    "timers": N_("Utlösa tider som har kommit"),
    "horizon": N_("Förbereda tider som snart kommer"),
    "deliveries": N_("Lämna ut meddelanden och signaler"),
    "migrations": N_("Flytta ärenden till en ny version"),
    "previews": N_("Granska vad en flytt skulle innebära"),
    "outbox": N_("Skicka ett utskick"),
    "reminders": N_("Skriva dagens påminnelser"),
    "tidy": N_("Ta bort gamla utskick"),
}
"""What each kind of job does."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table of the page: a role or a phase with its open tasks. ``cells`` are late, due
    today and coming: the kind, the number, and the address of the list that it counts (none of
    nothing)."""

    name: str
    cells: tuple[tuple[str, str, str], ...]
    late: int
    all: int
    percent: int


@blueprint.get("/")
def index() -> str:
    """The page; every figure is a link to the list that it counts."""
    figures = engine().analysis.overview(actor())
    tables: list[tuple[str, str, str, list[Row]]] = []
    tasks = url_for("tasks.inbox", show="all")
    if figures is not None and figures.open:
        roles = [_row(load, role_name(load.key) or _("Ingen roll"), tasks, "role")
                 for load in figures.roles]  # fmt: skip
        phases = [_row(load, f"{load.key} {load.title}" if load.key else _("Utan fas"),
                       tasks, "phase") for load in figures.phases]  # fmt: skip
        tables = [("role", _("Per roll"), _("Roll"), roles),
                  ("phase", _("Per fas"), _("Fas"), phases)]  # fmt: skip
    failed = engine().jobs.any_failed(actor())
    return render_template(
        "overview/index.html",
        figures=figures,
        tables=tables,
        late_url=f"{tasks}&due=late",
        messages=engine().jobs.dead_letters(actor()) if failed else (),
        jobs=engine().jobs.failed(actor()) if failed else (),
    )


def _row(load: Load, name: str, tasks: str, filter: str) -> Row:
    """The row of a role or a phase, whose lists are those at ``tasks`` narrowed by ``filter``."""
    narrowed = f"&{filter}={quote(load.key)}" if load.key else ""
    counts = (("late", load.late), ("today", load.today), ("coming", load.coming))
    cells = tuple(
        (due, number(count), f"{tasks}&due={due}{narrowed}" if count else "")
        for due, count in counts
    )
    return Row(name, cells, load.late, load.all, round(100 * load.late / load.all))


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
