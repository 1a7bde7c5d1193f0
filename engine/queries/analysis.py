"""The manager's figures. Counting everything that is open takes longer the more there is, so it is
done by the worker from time to time, and the pages read the stored result.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select

from engine.access import actions
from engine.access.rules import authorize
from engine.queries.inbox import OPEN
from engine.store.tables import CaseTable, FiguresTable, IncidentTable, TaskTable
from engine.store.upsert import upsert
from engine.views import Actor, Load, Overview

NAME = "overview"
"""The name of the row that the figures are stored in."""
SOONEST = timedelta(seconds=5)
"""The shortest time between two counts: figures need not be fresher for a page of a manager."""
SHARE = 100
"""The pause after a count is this many times its duration, so that counting takes 1 % of the time
at most: a count of 300 ms is repeated after 30 s."""
OLDEST = timedelta(minutes=10)
"""Older stored figures are not shown: no worker seems to run, so the page counts by itself."""


def overview(connection: Connection, actor: Actor, *, now: datetime, today: date) -> Overview:
    """The figures as they were counted last. Raises ``NotAllowed`` unless the actor is a
    manager."""
    authorize(actor, actions.OVERVIEW_VIEW)
    known = connection.execute(
        select(FiguresTable.at, FiguresTable.body).where(FiguresTable.name == NAME)
    ).first()
    fresh = known is not None and now - known.at < OLDEST and known.body["day"] == str(today)
    if known is None or not fresh:
        return _view(now, count_figures(connection, today))
    return _view(known.at, known.body)


def figures_due(connection: Connection, now: datetime) -> bool:
    """Whether it is time to count the figures again."""
    known = connection.execute(
        select(FiguresTable.at, FiguresTable.took).where(FiguresTable.name == NAME)
    ).first()
    if known is None:
        return True
    pause = max(SOONEST, timedelta(milliseconds=known.took * SHARE))
    return not known.at <= now < known.at + pause


def count_figures(connection: Connection, today: date) -> dict[str, Any]:
    """Count everything that is open, as JSON for ``FiguresTable.body``: ``day`` (ISO date),
    ``took`` (ms), ``cases`` (by state), ``incidents``, and ``tasks``: a list of role, phase, the
    phase's title, and how many are late, due today, and open at all."""
    started = time.perf_counter()
    late = func.sum(case((TaskTable.due < today, 1), else_=0))
    now = func.sum(case((TaskTable.due == today, 1), else_=0))
    tasks = connection.execute(
        select(
            TaskTable.role,
            TaskTable.phase,
            func.max(TaskTable.phase_title),
            late,
            now,
            func.count(),
        )
        .where(OPEN)
        .group_by(TaskTable.role, TaskTable.phase)
    ).all()
    cases = connection.execute(
        select(CaseTable.state, func.count()).group_by(CaseTable.state)
    ).all()
    incidents = (
        select(func.count()).select_from(IncidentTable).where(IncidentTable.resolved_at.is_(None))
    )
    return {
        "day": str(today),
        "cases": {row[0]: row[1] for row in cases},
        "incidents": connection.scalar(incidents) or 0,
        "tasks": [[row[0], row[1], row[2], int(row[3]), int(row[4]), row[5]] for row in tasks],
        "took": round((time.perf_counter() - started) * 1000),
    }


def store_figures(connection: Connection, body: dict[str, Any], now: datetime) -> None:
    """Store the result of ``count_figures`` in place of the last one."""
    row = {"name": NAME, "at": now, "took": body["took"], "body": body}
    upsert(connection, FiguresTable, row)


def _view(at: datetime, body: dict[str, Any]) -> Overview:
    tasks = body["tasks"]
    return Overview(
        at=at,
        cases=body["cases"],
        incidents=body["incidents"],
        roles=_loads((role, "", figures) for role, _, _, *figures in tasks),
        phases=_loads((phase, title or "", figures) for _, phase, title, *figures in tasks),
    )


def _loads(rows: Iterable[tuple[str | None, str, list[int]]]) -> tuple[Load, ...]:
    sums: dict[str | None, Load] = {}
    for key, title, (late, today, everything) in rows:
        known = sums.get(key, Load(key, title, 0, 0, 0))
        coming = known.coming + everything - late - today
        sums[key] = Load(key, known.title or title, known.late + late, known.today + today, coming)
    return tuple(sorted(sums.values(), key=lambda load: (-load.late, -load.all, load.key or "")))
