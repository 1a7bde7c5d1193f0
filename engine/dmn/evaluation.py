"""Values of elements, each after those that it requires. Source: DMN 1.5, 10.4.

Everything waits in a list of what is still to be done, never in calls within calls, so that a
long chain of decisions is no deep one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.dmn.boxed import Parameter
from engine.dmn.compiler import bound, function_of
from engine.dmn.errors import DecisionError, failed
from engine.dmn.model import Decision, Element, InputData, Knowledge, Service
from engine.dmn.module import Found
from engine.dmn.run import note
from engine.feel.budget import Run
from engine.feel.convert import convert
from engine.feel.errors import FeelError
from engine.feel.expression import check_size
from engine.feel.scope import Frame
from engine.feel.values import Function

# An element by the imports that lead to it, its file, and its id.
Key = tuple[tuple[str, ...], str, str]


def key_of(found: Found) -> Key:
    """What the element's value is kept under."""
    return found.path, found.module.definitions.namespace, found.element.id


class Evaluation:
    """The values of elements, for one set of inputs.

    ``given`` are values that are not to be found out, such as a decision service's inputs.
    """

    def __init__(self, run: Run, inputs: Mapping[str, Any], given: Mapping[Key, Any] | None = None):
        self.run = run
        self.inputs = inputs
        self.values: dict[Key, Any] = dict(given or {})
        self.decided: dict[Key, Found] = {}

    def value(self, wanted: Found) -> Any:
        """The element's value. DecisionError when it, or one that it requires, has none."""
        waiting = [wanted]
        begun: set[Key] = set()
        while waiting:
            found = waiting[-1]
            key = key_of(found)
            if key in self.values:
                waiting.pop()
                continue
            missing = [other for other in required(found) if key_of(other) not in self.values]
            begun.add(key)
            if missing:
                self._refuse_circle(missing, begun)
                waiting += missing
                continue
            try:
                self.values[key] = self._evaluate(found)
            except (FeelError, RecursionError) as error:
                raise failed(error, found.element.id, found.element.name) from None
            waiting.pop()
        return self.values[key_of(wanted)]

    def _refuse_circle(self, missing: Sequence[Found], begun: set[Key]) -> None:
        for other in missing:
            if key_of(other) in begun:
                raise circle(other.element)

    def _evaluate(self, found: Found) -> Any:
        element = found.element
        if isinstance(element, InputData):
            return self._input(found, element)
        if isinstance(element, Service):
            return self._service(found, element)
        if isinstance(element, Knowledge):
            return self._knowledge(found, element)
        assert isinstance(element, Decision)
        self.decided[key_of(found)] = found
        return self._decision(found, element)

    def _input(self, found: Found, element: InputData) -> Any:
        """The value given for the input; one of an imported file may stand under its name."""
        inputs = self.inputs
        for name in found.path:
            inner = inputs.get(name)
            inputs = inner if isinstance(inner, Mapping) else inputs
        value = inputs.get(element.variable)
        if value is None:
            value = inputs.get(element.name)
        value = convert(value, self.run)
        return self._settle(value, element.type, found)

    def _decision(self, found: Found, element: Decision) -> Any:
        if element.logic is None:
            note(self.run, "logic", element.name, "the decision has no logic", element.id)
            return None
        value = found.module.logic(element).code(self._frame(found, element))
        value = self._settle(value, element.type, found)
        check_size(value, self.run)
        return value

    def _knowledge(self, found: Found, element: Knowledge) -> Any:
        if element.logic is None:
            note(self.run, "logic", element.name, "the knowledge model has no logic", element.id)
            return None
        compiler = found.module.compiler(element)
        body = compiler.typed(
            found.module.logic(element), found.module.types.function_result(element.type)
        )
        return function_of(compiler, element.logic.parameters, body, self._frame(found, element))

    def _service(self, found: Found, element: Service) -> Function:
        """The service as a function of its input data and its input decisions, in that order."""
        inputs = service_inputs(found)
        parameters = [Parameter(each.element.variable, each.element.type) for each in inputs]
        compiler = found.module.compiler(element)

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
            value = serve(inner, found)
            run.charge(sum(_cost(decided) for decided in inner.decided.values()))
            run.leave()
            return value

        return Function([each.element.variable for each in inputs], work, name=element.name)

    def _frame(self, found: Found, element: Decision | Knowledge) -> Frame:
        """What the element's logic sees: the values of what it requires, and nothing else.

        What comes from an imported file stands in a context of the import's name. Some modelers
        draw tables without any input data, to be read by a process whose variables they name;
        in a file without input data, decisions see whatever the caller gives.
        """
        variables: dict[str, Any] = {}
        for needed in required(found):
            place = variables
            for name in needed.path[len(found.path) :]:
                if name:
                    place = place.setdefault(name, {})
            place[needed.element.variable] = self.values[key_of(needed)]
        undeclared = {} if found.module.definitions.inputs else self.inputs
        return Frame(variables, Frame(undeclared, None, self.run), self.run)

    def _settle(self, value: Any, type_name: str, found: Found) -> Any:
        element = found.element
        return found.module.types.settle(value, type_name, self.run, element.name, element.id)


def serve(evaluation: Evaluation, service: Found) -> Any:
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


def service_inputs(service: Found) -> list[Found]:
    """What the service takes: input data first, then decisions."""
    element = _service(service)
    references = (*element.input_data, *element.input_decisions)
    return [_output(service, reference) for reference in references]


def _service(found: Found) -> Service:
    assert isinstance(found.element, Service)
    return found.element


def _output(service: Found, reference: str) -> Found:
    found = service.module.find(reference, service.path)
    if found is None:
        raise lost(service.element, reference)
    return found


def required(found: Found) -> list[Found]:
    """What an element requires. Raises DecisionError for a reference that leads nowhere."""
    element = found.element
    if not isinstance(element, Decision | Knowledge):
        return []
    needed = []
    for reference, other in found.module.required(element):
        if other is None:
            raise lost(element, reference)
        needed.append(Found(other.module, other.element, found.path + other.path))
    return needed


def _cost(found: Found) -> int:
    """The steps of a decision that a service makes anew each time that it is called."""
    assert isinstance(found.element, Decision)
    return 1 if found.element.logic is None else found.module.logic(found.element).cost


def lost(element: Element, reference: str) -> DecisionError:
    """The error of a reference that leads nowhere."""
    return DecisionError(
        f'"{element.name}" refers to {reference}, which is not there',
        code="reference",
        element_id=element.id,
        element_name=element.name,
        reference=reference,
    )


def circle(element: Element) -> DecisionError:
    """The error of an element that cannot come after itself."""
    return DecisionError(
        f'"{element.name}" requires itself, directly or through others',
        code="circle",
        element_id=element.id,
        element_name=element.name,
    )
