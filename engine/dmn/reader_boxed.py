"""XML → boxed expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.bpmn.names import DMN_MARK, local, namespace
from engine.dmn import boxed

Xml = Any
"""An element of the tree; the library that makes it is known to ``engine.bpmn.source`` only."""


def children(element: Xml | None, name: str) -> list[Xml]:
    """An element's children of a name, in DMN's own namespace."""
    if element is None:
        return []
    return [part for part in element if local(part) == name and DMN_MARK in namespace(part)]


def child(element: Xml | None, name: str) -> Xml | None:
    """An element's first child of a name, or None."""
    matching = children(element, name)
    return matching[0] if matching else None


def text_of(element: Xml | None) -> str:
    """An element's own text, around comments, without white space at its ends."""
    if element is None:
        return ""
    return "".join([element.text or "", *(part.tail or "" for part in element)]).strip()


def unprefixed_type(reference: str | None) -> str:
    """A type's name without the prefix that DMN 1.1 writes (``feel:string``)."""
    return " ".join((reference or "").rpartition(":")[2].split())


class BoxedReader:
    """Reads boxed expressions; ``language`` is the expression language that the file names for all
    of them."""

    def __init__(self, language: str):
        self.language = language

    def only_expression(self, element: Xml | None) -> boxed.BoxedExpression | None:
        """The one expression that stands in the element, or None."""
        expressions = self.expressions(element)
        return expressions[0] if expressions else None

    def expressions(self, element: Xml | None) -> list[boxed.BoxedExpression]:
        """The expressions among the element's children."""
        if element is None:
            return []
        return [
            _EXPRESSION_READERS[local(part)](self, part)
            for part in element
            if local(part) in _EXPRESSION_READERS and DMN_MARK in namespace(part)
        ]

    def within(self, element: Xml, name: str) -> boxed.BoxedExpression | None:
        """The expression in the child of that name, such as ``then``."""
        return self.only_expression(child(element, name))

    def function(self, element: Xml) -> boxed.BoxedFunction:
        """A function definition, boxed or of a knowledge model."""
        return boxed.BoxedFunction(
            *_common(element),
            parameters=tuple(
                boxed.FormalParameter(_name(part), unprefixed_type(part.get("typeRef")))
                for part in children(element, "formalParameter")
            ),
            body=self.only_expression(element),
            kind=element.get("kind") or "FEEL",
        )

    def literal(self, element: Xml) -> boxed.LiteralExpression:
        """A literal expression: its text and its language."""
        return boxed.LiteralExpression(
            *_common(element),
            text=text_of(child(element, "text")),
            language=element.get("expressionLanguage") or self.language,
        )

    def context(self, element: Xml) -> boxed.BoxedExpression:
        """A boxed context: its entries in order."""
        return boxed.BoxedContext(
            *_common(element),
            entries=tuple(self._entry(part) for part in children(element, "contextEntry")),
        )

    def _entry(self, element: Xml) -> boxed.ContextEntry:
        variable = child(element, "variable")
        value = self.only_expression(element)
        if variable is None:
            return boxed.ContextEntry("", "", value)
        return boxed.ContextEntry(_name(variable), unprefixed_type(variable.get("typeRef")), value)

    def list(self, element: Xml) -> boxed.BoxedExpression:
        """A boxed list: its elements in order."""
        return boxed.BoxedList(*_common(element), items=tuple(self.expressions(element)))

    def relation(self, element: Xml) -> boxed.BoxedExpression:
        """A relation: its columns and rows."""
        return boxed.BoxedRelation(
            *_common(element),
            columns=tuple(
                (_name(column), unprefixed_type(column.get("typeRef")))
                for column in children(element, "column")
            ),
            rows=tuple(tuple(self.expressions(row)) for row in children(element, "row")),
        )

    def invocation(self, element: Xml) -> boxed.BoxedExpression:
        """An invocation: the function and what its parameters are bound to."""
        bindings = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            name = "" if parameter is None else _name(parameter)
            bindings.append((name, self.only_expression(binding)))
        return boxed.BoxedInvocation(
            *_common(element), function=self.only_expression(element), bindings=tuple(bindings)
        )

    def conditional(self, element: Xml) -> boxed.BoxedExpression:
        """A conditional: if, then and else."""
        return boxed.BoxedConditional(
            *_common(element),
            condition=self.within(element, "if"),
            then=self.within(element, "then"),
            otherwise=self.within(element, "else"),
        )

    def filter(self, element: Xml) -> boxed.BoxedExpression:
        """A filter: what is filtered and what it must meet."""
        return boxed.BoxedFilter(
            *_common(element),
            source=self.within(element, "in"),
            match=self.within(element, "match"),
        )

    def iteration(self, element: Xml) -> boxed.BoxedExpression:
        """An iteration: ``for``."""
        return boxed.BoxedFor(
            *_common(element),
            variable=_variable(element),
            source=self.within(element, "in"),
            body=self.within(element, "return"),
        )

    def quantified(self, element: Xml) -> boxed.BoxedExpression:
        """A quantified expression: ``some`` or ``every``."""
        return boxed.BoxedQuantified(
            *_common(element),
            every=local(element) == "every",
            variable=_variable(element),
            source=self.within(element, "in"),
            condition=self.within(element, "satisfies"),
        )

    def table(self, element: Xml) -> boxed.BoxedExpression:
        """A decision table: its columns and rules."""
        return boxed.BoxedTable(
            *_common(element),
            policy=element.get("hitPolicy") or "UNIQUE",
            aggregation=element.get("aggregation") or "",
            inputs=tuple(self._input(part) for part in children(element, "input")),
            outputs=tuple(self._output(part) for part in children(element, "output")),
            rules=tuple(self._rule(part) for part in children(element, "rule")),
        )

    def _input(self, element: Xml) -> boxed.InputClause:
        expression = child(element, "inputExpression")
        return boxed.InputClause(
            id=element.get("id") or "",
            expression=None if expression is None else self.literal(expression),
            label=element.get("label") or "",
            values=_tests(element, "inputValues"),
        )

    def _output(self, element: Xml) -> boxed.OutputClause:
        default = child(element, "defaultOutputEntry")
        return boxed.OutputClause(
            id=element.get("id") or "",
            name=_name(element),
            type=unprefixed_type(element.get("typeRef")),
            values=_tests(element, "outputValues"),
            default=None if default is None else self.literal(default),
        )

    def _rule(self, element: Xml) -> boxed.DecisionRule:
        return boxed.DecisionRule(
            id=element.get("id") or "",
            tests=tuple(self.literal(part) for part in children(element, "inputEntry")),
            results=tuple(self.literal(part) for part in children(element, "outputEntry")),
            note=_note(element),
        )


