"""Whether the dates of a case that would start now can be kept, and when it could begin.

A date cannot be kept when it lies before the day on which its activity is expected to open, which
is today at the earliest: what is to be done before a contract starts cannot be when what comes
before it takes longer. The forecast counts both by the diagrams' due rules, of activities on the
sheets of a plan and of all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from engine.definitions.library import ExecutableDefinition
from engine.unit_of_work import UnitOfWork
from engine.views import DateConflict, StartCheck
from engine.work import forecast, starting

FURTHEST: Final = timedelta(days=5 * 365)
"""How far ahead a date is looked for on which a case could begin."""


def check(
    work: UnitOfWork,
    *,
    process_id: str,
    start_date: date | None,
    variables: Mapping[str, Any],
) -> StartCheck:
    """The dates that cannot be kept if the actor starts the process now, and the first day to
    begin on, from ``start_date``, on which all can, as far as the variables can be read."""
    root = work.definitions.latest(work.connection, process_id)
    starting.authorize_start(work, process_id)

    def tried(day: date | None) -> tuple[DateConflict, ...]:
        own = starting.case_variables(root.meta.case, day=day)
        given, _ = starting.as_far_as_read(work, root, own, variables)
        return conflicts(ahead(work, root, own | given))

    found = tried(start_date)
    dated = start_date is not None and root.meta.case.start_date is not None
    earliest = _earliest(tried, start_date) if found and dated and start_date else None
    return StartCheck(found, earliest)


def ahead(
    work: UnitOfWork, root: ExecutableDefinition, variables: Mapping[str, Any]
) -> Sequence[forecast.Foreseen]:
    """The activities of a case that starts now: those on the sheets of its plan as they stand
    there, then the others as they come."""
    rows = forecast.foresee(
        work.connection,
        work.definitions,
        work.calendar,
        root,
        opens=work.today,
        variables=variables,
    )
    others = (row for row in rows if not isinstance(row, forecast.Planned))
    return (*forecast.of_sheets(rows), *others)


def conflicts(rows: Iterable[forecast.Foreseen]) -> tuple[DateConflict, ...]:
    """Those of the activities whose dates cannot be kept, in the same order."""
    return tuple(
        DateConflict(
            phase=row.phase.key if isinstance(row, forecast.Planned) else "",
            process_id=row.definition.process_id,
            element_id=row.task.id,
            name=row.task.name or row.task.id,
            due=row.due,
            opens=row.opens,
        )
        for row in rows
        if row.due is not None and row.opens is not None and row.due < row.opens
    )


def _earliest(tried: Callable[[date], Sequence[DateConflict]], start: date) -> date | None:
    """The first day after ``start`` without conflicts: the later a case begins, the fewer it has;
    None when there is no such day within reach."""
    bad, good = start, start + FURTHEST
    if tried(good):
        return None
    while (good - bad).days > 1:
        middle = bad + (good - bad) // 2
        bad, good = (middle, good) if tried(middle) else (bad, middle)
    return good
