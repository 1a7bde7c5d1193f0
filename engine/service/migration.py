"""``engine.migrations``: migrating running instances to another version of their process."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence

from engine.errors import Conflict, StepError, Unavailable
from engine.migration import job, preview, skipped
from engine.migration.apply import MigrationRefused
from engine.migration.job import MigrationJobs
from engine.migration.preview import MOST_PREVIEWED
from engine.migration.rehearsal import would_fail
from engine.queries import migration as queries
from engine.service.transactions import Part
from engine.views import (
    SYSTEM,
    Actor,
    Migration,
    MigrationPreview,
    Receipt,
    SkippedStep,
)

log = logging.getLogger(__name__)

BATCH = 200
"""The most waiting instances that are read at a time."""
TOGETHER = 16
"""Instances that are migrated in one transaction, by the same statements: few enough for other
writers to SQLite not to notice."""
PAUSE = 0.03
"""Seconds between two such transactions, in which others can begin to write to SQLite. It is long
because another process (the server, while the command line migrates) tries only now and then."""


class Migrations(Part):
    """The migrations of running instances, and the steps that they skipped."""

    def preview(
        self,
        actor: Actor,
        definition: str,
        to_version: int,
        instances: Sequence[str] | None = None,
        *,
        mapping: Mapping[str, str] | None = None,
        cursor: str | None = None,
        most: int = MOST_PREVIEWED,
    ) -> MigrationPreview:
        """What migrating each instance would mean: it is safe, needs a mapping of elements, or is
        blocked (and why); which activities it would skip, and what would change. Changes nothing.

        :param definition: the process's id, or the id of one of its definitions
        :param instances: ids; all that run on other versions when None
        :param mapping: ids of elements of the new version, by ids of elements of the old versions
        :param most: how many instances are looked at, 1 to 5000; the preview's ``cursor`` leads to
            the next ones
        :raises NotFound: when there is no such process or version
        :raises Invalid: for unknown instances and elements, all at once
        """
        with self._transactions.looking(actor) as work:
            return preview.preview(
                work, definition, to_version, instances, mapping or {}, cursor=cursor, most=most
            )

    def start(
        self,
        actor: Actor,
        definition: str,
        to_version: int,
        instances: Sequence[str] | None = None,
        *,
        mapping: Mapping[str, str] | None = None,
        wait: bool = True,
        key: str,
    ) -> Receipt:
        """Migrate instances to another version, each in one transaction and exactly once. The
        receipt's ``id`` is the migration's; ``get`` shows its progress.

        With ``wait`` all is done when this returns; without it, and after a crash, a worker does
        what is left. An instance that cannot be migrated stays as it is, and its item says why.

        :param instances: ids; all that run on other versions when None
        :raises NotFound: when there is no such process or version
        :raises Invalid: for unknown instances and elements, or when there is nothing to migrate
        """
        chosen = sorted(set(instances)) if instances is not None else None
        given = dict(mapping or {})
        receipt = self._transactions.write(
            actor,
            "migrate",
            key,
            {
                "definition": definition,
                "version": to_version,
                "instances": chosen,
                "mapping": given,
            },
            lambda work: job.create(work, definition, to_version, chosen, given),
        )
        if wait:
            while self.run(migration_id=receipt.id):
                pass
        return receipt

    def run(self, *, most: int = 1000, migration_id: str | None = None) -> int:
        """Migrate waiting instances, some in each transaction; returns how many were settled: they
        were migrated, or cannot be. Workers call this.

        :param most: how many instances are settled, if so many wait
        :param migration_id: only those of this migration
        :raises Unavailable: when the database is away; the instances go on waiting
        """
        jobs, settled, before = MigrationJobs(), 0, list[list[str]]()
        while settled < most:
            with self._transactions.looking(SYSTEM) as work:
                batches = job.waiting(work, min(BATCH, most - settled), migration_id)
            if batches == before:
                # Nothing waits, or only instances that could not be settled.
                break
            before = batches
            done = sum(self._migrate(jobs, some) for items in batches for some in _chunks(items))
            if not done:
                # Others are working on all of them: now wait for the locks.
                done = sum(self._migrate_alone(jobs, item) for items in batches for item in items)
            settled += done
        return settled

    def _migrate(self, jobs: MigrationJobs, items: Sequence[str]) -> int:
        """Migrate several instances in one transaction or, when one of them fails, each in its own,
        so that it does not undo the others. Returns how many are settled."""
        try:
            with self._transactions.database.writing() as connection:
                work = self._transactions.unit_of_work(connection, SYSTEM)
                done = job.migrate(work, jobs, items)
                work.flush()
        except Unavailable:
            raise
        except Exception as error:
            # Migrating them one by one shows which one failed.
            log.debug("instances are migrated one by one: %s", error)
            done = sum(self._migrate_alone(jobs, item) for item in items)
        if self._transactions.database.is_sqlite:
            time.sleep(PAUSE)
        return done

    def _migrate_alone(self, jobs: MigrationJobs, item_id: str) -> int:
        """Settle one instance; 0 when it still waits, or another worker has settled it."""
        try:
            return self._transactions.run(SYSTEM, lambda work: job.migrate(work, jobs, [item_id]))
        except MigrationRefused as refused:
            return self._failed(item_id, refused)
        except StepError as error:
            return self._failed(item_id, MigrationRefused(would_fail(error)))
        except Conflict:
            return 0
        except Unavailable:
            raise
        except Exception as error:
            # One instance must not keep the others from being migrated.
            log.exception("an instance could not be migrated")
            return self._failed(item_id, MigrationRefused(would_fail(error)))

    def _failed(self, item_id: str, refused: MigrationRefused) -> int:
        try:
            return self._transactions.run(SYSTEM, lambda work: job.fail(work, item_id, refused))
        except Conflict:
            return 0

    def take_back(self, actor: Actor, migration_id: str, instance_id: str, *, key: str) -> Receipt:
        """Take the migration of one instance back: it is as it was before, on its old version.

        :raises Conflict: ``moved_on`` when the instance has gone on since, ``changed_since`` when
            its tasks or its plan have been changed, ``not_migrated`` when it was not migrated
        """
        return self._transactions.write(
            actor,
            "migrate_back",
            key,
            {"migration": migration_id, "instance": instance_id},
            lambda work: job.back(work, migration_id, instance_id),
        )

    def get(
        self,
        actor: Actor,
        migration_id: str,
        *,
        state: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Migration:
        """A migration and its progress, with a page of its instances: the failed ones first.

        :param state: only the ``waiting``, ``done``, ``failed`` or ``taken_back`` instances
        :param limit: the most instances of this page, 1 to 200
        :raises NotFound: when there is none
        :raises Invalid: for an unknown ``state``, a cursor of another list, and any other ``limit``
        """
        with self._transactions.reading() as connection:
            return queries.get(
                connection, actor, migration_id, state=state, cursor=cursor, limit=limit
            )

    def of_process(self, actor: Actor, process_id: str) -> tuple[Migration, ...]:
        """The latest migrations of a process, the newest first, without their instances."""
        with self._transactions.reading() as connection:
            return queries.of_process(connection, actor, process_id)

    # ------------------------------------------------------------ skipped steps

    def skipped_steps(self, actor: Actor, case_id: str) -> tuple[SkippedStep, ...]:
        """The activities that migrations have inserted before the place where a case was.

        :raises NotFound: when there is no such case, or the actor may not see it
        """
        with self._transactions.reading() as connection:
            return queries.skipped_steps(connection, actor, case_id)

    def run_skipped(self, actor: Actor, instance_id: str, element_id: str, *, key: str) -> Receipt:
        """Run a skipped activity now, beside the process's own flow. The receipt's result has the
        ``task`` that opened, if it is a user task.

        :raises NotFound: when the instance has not skipped it
        :raises Conflict: ``step_decided``, ``step_gone`` or ``case_ended``
        :raises ProcessFailed: when the activity cannot be begun
        """
        return self._transactions.write(
            actor,
            "run_skipped",
            key,
            {"instance": instance_id, "element": element_id},
            lambda work: skipped.run(work, instance_id, element_id),
        )

    def dismiss_skipped(
        self, actor: Actor, instance_id: str, element_id: str, reason: str, *, key: str
    ) -> Receipt:
        """Decide that a skipped activity is not needed in this case.

        :raises Invalid: without a reason
        :raises NotFound: when the instance has not skipped it
        :raises Conflict: ``step_decided`` or ``case_ended``
        """
        return self._transactions.write(
            actor,
            "dismiss_skipped",
            key,
            {"instance": instance_id, "element": element_id, "reason": reason},
            lambda work: skipped.dismiss(work, instance_id, element_id, reason),
        )


def _chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[at : at + TOGETHER] for at in range(0, len(items), TOGETHER))
