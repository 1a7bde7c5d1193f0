"""The plan ahead of a case: persons and due dates of the activities that are not done yet."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import CaseDetail, PlanRow
from web import formats, forms, pending_forms
from web.cases.allowed import case_that_allows
from web.cases.routes import blueprint
from web.context import actor, engine, posted_key
from web.forms import Problems
from web.i18n import gettext as _
from web.i18n import ngettext
from web.texts.due_dates import reason_sentences


@blueprint.get("/<case_id>/plan")
def plan(case_id: str) -> str:
    """The form of the plan."""
    return _page(case_that_allows(case_id, "plan"))


@blueprint.post("/<case_id>/plan")
def plan_sent(case_id: str) -> ResponseReturnValue:
    """Set the plan to the rows of the posted form."""
    detail = case_that_allows(case_id, "plan")
    rows = forms.read_plan(plan_rows(detail), request.form)
    receipt = engine().cases.set_plan(actor(), case_id, rows, key=posted_key())
    changed = int(receipt.result.get("changed", 0))
    if changed:
        done = ngettext(
            "%(num)s rad i planen ändrades.", "%(num)s rader i planen ändrades.", changed
        )
        flash(done, "success")
    else:
        flash(_("Inget i planen ändrades."), "info")
    return redirect(url_for("cases.show", case_id=case_id))


def plan_rows(detail: CaseDetail) -> list[PlanRow]:
    """The rows that can still be planned: activities that are ahead or open."""
    rows = [row.plan for sheet in detail.sheets for row in sheet.rows]
    return [row for row in rows if row.state in ("ahead", "open")]


def _page(detail: CaseDetail) -> str:
    typed = pending_forms.typed()
    problems = typed.problems if typed else ()
    rows = plan_rows(detail)
    reasons = engine().cases.explain_plan(actor(), detail.row.id)
    return render_template(
        "cases/plan.html",
        case=detail,
        row=detail.row,
        rows=rows,
        shown=_shown(rows, typed.form if typed else {}),
        why={id: reason_sentences(reason) for id, reason in reasons.items()},
        problems=Problems(problems, {f"plan.{row.id}": row.name for row in rows}),
        people=[p for p in engine().people.all(actor()) if p.active],
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
