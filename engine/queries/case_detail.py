"""One case with all that its pages show, of rows that are each read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from sqlalchemy import Connection

from engine.access import actions
from engine.access.rules import CaseObject, authorize
from engine.queries import case_progress, case_rows, cases, incidents, instances, sheets
from engine.queries.case_rows import CaseRows
from engine.queries.cases import MessageOffer
from engine.queries.rows import AnyRow, PeopleById, people_by_id, readable
from engine.queries.sheets import SheetRows
from engine.views import (
    Actor,
    CaseDetail,
    CaseRow,
    Incident,
    InstanceView,
    MessageOption,
    Person,
    PhaseDiagram,
)

Offers = Callable[[Sequence[AnyRow]], Mapping[str, MessageOffer]]
"""``offers(waits)``: what the diagrams say, by name, of the messages that a case waits for."""


def no_offers(_: Sequence[AnyRow]) -> Mapping[str, MessageOffer]:
    """No messages: for callers that show none."""
    return {}


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that has been read and authorised, and the rows that its sheets are made of."""

    thing: CaseObject
    rows: CaseRows
    sheets: tuple[SheetRows, ...]


class CaseParts(TypedDict):
    """What everybody who shows a whole case shows of it (see ``CaseDetail``)."""

    row: CaseRow
    messages: tuple[MessageOption, ...]
    instances: tuple[InstanceView, ...]
    incidents: tuple[Incident, ...]
    people: Mapping[str, Person]
    can: frozenset[str]


def read(
    connection: Connection, actor: Actor, key: str, *, ahead: Mapping[str, PhaseDiagram]
) -> OpenCase:
    """The case whose id or number is ``key``.

    :param ahead: the diagram of each phase that a case would start today
    :raises NotFound: when there is none, or the actor may not see it
    """
    head, thing = case_rows.head(connection, actor, key)
    authorize(actor, actions.CASE_VIEW, thing)
    rows = case_rows.load(connection, head)
    return OpenCase(thing, rows, sheets.of_case(connection, rows, ahead))


def people_of(
    connection: Connection,
    opened: OpenCase,
    shown: Iterable[SheetRows],
    tasks: Iterable[AnyRow] = (),
) -> PeopleById:
    """The people of a case, of the sheets that are ``shown``, and who completed the ``tasks``."""
    ids: set[str | None] = set(opened.rows.head.people.values())
    ids.update(task.completed_by for task in tasks)
    return people_by_id(connection, ids.union(*map(sheets.people_in, shown)))


def parts(
    connection: Connection,
    actor: Actor,
    opened: OpenCase,
    people: PeopleById,
    waits: Sequence[AnyRow],
    *,
    today: date,
    offers: Offers = no_offers,
) -> CaseParts:
    """What is shown of a case that has been read; ``waits`` is what it waits for."""
    rows, thing = opened.rows, opened.thing
    head = rows.head
    found = incidents.newest(connection, actor, case_id=thing.id) if head.has_incidents else ()
    return CaseParts(
        row=cases.case_row(head, case_progress.of_rows(rows, today)),
        messages=cases.message_options(actor, thing, waits, offers(waits)),
        instances=instances.tree(rows.instances),
        incidents=found,
        people={role: people[i] for role, i in head.people.items() if i in people},
        can=cases.possible(actor, thing, bool(found)),
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
    opened = read(connection, actor, key, ahead=ahead)
    head, running = opened.rows.head, opened.thing.running
    people = people_of(connection, opened, opened.sheets)
    waits = case_rows.waits(connection, opened.thing.id)
    return opened, CaseDetail(
        **parts(connection, actor, opened, people, waits, today=today, offers=offers),
        sheets=tuple(
            sheets.sheet(each, people, running=running, points=points) for each in opened.sheets
        ),
        variables=readable(head.variables or {}),
        revision=int(head.revision),
    )
