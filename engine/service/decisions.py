"""``engine.decisions``: the deployed decisions, and making one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import feel
from engine.access import actions
from engine.access.rules import authorize
from engine.definitions.decisions import Answer, DeployedDecision, ask
from engine.dmn import DecisionError, outline, reading
from engine.errors import Invalid, Problem
from engine.queries import decisions as queries
from engine.service.transactions import Part
from engine.views import (
    Actor,
    Decision,
    DecisionDetail,
    DecisionOutcome,
    Finding,
    MatchedRules,
    Source,
)


class Decisions(Part):
    """The deployed decision models."""

    def all(self, actor: Actor) -> tuple[Decision, ...]:
        """All versions of all decisions and decision services, by name, the newest first."""
        with self._transactions.reading() as connection:
            return queries.all(connection, actor)

    def get(self, actor: Actor, id: str) -> DecisionDetail:
        """One version of one decision, with everything that it requires.

        :raises NotFound: when there is none
        """
        with self._transactions.looking(actor) as work:
            view = queries.get(work.connection, actor, id)
            chosen = work.definitions.decisions.get(work.connection, id)
        return DecisionDetail(
            view,
            outline.inputs(chosen.model, view.decision_id) if view.runnable else (),
            outline.requirements(chosen.model, view.decision_id),
        )

    def source(self, actor: Actor, id: str) -> Source:
        """The file that a decision came in, byte for byte.

        :raises NotFound: when there is none
        """
        with self._transactions.reading() as connection:
            return queries.source(connection, actor, id)

    def findings(self, actor: Actor, id: str) -> tuple[Finding, ...]:
        """The findings in a decision's file when it was deployed.

        :raises NotFound: when there is none
        """
        with self._transactions.reading() as connection:
            return queries.findings(connection, actor, id)

    def decide(
        self,
        actor: Actor,
        decision_id: str,
        variables: Mapping[str, Any],
        *,
        version: int | None = None,
    ) -> DecisionOutcome:
        """Evaluate a decision with JSON values as inputs, in the newest version or in ``version``.
        Nothing is stored.

        A text for an input of another basic type is read as that type: ``"2026-01-31"`` for a
        date. Where the DMN standard makes the result null (several rules match where only one may,
        a value has another type), it is null here too, and a note says why.

        :raises NotFound: when there is no such decision
        :raises Conflict: ``decision_drawing`` when it is only kept as a drawing
        :raises Invalid: with every value that cannot be read; ``decision_failed`` when the
            decision cannot be made at all
        """
        authorize(actor, actions.DECISION_MAKE, None)
        with self._transactions.looking(actor) as work:
            library = work.definitions.decisions
            binding = "latest" if version is None else version
            chosen = library.find(work.connection, decision_id, binding)
            now = work.now.astimezone(work.calendar.zone)
        try:
            values = reading.read(variables, outline.inputs(chosen.model, chosen.decision_id))
            answer = ask(chosen, values, now, strict=False)
            return view(chosen, answer, version=chosen.version)
        except (DecisionError, feel.FeelError) as error:
            text = getattr(error, "message", str(error))
            problem = Problem("decision_failed", text, None, {"reason": text})
            raise Invalid([problem]) from error


def view(chosen: DeployedDecision, answer: Answer, *, version: int | None) -> DecisionOutcome:
    """The view of a decision's answer. ``version`` is None for a decision of a file that is not
    deployed."""
    outcome = answer.outcome
    return DecisionOutcome(
        decision_id=chosen.decision_id,
        version=version,
        name=chosen.name,
        value=feel.plain(outcome.value),
        decisions={name: feel.plain(value) for name, value in outcome.decisions.items()},
        inputs={name: feel.plain(value) for name, value in answer.used.items()},
        matched=tuple(MatchedRules(h.element, h.table, h.rules) for h in outcome.hits),
        notes=tuple(f"{note.element}: {note.message}" for note in outcome.notes),
    )
