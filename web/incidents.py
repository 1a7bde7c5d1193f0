"""The pages of incidents (Stopp): the list of all open ones, and another attempt at one.

web/texts/incidents.py has the sentences that describe an incident.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Incident, NotAllowed, Receipt
from web import conflicts
from web.context import actor, config, engine, person, posted_key
from web.i18n import gettext as _
from web.texts.incidents import incident_text

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents")
blueprint.add_app_template_global(incident_text)
RIGHTS: Final = frozenset({"manager", "process_owner"})
"""The rights of which one is needed to see the list of incidents."""


def may_see() -> bool:
    """Whether the menu shows the list to this reader. (The engine checks the right again.)"""
    reader = person()
    return reader is not None and bool(RIGHTS & set(reader.rights))


@blueprint.get("/")
def index() -> str:
    """The list of all open incidents, the newest first."""
    if not may_see():
        raise NotAllowed
    cursor = request.args.get("cursor")
    page = engine().incidents.search(actor(), cursor=cursor, limit=config().web.page_size)
    return render_template(
        "incidents/index.html",
        rows=page.items,
        first_url=url_for("incidents.index") if cursor else None,
        next_url=url_for("incidents.index", cursor=page.next) if page.next else None,
    )


@blueprint.post("/<incident_id>/retry")
def retry(incident_id: str) -> ResponseReturnValue:
    """Try again what failed, and return to the list."""
    must_show(incident_id, engine().incidents.newest(actor()))
    flash_outcome(engine().incidents.retry(actor(), incident_id, key=posted_key()))
    return redirect(url_for("incidents.index"))


def must_show(incident_id: str, listed: Iterable[Incident]) -> None:
    """Refuse to try again what has failed otherwise since the page was shown."""
    for incident in listed:
        if incident.id == incident_id:
            conflicts.must_show(at=incident.at, message=incident.message)


def flash_outcome(receipt: Receipt) -> None:
    """Flash a message that says whether the case goes on after another attempt."""
    if receipt.result.get("resolved", True):
        flash(_("Felet är åtgärdat och ärendet går vidare."), "success")
    else:
        flash(_("Samma sak stoppar ärendet igen. Rätta orsaken först."), "danger")
