"""Values of elements, each after those that it requires. Source: DMN 1.5, 10.4.

Everything waits in a list of what is still to be done, never in calls within calls, so that a
long chain of decisions is no deep one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.dmn.boxed import FormalParameter
from engine.dmn.compiler import bound, function_of
from engine.dmn.errors import DecisionError, failed
from engine.dmn.model import (
    BusinessKnowledgeModel,
    DecisionElement,
    DecisionService,
    DrgElement,
    InputData,
)
from engine.dmn.module import LocatedElement
from engine.dmn.run import note
from engine.feel.budget import Run
from engine.feel.convert import convert
from engine.feel.errors import FeelError
from engine.feel.expression import check_size
from engine.feel.scope import Frame
from engine.feel.values import Function

ElementKey = tuple[tuple[str, ...], str, str]
"""What tells an element from all others in an evaluation: the imports that lead to it, its file's
namespace, its id."""


def key_of(located: LocatedElement) -> ElementKey:
    """What an element's value is stored under in an evaluation."""
    return located.path, located.module.definitions.namespace, located.element.id


class Evaluation:
    """The values of elements, for one set of inputs.

    ``given`` are values that are not to be found out, such as a decision service's inputs.
    """

    def __init__(
        self, run: Run, inputs: Mapping[str, Any], given: Mapping[ElementKey, Any] | None = None
    ):
        self.run = run
        self.inputs = inputs
        self.values: dict[ElementKey, Any] = dict(given or {})
        self.decided: dict[ElementKey, LocatedElement] = {}

    def value(self, wanted: LocatedElement) -> Any:
        """The value of an element; DecisionError when it, or one that it requires, has none."""
        waiting = [wanted]
        begun: set[ElementKey] = set()
        while waiting:
            located = waiting[-1]
            key = key_of(located)
            if key in self.values:
                waiting.pop()
                continue
            missing = [other for other in required(located) if key_of(other) not in self.values]
            begun.add(key)
            if missing:
                self._refuse_circle(missing, begun)
                waiting += missing
                continue
            try:
                self.values[key] = self._evaluate(located)
            except (FeelError, RecursionError) as error:
                raise failed(error, located.element.id, located.element.name) from None
            waiting.pop()
        return self.values[key_of(wanted)]

    def _refuse_circle(self, missing: Sequence[LocatedElement], begun: set[ElementKey]) -> None:
        for other in missing:
            if key_of(other) in begun:
                raise circle(other.element)

    def _evaluate(self, located: LocatedElement) -> Any:
        element = located.element
        if isinstance(element, InputData):
            return self._input(located, element)
        if isinstance(element, DecisionService):
            return self._service(located, element)
        if isinstance(element, BusinessKnowledgeModel):
            return self._knowledge(located, element)
        assert isinstance(element, DecisionElement)
        self.decided[key_of(located)] = located
        return self._decision(located, element)

    def _input(self, located: LocatedElement, element: InputData) -> Any:
        """The value given for the input; one of an imported file may stand under its name."""
        inputs = self.inputs
        for name in located.path:
            inner = inputs.get(name)
            inputs = inner if isinstance(inner, Mapping) else inputs
        value = inputs.get(element.variable)
        if value is None:
            value = inputs.get(element.name)
        value = convert(value, self.run)
        return self._settle(value, element.type, located)

    def _decision(self, located: LocatedElement, element: DecisionElement) -> Any:
        if element.logic is None:
            note(self.run, "logic", element.name, "the decision has no logic", element.id)
            return None
        value = located.module.logic(element).code(self._frame(located, element))
        value = self._settle(value, element.type, located)
        check_size(value, self.run)
        return value

    def _knowledge(self, located: LocatedElement, element: BusinessKnowledgeModel) -> Any:
        if element.logic is None:
            note(self.run, "logic", element.name, "the knowledge model has no logic", element.id)
            return None
        compiler = located.module.compiler(element)
        body = compiler.typed(
            located.module.logic(element), located.module.types.function_result(element.type)
        )
        return function_of(compiler, element.logic.parameters, body, self._frame(located, element))

    def _service(self, located: LocatedElement, element: DecisionService) -> Function:
        """The service as a function of its input data and its input decisions, in that order."""
        inputs = service_inputs(located)
        parameters = [FormalParameter(each.element.variable, each.element.type) for each in inputs]
        compiler = located.module.compiler(element)

        def work(run: Any, arguments: Sequence[Any]) -> Any:
            frame = Frame({}, None, run)
            if bound(compiler, parameters, arguments, frame, run) is None:
                return None
            run.enter()
            given = {
                key_of(each): compiler.types.settle(value, each.element.type, run, element.name)
                for each, value in zip(inputs, arguments, strict=True)
            }
            inner = Evaluation(run, {}, given)
            value = serve(inner, located)
            run.charge(sum(_cost(decided) for decided in inner.decided.values()))
            run.leave()
            return value

        return Function([each.element.variable for each in inputs], work, name=element.name)

    def _frame(
        self, located: LocatedElement, element: DecisionElement | BusinessKnowledgeModel
    ) -> Frame:
        """What the element's logic sees: the values of what it requires, and nothing else.

        What comes from an imported file stands in a context of the import's name. Some modelers
        draw tables without any input data, to be read by a process whose variables they name;
        in a file without input data, decisions see whatever the caller gives.
        """
        variables: dict[str, Any] = {}
        for needed in required(located):
            place = variables
            for name in needed.path[len(located.path) :]:
                if name:
                    place = place.setdefault(name, {})
            place[needed.element.variable] = self.values[key_of(needed)]
        undeclared = {} if located.module.definitions.inputs else self.inputs
        return Frame(variables, Frame(undeclared, None, self.run), self.run)

    def _settle(self, value: Any, type_name: str, located: LocatedElement) -> Any:
        element = located.element
        return located.module.types.settle(value, type_name, self.run, element.name, element.id)


