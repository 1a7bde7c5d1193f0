"""``engine.previews``: what the migration of many instances would mean, looked at by a worker."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from engine.migration import preview_job
from engine.queries import previews as queries
from engine.service.transactions import Part
from engine.views import SYSTEM, Actor, Receipt, StoredPreview

PAUSE = 0.03
"""Seconds after each part, in which others can begin to write to SQLite."""


class Previews(Part):
    """The previews of migrations that are too large for one request."""

    def create(
        self,
        actor: Actor,
        definition: str,
        to_version: int,
        *,
        mapping: Mapping[str, str] | None = None,
        key: str,
    ) -> Receipt:
        """Have a worker look at what migrating all instances on other versions would mean. The
        receipt's ``id`` is the preview's; ``get`` shows its progress, then its groups.

        :param definition: the process's id, or the id of one of its definitions
        :raises NotFound: when there is no such process or version
        :raises Invalid: for unknown elements of the mapping
        """
        given = dict(mapping or {})
        return self._transactions.write(
            actor,
            "preview",
            key,
            {"definition": definition, "version": to_version, "mapping": given},
            lambda work: preview_job.create(work, definition, to_version, given),
        )

    def get(self, actor: Actor, preview_id: str) -> StoredPreview:
        """A preview and its progress; when it is finished also its groups, at most 50, each with
        its first 50 cases.

        :raises NotFound: when there is none
        """
        with self._transactions.reading() as connection:
            return queries.get(connection, actor, preview_id)

    def of_process(self, actor: Actor, process_id: str) -> tuple[StoredPreview, ...]:
        """The five latest previews of a process, the newest first, without their groups."""
        with self._transactions.reading() as connection:
            return queries.of_process(connection, actor, process_id)

    def start(
        self,
        actor: Actor,
        preview_id: str,
        groups: Sequence[str],
        *,
        leave_changed: bool = False,
        key: str,
    ) -> Receipt:
        """Migrate the instances of some groups of a preview, by a worker. The receipt's ``id`` is
        the migration's. Each instance moves as it stood when it was looked at: one that goes on
        before its turn comes stays, and its item says so.

        :param groups: the keys of groups whose status is ``safe``
        :param leave_changed: leave those that have gone on since the preview
        :raises NotFound: when there is no such preview
        :raises Invalid: ``choose_group`` without groups that can move
        :raises Conflict: ``preview_unfinished``; ``preview_changed`` when some instances have gone
            on since the preview, unless those are left
        """
        chosen = sorted(set(groups))
        return self._transactions.write(
            actor,
            "migrate_preview",
            key,
            {"preview": preview_id, "groups": chosen, "leave_changed": leave_changed},
            lambda work: preview_job.start(work, preview_id, chosen, leave_changed=leave_changed),
        )

    def run(self, *, seconds: float = 2.0) -> bool:
        """Go on with a preview for about so long; returns whether there may be more to do. Workers
        call this."""
        with self._transactions.database.writing() as connection:
            row = preview_job.claim(connection, self._transactions.now())
        if row is None:
            return False
        try:
            return self._look(row, time.monotonic() + seconds)
        finally:
            with self._transactions.database.writing() as connection:
                preview_job.release(connection, row.id)

    def _look(self, row: Any, until: float) -> bool:
        with self._transactions.looking(SYSTEM) as work:
            pairs = preview_job.comparisons(work, row)
        cursor: str = row.cursor
        while True:
            with self._transactions.looking(SYSTEM) as work:
                part = preview_job.look(work, pairs, cursor)
            with self._transactions.database.writing() as connection:
                now = self._transactions.now()
                mine = preview_job.store(connection, row.id, cursor, part, now)
            cursor = part.last
            if part.ends or not mine or time.monotonic() >= until:
                return True  # perhaps of another preview
            if self._transactions.database.is_sqlite:
                time.sleep(PAUSE)
