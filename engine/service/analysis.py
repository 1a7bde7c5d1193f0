"""What managers ask: figures over everything that is open."""

from __future__ import annotations

from engine.queries import analysis as queries
from engine.service.transactions import Part
from engine.views import Actor, Overview


class Analysis(Part):
    """The manager's figures."""

    def overview(self, actor: Actor) -> Overview:
        """Figures over everything that is open, as they were counted last.

        :raises NotAllowed: for who is no manager
        """
        with self._transactions.reading() as connection:
            return queries.overview(
                connection, actor, now=self._transactions.now(), today=self._transactions.today()
            )

    def count_figures(self) -> bool:
        """Count what ``overview`` shows, if it is time; whether it was. For whatever runs beside
        the pages: the more there is to count, the more seldom it is done."""
        with self._transactions.reading() as connection:
            if not queries.figures_due(connection, self._transactions.now()):
                return False
            body = queries.count_figures(connection, self._transactions.today())
        with self._transactions.database.writing() as connection:
            queries.store_figures(connection, body, self._transactions.now())
        return True
