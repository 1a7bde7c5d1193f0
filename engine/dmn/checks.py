"""What is wrong with a model as it stands: everything at once, each with its element."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.dmn.errors import DecisionError
from engine.dmn.evaluation import circle, lost
from engine.dmn.model import BusinessKnowledgeModel, DecisionElement, DecisionService, DrgElement
from engine.dmn.module import Module


def problems(module: Module) -> Iterator[DecisionError]:
    """All problems of the elements of one file, without evaluating any."""
    definitions = module.definitions
    yield from _duplicates(module)
    for element in definitions.elements():
        if not module.types.is_known(element.type):
            yield _untyped(element, element.type)
        if isinstance(element, DecisionElement | BusinessKnowledgeModel):
            yield from _logic(module, element)
        elif isinstance(element, DecisionService):
            yield from _service(module, element)
    yield from _circles(module)


def _duplicates(module: Module) -> Iterator[DecisionError]:
    """The elements whose id another element has too."""
    counts = Counter(element.id for element in module.definitions.elements())
    for element in module.definitions.elements():
        if counts[element.id] > 1:
            yield DecisionError(
                f'"{element.name}" has the same id as another element: {element.id}',
                code="duplicate",
                element_id=element.id,
                element_name=element.name,
            )


def _untyped(element: DrgElement, name: str) -> DecisionError:
    """The error of an element that asks for an undefined type."""
    return DecisionError(
        f'"{element.name}" asks for the type {name}, which is not defined',
        code="type",
        element_id=element.id,
        element_name=element.name,
        type=name,
    )


def _logic(
    module: Module, element: DecisionElement | BusinessKnowledgeModel
) -> Iterator[DecisionError]:
    """What an element's logic refers to in vain, and what in it cannot be read."""
    for reference, required in module.required(element):
        if required is None:
            yield lost(element, reference)
    yield from module.faults(element)


def _service(module: Module, element: DecisionService) -> Iterator[DecisionError]:
    """What a decision service refers to in vain."""
    for reference in (*element.outputs, *element.input_data, *element.input_decisions):
        if module.find(reference) is None:
            yield lost(element, reference)


def _circles(module: Module) -> Iterator[DecisionError]:
    """The elements that require themselves, and those between two such circles."""
    own: dict[str, DecisionElement | BusinessKnowledgeModel] = {}
    own.update((element.id, element) for element in module.definitions.decisions)
    own.update((element.id, element) for element in module.definitions.knowledge)
    needs = {
        name: {
            needed.element.id
            for _, needed in module.required(element)
            if needed is not None and not needed.path and needed.element.id in own
        }
        for name, element in own.items()
    }
    needed_by: dict[str, set[str]] = {name: set() for name in own}
    for name, others in needs.items():
        for other in others:
            needed_by[other].add(name)
    # What needs nothing that is left, and what nothing left needs, lies on no circle.
    _peel(needs, needed_by)
    _peel(needed_by, needs)
    for name in needs:
        yield circle(own[name])


def _peel(outgoing: dict[str, set[str]], incoming: dict[str, set[str]]) -> None:
    """Take away whatever has nothing outgoing, until all that is left has."""
    free = [name for name, others in outgoing.items() if not others]
    while free:
        name = free.pop()
        del outgoing[name]
        for other in incoming.pop(name):
            outgoing[other].discard(name)
            if not outgoing[other]:
                free.append(other)
