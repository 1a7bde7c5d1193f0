"""The page of a case (its sheets, diagram, instances, latest facts), and of one instance of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import render_template, request
from markupsafe import Markup

from engine import CasePage, Drawing, ElementState, InstanceView, Sheet
from web import diagram, planes
from web.back import task_urls
from web.cases import markup
from web.cases import sheet as paper
from web.cases.routes import blueprint
from web.context import actor, engine, today, url_for
from web.i18n import gettext as _
from web.planes import Picture
from web.svg import words
from web.texts.history import HistoryFormatter, HistoryLine

LATEST: Final = 8
"""Lines of the timeline on the page of a case; a link leads to the whole history."""

FACTS: Final = 60
"""Facts that the timeline is made of: an act such as a completed task writes several."""

_ID: Final = "0" * 32
"""What stands for the id in the address that those of a diagram's elements are made of."""


@blueprint.get("/<case_id>")
def show(case_id: str) -> str:
    """The page of a case, with the sheet of the address (``?blad=``) open."""
    choose = partial(paper.chosen, asked=request.args.get("blad"))
    page = engine().cases.page(actor(), case_id, choose=choose, facts=FACTS)
    sheet = page.sheet
    whole = None if sheet else _whole(page)
    processes = tree(page.instances)
    return render_template(
        "cases/show.html",
        case=page,
        row=page.row,
        tabs=markup.sheet_tabs(page.row.id, page.tabs, sheet.key) if sheet else "",
        sheet=sheet,
        paper=markup.Paper().rows(paper.rows(sheet, today())) if sheet else "",
        picture=_sheet_picture(page, sheet) if sheet else None,
        whole=whole,
        steps=_steps(whole, case_id) if whole else "",
        messages=[m for m in page.messages if m.allowed],
        people=[markup.responsible(person, role) for role, person in page.people.items()],
        processes=markup.instance_lines(processes.shown),
        finished=markup.instance_lines(processes.finished, 9),
        finished_count=len(processes.finished),
        timeline=markup.timeline(_timeline(page)),
        skipped=page.skipped,
    )


@blueprint.get("/<case_id>/instances/<instance_id>")
def instance(case_id: str, instance_id: str) -> str:
    """The page of a process instance of a case: its diagram with its tokens, and its children."""
    detail = engine().cases.get(actor(), case_id)
    view = engine().instances.get(actor(), instance_id)
    states = engine().instances.element_states(actor(), view.id)
    drawing = engine().definitions.drawing(actor(), view.definition_id)
    standing = _standing(view, states, drawing)
    return render_template(
        "cases/instance.html",
        case=detail,
        row=detail.row,
        instance=view,
        picture=standing.picture,
        standing=_steps(standing, view.case_id),
        children=markup.instance_lines(
            [i for i in detail.instances if i.parent_id == instance_id], view.depth + 1
        ),
        offered=[o for o in detail.activities if o.instance_id == instance_id],
        parent=next((i for i in detail.instances if i.id == view.parent_id), None),
    )


def _timeline(page: CasePage) -> list[HistoryLine]:
    return HistoryFormatter().timeline(page.facts, LATEST)


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of an instance as a diagram, and as a table: the name and state of each element."""

    picture: Picture
    steps: list[tuple[str, ElementState]]


def _steps(standing: Standing, case_id: str) -> Markup:
    return markup.standing(standing.steps, element_link(case_id), words.standing)


def _standing(
    instance: InstanceView, states: Mapping[str, ElementState], drawing: Drawing
) -> Standing:
    names = {shape.id: shape.name for shape in planes.all_shapes(drawing) if shape.name.strip()}
    # A file without a drawing has the steps' names in its table of activities.
    for row in engine().definitions.sheet(actor(), instance.definition_id):
        if row.process_id in ("", instance.process_id):
            names.setdefault(row.id, row.name)
    return Standing(
        planes.picture(drawing, states, title=instance.name, link=element_link(instance.case_id)),
        [(names[s.element_id], s) for s in states.values() if s.element_id in names],
    )


def _whole(page: CasePage) -> Standing | None:
    """The state of the root instance, for a case whose diagrams have no sheets."""
    root = next((i for i in page.instances if i.parent_id is None), None)
    if root is None or page.drawing is None:
        return None
    return _standing(root, page.states, page.drawing)


def _sheet_picture(page: CasePage, sheet: Sheet) -> Picture | None:
    if page.drawing is None:
        return None
    title = _("Diagram för %(key)s, %(title)s", key=sheet.key, title=sheet.title)
    link = element_link(page.row.id)
    return planes.picture(page.drawing, page.states, title=title, link=link)


def element_link(case_id: str) -> diagram.Link:
    """A function that gives the address of an element's task or of the instance that it started."""
    task_url = task_urls()
    address = url_for("cases.instance", case_id=case_id, instance_id=_ID)
    before, after = address.rsplit(_ID, 1)

    def link(state: ElementState) -> str | None:
        if state.task_id:
            return task_url(state.task_id)
        if state.instance_id:
            return f"{before}{state.instance_id}{after}"
        return None

    return link


@dataclass(frozen=True, slots=True)
class Tree:
    """The instances of a case: those that the page shows at once, and those that it folds away."""

    shown: tuple[InstanceView, ...]
    finished: tuple[InstanceView, ...]


def tree(instances: tuple[InstanceView, ...]) -> Tree:
    """Shown at once are the phases (depth 0 and 1) and what runs; other ended ones are folded."""
    shown = tuple(i for i in instances if i.depth <= 1 or i.ended_at is None)
    return Tree(shown, tuple(i for i in instances if i.depth > 1 and i.ended_at is not None))
