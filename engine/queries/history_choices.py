"""What a page of the history offers to choose from, and the people whom its facts are about, in
two statements however many facts and people there are."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from sqlalchemy import Connection, Integer, bindparam, cast, literal, null, select, union_all

from engine.access import actions
from engine.access.rules import authorize
from engine.queries import facts, people_choices
from engine.queries.definitions import NEWEST_DEPLOYMENT
from engine.queries.rows import PERSON, AnySelect, BuiltStatement, people_by_id, person_view
from engine.store.tables import HistoryTable
from engine.views import Actor, Choices, HistoryChoices, LiveProcess

LiveSince = Callable[[str | None], tuple[LiveProcess, ...]]
"""The live processes, given the id of the newest deployment (None: nothing is deployed)."""


def read(
    connection: Connection, actor: Actor, about: Collection[str], live: LiveSince
) -> HistoryChoices:
    """The choices of a page for ``actor``; ``about`` are ids of the people whom its facts are
    about."""
    authorize(actor, actions.HISTORY_VIEW)
    authorize(actor, actions.PEOPLE_VIEW)
    rows = _OFFERED.all(connection, {"actor": actor.id})
    # What belongs together was read in an order, which no database has to keep in a union.
    people = sorted((row for row in rows if row.kind == "person"), key=lambda r: (r.text, r.id))
    likely: list[str] = []
    few = len(people) <= people_choices.FEW
    if not few:
        given = sorted((row for row in rows if row.kind == "given"), key=lambda r: -r.number)
        likely = people_choices.likely_ids(actor, [], [row.text for row in given])
        people = [row for row in people if row.id in likely or row.id in about]
    read_now = {row.id: person_view(row) for row in people}
    known = read_now | people_by_id(connection, {*likely, *about} - read_now.keys())
    offered = tuple(read_now.values()) if few else people_choices.likeliest(known, likely)
    return HistoryChoices(
        types=tuple(sorted(row.text for row in rows if row.kind == "type")),
        people=Choices(offered, few),
        about={id: known[id] for id in about if id in known},
        live=live(next((row.text for row in rows if row.kind == "deployment"), None)),
    )


def _texts(kind: str, text: Any, number: Any = None) -> AnySelect:
    """A part of a union in which only a person's row has a person's columns."""
    nobody = (null().label(column.key) for column in PERSON)
    return select(
        literal(kind).label("kind"),
        text.label("text"),
        (null() if number is None else number).label("number"),
        *nobody,
    )


def _offered() -> BuiltStatement:
    first = people_choices.FIRST.subquery()
    given = people_choices.given_by(bindparam("actor")).subquery()
    type_of = facts.different(HistoryTable.type).subquery()
    newest = NEWEST_DEPLOYMENT.subquery()
    # The first part says which types the columns have, PostgreSQL's too.
    people = select(
        literal("person").label("kind"),
        first.c.place.label("text"),
        cast(null(), Integer).label("number"),
        *(first.c[column.key] for column in PERSON),
    )
    return BuiltStatement(
        union_all(
            people,
            _texts("given", given.c.value, given.c.id),
            _texts("type", type_of.c.value),
            _texts("deployment", newest.c.id),
        )
    )


_OFFERED: Final = _offered()
