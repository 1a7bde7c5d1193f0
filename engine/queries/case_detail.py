"""One case with all that its pages show, of rows that are each read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from engine.access import actions
from engine.access.rules import CaseObject, authorize
from engine.queries import case_progress, case_rows, cases, incidents, instances, sheets
from engine.queries.case_rows import CaseRows
from engine.queries.cases import MessageOffer
from engine.queries.rows import AnyRow, PeopleById, people_by_id, readable
from engine.views import Actor, CaseDetail, PhaseDiagram, Sheet

Offers = Callable[[Sequence[AnyRow]], Mapping[str, MessageOffer]]
"""``offers(waits)``: what the diagrams say, by name, of the messages that a case waits for."""


def no_offers(_: Sequence[AnyRow]) -> Mapping[str, MessageOffer]:
    """No messages: for callers that show none."""
    return {}


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that has been read and authorised, the people whom it shows, and its sheets."""

    thing: CaseObject
    rows: CaseRows
    people: PeopleById
    sheets: tuple[Sheet, ...]


def read(
    connection: Connection,
    actor: Actor,
    key: str,
    *,
    ahead: Mapping[str, PhaseDiagram],
    points: sheets.Points = sheets.no_points,
) -> OpenCase:
    """The case whose id or number is ``key``.

    :param ahead: the diagram of each phase that a case would start today
    :param points: gives an activity's checklist
    :raises NotFound: when there is none, or the actor may not see it
    """
    head, thing = case_rows.head(connection, actor, key)
    authorize(actor, actions.CASE_VIEW, thing)
    rows = case_rows.load(connection, head)
    people = people_by_id(connection, {*sheets.people_in(rows), *head.people.values()})
    listed = sheets.of_rows(
        connection, rows, people, running=thing.running, ahead=ahead, points=points
    )
    return OpenCase(thing, rows, people, listed)


def detail(
    connection: Connection,
    actor: Actor,
    opened: OpenCase,
    waits: Sequence[AnyRow],
    *,
    today: date,
    offers: Offers = no_offers,
) -> CaseDetail:
    """Everything about a case that has been read; ``waits`` is what it waits for."""
    rows, thing, people = opened.rows, opened.thing, opened.people
    head = rows.head
    found = incidents.newest(connection, actor, case_id=thing.id) if head.has_incidents else ()
    return CaseDetail(
        row=cases.case_row(head, case_progress.of_rows(rows, today)),
        sheets=opened.sheets,
        messages=cases.message_options(actor, thing, waits, offers(waits)),
        instances=instances.tree(rows.instances),
        incidents=found,
        people={role: people[i] for role, i in head.people.items() if i in people},
        can=cases.possible(actor, thing, bool(found)),
        variables=readable(head.variables or {}),
        revision=int(head.revision),
    )


def get(
    connection: Connection,
    actor: Actor,
    key: str,
    *,
    today: date,
    ahead: Mapping[str, PhaseDiagram],
    points: sheets.Points = sheets.no_points,
    offers: Offers = no_offers,
) -> tuple[OpenCase, CaseDetail]:
    """The case whose id or number is ``key``, as it was read and with everything about it. Raises
    ``NotFound``."""
    opened = read(connection, actor, key, ahead=ahead, points=points)
    waits = case_rows.waits(connection, opened.thing.id)
    return opened, detail(connection, actor, opened, waits, today=today, offers=offers)
