"""One case with all that its pages show, read in a few statements: the same number of them whatever
it has, but for what few cases have (incidents, skipped steps, activities to begin)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection

from engine.bpmn.meta import CheckItem
from engine.definitions.drawings import DrawingLibrary
from engine.definitions.live import Deployed, LiveProcesses
from engine.queries import case_detail, case_rows, history, instances, migration, sheets
from engine.queries.case_detail import OpenCase
from engine.queries.cases import MessageOffer
from engine.queries.rows import AnyRow
from engine.queries.sheets import SheetRows
from engine.unit_of_work import UnitOfWork
from engine.views import CaseDetail, CasePage, ElementState, SheetTab
from engine.work import adhoc, cases, incidents

Choose = Callable[[Sequence[SheetTab]], str | None]
"""Chooses the sheet that is open on a page, by its key; None when there is none."""


def detail(work: UnitOfWork, live: LiveProcesses, business_key: str) -> CaseDetail:
    """The case with this id or number. Raises ``NotFound``."""
    connection = work.connection
    diagrams = _Diagrams(work, connection, live, live.read(connection))
    opened, found = case_detail.get(
        connection,
        work.actor,
        business_key,
        today=work.today,
        ahead=diagrams.deployed.phases,
        points=diagrams.points,
        offers=diagrams.offers,
    )
    return replace(
        found,
        activities=adhoc.options(work, opened.rows.instances),
        incidents=incidents.named(work, found.incidents),
        date_label=_date_label(work, opened),
    )


def page(
    work: UnitOfWork,
    live: LiveProcesses,
    drawings: DrawingLibrary,
    business_key: str,
    choose: Choose,
    facts: int,
) -> CasePage:
    """The page of the case with this id or number. Raises ``NotFound``.

    :param facts: how many of its newest facts the page has
    """
    connection, actor, today = work.connection, work.actor, work.today
    diagrams = _Diagrams(work, connection, live, live.read(connection))
    deployed = diagrams.deployed
    opened = case_detail.read(connection, actor, business_key, ahead=deployed.phases)
    case_id, rows = opened.thing.id, opened.rows
    tabs = tuple(sheets.tab(each, today) for each in opened.sheets)
    key = choose(tabs)
    shown = [each for each in opened.sheets if each.key == key]
    definition_id, instance_id = _shown(opened, shown)
    tasks = [task for task in rows.tasks if task.instance_id == instance_id]
    people = case_detail.people_of(connection, opened, shown, tasks)
    waits = case_rows.waits(connection, case_id, instance_id or "")
    states: Mapping[str, ElementState] = {}
    if instance_id is not None:
        states = instances.shown_states(connection, rows, people, waits, instance_id, today=today)
    parts = case_detail.parts(
        connection, actor, opened, people, waits, today=today, offers=diagrams.offers
    )
    parts["incidents"] = incidents.named(work, parts["incidents"])
    running, points = opened.thing.running, diagrams.points
    opened_sheets = [sheets.sheet(e, people, running=running, points=points) for e in shown]
    skips = rows.head.has_skipped
    return CasePage(
        **parts,
        tabs=tabs,
        sheet=next(iter(opened_sheets), None),
        activities=adhoc.options(work, rows.instances),
        date_label=_date_label(work, opened),
        states=states,
        drawing=drawings.get(connection, deployed, definition_id) if definition_id else None,
        facts=history.newest(connection, case_id, facts),
        skipped=migration.skipped_of(connection, actor, opened.thing) if skips else (),
        live=deployed.processes,
    )


def _shown(opened: OpenCase, shown: Sequence[SheetRows]) -> tuple[str | None, str | None]:
    """The ids of the definition and of the instance whose diagram the page shows: those of its
    sheet, without one the root's."""
    if shown:
        diagram = shown[0].diagram
        return (diagram.definition_id, diagram.instance_id) if diagram else (None, None)
    root = next((row for row in opened.rows.instances if row.parent_id is None), None)
    return (None, None) if root is None else (root.definition_id, root.id)


def _date_label(work: UnitOfWork, opened: OpenCase) -> str:
    """What the diagram of the case calls the date on which it is planned to start."""
    root = next(row for row in opened.rows.instances if row.id == opened.thing.id)
    meta = work.definitions.get(work.connection, root.definition_id).meta
    return meta.case.start_date_label


@dataclass(frozen=True, slots=True)
class _Diagrams:
    """What the diagrams say of a case's parts."""

    work: UnitOfWork
    connection: Connection
    live: LiveProcesses
    deployed: Deployed

    def points(self, definition_id: str, element_id: str) -> Sequence[CheckItem]:
        """The checklist of an activity."""
        meta = self.work.definitions.get(self.connection, definition_id).meta
        return meta.tasks[element_id].checklist

    def offers(self, waits: Sequence[AnyRow]) -> dict[str, MessageOffer]:
        """What the diagrams say of the messages that the case waits for: those that wait win over
        all others that know a message of that name."""
        waiting = [row for row in waits if row.kind == "message"]
        if not waiting:
            return {}
        work, connection = self.work, self.connection
        names = {row.name for row in waiting}
        known = self.live.messages(connection, self.deployed)
        metas = {name: meta for name, meta in known.items() if name in names}
        for definition_id in dict.fromkeys(row.definition_id for row in waiting):
            theirs = work.definitions.get(connection, definition_id).meta.messages
            metas |= {name: meta for name, meta in theirs.items() if name in names}
        case_id = waiting[0].case_id
        return {
            name: MessageOffer(meta, partial(cases.message_form(work, case_id, meta), {}))
            for name, meta in metas.items()
        }
