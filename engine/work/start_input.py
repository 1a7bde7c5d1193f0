"""What whoever starts a case says of it: its title, its first day, its people and its variables.
Everything that is wrong with it is told together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.definitions.library import ExecutableDefinition
from engine.errors import Invalid, Problem, Problems
from engine.store.tables import PersonTable
from engine.unit_of_work import UnitOfWork
from engine.work import starting
from engine.work.fields import Wrong, clean_text

TITLE_LENGTH = 200
"""The most characters of a case's title, as its column holds."""
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""Between these days cases are planned to begin: what is counted from one stays within the
calendar."""


def read(
    work: UnitOfWork,
    root: ExecutableDefinition,
    own: Mapping[str, Any],
    *,
    title: str,
    start_date: date | None,
    people: Mapping[str, str],
    variables: Mapping[str, Any],
) -> tuple[Problems, str, dict[str, str], dict[str, Any]]:
    """What is wrong with a start; its title, its people by role and its variables."""
    problems, chosen, known = Problems(), dict[str, str](), dict(own)
    with problems.gathering():
        title = check_title_and_day(title, start_date)
    with problems.gathering():
        chosen = _people(work, people)
    with problems.gathering():
        known |= starting.read_variables(work, root, own, variables)
    return problems, title, chosen, known


def check_title_and_day(title: str, start_date: date | None) -> str:
    """The title as it is kept.

    :raises Invalid: for one that is too long, or a start that is beyond all calendars
    """
    problems = []
    try:
        title = clean_text(title, TITLE_LENGTH)
    except Wrong as wrong:
        problems.append(Problem(wrong.code, wrong.message, "title", wrong.params))
    if start_date is not None and start_date < EARLIEST:
        text, least = f"not before {EARLIEST}", {"minimum": str(EARLIEST)}
        problems.append(Problem("too_small", text, "start_date", least))
    if start_date is not None and start_date > LATEST:
        text, most = f"not after {LATEST}", {"maximum": str(LATEST)}
        problems.append(Problem("too_large", text, "start_date", most))
    if problems:
        raise Invalid(problems)
    return title


def _people(work: UnitOfWork, people: Mapping[str, str]) -> dict[str, str]:
    """User names by role as ids by role. Every problem at once."""
    problems, chosen = [], {}
    for role, username in people.items():
        if not username:
            continue
        place = f"people.{role}"
        if role not in work.config.roles:
            problems.append(Problem("unknown_role", f"there is no role {role!r}", place))
            continue
        person = work.connection.execute(
            select(PersonTable.id, PersonTable.roles).where(
                PersonTable.username == username, PersonTable.active.is_(True)
            )
        ).first()
        if person is None:
            problems.append(Problem("unknown_person", f"there is no {username!r}", place))
        elif role not in person.roles:
            text = f"{username} does not hold the role {role}"
            problems.append(Problem("not_in_role", text, place, {"role": role}))
        else:
            chosen[role] = person.id
    if problems:
        raise Invalid(problems)
    return chosen
