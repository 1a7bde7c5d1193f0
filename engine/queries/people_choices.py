"""The people whom a choice of a person offers at first.

Where there are ``FEW`` to choose from, it offers all of them. Where there are more, it offers the
likeliest, and the others are searched for: who is chosen for the role in the case, who has worked
in the case last, oneself, whom one has given tasks to last.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, literal, select

from engine.access import actions
from engine.access.rules import authorize
from engine.queries.people import holder_ids
from engine.queries.rows import PERSON, AnySelect, BuiltStatement, people_by_id, person_view
from engine.store.tables import CaseTable, HistoryTable, PersonRoleTable, PersonTable
from engine.views import Actor, Choices, Person

FEW: Final = 30
"""The most people that a choice shows all of."""
LIKELY: Final = 10
"""The most people that a choice of more shows before somebody searches."""
LOOKED_AT: Final = 50
"""How many of the last facts of a case, and of the actor's last, tell who is likely."""

FIRST: Final = (
    select(*PERSON, PersonTable.place)
    .where(PersonTable.active.is_(True))
    .order_by(PersonTable.place, PersonTable.id)
    .limit(FEW + 1)
)
"""Everybody there is, where they are few, by ``place``."""
_FIRST: Final = BuiltStatement(FIRST)
_HOLDERS: Final = (
    select(*PERSON)
    .join(PersonRoleTable, PersonRoleTable.person_id == PersonTable.id)
    .where(PersonRoleTable.role == bindparam("role"), PersonTable.active.is_(True))
    .order_by(PersonRoleTable.place, PersonRoleTable.person_id)
    .limit(FEW + 1)
)
"""Everybody who holds a role, where they are few."""

AnyRole = str | None
"""A role, or None for a choice of everybody."""


def choices(
    connection: Connection, actor: Actor, roles: Collection[AnyRole], case_id: str | None = None
) -> dict[AnyRole, Choices[Person]]:
    """What a choice of a person with a role (None: of anybody) offers at first, by role, where
    somebody is chosen for the case ``case_id``."""
    authorize(actor, actions.PEOPLE_VIEW)
    if not roles:
        return {}
    [*asked] = roles
    if len(asked) == 1 and asked[0] is not None:
        of_role = connection.execute(_HOLDERS, {"role": asked[0]}).all()
        if len(of_role) <= FEW:
            return {asked[0]: Choices(tuple(map(person_view, of_role)), True)}
    everybody = tuple(map(person_view, _FIRST.all(connection, {})))
    if len(everybody) <= FEW:
        return {role: Choices(tuple(_with(everybody, role)), True) for role in roles}
    named = [role for role in roles if role is not None]
    holders = holder_ids(connection, named, FEW + 1)
    few = {role: ids for role, ids in holders.items() if len(ids) <= FEW}
    wanted: list[str] = []
    chosen: Mapping[str, str] = {}
    if len(few) < len(roles):
        chosen = _chosen(connection, case_id)
        wanted = _likely(connection, actor, case_id)
    ids = {*wanted, *chosen.values(), *(id for of in few.values() for id in of)}
    people = {id: p for id, p in people_by_id(connection, ids).items() if p.active}
    return {
        role: Choices(_known(people, few[role]), True)
        if role in few
        else Choices(_likeliest(people, role, chosen, wanted), False)
        for role in roles
    }


def _with(people: Collection[Person], role: AnyRole) -> Iterator[Person]:
    return (person for person in people if role is None or role in person.roles)


def _known(people: Mapping[str, Person], ids: Collection[str]) -> tuple[Person, ...]:
    return tuple(people[id] for id in ids if id in people)


def _likeliest(
    people: Mapping[str, Person], role: AnyRole, chosen: Mapping[str, str], wanted: Collection[str]
) -> tuple[Person, ...]:
    of_case = chosen.values() if role is None else [chosen[role]] if role in chosen else []
    return likeliest(people, [*of_case, *wanted], role)


def likeliest(
    people: Mapping[str, Person], ids: Collection[str], role: AnyRole = None
) -> tuple[Person, ...]:
    """The first ``LIKELY`` of those with the given ids who are among ``people``, active, and have
    the role."""
    known = _known(people, dict.fromkeys(ids))
    return tuple(person for person in _with(known, role) if person.active)[:LIKELY]


def _chosen(connection: Connection, case_id: str | None) -> Mapping[str, str]:
    """Ids of the people of a case by role."""
    if case_id is None:
        return {}
    found = connection.scalar(select(CaseTable.people).where(CaseTable.id == case_id))
    return {role: id for role, id in (found or {}).items() if id}


def given_by(actor_id: str | BindParameter[str]) -> AnySelect:
    """Of the last facts of a person those that somebody was given a task: their details as
    ``value``, and their ids."""
    own = (
        select(HistoryTable.type, HistoryTable.detail, HistoryTable.at, HistoryTable.id)
        .where(HistoryTable.actor_id == actor_id)
        .order_by(HistoryTable.at.desc(), HistoryTable.id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    return select(literal("given").label("kind"), own.c.detail.label("value"), own.c.id).where(
        own.c.type == "task.reassigned"
    )


def _likely(connection: Connection, actor: Actor, case_id: str | None) -> list[str]:
    """Ids of those who have worked in the case last, of the actor, and of those whom the actor has
    given tasks to last."""
    statement = given_by(actor.id)
    if case_id is not None:
        last = (
            select(HistoryTable.actor_id, HistoryTable.id)
            .where(HistoryTable.case_id == case_id)
            .order_by(HistoryTable.id.desc())
            .limit(LOOKED_AT)
            .subquery()
        )
        worked = select(literal("worked"), last.c.actor_id, last.c.id)
        statement = worked.union_all(statement)  # type: ignore[assignment]
    rows = sorted(connection.execute(statement), key=lambda row: -row[2])
    return likely_ids(
        actor,
        [value for kind, value, _ in rows if kind == "worked"],
        [value for kind, value, _ in rows if kind == "given"],
    )


def likely_ids(actor: Actor, worked: Collection[str], given: Collection[str]) -> list[str]:
    """Ids of the likeliest first: of those who have ``worked`` in the case, of the actor, of those
    in the details of facts that the actor has ``given`` somebody a task."""
    ids = (*worked, actor.id, *map(_assignee, given))
    return list(dict.fromkeys(id for id in ids if id))


def _assignee(detail: str) -> str:
    return str(json.loads(detail).get("assignee") or "")
