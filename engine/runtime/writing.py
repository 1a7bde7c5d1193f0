"""The end of a transaction: the instances that have changed are written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, update

from engine import feel
from engine.runtime import children, deadlocks, rows
from engine.runtime.running_instance import RUNNING
from engine.store.base import table_of
from engine.store.batch import Statement
from engine.store.tables import InstanceTable

if TYPE_CHECKING:
    from engine.runtime.advance import Advance
    from engine.runtime.running_instance import Live

_TABLE: Final = table_of(InstanceTable)
_WRITE: Final = Statement(
    update(_TABLE).where(
        _TABLE.c.id == bindparam("of_id"), _TABLE.c.revision == bindparam("at_revision")
    )
)


def write(advance: Advance, changed: Iterable[Live]) -> None:
    """Write instances, parents before children and else in the order of their ids, so that two
    transactions that meet wait instead of locking each other out; each is guarded by its revision.

    :raises StepError: when one has grown too large
    """
    lives = sorted(changed, key=lambda live: (live.depth, live.id))
    values, marked = [], []
    for live in lives:
        with advance.blaming(live):
            if live.moved and deadlocks.examine(advance, live):
                marked.append(live)
            values.append(_values(advance, live))
    for row in values:
        advance.work.batch.put(_WRITE, row)
    for live in lives:
        live.revision += 1
        live.changed = False
        if live.state not in RUNNING:
            rows.close_incidents(advance, live)
        elif live in marked:
            rows.mark_case(advance.connection, live.case_id)


def _values(advance: Advance, live: Live) -> dict[str, Any]:
    variables = {k: feel.to_json(v) for k, v in live.process.variables.items()}
    rows.check_size(live, variables, advance.config.limits.variable_bytes)
    ended = live.state not in RUNNING
    blob = {"state_blob": live.loaded.executor.dump(live.process)}
    if ended and not children.kept(live):
        blob = {"state_blob": b""}
    return {
        "of_id": live.id,
        "at_revision": live.revision,
        "state": live.state,
        "revision": live.revision + 1,
        **({} if live.damage is not None else blob),
        "variables": variables,
        "written": sorted(live.process.written),
        "passed": live.passed,
        "ended_at": advance.now if ended else None,
    }
