"""Moving running instances to another version of their process."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence

from engine.errors import Conflict, StepError, Unavailable
from engine.migration import job, preview, skipped
from engine.migration.apply import Refused
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
"""Items that one look finds."""
TOGETHER = 16
"""Instances that move in one transaction, by the same statements: few enough to be done before
others who want to write to SQLite notice."""
PAUSE = 0.03
"""Seconds in which others may begin to write to SQLite, between two such transactions. Other
processes, such as the server while the command moves instances, look for that only now and then."""


class Migrations(Part):
    """What a process owner does with running work when a new version is live."""

    def preview(
        self,
        actor: Actor,
        definition: str,
        to_version: int,
        instances: Sequence[str] | None = None,
        *,
        mapping: Mapping[str, str] | None = None,
        cursor: str | None = None,
        limit: int = MOST_PREVIEWED,
    ) -> MigrationPreview:
        """Tell, per instance, what moving it would mean: it is safe, needs a mapping (which
        element to which), or is blocked and why; what it would not have run, and what changes.
        Changes nothing.

        :param definition: the process's id, or the id of one of its definitions
        :param instances: ids; all that run on other versions when None
        :param mapping: elements of the old versions → of the new one
        :param limit: the most instances to look at; the preview's ``cursor`` leads on
        :raises NotFound: when there is no such process or version
        :raises Invalid: for unknown instances and elements, all at once
        """
        with self._transactions.looking(actor) as work:
            return preview.preview(
                work, definition, to_version, instances, mapping or {}, cursor=cursor, limit=limit
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
        """Move instances to another version, in one job, each atomically and exactly once. The
        receipt's ``id`` is the job's; ``migration`` tells its progress.

        Whoever waits (``wait``) has it done before this returns; else, and after a crash, the
        serving process does what is left. An instance that cannot move stays where it is, and the
        job says why.

        :param instances: ids; all that run on other versions when None
        :raises NotFound: when there is no such process or version
        :raises Invalid: for unknown instances and elements, or when there is nothing to move
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

    def run(self, *, limit: int = 1000, migration_id: str | None = None) -> int:
        """Do what waits of migrations, some instances in each transaction; how many were moved or
        found to be immovable. A worker calls it when it is asked to.

        :raises Unavailable: when the database is away; what waits is still to be done
        """
        jobs, settled, before = MigrationJobs(), 0, list[list[str]]()
        while settled < limit:
            with self._transactions.looking(SYSTEM) as work:
                batches = job.waiting(work, min(BATCH, limit - settled), migration_id)
            if batches == before:
                # Nothing, or nothing but what nobody could do.
                break
            before = batches
            done = sum(self._move(jobs, some) for items in batches for some in _several(items))
            if not done:
                # Whatever there is, somebody else is at: now it is waited for.
                done = sum(self._move_alone(jobs, item) for items in batches for item in items)
            settled += done
        return settled

    def _move(self, jobs: MigrationJobs, items: Sequence[str]) -> int:
        """Move several in one transaction or, when one of them cannot go on, each in its own: it
        takes none of the others back. How many are settled."""
        try:
            with self._transactions.database.writing() as connection:
                work = self._transactions.unit_of_work(connection, SYSTEM)
                done = job.move(work, jobs, items)
                work.flush()
        except Unavailable:
            raise
        except Exception as error:
            # Which one it was shows when they move one by one.
            log.debug("instances move one by one: %s", error)
            done = sum(self._move_alone(jobs, item) for item in items)
        if self._transactions.database.is_sqlite:
            time.sleep(PAUSE)
        return done

    def _move_alone(self, jobs: MigrationJobs, item_id: str) -> int:
        """Settle one item: 0 when it is still to be done, or somebody else has done it."""
        try:
            return self._transactions.run(SYSTEM, lambda work: job.move(work, jobs, [item_id]))
        except Refused as refused:
            return self._failed(item_id, refused)
        except StepError as error:
            return self._failed(item_id, Refused(would_fail(error)))
        except Conflict:
            return 0
        except Unavailable:
            raise
        except Exception as error:
            # One instance must not keep the others from moving.
            log.exception("an instance could not be moved")
            return self._failed(item_id, Refused(would_fail(error)))

    def _failed(self, item_id: str, refused: Refused) -> int:
        try:
            return self._transactions.run(SYSTEM, lambda work: job.fail(work, item_id, refused))
        except Conflict:
            return 0

    def take_back(self, actor: Actor, migration_id: str, instance_id: str, *, key: str) -> Receipt:
        """Take the move of one instance back: it is as it was, on the version it came from.

        :raises Conflict: ``moved_on`` when it has gone on since, ``changed_since`` when somebody
            has worked on its tasks or its plan, ``not_migrated`` when it was not moved
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
        """How far a migration has come, with a page of its instances: those that failed first.

        :param state: only ``waiting``, ``done``, ``failed`` or ``taken_back`` ones
        :raises NotFound: when there is none
        """
        with self._transactions.reading() as connection:
            return queries.get(
                connection, actor, migration_id, state=state, cursor=cursor, limit=limit
            )

    def of_process(self, actor: Actor, process_id: str) -> tuple[Migration, ...]:
        """The latest migrations of a process, the newest first, without their instances."""
        with self._transactions.reading() as connection:
            return queries.of_process(connection, actor, process_id)

    # ------------------------------------------------------------ what was not run

    def skipped_steps(self, actor: Actor, case_id: str) -> tuple[SkippedStep, ...]:
        """The activities that a migration has put before the place where the case was.

        :raises NotFound: when there is no such case, or it is not the actor's to see
        """
        with self._transactions.reading() as connection:
            return queries.skipped_steps(connection, actor, case_id)

    def run_skipped(self, actor: Actor, instance_id: str, element_id: str, *, key: str) -> Receipt:
        """Have such an activity done now, beside the process's own way. The receipt's result has
        the ``task`` that opened, when it is one for a person.

        :raises NotFound: when it is not offered there
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
        """Say that such an activity is not needed in this case, and why.

        :raises Invalid: without a reason
        :raises NotFound: when it is not offered there
        :raises Conflict: ``step_decided`` or ``case_ended``
        """
        return self._transactions.write(
            actor,
            "dismiss_skipped",
            key,
            {"instance": instance_id, "element": element_id, "reason": reason},
            lambda work: skipped.dismiss(work, instance_id, element_id, reason),
        )


def _several(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[at : at + TOGETHER] for at in range(0, len(items), TOGETHER))
