"""``engine.analysis``: the figures that managers see, over everything that is open."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection

from engine.queries import analysis as queries
from engine.service.transactions import Part
from engine.views import Actor, Overview


class Analysis(Part):
    """The manager's figures."""

    def overview(self, actor: Actor) -> Overview | None:
        """Figures over everything that is open, as a worker has counted them last; None before the
        first count.

        :raises NotAllowed: unless the actor is a manager
        """
        with self._transactions.reading() as connection:
            return queries.overview(connection, actor)

    def count_figures(self) -> bool:
        """Count the figures of ``overview`` and of ``engine.definitions.running``, if the last
        count is old enough or of another day; returns whether it was. Workers call this, and one
        of them counts at a time. The longer a count takes, the longer is the pause after it."""
        with self._transactions.reading() as connection:
            if not self._due(connection):
                return False
        with self._transactions.database.writing() as connection:
            if not queries.begin(connection, self._transactions.now()):
                return False
            if not self._due(connection):
                queries.leave(connection)
                return False
        started = time.perf_counter()
        figures = self._counted()
        took = round((time.perf_counter() - started) * 1000)
        with self._transactions.database.writing() as connection:
            queries.store(connection, figures, self._transactions.now(), took)
        return True

    def _due(self, connection: Connection) -> bool:
        last = queries.last_count(connection)
        if last is None:
            return True
        (at, pause), now = last, self._transactions.now()
        another_day = self._transactions.calendar.today(at) != self._transactions.today()
        return another_day or not at <= now < at + pause

    def _counted(self) -> dict[str, dict[str, Any]]:
        """The figures by the names of their rows. Each is counted in a transaction of its own, so
        that none keeps the database from tidying up for long."""
        reading = self._transactions.reading
        with reading() as connection:
            tasks = queries.tasks_by_load(connection, self._transactions.today())
        with reading() as connection:
            titles = queries.phase_titles(connection, (row[1] for row in tasks))
            incidents = queries.open_incidents(connection)
        with reading() as connection:
            cases = queries.cases_by_state(connection)
        with reading() as connection:
            running = queries.running_by_definition(connection)
        overview = {"tasks": tasks, "titles": titles, "incidents": incidents, "cases": cases}
        return {queries.OVERVIEW: overview, queries.INSTANCES: running}
