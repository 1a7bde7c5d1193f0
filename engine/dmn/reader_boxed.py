"""XML → boxed expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.bpmn.names import DMN_MARK, local, namespace
from engine.dmn import boxed

# An element of the tree; the library that makes it is the entrance's own business.
Xml = Any


def children(element: Xml | None, name: str) -> list[Xml]:
    """The children of that name, in DMN's own namespace."""
    if element is None:
        return []
    return [part for part in element if local(part) == name and DMN_MARK in namespace(part)]


def child(element: Xml | None, name: str) -> Xml | None:
    """The first child of that name, or None."""
    found = children(element, name)
    return found[0] if found else None


def text_of(element: Xml | None) -> str:
    """The element's own text, around comments, without white space at its ends."""
    if element is None:
        return ""
    return "".join([element.text or "", *(part.tail or "" for part in element)]).strip()


def type_name(reference: str | None) -> str:
    """A type's name without the prefix that DMN 1.1 writes (``feel:string``)."""
    return " ".join((reference or "").rpartition(":")[2].split())


class Reader:
    """Reads expressions; ``language`` is the file's own default."""

    def __init__(self, language: str):
        self.language = language

    def only_expression(self, element: Xml | None) -> boxed.Boxed | None:
        """The one expression that stands in the element, or None."""
        found = self.expressions(element)
        return found[0] if found else None

    def expressions(self, element: Xml | None) -> list[boxed.Boxed]:
        """The expressions among the element's children."""
        if element is None:
            return []
        return [
            _KINDS[local(part)](self, part)
            for part in element
            if local(part) in _KINDS and DMN_MARK in namespace(part)
        ]

    def within(self, element: Xml, name: str) -> boxed.Boxed | None:
        """The expression in the child of that name, such as ``then``."""
        return self.only_expression(child(element, name))

    def function(self, element: Xml) -> boxed.FunctionDefinition:
        """A function definition, boxed or of a knowledge model."""
        return boxed.FunctionDefinition(
            *_common(element),
            parameters=tuple(
                boxed.Parameter(_name(part), type_name(part.get("typeRef")))
                for part in children(element, "formalParameter")
            ),
            body=self.only_expression(element),
            kind=element.get("kind") or "FEEL",
        )

    def literal(self, element: Xml) -> boxed.Literal:
        return boxed.Literal(
            *_common(element),
            text=text_of(child(element, "text")),
            language=element.get("expressionLanguage") or self.language,
        )

    def context(self, element: Xml) -> boxed.Boxed:
        return boxed.Context(
            *_common(element),
            entries=tuple(self._entry(part) for part in children(element, "contextEntry")),
        )

    def _entry(self, element: Xml) -> boxed.Entry:
        variable = child(element, "variable")
        value = self.only_expression(element)
        if variable is None:
            return boxed.Entry("", "", value)
        return boxed.Entry(_name(variable), type_name(variable.get("typeRef")), value)

    def list(self, element: Xml) -> boxed.Boxed:
        return boxed.ListOf(*_common(element), items=tuple(self.expressions(element)))

    def relation(self, element: Xml) -> boxed.Boxed:
        return boxed.Relation(
            *_common(element),
            columns=tuple(
                (_name(column), type_name(column.get("typeRef")))
                for column in children(element, "column")
            ),
            rows=tuple(tuple(self.expressions(row)) for row in children(element, "row")),
        )

    def invocation(self, element: Xml) -> boxed.Boxed:
        bindings = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            name = "" if parameter is None else _name(parameter)
            bindings.append((name, self.only_expression(binding)))
        return boxed.Invocation(
            *_common(element), function=self.only_expression(element), bindings=tuple(bindings)
        )

    def conditional(self, element: Xml) -> boxed.Boxed:
        return boxed.Conditional(
            *_common(element),
            condition=self.within(element, "if"),
            then=self.within(element, "then"),
            otherwise=self.within(element, "else"),
        )

    def filter(self, element: Xml) -> boxed.Boxed:
        return boxed.Filter(
            *_common(element),
            source=self.within(element, "in"),
            match=self.within(element, "match"),
        )

    def iteration(self, element: Xml) -> boxed.Boxed:
        return boxed.For(
            *_common(element),
            variable=_variable(element),
            source=self.within(element, "in"),
            body=self.within(element, "return"),
        )

    def quantified(self, element: Xml) -> boxed.Boxed:
        return boxed.Quantified(
            *_common(element),
            every=local(element) == "every",
            variable=_variable(element),
            source=self.within(element, "in"),
            condition=self.within(element, "satisfies"),
        )

    def table(self, element: Xml) -> boxed.Boxed:
        return boxed.Table(
            *_common(element),
            policy=element.get("hitPolicy") or "UNIQUE",
            aggregation=element.get("aggregation") or "",
            inputs=tuple(self._input(part) for part in children(element, "input")),
            outputs=tuple(self._output(part) for part in children(element, "output")),
            rules=tuple(self._rule(part) for part in children(element, "rule")),
        )

    def _input(self, element: Xml) -> boxed.Input:
        expression = child(element, "inputExpression")
        return boxed.Input(
            id=element.get("id") or "",
            expression=None if expression is None else self.literal(expression),
            label=element.get("label") or "",
            values=_tests(element, "inputValues"),
        )

    def _output(self, element: Xml) -> boxed.Output:
        default = child(element, "defaultOutputEntry")
        return boxed.Output(
            id=element.get("id") or "",
            name=_name(element),
            type=type_name(element.get("typeRef")),
            values=_tests(element, "outputValues"),
            default=None if default is None else self.literal(default),
        )

    def _rule(self, element: Xml) -> boxed.Rule:
        return boxed.Rule(
            id=element.get("id") or "",
            tests=tuple(self.literal(part) for part in children(element, "inputEntry")),
            results=tuple(self.literal(part) for part in children(element, "outputEntry")),
            note=_note(element),
        )


def _common(element: Xml) -> tuple[str, str]:
    return element.get("id") or "", type_name(element.get("typeRef"))


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


_KINDS: dict[str, Callable[[Reader, Xml], boxed.Boxed]] = {
    "literalExpression": Reader.literal,
    "decisionTable": Reader.table,
    "context": Reader.context,
    "list": Reader.list,
    "relation": Reader.relation,
    "invocation": Reader.invocation,
    "functionDefinition": Reader.function,
    "conditional": Reader.conditional,
    "filter": Reader.filter,
    "for": Reader.iteration,
    "some": Reader.quantified,
    "every": Reader.quantified,
}
