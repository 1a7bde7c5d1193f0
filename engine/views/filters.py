"""What lists are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Exact:
    """What is listed must be all of these; None for any.

    ``case`` is an id or a number, ``business_key`` a number, ``customer`` an id or an organisation
    number, ``process`` the id of a process or of one version of it, ``assignee`` an id or a user
    name. The days are included, and leave out what has no date.
    """

    case: str | None = None
    business_key: str | None = None
    customer: str | None = None
    process: str | None = None
    element: str | None = None
    assignee: str | None = None
    due_from: date | None = None
    due_to: date | None = None


ANY: Final = Exact()
"""No filter: everything is meant."""
