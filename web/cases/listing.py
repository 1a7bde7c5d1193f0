"""The list of cases (Ärenden), searched and filtered by its address."""

from __future__ import annotations

from typing import Any, Final

from flask import render_template, request

from web.back import case_urls
from web.cases.list_rows import case_list_row
from web.cases.routes import blueprint
from web.cases.start import may_start
from web.context import actor, config, engine, url_for
from web.texts.wording import phases

STATES: Final = ("running", "incident", "ended", "all")
"""The values of the filter ``state``; "running" when the address has no other."""


@blueprint.get("/")
def index() -> str:
    """A page of the cases that match the filters of the address."""
    chosen = _filters()
    cursor = request.args.get("cursor")
    page = engine().cases.search(actor(), **chosen, cursor=cursor, limit=config().web.page_size)
    query = {name: value for name, value in chosen.items() if value and value != "running"}
    url = case_urls()
    return render_template(
        "cases/index.html",
        rows=[case_list_row(row, url(row.id)) for row in page.items],
        chosen=chosen,
        narrowed=bool(query),
        phases=phases(),
        may_start=may_start(),
        first_url=url_for("cases.index", **query) if cursor else None,
        next_url=url_for("cases.index", **query, cursor=page.next) if page.next else None,
    )


def _filters() -> dict[str, Any]:
    state = request.args.get("state", "")
    return {
        "q": request.args.get("q", "").strip()[:100],
        "state": state if state in STATES else "running",
        "phase": request.args.get("phase", "")[:10] or None,
    }
