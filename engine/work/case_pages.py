"""One case with all that its pages show, read in a few statements: the same number of them whatever
it has, but for what few cases have (incidents, skipped steps, activities to begin)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from engine.bpmn.meta import CheckItem
from engine.definitions.drawings import DrawingLibrary
from engine.definitions.live import Deployed, LiveProcesses
from engine.queries import case_detail, case_rows, history, instances, migration
from engine.queries.case_detail import OpenCase
from engine.queries.cases import MessageOffer
from engine.queries.rows import AnyRow
from engine.unit_of_work import UnitOfWork
from engine.views import CaseDetail, CasePage, ElementState, Sheet
from engine.work import adhoc, cases, incidents

Choose = Callable[[Sequence[Sheet]], Sheet | None]
"""Chooses the sheet that is open on a page; None when there is none."""


def detail(work: UnitOfWork, live: LiveProcesses, business_key: str) -> CaseDetail:
    """The case with this id or number. Raises ``NotFound``."""
    diagrams = _Diagrams(work, live, live.read(work.connection))
    opened, found = case_detail.get(
        work.connection,
        work.actor,
        business_key,
        today=work.today,
        ahead=diagrams.deployed.phases,
        points=diagrams.points,
        offers=diagrams.offers,
    )
    return _completed(work, opened, found)


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
    diagrams = _Diagrams(work, live, live.read(connection))
    deployed = diagrams.deployed
    opened = case_detail.read(
        connection, actor, business_key, ahead=deployed.phases, points=diagrams.points
    )
    case_id = opened.thing.id
    sheet = choose(opened.sheets)
    definition_id, instance_id = _shown(opened, sheet)
    waits = case_rows.waits(connection, case_id, instance_id or "")
    states: Mapping[str, ElementState] = {}
    if instance_id is not None:
        rows, people = opened.rows, opened.people
        states = instances.shown_states(connection, rows, people, waits, instance_id, today=today)
    found = case_detail.detail(
        connection, actor, opened, waits, today=today, offers=diagrams.offers
    )
    skips = opened.rows.head.has_skipped
    return CasePage(
        detail=_completed(work, opened, found),
        sheet=sheet,
        states=states,
        drawing=drawings.get(connection, deployed, definition_id) if definition_id else None,
        facts=history.newest(connection, case_id, facts),
        skipped=migration.skipped_of(connection, actor, opened.thing) if skips else (),
        process_names=deployed.names,
    )


def _shown(opened: OpenCase, sheet: Sheet | None) -> tuple[str | None, str | None]:
    """The ids of the definition and of the instance whose diagram the page shows: those of its
    sheet, without one the root's."""
    if sheet is not None:
        return sheet.definition_id or None, sheet.instance_id
    root = next((row for row in opened.rows.instances if row.parent_id is None), None)
    return (None, None) if root is None else (root.definition_id, root.id)


def _completed(work: UnitOfWork, opened: OpenCase, found: CaseDetail) -> CaseDetail:
    """The case with what its diagrams say of it."""
    root = next(i for i in found.instances if i.id == found.row.id)
    meta = work.definitions.get(work.connection, root.definition_id).meta
    return replace(
        found,
        activities=adhoc.options(work, opened.rows.instances),
        incidents=incidents.named(work, found.incidents),
        date_label=meta.case.start_date_label,
    )


@dataclass(frozen=True, slots=True)
class _Diagrams:
    """What the diagrams say of a case's parts."""

    work: UnitOfWork
    live: LiveProcesses
    deployed: Deployed

    def points(self, definition_id: str, element_id: str) -> Sequence[CheckItem]:
        """The checklist of an activity."""
        meta = self.work.definitions.get(self.work.connection, definition_id).meta
        return meta.tasks[element_id].checklist

    def offers(self, waits: Sequence[AnyRow]) -> dict[str, MessageOffer]:
        """What the diagrams say of the messages that the case waits for: those that wait win over
        all others that know a message of that name."""
        waiting = [row for row in waits if row.kind == "message"]
        if not waiting:
            return {}
        work, connection = self.work, self.work.connection
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
