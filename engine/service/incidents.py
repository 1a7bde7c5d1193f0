"""``engine.incidents``: processes that could not go on are listed, and retried."""

from __future__ import annotations

from dataclasses import replace

from engine.queries import incidents as queries
from engine.service.transactions import Part
from engine.views import Actor, Incident, Page, Receipt
from engine.work import incidents


class Incidents(Part):
    """The open incidents of all cases."""

    def newest(self, actor: Actor) -> tuple[Incident, ...]:
        """The newest open incidents of all cases, at most 200; none for actors who are neither
        managers nor process owners. ``search`` has them all, in pages."""
        with self._transactions.looking(actor) as work:
            return incidents.named(work, queries.newest(work.connection, actor))

    def search(self, actor: Actor, *, cursor: str | None = None, limit: int = 25) -> Page[Incident]:
        """A page of the open incidents of all cases, the newest first; empty for actors who are
        neither managers nor process owners.

        :param limit: the most incidents of this page, 1 to 200
        :raises Invalid: for a cursor of another list, and any other ``limit``
        """
        with self._transactions.looking(actor) as work:
            page = queries.search(work.connection, actor, cursor=cursor, limit=limit)
            return replace(page, items=incidents.named(work, page.items))

    def retry(self, actor: Actor, incident_id: str, *, key: str) -> Receipt:
        """Run the failed operation again; the result says whether the incident is ``resolved``.

        :raises NotFound: when there is no such incident, or the actor may not see it
        """
        return self._transactions.write(
            actor,
            "retry",
            key,
            {"incident": incident_id},
            lambda work: incidents.retry(work, incident_id),
        )
