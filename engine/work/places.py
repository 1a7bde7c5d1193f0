"""Where a task stands among those that are due on the same day: by its case's customer (or title)
in Swedish order, then by the case, then in the order of the plan, then by when it opened.

The place is a text that is written once, so that lists are read along an index.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from engine.queries.text_search import swedish

NAME_LENGTH: Final = 24
"""Characters of the customer's name or the title that count."""
UNPLANNED: Final = "999999"
"""Tasks that stand on no sheet come after those that do."""


def of_case(title: str, number: str) -> str:
    """The place of a case: of its customer's name, or of its title."""
    return f"{swedish(title)[0][:NAME_LENGTH]}|{number}"


def of_task(case_place: str, plan: Any | None, opened: datetime, task_id: str) -> str:
    """The place of a task; ``plan`` is its row of the plan, None for a task that is on none."""
    order = f"{plan.phase_order:03}{plan.row_order:03}" if plan is not None else UNPLANNED
    return f"{case_place}|{order}|{int(opened.timestamp()):08x}{task_id[:12]}"
