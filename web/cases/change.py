"""What is changed about a whole case: its plan ahead, and its end before time."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import CaseDetail, Invalid, NotAllowed, PlanRow, Problem
from web import formats, forms, reasons
from web.cases.routes import blueprint
from web.context import actor, engine, posted_key
from web.forms import Problems
from web.i18n import gettext as _
from web.i18n import ngettext


@blueprint.get("/<case_id>/plan")
def plan(case_id: str) -> str:
    return _plan_page(_allowed(case_id, "plan"))


@blueprint.post("/<case_id>/plan")
def plan_sent(case_id: str) -> ResponseReturnValue:
    detail = _allowed(case_id, "plan")
    try:
        rows = forms.read_plan(plan_rows(detail), request.form)
        receipt = engine().cases.set_plan(actor(), case_id, rows, key=posted_key())
    except Invalid as error:
        return _plan_page(detail, error.problems), 422
    changed = int(receipt.result.get("changed", 0))
    if changed:
        done = ngettext(
            "%(num)s rad i planen ändrades.", "%(num)s rader i planen ändrades.", changed
        )
        flash(done, "success")
    else:
        flash(_("Inget i planen ändrades."), "info")
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.get("/<case_id>/cancel")
def cancel(case_id: str) -> str:
    return _cancel_page(_allowed(case_id, "cancel"))


@blueprint.post("/<case_id>/cancel")
def cancel_sent(case_id: str) -> ResponseReturnValue:
    detail = _allowed(case_id, "cancel")
    try:
        engine().cases.cancel(
            actor(), case_id, request.form.get("reason", "").strip(), key=posted_key()
        )
    except Invalid as error:
        return _cancel_page(detail, error.problems), 422
    flash(_("Ärendet är avbrutet."), "success")
    return redirect(url_for("cases.show", case_id=case_id))


def plan_rows(detail: CaseDetail) -> list[PlanRow]:
    """What can still be planned: the activities ahead and those that are open now."""
    rows = [row.plan for sheet in detail.sheets for row in sheet.rows]
    return [row for row in rows if row.state in ("ahead", "open")]


def _allowed(case_id: str, action: str) -> CaseDetail:
    detail = engine().cases.get(actor(), case_id)
    if action not in detail.can:
        raise NotAllowed
    return detail


def _plan_page(detail: CaseDetail, problems: tuple[Problem, ...] = ()) -> str:
    rows = plan_rows(detail)
    found = engine().cases.explain_plan(actor(), detail.row.id)
    return render_template(
        "cases/plan.html",
        case=detail,
        row=detail.row,
        rows=rows,
        shown=_shown(rows),
        why={id: reasons.steps(reason) for id, reason in found.items()},
        problems=Problems(problems, {f"plan.{row.id}": row.name for row in rows}),
        people=[p for p in engine().people.all(actor()) if p.active],
    )


def _shown(rows: list[PlanRow]) -> dict[str, dict[str, str]]:
    """What the table's inputs show, by row: as posted when something was wrong with it."""
    posted = request.form if request.method == "POST" else {}
    return {
        row.id: {
            "person": posted.get(
                f"plan.{row.id}.person", row.person.username if row.person else ""
            ),
            "due": posted.get(f"plan.{row.id}.due", formats.day(row.due)),
        }
        for row in rows
    }


def _cancel_page(detail: CaseDetail, problems: tuple[Problem, ...] = ()) -> str:
    return render_template(
        "cases/cancel.html",
        case=detail,
        row=detail.row,
        reason=request.form.get("reason", ""),
        problems=Problems(problems, {"reason": _("Varför avbryts ärendet?")}),
    )
