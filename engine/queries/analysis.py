"""Figures that pages show and no request may count, because counting takes longer the more there
is: a worker counts them from time to time and keeps them, each with when it was counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, case, delete, func, or_, select, text

from engine.access import actions
from engine.access.rules import authorize
from engine.queries.task_ranges import OPEN
from engine.store.base import OPEN_INCIDENT, RUNNING, table_of
from engine.store.tables import CaseTable, FiguresTable, IncidentTable, InstanceTable, TaskTable
from engine.store.upsert import upsert
from engine.views import Actor, Count, Load, Overview

OVERVIEW: Final = "overview"
"""The name of the row with the figures of the overview."""
INSTANCES: Final = "running"
"""The name of the row with the number of running instances by definition."""
COUNTING: Final = "counting"
"""The name of the row that says since when a worker is counting."""
SOONEST: Final = timedelta(seconds=5)
"""The shortest time between two counts: figures need not be fresher for a page of a manager."""
SHARE: Final = 100
"""The pause after a count is this many times its duration, so that counting takes 1 % of the time
at most: a count of 300 ms is repeated after 30 s."""
LEASE: Final = timedelta(minutes=2)
"""A worker that has been counting for longer has died: another one may count."""

_KEPT: Final = table_of(FiguresTable)
_READ: Final = select(_KEPT.c.at, _KEPT.c.body).where(_KEPT.c.name == bindparam("name"))
_TIMES: Final = select(_KEPT.c.at, _KEPT.c.took).where(_KEPT.c.name == OVERVIEW)

# ---------------------------------------------------------------- what pages read


def overview(connection: Connection, actor: Actor) -> Overview | None:
    """The figures as they were counted last; None before the first count. Raises ``NotAllowed``
    unless the actor is a manager."""
    authorize(actor, actions.OVERVIEW_VIEW)
    kept = connection.execute(_READ, {"name": OVERVIEW}).first()
    return _view(kept.at, kept.body) if kept is not None else None


def counted_running(connection: Connection) -> Mapping[str, Count]:
    """How many instances run on each definition, by its id, as counted last."""
    kept = connection.execute(_READ, {"name": INSTANCES}).first()
    if kept is None:
        return {}
    return {definition_id: Count(number, at=kept.at) for definition_id, number in kept.body.items()}


# ---------------------------------------------------------------- what a worker counts


def last_count(connection: Connection) -> tuple[datetime, timedelta] | None:
    """When the figures were counted last, and the pause that is to follow; None before."""
    known = connection.execute(_TIMES).first()
    if known is None:
        return None
    return known.at, max(SOONEST, timedelta(milliseconds=known.took * SHARE))


def begin(connection: Connection, now: datetime) -> bool:
    """Take it upon oneself to count; False when another worker is counting."""
    row = {"name": COUNTING, "at": now, "took": 0, "body": {}}
    dead = or_(_KEPT.c.at <= now - LEASE, _KEPT.c.at > now + LEASE)
    return upsert(connection, FiguresTable, row, where=dead)


def tasks_by_load(connection: Connection, today: date) -> list[list[Any]]:
    """Of the open tasks of each role and phase: role, phase, and how many are late, due today, and
    open at all. One index holds all that is asked for."""
    late = func.sum(case((TaskTable.due < today, 1), else_=0))
    now = func.sum(case((TaskTable.due == today, 1), else_=0))
    rows = connection.execute(
        select(TaskTable.role, TaskTable.phase, late, now, func.count())
        .where(OPEN)
        .group_by(TaskTable.role, TaskTable.phase)
    )
    return [[row[0], row[1], int(row[2]), int(row[3]), row[4]] for row in rows]


def phase_titles(connection: Connection, phases: Iterable[str | None]) -> dict[str, str]:
    """What an open task of each phase calls that phase."""
    titles = {}
    for phase in sorted({phase for phase in phases if phase}):
        title = select(TaskTable.phase_title).where(OPEN, TaskTable.phase == phase).limit(1)
        titles[phase] = connection.scalar(title) or ""
    return titles


def cases_by_state(connection: Connection) -> dict[str, int]:
    """How many cases are in each state."""
    states = select(CaseTable.state, func.count()).group_by(CaseTable.state)
    return {row[0]: row[1] for row in connection.execute(states)}


def open_incidents(connection: Connection) -> int:
    """How many incidents are open."""
    incidents = select(func.count()).select_from(IncidentTable).where(text(OPEN_INCIDENT))
    return connection.scalar(incidents) or 0


def running_by_definition(connection: Connection) -> dict[str, int]:
    """How many instances run on each definition, by its id."""
    rows = connection.execute(
        select(InstanceTable.definition_id, func.count())
        .where(text(RUNNING))
        .group_by(InstanceTable.definition_id)
    )
    return {row[0]: row[1] for row in rows}


def leave(connection: Connection) -> None:
    """Let another worker count."""
    connection.execute(delete(_KEPT).where(_KEPT.c.name == COUNTING))


def store(
    connection: Connection, figures: Mapping[str, Mapping[str, Any]], now: datetime, took: int
) -> None:
    """Keep what was counted, by the row's name, in place of the last count, and let others begin
    the next one.

    :param took: milliseconds
    """
    for name, body in sorted(figures.items()):
        row = {"name": name, "at": now, "took": took, "body": body}
        upsert(connection, FiguresTable, row)
    leave(connection)


# ---------------------------------------------------------------- parts


def _view(at: datetime, body: Mapping[str, Any]) -> Overview:
    tasks, titles = body["tasks"], body["titles"]
    return Overview(
        at=at,
        cases=body["cases"],
        incidents=body["incidents"],
        roles=_loads((role, "", figures) for role, _, *figures in tasks),
        phases=_loads((phase, titles.get(phase, ""), figures) for _, phase, *figures in tasks),
    )


def _loads(rows: Iterable[tuple[str | None, str, list[int]]]) -> tuple[Load, ...]:
    sums: dict[str | None, Load] = {}
    for key, title, (late, today, everything) in rows:
        known = sums.get(key, Load(key, title, 0, 0, 0))
        coming = known.coming + everything - late - today
        sums[key] = Load(key, known.title or title, known.late + late, known.today + today, coming)
    return tuple(sorted(sums.values(), key=lambda load: (-load.late, -load.all, load.key or "")))