def _common(element: Xml) -> tuple[str, str]:
    return element.get("id") or "", unprefixed_type(element.get("typeRef"))


def _name(element: Xml) -> str:
    return " ".join((element.get("name") or "").split())


def _note(element: Xml) -> str:
    """Annotations, and the description in which some modelers keep them."""
    texts = [text_of(child(part, "text")) for part in children(element, "annotationEntry")]
    texts.append(text_of(child(element, "description")))
    return "; ".join(text for text in texts if text)


def _variable(element: Xml) -> str:
    return " ".join((element.get("iteratorVariable") or "").split())


def _tests(element: Xml, name: str) -> str:
    return text_of(child(child(element, name), "text"))


_EXPRESSION_READERS: dict[str, Callable[[BoxedReader, Xml], boxed.BoxedExpression]] = {
    "literalExpression": BoxedReader.literal,
    "decisionTable": BoxedReader.table,
    "context": BoxedReader.context,
    "list": BoxedReader.list,
    "relation": BoxedReader.relation,
    "invocation": BoxedReader.invocation,
    "functionDefinition": BoxedReader.function,
    "conditional": BoxedReader.conditional,
    "filter": BoxedReader.filter,
    "for": BoxedReader.iteration,
    "some": BoxedReader.quantified,
    "every": BoxedReader.quantified,
}
"""How a boxed expression is read, by its element's name."""
