"""The answer to whoever writes to a task from a revision that has passed: what is stored now, and
where it differs from what was sent, so that nobody's words are lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from engine import Conflict, TaskDetail
from web.api import answers, requests
from web.api.problems import BY_CODE, Refused, pointer


def stale(
    task: TaskDetail, given: requests.Draft | requests.Completion, error: Conflict
) -> Refused:
    """The refusal of what was sent for ``task``, which has been changed since it was read."""
    stored = answers.Written(dict(task.values), dict(_states(task)), task.note)
    found = [*_differences(("answers",), given.answers, stored.answers)]
    found += _differences(("ticks",), given.ticks, stored.ticks)
    found += _differences((), {"note": given.note}, {"note": stored.note})
    told: dict[str, Any] = {"revision": error.params["revision"]}
    if task.draft_saved_at is not None:
        told |= {"by": task.draft_saved_by, "at": task.draft_saved_at}
    now = answers.ShownNow(
        task.shown_sha256, task.row.name, task.meaning, task.definition_id, task.version,
        {
            field: [answers.ShownFile(f.filename, f.size, f.sha256, f.by) for f in files]
            for field, files in task.attachments.items()
        },
    )  # fmt: skip
    name = BY_CODE[error.error_code]
    return Refused(name, error.message, stored=stored, differences=found, shown=now, **told)


def _states(task: TaskDetail) -> Iterator[tuple[str, bool | str]]:
    """The ticks as they are sent."""
    for point in task.checklist:
        if point.state != "open":
            yield point.id, True if point.state == "done" else point.reason


def _differences(
    place: tuple[str, ...], sent: Mapping[str, Any], stored: Mapping[str, Any]
) -> Iterator[answers.Difference]:
    for name in dict.fromkeys((*sent, *stored)):
        mine, theirs = sent.get(name), stored.get(name)
        if not _same(mine, theirs):
            yield answers.Difference(pointer(*place, name), mine, theirs)


def _same(mine: Any, theirs: Any) -> bool:
    """Whether two values mean the same; a number may be sent as a text."""
    if mine == theirs or (mine in _NOTHING and theirs in _NOTHING):
        return True
    kinds = {type(mine), type(theirs)}
    if not kinds & {int, float, Decimal} or not kinds <= {int, float, Decimal, str}:
        return False
    try:
        return Decimal(str(mine)) == Decimal(str(theirs))
    except ArithmeticError:
        return False


_NOTHING: Final[tuple[Any, ...]] = (None, "", False, [], {})
"""Values that are sent and stored where there is nothing."""
