"""``engine.analysis``: the figures that managers see, over everything that is open."""

from __future__ import annotations

from engine.queries import analysis as queries
from engine.service.transactions import Part
from engine.views import Actor, Overview


class Analysis(Part):
    """The manager's figures."""

    def overview(self, actor: Actor) -> Overview:
        """Figures over everything that is open, as they were counted last.

        :raises NotAllowed: unless the actor is a manager
        """
        with self._transactions.reading() as connection:
            return queries.overview(
                connection, actor, now=self._transactions.now(), today=self._transactions.today()
            )

    def count_figures(self) -> bool:
        """Count the figures of ``overview`` if the last count is old enough; returns whether it
        was. The worker calls this. The longer a count takes, the longer is the pause after it."""
        with self._transactions.reading() as connection:
            if not queries.figures_due(connection, self._transactions.now()):
                return False
            body = queries.count_figures(connection, self._transactions.today())
        with self._transactions.database.writing() as connection:
            queries.store_figures(connection, body, self._transactions.now())
        return True
