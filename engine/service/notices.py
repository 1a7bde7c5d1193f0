"""``engine.notices``: what a person is told until they have seen it."""

from __future__ import annotations

from engine.queries import notices as queries
from engine.service.transactions import Part
from engine.views import Actor, Notice, Receipt
from engine.work import notices


class Notices(Part):
    """The notices of all people; everybody reads their own."""

    def unseen(self, actor: Actor) -> tuple[Notice, ...]:
        """What the actor has not seen yet: which tasks colleagues have taken over, and why."""
        with self._transactions.reading() as connection:
            return queries.unseen(connection, actor)

    def see(self, actor: Actor, notice_id: str, *, key: str) -> Receipt:
        """The actor has seen a notice; it is not shown again.

        :raises NotFound: when it is not the actor's
        """
        return self._transactions.write(
            actor,
            "see_notice",
            key,
            {"notice": notice_id},
            lambda work: notices.see(work, notice_id),
        )
