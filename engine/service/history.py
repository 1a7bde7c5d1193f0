"""History: who did what, and whether it still is as it was written."""

from __future__ import annotations

from datetime import datetime

from engine.access import actions
from engine.access.rules import authorize
from engine.queries import history as queries
from engine.queries import objects
from engine.records import history
from engine.service.transactions import Part
from engine.views import Actor, HistoryEntry, Page, Verification


class History(Part):
    """Every fact of every case, in chains that can be checked."""

    def search(
        self,
        actor: Actor,
        *,
        case_id: str | None = None,
        q: str = "",
        person: str | None = None,
        type: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[HistoryEntry]:
        """Facts that the actor may see, the newest first.

        :param case_id: the facts of one case, by its id or its number
        :param q: words that are all in the text
        :param person: an id or a user name
        :param since: an aware time, inclusive; ``until`` exclusive
        """
        with self._transactions.reading() as connection:
            return queries.search(
                connection,
                actor,
                case_id=case_id,
                q=q,
                person=person,
                type=type,
                since=since,
                until=until,
                cursor=cursor,
                limit=limit,
            )

    def types(self) -> tuple[str, ...]:
        """The types of facts that there are, for a filter."""
        with self._transactions.reading() as connection:
            return queries.types(connection)

    def verify(self, actor: Actor, case_id: str | None = None) -> Verification:
        """Compute every hash of the history (of one case, or all) again, and every signature's.

        :raises NotAllowed: for all of it, when the actor is no manager
        """
        with self._transactions.reading() as connection:
            if case_id is None:
                authorize(actor, actions.HISTORY_VERIFY, None)
            else:
                authorize(actor, actions.CASE_VIEW, objects.case_object(connection, actor, case_id))
            return history.verify(connection, case_id)
