"""``engine.incidents``: processes that could not go on are listed, and retried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.queries import incidents as queries
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, Incident, Page, Receipt
from engine.work import incidents


class Incidents(Part):
    """The open incidents of all cases."""

    def newest(self, actor: Actor) -> tuple[Incident, ...]:
        """The newest open incidents of all cases, at most 200; none for actors who are neither
        managers nor process owners. ``search`` has them all, in pages."""
        with self._transactions.looking(actor) as work:
            return named(work, queries.newest(work.connection, actor))

    def search(self, actor: Actor, *, cursor: str | None = None, limit: int = 25) -> Page[Incident]:
        """A page of the open incidents of all cases, the newest first; empty for actors who are
        neither managers nor process owners.

        :param limit: the most incidents of this page, 1 to 200
        :raises Invalid: for a cursor of another list, and any other ``limit``
        """
        with self._transactions.looking(actor) as work:
            page = queries.search(work.connection, actor, cursor=cursor, limit=limit)
            return replace(page, items=named(work, page.items))

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


def named(work: UnitOfWork, listed: Iterable[Incident]) -> tuple[Incident, ...]:
    """The incidents with ``element_name`` filled in from their diagrams."""
    return tuple(replace(each, element_name=_name(work, each)) for each in listed)


def _name(work: UnitOfWork, incident: Incident) -> str:
    element_id = incident.element_id or ""
    return incidents.element_name(work, incident.definition_id, element_id) or ""
