"""``engine.printed``: the paper form of a case, with what proves it."""

from __future__ import annotations

from engine.bpmn.meta import TaskMeta
from engine.queries import printed as queries
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, PrintedCase


class Printed(Part):
    """Cases and tasks as they are printed."""

    def case(self, actor: Actor, business_key: str) -> PrintedCase:
        """A case, by its id or its number, with all its sheets and all that was signed.

        :raises NotFound: when there is none, or the actor may not see it
        """
        with self._transactions.looking(actor) as work:
            return queries.of_case(
                work.connection, actor, business_key, metas=_metas(work), now=work.now
            )

    def task(self, actor: Actor, task_id: str) -> PrintedCase:
        """One user task, with all that was signed of it.

        :raises NotFound: when there is none, or the actor may not see it
        """
        with self._transactions.looking(actor) as work:
            return queries.of_task(
                work.connection, actor, task_id, metas=_metas(work), now=work.now
            )


def _metas(work: UnitOfWork) -> queries.Metas:
    """What the diagrams say of activities."""

    def meta(definition_id: str, element_id: str) -> TaskMeta | None:
        return work.definitions.get(work.connection, definition_id).meta.tasks.get(element_id)

    return meta
