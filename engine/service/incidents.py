"""What could not go on: looked at by those who look after the engine, and tried again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.queries import incidents as queries
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, Incident, Page, Receipt
from engine.work import incidents


class Incidents(Part):
    """Incidents of all cases."""

    def newest(self, actor: Actor) -> tuple[Incident, ...]:
        """The newest open incidents of all cases, at most 200; none for those who do not look
        after the engine. ``open_incidents`` gives them all."""
        with self._transactions.looking(actor) as work:
            return named(work, queries.newest(work.connection, actor))

    def search(self, actor: Actor, *, cursor: str | None = None, limit: int = 25) -> Page[Incident]:
        """A page of the open incidents of all cases, the newest first; none for those who do not
        look after the engine.

        :raises Invalid: for a cursor of another list
        """
        with self._transactions.looking(actor) as work:
            found = queries.search(work.connection, actor, cursor=cursor, limit=limit)
            return replace(found, items=named(work, found.items))

    def retry(self, actor: Actor, incident_id: str, *, key: str) -> Receipt:
        """Try again what failed; the result says whether it is ``resolved``.

        :raises NotFound: when there is no such incident, or it is not the actor's to see
        """
        return self._transactions.write(
            actor,
            "retry",
            key,
            {"incident": incident_id},
            lambda work: incidents.retry(work, incident_id),
        )


def named(work: UnitOfWork, found: Iterable[Incident]) -> tuple[Incident, ...]:
    """The incidents with the names of their elements, as their diagrams have them."""
    return tuple(replace(one, element_name=_element_name(work, one)) for one in found)


def _element_name(work: UnitOfWork, incident: Incident) -> str:
    definition = work.definitions.get(work.connection, incident.definition_id)
    element = incident.element_id or ""
    return "" if element in ("", definition.process_id) else definition.element_name(element)
