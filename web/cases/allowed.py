"""A case whose page offers an action to the reader, or a refusal."""

from __future__ import annotations

from engine import CaseDetail, NotAllowed
from web.context import actor, engine


def case_that_allows(case_id: str, action: str) -> CaseDetail:
    """The case, when ``action`` is one of the reader's actions on it (``CaseDetail.can``).

    Raises NotAllowed, and NotFound for a case that the reader may not see.
    """
    detail = engine().cases.get(actor(), case_id)
    if action not in detail.can:
        raise NotAllowed
    return detail
