"""Who reads the history of a case is noted, in batches, after the answer.

A page costs no statement more for it: what was read waits in memory, and a thread of its own writes
it within ``SECONDS``. A process that is killed loses at most so much; one that ends, nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Lock, Thread
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from engine.errors import ServiceplanError
from engine.store.tables import HistoryReadTable
from engine.views import SYSTEM, Actor, HistoryRead

log = logging.getLogger(__name__)

SECONDS: Final = 2.0
"""Seconds between two batches."""
READ_LOG: Final = "reads"
"""The name of the thread that writes."""
MOST: Final = 10_000
"""Different reads that wait at most, while the database does not answer; the log tells of more."""


@dataclass(slots=True)
class _Read:
    at: datetime
    times: int


class ReadLog:
    """Notes the reads of one engine."""

    def __init__(self, writing: Callable[[], AbstractContextManager[Connection]]) -> None:
        """:param writing: begins a transaction"""
        self._writing = writing
        self._waiting: dict[tuple[str, str, str, str | None, str], _Read] = {}
        self._lock = Lock()
        self._ended = Event()
        self._thread: Thread | None = None

    def add(self, actor: Actor, cases: Collection[str], how: str, now: datetime) -> None:
        """The actor has read facts of these cases. The engine's own reads are nobody's."""
        if actor.id == SYSTEM.id or not cases:
            return
        token = actor.token.name if actor.token else None
        with self._lock:
            for case_id in cases:
                key = (case_id, actor.id, actor.name, token, how)
                known = self._waiting.get(key)
                if known is not None:
                    known.times += 1
                elif len(self._waiting) < MOST:
                    self._waiting[key] = _Read(now, 1)
                else:
                    log.error("history of %s read by %s: not noted", case_id, actor.id)
            if self._thread is None:
                self._thread = Thread(target=self._run, name=READ_LOG, daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write what waits.

        :raises ServiceplanError: when the database does not answer; it goes on waiting
        """
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            with self._writing() as connection:
                connection.execute(insert(HistoryReadTable), _rows(waiting))
        except BaseException:
            with self._lock:
                self._waiting = {**self._waiting, **waiting}
            raise

    def close(self) -> None:
        """Write what waits, for the last time."""
        self._ended.set()
        try:
            self.flush()
        except ServiceplanError as error:
            log.error("%d reads of histories are not noted: %s", len(self._waiting), error)

    def _run(self) -> None:
        while not self._ended.wait(SECONDS):
            try:
                self.flush()
            except Exception as error:
                log.warning("reads of histories wait: %s", error)


def _rows(waiting: dict[tuple[str, str, str, str | None, str], _Read]) -> list[dict[str, Any]]:
    names = ("case_id", "reader_id", "reader_name", "token_name", "how")
    return [
        {**dict(zip(names, key, strict=True)), "at": read.at, "times": read.times}
        for key, read in waiting.items()
    ]


def newest(connection: Connection, case_id: str, limit: int) -> tuple[HistoryRead, ...]:
    """Who has read a case's history, the newest first."""
    table = HistoryReadTable
    columns = (table.at, table.reader_id, table.reader_name, table.token_name, table.how,
               table.times)  # fmt: skip
    asked = select(*columns).where(table.case_id == case_id).order_by(table.id.desc())
    return tuple(HistoryRead(*row) for row in connection.execute(asked.limit(limit)))
