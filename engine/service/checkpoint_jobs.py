"""What a worker does about checkpoints beside making them: it asks others to vouch for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from engine.jobs import outbox, publishing, stamps, witnesses
from engine.jobs.outbox import ClaimedMessage
from engine.records.checkpoints import evidence, leaves, log, tree
from engine.service.checkpoints import Checkpoints
from engine.service.transactions import Transactions
from engine.store.tables import CheckpointEvidenceTable, CheckpointTable
from engine.views import Checkpoint

LOOK_EVERY: Final = timedelta(seconds=5)
"""How often a worker looks whether something is to be sent."""


class CheckpointJobs:
    """The engine's checkpoints as a worker sees them."""

    def __init__(self, transactions: Transactions, checkpoints: Checkpoints) -> None:
        self._transactions = transactions
        self._checkpoints = checkpoints
        self._folder = publishing.Folder.of(transactions.config.checkpoints)
        self._looked_at: datetime | None = None

    def tick(self) -> None:
        """Make a checkpoint when something is new, and put the messages that are due."""
        self._checkpoints.tick()
        now = self._transactions.now()
        last = self._looked_at
        if last is not None and timedelta() <= now - last < LOOK_EVERY:
            return
        self._looked_at = now
        self.post_due(now)

    def post_due(self, now: datetime) -> None:
        """Put the messages about the newest checkpoint that are due into the outbox."""
        config, calendar = self._transactions.config, self._transactions.calendar
        with self._transactions.reading() as connection:
            if not publishing.due(connection, config, calendar, now):
                return
        try:
            with self._transactions.database.writing() as connection:
                messages = publishing.due(connection, config, calendar, now)
                jobs = outbox.post(connection, messages, now)
                self._transactions.queue.put(connection, jobs)
        except IntegrityError:
            # Another worker was first.
            return

    def send(self, message: ClaimedMessage) -> None:
        """Ask for the time stamp or the cosignature that a message is about, of the checkpoint that
        is the newest now, and store it.

        :raises Exception: when another attempt may succeed
        """
        newest = self._checkpoints.newest()
        if newest is None:
            return
        if message.kind == publishing.STAMP:
            self._stamp(message, newest)
        else:
            self._cosign(message, newest)

    def _stamp(self, message: ClaimedMessage, newest: Checkpoint) -> None:
        response = stamps.ask(self._transactions.config.checkpoints, newest.note)
        self._store(newest, evidence.STAMP, message.target, response)
        self._folder.add(f"{publishing.STAMPS}/{newest.size}.tsr", response)
        self._folder.add(f"{publishing.STAMPS}/{newest.size}", newest.note.encode())

    def _cosign(self, message: ClaimedMessage, newest: Checkpoint) -> None:
        key = str(message.payload["key"])
        name = key.partition("+")[0]
        with self._transactions.reading() as connection:
            old = self._cosigned_size(connection, name, newest.origin)

        def proof(size: int) -> Sequence[bytes]:
            with self._transactions.reading() as connection:
                return tree.consistency(leaves.Rows(connection), size, newest.size)

        line = witnesses.ask(message.target, key, newest.note, newest.size, old, proof)
        self._store(newest, evidence.COSIGNATURE, name, line.encode())
        with self._transactions.reading() as connection:
            note = evidence.cosigned_note(connection, newest)
        self._folder.add(publishing.WITNESSED, note.encode())

    @staticmethod
    def _cosigned_size(connection: Connection, name: str, origin: str) -> int:
        table = CheckpointEvidenceTable
        size = select(func.max(CheckpointTable.size)).join(
            table, table.checkpoint_id == CheckpointTable.id
        )
        mine = (table.source == name, table.kind == evidence.COSIGNATURE)
        return connection.scalar(size.where(*mine, CheckpointTable.origin == origin)) or 0

    def _store(self, checkpoint: Checkpoint, kind: str, source: str, data: bytes) -> None:
        row = {
            "checkpoint_id": checkpoint.id,
            "kind": kind,
            "source": source,
            "at": self._transactions.now(),
            "data": data,
        }
        with self._transactions.database.writing() as connection:
            if log.by_id(connection, checkpoint.id) is not None:
                connection.execute(insert(CheckpointEvidenceTable).values(**row))
