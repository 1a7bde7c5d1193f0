"""The plan ahead of a case: persons and due dates of the activities that are not done yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import CaseDetail, Conflict, PlanRow
from web import choices, conflicts, formats, forms, pending_forms
from web.cases.allowed import case_that_allows
from web.cases.routes import blueprint
from web.context import actor, engine, posted_key
from web.forms import Problems
from web.i18n import gettext as _
from web.i18n import ngettext
from web.task_inputs import plan as plan_inputs
from web.texts.due_dates import reason_sentences
from web.texts.wording import called


@blueprint.get("/<case_id>/plan")
def plan(case_id: str) -> str:
    """The form of the plan."""
    return _page(case_that_allows(case_id, "plan"))


@blueprint.post("/<case_id>/plan")
def plan_sent(case_id: str) -> ResponseReturnValue:
    """Change the rows of the plan that the posted form changes, and those alone."""
    if (found := choices.settle()) is not None:
        return found
    for left in reversed(range(conflicts.TRIES)):
        detail = case_that_allows(case_id, "plan")
        rows = plan_rows(detail)
        outcome = conflicts.merged(_inputs(rows), request.form)
        if outcome.disputed:
            raise outcome.unmerged()
        changed = _changed(rows, outcome)
        try:
            if changed:
                ids = {row["id"] for row in changed}
                seen = _seen(row for row in rows if row.id in ids)
                engine().cases.set_plan(actor(), case_id, changed, seen=seen, key=posted_key())
            break
        except Conflict as error:
            if not left or not conflicts.is_stale(error):
                raise
    _flash(len(changed))
    return redirect(url_for("cases.show", case_id=case_id))


def _changed(rows: list[PlanRow], outcome: conflicts.Outcome) -> list[dict[str, Any]]:
    """The rows that the form changes, with what it changes of them."""
    changed = []
    for row in forms.read_plan(rows, outcome.form):
        parts = [p for p in ("person", "due") if f"plan.{row['id']}.{p}" in outcome.changed]
        if parts:
            changed.append({"id": row["id"], **{part: row[part] for part in parts}})
    return changed


def _seen(rows: Iterable[PlanRow]) -> dict[str, tuple[str | None, date | None]]:
    return {row.id: (row.person.username if row.person else None, row.due) for row in rows}


def _flash(changed: int) -> None:
    if changed:
        done = ngettext(
            "%(num)s rad i planen ändrades.", "%(num)s rader i planen ändrades.", changed
        )
        flash(done, "success")
    else:
        flash(_("Inget i planen ändrades."), "info")


def last_change(case_id: str) -> tuple[str | None, datetime | None]:
    """Who changed the plan last, and when."""
    facts = engine().history.search(actor(), case_id=case_id, type="plan.changed", limit=1).items
    return (facts[0].actor_name, facts[0].at) if facts else (None, None)


def plan_rows(detail: CaseDetail) -> list[PlanRow]:
    """The rows that can still be planned: activities that are ahead or open."""
    rows = [row.plan for sheet in detail.sheets for row in sheet.rows]
    return [row for row in rows if row.state in ("ahead", "open")]


def plan_choices(
    rows: Iterable[PlanRow], shown: Mapping[str, Mapping[str, str]]
) -> Iterator[choices.Asked]:
    """The choices of people of a plan's rows, as their inputs show them."""
    for row in rows:
        yield choices.Asked(f"plan.{row.id}.person", shown[row.id]["person"], row.role)


def _inputs(rows: list[PlanRow]) -> list[conflicts.Input]:
    return list(plan_inputs(rows, _shown(rows, {})))


def _page(detail: CaseDetail) -> str:
    typed = pending_forms.typed()
    posted = typed.form if typed else None
    rows = plan_rows(detail)
    shown = _shown(rows, posted or {})
    reasons = engine().cases.explain_plan(actor(), detail.row.id)
    return render_template(
        "cases/plan.html",
        case=detail,
        row=detail.row,
        rows=rows,
        shown=shown,
        base=conflicts.shown(_inputs(rows)) if posted is None else posted.get("shown", ""),
        carried=posted or {},
        differences=conflicts.differences(
            _inputs(rows), posted, lambda _name: last_change(detail.row.id)
        ),
        why={id: reason_sentences(reason) for id, reason in reasons.items()},
        problems=Problems(
            typed.problems if typed else (), {f"plan.{row.id}": called(row) for row in rows}
        ),
        people=choices.of_people(plan_choices(rows, shown), posted, case_id=detail.row.id),
    )


def _shown(rows: list[PlanRow], posted: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The texts of the inputs ``person`` and ``due`` by row id: the posted ones, else the stored
    ones."""
    return {
        row.id: {
            "person": posted.get(
                f"plan.{row.id}.person", row.person.username if row.person else ""
            ),
            "due": posted.get(f"plan.{row.id}.due", formats.day(row.due)),
        }
        for row in rows
    }
