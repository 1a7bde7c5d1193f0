"""What is wrong with a model as it stands: everything at once, each with its element."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

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


def blocked(module: Module, wrong: Mapping[str, Collection[str]]) -> dict[str, DrgElement]:
    """The elements of a file that cannot be evaluated because they require one that cannot, by
    their ids, each with the element that it requires. ``wrong`` are the ids of those that have
    problems of their own, here and in imports, by the namespace of their file."""
    modules = {each.definitions.namespace: each for each in _imports(module)}
    needed_by: dict[_Key, list[_Key]] = {}
    for namespace, each in modules.items():
        for element in each.definitions.elements():
            for needed in _needs(each, element):
                needed_by.setdefault(needed, []).append((namespace, element.id))
    waiting = sorted((namespace, ident) for namespace, ids in wrong.items() for ident in ids)
    seen, because = set(waiting), {}
    while waiting:
        broken = waiting.pop()
        for key in needed_by.get(broken, ()):
            if key in seen:
                continue
            seen.add(key)
            waiting.append(key)
            if key[0] == module.definitions.namespace:
                because[key[1]] = modules[broken[0]].by_id[broken[1]]
    return because


_Key = tuple[str, str]
"""An element among those of several files: the namespace of its file, and its id."""


def _imports(module: Module) -> Iterator[Module]:
    """A file and all that it imports, directly or not."""
    yield module
    for _, other in module.imports:
        yield from _imports(other)


def _needs(module: Module, element: DrgElement) -> Iterator[_Key]:
    """What an element cannot be evaluated without."""
    references: tuple[str, ...] = ()
    if isinstance(element, DecisionElement | BusinessKnowledgeModel):
        references = element.requires
    elif isinstance(element, DecisionService):
        references = element.outputs
    for reference in references:
        located = module.find(reference)
        if located is not None:
            yield located.module.definitions.namespace, located.element.id


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
