"""How the checkpoints are doing: what the page of managers shows."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from engine.config.settings import CheckpointSettings
from engine.records.checkpoints import log
from engine.records.checkpoints.notes import PublicKey
from engine.store.tables import (
    CheckpointEvidenceTable,
    CheckpointTable,
    HistoryTable,
    LeafTable,
)
from engine.views import CheckpointEvidence, CheckpointStatus


def read(
    connection: Connection,
    settings: CheckpointSettings,
    key: PublicKey | None,
    *,
    place: str,
    problem: tuple[str, str, str],
) -> CheckpointStatus:
    """The status as the database and the settings have it.

    :param problem: the code of what is wrong, its message, and what is wrong with the folder
    """
    newest_entry = connection.scalar(select(func.max(HistoryTable.id))) or 0
    newest_leaf = connection.scalar(select(func.max(LeafTable.entry_id))) or 0
    return CheckpointStatus(
        newest=log.newest(connection),
        count=connection.scalar(select(func.max(CheckpointTable.id))) or 0,
        waiting=newest_entry > newest_leaf,
        key=str(key) if key else "",
        fingerprint=key.fingerprint if key else "",
        place=place,
        folder=settings.folder,
        mail_to=settings.mail_to,
        stamp_url=settings.stamp_url,
        witnesses=tuple(text.partition("+")[0] for text, _ in settings.witnesses),
        evidence=_newest_evidence(connection),
        problem=problem[0],
        message=problem[1],
        publishing=problem[2],
    )


def _newest_evidence(connection: Connection) -> tuple[CheckpointEvidence, ...]:
    """The newest evidence of each kind and source."""
    table = CheckpointEvidenceTable
    newest = select(func.max(table.id)).group_by(table.kind, table.source)
    rows = connection.execute(
        select(table.checkpoint_id, table.kind, table.source, table.at, CheckpointTable.size)
        .join(CheckpointTable, CheckpointTable.id == table.checkpoint_id)
        .where(table.id.in_(newest))
        .order_by(table.kind.desc(), table.source)
    )
    return tuple(CheckpointEvidence(*row) for row in rows)