def serve(evaluation: Evaluation, service: LocatedElement) -> Any:
    """The value of a decision service: its decision's, or a context of its decisions'."""
    outputs = [_output(service, reference) for reference in _service(service).outputs]
    values = {output.element.variable: evaluation.value(output) for output in outputs}
    element, types = service.element, service.module.types
    return types.settle(
        values if len(values) != 1 else next(iter(values.values())),
        types.function_result(element.type),
        evaluation.run,
        element.name,
        element.id,
    )


def service_inputs(service: LocatedElement) -> list[LocatedElement]:
    """What a decision service takes: input data first, then decisions."""
    element = _service(service)
    references = (*element.input_data, *element.input_decisions)
    return [_output(service, reference) for reference in references]


def _service(located: LocatedElement) -> DecisionService:
    assert isinstance(located.element, DecisionService)
    return located.element


def _output(service: LocatedElement, reference: str) -> LocatedElement:
    located = service.module.find(reference, service.path)
    if located is None:
        raise lost(service.element, reference)
    return located


def required(located: LocatedElement) -> list[LocatedElement]:
    """What an element requires. Raises DecisionError for a reference that leads nowhere."""
    element = located.element
    if not isinstance(element, DecisionElement | BusinessKnowledgeModel):
        return []
    needed = []
    for reference, other in located.module.required(element):
        if other is None:
            raise lost(element, reference)
        needed.append(LocatedElement(other.module, other.element, located.path + other.path))
    return needed


def _cost(located: LocatedElement) -> int:
    """The steps of a decision that a service makes anew each time that it is called."""
    assert isinstance(located.element, DecisionElement)
    return 1 if located.element.logic is None else located.module.logic(located.element).cost


def lost(element: DrgElement, reference: str) -> DecisionError:
    """The error of an element whose reference leads nowhere."""
    return DecisionError(
        f'"{element.name}" refers to {reference}, which is not there',
        code="reference",
        element_id=element.id,
        element_name=element.name,
        reference=reference,
    )


def circle(element: DrgElement) -> DecisionError:
    """The error of an element that requires itself, directly or through others."""
    return DecisionError(
        f'"{element.name}" requires itself, directly or through others',
        code="circle",
        element_id=element.id,
        element_name=element.name,
    )
