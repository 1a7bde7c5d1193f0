"""``engine.checkpoints``: signed checkpoints of the history, by which outsiders can check it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Conflict, Unavailable
from engine.jobs import publishing
from engine.queries import objects
from engine.records.checkpoints import evidence, keys, leaves, log, status
from engine.records.checkpoints.keys import KeyStore, KeyUnusable, SigningKey
from engine.records.checkpoints.log import LogState
from engine.service.transactions import Part, Transactions
from engine.unit_of_work import UnitOfWork
from engine.views import SYSTEM, Actor, CaseProof, Checkpoint, CheckpointStatus, Receipt

logger = logging.getLogger(__name__)
MOST_ROUNDS: Final = 10_000
"""Transactions in which one call numbers entries at most: fifty million entries."""


class Checkpoints(Part):
    """The log of checkpoints, and the key that signs it."""

    def __init__(self, transactions: Transactions) -> None:
        super().__init__(transactions)
        settings = transactions.config.checkpoints
        self._store = KeyStore(_key_file(transactions), settings.key)
        self._state = LogState()
        self._folder = publishing.Folder.of(settings)
        self._one = threading.Lock()
        self._problem = ("", "")

    # ------------------------------------------------------------ making them

    def make(self) -> Checkpoint | None:
        """Make a checkpoint of everything that is new, and publish it; returns the newest one. A
        worker does it every ``checkpoints.seconds``. It is safe to call it anywhere and at any
        time: one process does the work, the others return what there is.

        :raises Unavailable: ``checkpoint_key`` when there is no key to sign with,
            ``checkpoint_rolled_back`` when the database is behind what was published
        """
        with self._one:
            try:
                self._make_all()
            except Unavailable as error:
                self._problem = (str(error.params.get("reason", "")), error.message)
                raise
            self._problem = ("", "")
        return self.newest()

    def tick(self) -> None:
        """What a worker does every second: make and publish a checkpoint when something is new and
        no other process has made one a moment ago. A problem is logged once, and shown by
        ``status``; nothing else waits for it."""
        settings = self._transactions.config.checkpoints
        if not settings.enabled:
            return
        with self._transactions.reading() as connection:
            last = log.newest(connection)
            idle = self._state.floor.caught_up(connection)
        if last is not None and idle and self._folder.has(last):
            return
        age = self._transactions.now() - last.at if last else timedelta.max
        if timedelta() <= age < timedelta(seconds=0.9 * settings.seconds):
            return
        before = self._problem
        try:
            self.make()
        except Unavailable as error:
            if error.message != before[1]:
                logger.warning("no checkpoint: %s", error.message)

    def _make_all(self) -> None:
        for _ in range(MOST_ROUNDS):
            if not self._make_one():
                return

    def _make_one(self) -> bool:
        """One transaction; True when there may be more to number."""
        try:
            with self._transactions.database.writing() as connection:
                if not leaves.only_one(connection):
                    return False
                key = self._key(connection)
                self._folder.check(connection)
                now = self._transactions.now()
                made, more = log.make(connection, key, now, self._state)
                newest = made or log.newest(connection)
                known = log.keys(connection)
        except KeyUnusable as error:
            self._state = LogState()
            raise Unavailable(str(error), code="checkpoint_key", reason=error.reason) from error
        except publishing.RolledBack as error:
            self._state = LogState()
            text = str(error)
            raise Unavailable(text, code="checkpoint_rolled_back", reason="rolled_back") from error
        except BaseException:
            # What it has remembered is of a transaction that was rolled back.
            self._state = LogState()
            raise
        if newest is not None:
            self._folder.publish(newest, known)
        return more

    def _key(self, connection: Connection) -> SigningKey:
        """The key to sign with. The first one is made here, with its fact."""
        known = log.keys(connection)
        key = self._store.load(known[0] if known else None)
        if known and key is not None:
            return key
        if key is None:
            key = SigningKey.new(self._transactions.config.checkpoints.origin)
            self._store.write(key)
        work = self._transactions.unit_of_work(connection, SYSTEM)
        work.note(log.KEY_MADE, log.CHAIN, {"key": str(key.public)})
        work.flush()
        return key

    # ------------------------------------------------------------ keys

    def rotate_key(self, actor: Actor, *, lost: bool = False, key: str) -> Receipt:
        """Begin to sign with a new key. The old one signs over it, and the history has both; when
        the old one is lost, the history says so instead.

        :raises NotAllowed: unless the actor is the engine itself (the command line)
        :raises Conflict: ``checkpoint_key_there`` with ``lost``, when the old key is there
        :raises Unavailable: ``checkpoint_key`` when the old key is not there, or no new one can be
            written
        """
        new: list[SigningKey] = []

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.CHECKPOINT_MANAGE, None)
            old, fact = self._old_key(work.connection, lost=lost)
            following = SigningKey.new(log.keys(work.connection)[0].name)
            self._store.write(following, waiting=True)
            new[:] = [following]
            detail = {"key": str(following.public), "before": str(log.keys(work.connection)[0])}
            if old is not None:
                detail["note"] = old.note(log.rotation_text(old.public, following.public))
            work.note(fact, log.CHAIN, detail)
            return {"key": str(following.public), "fingerprint": following.public.fingerprint}

        return self._with_new_key(actor, "rotate_checkpoint_key", key, {"lost": lost}, do)

    def restart(self, actor: Actor, reason: str, *, key: str) -> Receipt:
        """Begin a log of another origin, after the database was set back to a copy: the old log
        cannot go on from there. What was published of it stays, and the history says why.

        :raises NotAllowed: unless the actor is the engine itself (the command line)
        :raises Unavailable: ``checkpoint_key`` when no new key can be written
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.CHECKPOINT_MANAGE, None)
            known = log.keys(work.connection)
            origin = publishing.next_origin(known[0].name) if known else ""
            following = SigningKey.new(origin)
            self._store.write(following, waiting=True)
            detail = {
                "key": str(following.public),
                "before": str(known[0]) if known else "",
                "published": self._folder.content(),
                "reason": reason,
            }
            work.note(log.LOG_RESTARTED, log.CHAIN, detail)
            return {"key": str(following.public), "origin": origin}

        receipt = self._with_new_key(actor, "restart_checkpoints", key, {"reason": reason}, do)
        self._folder.set_aside()
        return receipt

    def _with_new_key(
        self, actor: Actor, method: str, key: str, request: dict[str, Any], do: Any
    ) -> Receipt:
        if self._store.given:
            raise Conflict(
                "The key comes from the environment: unset SERVICEPLAN_CHECKPOINT_KEY, set "
                "checkpoints.key_file to a file with it, rotate, and give all nodes the new key.",
                code="checkpoint_key_given",
            )
        try:
            receipt = self._transactions.write(actor, method, key, request, do)
            with self._transactions.reading() as connection:
                # Takes the waiting key's file for the present one's.
                self._store.load(log.keys(connection)[0])
        except KeyUnusable as error:
            raise Unavailable(str(error), code="checkpoint_key", reason=error.reason) from error
        return receipt

    def _old_key(self, connection: Connection, *, lost: bool) -> tuple[SigningKey | None, str]:
        known = log.keys(connection)
        if not known:
            raise Conflict("There is no key yet: the first checkpoint makes it.", code="no_key")
        try:
            old = self._store.load(known[0])
        except KeyUnusable as error:
            if not lost:
                raise
            # What is there instead is no secret of this log: it may go.
            if self._store.file is not None and error.reason in ("other", "malformed"):
                aside = self._store.file.with_name(self._store.file.name + ".unknown")
                self._store.file.replace(aside)
            return None, log.KEY_REPLACED
        if lost:
            text = f"the key is in {self._store.place}: rotate it without --lost"
            raise Conflict(text, code="checkpoint_key_there")
        return old, log.KEY_ROTATED

    # ------------------------------------------------------------ reading

    def newest(self) -> Checkpoint | None:
        """The newest checkpoint, with its note; None when there is none."""
        with self._transactions.reading() as connection:
            return log.newest(connection)

    def status(self, actor: Actor) -> CheckpointStatus:
        """How the checkpoints are doing: for the page of managers.

        :raises NotAllowed: unless the actor is a manager
        """
        authorize(actor, actions.HISTORY_VERIFY, None)
        settings = self._transactions.config.checkpoints
        problem, message = self._problem if settings.enabled else ("off", "")
        with self._transactions.reading() as connection:
            known = log.keys(connection)
            if settings.enabled and known and not problem:
                try:
                    self._store.load(known[0])
                except KeyUnusable as error:
                    problem, message = error.reason, str(error)
            return status.read(
                connection,
                settings,
                known[0] if known else None,
                place=self._store.place,
                problem=(problem, message, self._folder.problem),
            )

    def proof(self, actor: Actor, case_id: str, task_id: str | None = None) -> CaseProof:
        """What a document about a case (or about one of its tasks) carries so that it proves
        itself. A checkpoint is made first when the case has entries that none covers.

        :raises NotFound: when there is no such case, or the actor may not see it
        """
        with self._transactions.reading() as connection:
            authorize(actor, actions.CASE_VIEW, objects.case_object(connection, actor, case_id))
            covered = evidence.covered(connection, case_id)
        if not covered and self._transactions.config.checkpoints.enabled:
            try:
                self.make()
            except Unavailable as error:
                logger.warning("a proof without the newest entries: %s", error.message)
        with self._transactions.reading() as connection:
            witnesses = [key for key, _ in self._transactions.config.checkpoints.witnesses]
            return evidence.proof(connection, case_id, task_id, witnesses)

    def export(self, actor: Actor, case_id: str | None = None) -> Iterator[bytes]:
        """The evidence as JSON lines (docs/evidence.md): of everything, or of one case. All of it
        is read in one transaction, some at a time.

        :raises NotFound: when there is no such case, or the actor may not see it
        :raises NotAllowed: without a case, unless the actor is a manager
        """
        witnesses = [key for key, _ in self._transactions.config.checkpoints.witnesses]
        with self._transactions.reading() as connection:
            if case_id is None:
                authorize(actor, actions.HISTORY_VERIFY, None)
            else:
                authorize(actor, actions.CASE_VIEW, objects.case_object(connection, actor, case_id))
            yield from evidence.lines(connection, case_id, witnesses)


def _key_file(transactions: Transactions) -> Path | None:
    """Where the key is unless the environment has it; None for a database in memory."""
    named = transactions.config.checkpoints.key_file
    if named:
        return Path(named)
    return keys.default_file(transactions.database.url)
