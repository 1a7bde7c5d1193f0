"""Verification: every entry, signature and row is compared with what the history says.

It detects a changed entry, a missing, moved or doubled one, a name or detail that is not what was
written; a signature that the history does not know or that differs from it; and every row that
somebody is shown or that decides what somebody may do, when it is not what the newest entry that
notes it says: changed, added, taken away or put back. Each fault names table, row and column, and
the entry that says otherwise.

Ends of chains that were cut off, whole cases that are gone, and chains that were written anew show
against checkpoints (``engine.records.checkpoints.checking``).
"""

from __future__ import annotations

from sqlalchemy import Connection, exists, select

from engine.records.verification import compared, entries, signed
from engine.records.verification.entries import Progress, VerificationState
from engine.records.verification.scratch import Scratch
from engine.store.tables import HistoryTable, InstanceTable
from engine.views import Fault, Verification

__all__ = ["Progress", "verify"]


def verify(
    connection: Connection, case_id: str | None = None, progress: Progress | None = None
) -> Verification:
    """Verify one case, or everything. Memory does not grow with the history: what is said of rows
    stands in a temporary file.

    Faults are in the order of the chains, then of the signatures, then of tables and rows; a fault
    has the number of the entry that says otherwise (0 when none does).
    """
    scratch = Scratch()
    try:
        state = VerificationState(connection, scratch)
        if progress is not None:
            state.progress = progress
        entries.check(case_id, state)
        _without_history(connection, case_id, state)
        signed.check(case_id, state)
        compared.check(case_id, state)
    finally:
        scratch.close()
    return Verification(
        state.chains,
        state.entries,
        state.signatures,
        tuple(state.faults),
        old_signatures=state.old_signatures,
        rows=state.rows,
        since_upgrade=state.late,
        more_faults=state.more_faults,
    )


def _without_history(connection: Connection, case_id: str | None, state: VerificationState) -> None:
    known = exists().where(HistoryTable.chain == InstanceTable.id)
    statement = select(InstanceTable.id).where(~known).order_by(InstanceTable.id)
    if case_id is not None:
        statement = statement.where(InstanceTable.case_id == case_id)
    for instance_id in connection.scalars(statement):
        problem = "the instance has no history: it was removed"
        state.fault(Fault(instance_id, 0, problem, "instance", instance_id, instance_id))
