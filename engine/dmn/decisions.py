"""The way in: DMN files → a decision model that can be evaluated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.bpmn.source import DEFAULT_LIMITS, XmlLimits
from engine.dmn import checks, reader
from engine.dmn.errors import DecisionError, DecisionNote, failed
from engine.dmn.evaluation import ElementKey, Evaluation, key_of, serve, service_inputs
from engine.dmn.model import DecisionElement, DecisionService, DmnDefinitions, DrgElement
from engine.dmn.module import LocatedElement, Module
from engine.dmn.run import DecisionRun, RuleHit
from engine.feel.budget import DEFAULT, Budget
from engine.feel.convert import convert
from engine.feel.errors import FeelError

_DEEPEST_IMPORT = 8
"""Files that import files that import files …: further than any model goes."""


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What came of an evaluation.

    ``decisions`` has the values of all decisions that were made, by their names; ``hits`` the
    rules that held, table by table; ``notes`` why values became null.
    """

    value: Any
    decisions: Mapping[str, Any]
    hits: tuple[RuleHit, ...]
    notes: tuple[DecisionNote, ...]


class DmnModel:
    """A DMN file, with those that it imports. Immutable once read."""

    def __init__(
        self,
        definitions: DmnDefinitions,
        imported: Sequence[DmnDefinitions] = (),
        *,
        budget: Budget = DEFAULT,
    ):
        self.definitions = definitions
        self._budget = budget
        self._module = _module(definitions, imported, budget, ())

    @classmethod
    def read(
        cls,
        data: bytes,
        filename: str = "",
        *,
        imported: Sequence[tuple[bytes, str]] = (),
        budget: Budget = DEFAULT,
        limits: XmlLimits = DEFAULT_LIMITS,
    ) -> DmnModel:
        """The model in a file; ``imported`` are files that it may import, found by namespace.

        Raises ``Rejected`` for what cannot be read, DecisionError for types or imports that
        cannot be.
        """
        others = [reader.read_file(more, name, limits) for more, name in imported]
        return cls(reader.read_file(data, filename, limits), others, budget=budget)

    @classmethod
    def alone(
        cls, data: bytes, filename: str = "", *, limits: XmlLimits = DEFAULT_LIMITS
    ) -> DmnModel:
        """The model in a file without its types and imports, which may be wrong or missing: to
        look at, not to evaluate. Raises ``Rejected`` for what cannot be read."""
        return cls(replace(reader.read_file(data, filename, limits), types=(), imports=()))

    @property
    def name(self) -> str:
        """The model's name."""
        return self.definitions.name

    @property
    def decisions(self) -> tuple[DecisionElement, ...]:
        """The model's own decisions."""
        return self.definitions.decisions

    @property
    def services(self) -> tuple[DecisionService, ...]:
        """The model's own decision services."""
        return self.definitions.services

    def evaluate(
        self,
        decision: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        now: datetime | None = None,
        strict: bool = False,
    ) -> Any:
        """The value of a decision or a decision service, by id or name, without how it came about
        (see ``decide``)."""
        return self.decide(decision, inputs, now=now, strict=strict).value

    def decide(
        self,
        decision: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        now: datetime | None = None,
        strict: bool = False,
    ) -> DecisionResult:
        """The value with how it came about.

        ``inputs`` are by the names of input data (for a service also of input decisions); a
        missing one is null, others are not looked at. DecisionError names the element that
        cannot be read or costs too much, and with ``strict`` also the one where the standard
        has null for a mistake (a value of another type, rules that overlap …).
        """
        located = self.find(decision)
        element = located.element
        run = DecisionRun(self._budget, now=now, demanding=strict)
        try:
            evaluation = self._evaluation(located, inputs or {}, run)
            value = (
                serve(evaluation, located) if _is_service(located) else evaluation.value(located)
            )
        except (FeelError, RecursionError) as error:
            raise failed(error, element.id, element.name) from None
        made = {
            each.element.name: evaluation.values[key] for key, each in evaluation.decided.items()
        }
        return DecisionResult(value, made, tuple(run.hits), tuple(run.notes))

    def find(self, decision: str) -> LocatedElement:
        """A decision or decision service by id or name, in its file. Raises DecisionError when
        there is none."""
        element = self._module.named(decision)
        if not isinstance(element, DecisionElement | DecisionService):
            raise DecisionError(f'there is no decision "{decision}"', code="unknown")
        return LocatedElement(self._module, element, ())

    def problems(self) -> tuple[DecisionError, ...]:
        """What is wrong with the model as it stands, element by element, without evaluating it:
        what cannot be read, references that lead nowhere, types that are not defined."""
        return tuple(checks.problems(self._module))

    def blocked(self, wrong: Mapping[str, Collection[str]]) -> Mapping[str, DrgElement]:
        """The elements that require one that cannot be evaluated, by id, each with the one that it
        requires. ``wrong`` are the ids of those that have problems, by their file's namespace."""
        return checks.blocked(self._module, wrong)

    def _evaluation(
        self, located: LocatedElement, inputs: Mapping[str, Any], run: DecisionRun
    ) -> Evaluation:
        if not _is_service(located):
            return Evaluation(run, inputs)
        given: dict[ElementKey, Any] = {}
        for each in service_inputs(located):
            element = each.element
            value = inputs.get(element.variable, inputs.get(element.name))
            given[key_of(each)] = each.module.types.settle(
                convert(value, run), element.type, run, element.name, element.id
            )
        return Evaluation(run, {}, given)


def _is_service(located: LocatedElement) -> bool:
    return isinstance(located.element, DecisionService)


def _module(
    definitions: DmnDefinitions,
    others: Sequence[DmnDefinitions],
    budget: Budget,
    above: tuple[DmnDefinitions, ...],
) -> Module:
    if definitions in above or len(above) > _DEEPEST_IMPORT:
        raise DecisionError(
            f'the model "{definitions.name}" imports itself, or others too deep', code="circle"
        )
    imports: list[tuple[str, Module]] = []
    for wanted in definitions.imports:
        other = next((each for each in others if each.namespace == wanted.namespace), None)
        if other is None:
            raise DecisionError(
                f'"{definitions.name}" imports {wanted.namespace}, which is not there',
                code="reference",
                element_name=definitions.name,
                reference=wanted.namespace,
            )
        imports.append((wanted.name, _module(other, others, budget, (*above, definitions))))
    return Module(definitions, imports, budget)
