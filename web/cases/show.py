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
from web.back import Address, task_urls
from web.cases import markup
from web.cases.routes import blueprint
from web.cases.sheet import chosen
from web.context import actor, engine
from web.hyphenation import role_name
from web.i18n import gettext as _
from web.planes import Picture
from web.svg import words
from web.texts.history import HistoryFormatter, HistoryLine

LATEST: Final = 8
"""Lines of the timeline on the page of a case; a link leads to the whole history."""

FACTS: Final = 60
"""Facts that the timeline is made of: an act such as a completed task writes several."""


@blueprint.get("/<case_id>")
def show(case_id: str) -> str:
    """The page of a case, with the sheet of the address (``?blad=``) open."""
    choose = partial(chosen, asked=request.args.get("blad"))
    page = engine().cases.page(actor(), case_id, choose=choose, facts=FACTS)
    sheet = page.sheet
    processes = tree(page.instances)
    task, child = task_urls(), _instance_urls(page.row.id)
    link = element_link(task, child)
    whole = None if sheet else _whole(page, link)
    return render_template(
        "cases/show.html",
        case=page,
        row=page.row,
        tabs=markup.sheet_tabs(page.row.id, page.tabs, sheet.key) if sheet else "",
        sheet=sheet,
        paper=markup.paper(sheet.rows, task) if sheet else "",
        picture=_sheet_picture(page, sheet, link) if sheet else None,
        whole=whole,
        steps=_steps(whole, link) if whole else "",
        messages=[m for m in page.messages if m.allowed],
        people=[markup.responsible(who, role_name(role)) for role, who in page.people.items()],
        processes=markup.instance_lines(processes.shown, child),
        finished=markup.instance_lines(processes.finished, child, 9),
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
    address = _instance_urls(view.case_id)
    link = element_link(task_urls(), address)
    standing = _standing(view, states, drawing, link)
    return render_template(
        "cases/instance.html",
        case=detail,
        row=detail.row,
        instance=view,
        picture=standing.picture,
        standing=_steps(standing, link),
        children=markup.instance_lines(
            [i for i in detail.instances if i.parent_id == instance_id], address, view.depth + 1
        ),
        offered=[o for o in detail.activities if o.instance_id == instance_id],
        parent=next((i for i in detail.instances if i.id == view.parent_id), None),
    )


def _timeline(page: CasePage) -> list[HistoryLine]:
    return HistoryFormatter(live=page.live).timeline(page.facts, LATEST)


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of an instance as a diagram, and as a table: the name and state of each element."""

    picture: Picture
    steps: list[tuple[str, ElementState]]


def _steps(standing: Standing, link: diagram.Link) -> Markup:
    return markup.standing(standing.steps, link, words.standing)


def _standing(
    instance: InstanceView,
    states: Mapping[str, ElementState],
    drawing: Drawing,
    link: diagram.Link,
) -> Standing:
    names = {shape.id: shape.name for shape in planes.all_shapes(drawing) if shape.name.strip()}
    # A file without a drawing has the steps' names in its table of activities.
    for row in engine().definitions.sheet(actor(), instance.definition_id):
        if row.process_id in ("", instance.process_id):
            names.setdefault(row.id, row.name)
    return Standing(
        planes.picture(drawing, states, title=instance.name, link=link),
        [(names[s.element_id], s) for s in states.values() if s.element_id in names],
    )


def _whole(page: CasePage, link: diagram.Link) -> Standing | None:
    """The state of the root instance, for a case whose diagrams have no sheets."""
    root = next((i for i in page.instances if i.parent_id is None), None)
    if root is None or page.drawing is None:
        return None
    return _standing(root, page.states, page.drawing, link)


def _sheet_picture(page: CasePage, sheet: Sheet, link: diagram.Link) -> Picture | None:
    if page.drawing is None:
        return None
    title = _("Diagram för %(key)s, %(title)s", key=sheet.key, title=sheet.title)
    return planes.picture(page.drawing, page.states, title=title, link=link)


def _instance_urls(case_id: str) -> Address:
    return Address.of("cases.instance", "instance_id", case_id=case_id)


def element_link(task: Address, instance: Address) -> diagram.Link:
    """A function that gives the address of an element's task or of the instance that it started."""

    def link(state: ElementState) -> str | None:
        if state.task_id:
            return task(state.task_id)
        if state.instance_id:
            return instance(state.instance_id)
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
