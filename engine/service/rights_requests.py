"""``engine.rights_requests``: roles and rights that administrators want for themselves."""

from __future__ import annotations

from typing import Any

from engine.access import actions
from engine.access.rules import PersonObject, authorize, may
from engine.identity import rights_requests
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, Receipt, RightsRequest
from engine.work import account_changes


class RightsRequests(Part):
    """What waits for a second approver."""

    def waiting(self, actor: Actor) -> tuple[RightsRequest, ...]:
        """The requests that nobody has decided, the oldest first. For administrators; nothing for
        others."""
        if not may(actor, actions.PEOPLE_MANAGE):
            return ()
        with self._transactions.reading() as connection:
            return rights_requests.waiting(connection)

    def decide(self, actor: Actor, request_id: str, *, approve: bool, key: str) -> Receipt:
        """Approve or refuse a request. For administrators other than the one who asks.

        :raises NotFound: when there is none
        :raises NotAllowed: for one's own request, too
        :raises Conflict: ``request_decided``
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            authorize(actor, actions.PEOPLE_MANAGE, None)
            asked = {each.id: each for each in rights_requests.waiting(work.connection)}
            if request_id in asked:
                person = asked[request_id].person
                authorize(actor, actions.RIGHTS_DECIDE, PersonObject(person.id))
            return account_changes.decide(work, request_id, approved=approve)

        request = {"request": request_id, "approve": approve}
        return self._transactions.write(actor, "decide_rights", key, request, do)
