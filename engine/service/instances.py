"""``engine.instances``: single process instances, what their diagrams show, their variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.queries import instances as queries
from engine.service.transactions import Part
from engine.views import (
    Actor,
    ElementState,
    InstanceView,
    Receipt,
    VariableValue,
)
from engine.work import variables


class Instances(Part):
    """The process instances of all cases."""

    def get(self, actor: Actor, instance_id: str) -> InstanceView:
        """One process instance.

        :raises NotFound: when there is none, or the actor may not see its case
        """
        with self._transactions.reading() as connection:
            return queries.get(connection, actor, instance_id)

    def element_states(self, actor: Actor, instance_id: str) -> Mapping[str, ElementState]:
        """What the diagram of an instance shows on each element, by element id.

        :raises NotFound: when there is none, or the actor may not see its case
        """
        with self._transactions.reading() as connection:
            return queries.element_states(
                connection, actor, instance_id, today=self._transactions.today()
            )

    # ------------------------------------------------------------ variables

    def variables(self, actor: Actor, instance_id: str) -> tuple[VariableValue, ...]:
        """The variables of an instance, sorted by name, for managers and process owners.

        :raises NotFound: for an unknown instance
        :raises NotAllowed: for actors who may not correct them
        """
        with self._transactions.looking(actor) as work:
            return variables.listed(work, instance_id)

    def correct_variables(
        self,
        actor: Actor,
        instance_id: str,
        values: Mapping[str, Any],
        *,
        expressions: Mapping[str, str] | None = None,
        reason: str = "",
        seen: Mapping[str, str | None] | None = None,
        key: str,
    ) -> Receipt:
        """Set variables (JSON values) of a running instance, so that an incident that they caused
        can be retried. For managers and process owners; the history has the old values.

        :param expressions: FEEL texts by variable name; they see the values before the change
        :param reason: why, for the history
        :param seen: values as the actor has seen them (``VariableValue.text``), by name; None for
            a variable that was not there
        :raises Invalid: for a name that FEEL cannot express, and a value that cannot be read
        :raises Conflict: when the instance has ended; ``stale_variable`` when a value is no longer
            as it was seen
        """
        texts = dict(expressions or {})
        return self._transactions.write(
            actor,
            "correct_variables",
            key,
            {"instance": instance_id, "values": dict(values), "texts": texts, "reason": reason},
            lambda work: variables.correct(work, instance_id, values, texts, reason, seen),
        )
