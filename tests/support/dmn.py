"""Decision models in few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine import feel
from engine.dmn import DmnModel

DMN_15 = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def file(*elements: str, namespace: str = "urn:test", version: str = DMN_15) -> bytes:
    """A DMN file with these elements."""
    return (
        f'<definitions xmlns="{version}" name="Test" id="test" namespace="{namespace}">'
        f"{''.join(elements)}</definitions>"
    ).encode()


def model(*elements: str) -> DmnModel:
    return DmnModel.read(file(*elements), "test.dmn")


def value(logic: str, inputs: Mapping[str, Any] | None = None, *, type: str = "") -> Any:
    """The value of one decision with this logic; the inputs are its input data."""
    names = list(inputs or {})
    read = model(*map(data, names), decision("d", logic, needs=names, type=type))
    return feel.plain(read.evaluate("d", inputs))


def data(name: str, type: str = "") -> str:
    label = f"id={quoteattr(name)} name={quoteattr(name)}"
    return f"<inputData {label}>{_variable(name, type)}</inputData>"


def decision(name: str, logic: str, *, needs: Sequence[str] = (), type: str = "") -> str:
    """``needs`` are ids: of data, decisions and (after a ``!``) of functions."""
    return (
        f"<decision id={quoteattr(name)} name={quoteattr(name)}>{_variable(name, type)}"
        f"{''.join(map(_needed, needs))}{logic}</decision>"
    )


def knowledge(name: str, parameters: str, body: str, *, needs: Sequence[str] = ()) -> str:
    """A function of parameters such as ``a b:number``."""
    return (
        f"<businessKnowledgeModel id={quoteattr(name)} name={quoteattr(name)}>{_variable(name, '')}"
        f"<encapsulatedLogic>{_parameters(parameters)}{body}</encapsulatedLogic>"
        f"{''.join(map(_needed, needs))}</businessKnowledgeModel>"
    )


def service(
    name: str, outputs: Sequence[str], *, inputs: Sequence[str] = (), given: Sequence[str] = ()
) -> str:
    """A decision service; ``inputs`` are data, ``given`` decisions."""
    parts = [f'<outputDecision href="#{each}"/>' for each in outputs]
    parts += [f'<inputDecision href="#{each}"/>' for each in given]
    parts += [f'<inputData href="#{each}"/>' for each in inputs]
    return f'<decisionService id="{name}" name="{name}">{"".join(parts)}</decisionService>'


def literal(text: str, type: str = "") -> str:
    return f'<literalExpression typeRef="{type}">{_text(text)}</literalExpression>'


def function(parameters: str, body: str) -> str:
    return f"<functionDefinition>{_parameters(parameters)}{body}</functionDefinition>"


def context(**entries: str) -> str:
    """A boxed context; the entry ``result`` has no name. ``_`` in a name is a space."""
    parts = []
    for name, logic in entries.items():
        variable = "" if name == "result" else _variable(name.replace("_", " "), "")
        parts.append(f"<contextEntry>{variable}{logic}</contextEntry>")
    return f"<context>{''.join(parts)}</context>"


def table(
    policy: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    *rules: str,
    aggregation: str = "",
) -> str:
    """A decision table. ``amount [<10, >=10]`` is an input with its values, ``out ["a"] = "b"`` an
    output with values and default; a rule is ``test | test => result | result``."""
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    parts = [f'<decisionTable id="t" hitPolicy="{policy}"{extra}>']
    for text in inputs:
        expression, values = _cut(text, " [")
        tests = _within("inputValues", values.rstrip("]"))
        parts.append(
            f"<input><inputExpression>{_text(expression)}</inputExpression>{tests}</input>"
        )
    for text in outputs:
        declared, default = _cut(text, " = ")
        name, values = _cut(declared, " [")
        parts.append(
            f"<output name={quoteattr(name)}>{_within('outputValues', values.rstrip(']'))}"
            f"{_within('defaultOutputEntry', default)}</output>"
        )
    parts += map(_rule, rules)
    return "".join(parts) + "</decisionTable>"


def item(name: str, base: str, *, allowed: str = "", collection: bool = False) -> str:
    many = ' isCollection="true"' if collection else ""
    return (
        f"<itemDefinition name={quoteattr(name)}{many}><typeRef>{base}</typeRef>"
        f"{_within('allowedValues', allowed)}</itemDefinition>"
    )


def structure(name: str, **components: str) -> str:
    parts = "".join(
        f'<itemComponent name="{part}"><typeRef>{base}</typeRef></itemComponent>'
        for part, base in components.items()
    )
    return f"<itemDefinition name={quoteattr(name)}>{parts}</itemDefinition>"


def _rule(text: str) -> str:
    tests, _, results = text.partition("=>")
    entries = [_within("inputEntry", test.strip()) for test in tests.split("|") if test.strip()]
    entries += [_within("outputEntry", result.strip()) for result in results.split("|")]
    return f"<rule>{''.join(entries)}</rule>"


def _cut(text: str, sign: str) -> tuple[str, str]:
    first, _, second = text.partition(sign)
    return first.strip(), second.strip()


def _within(element: str, text: str) -> str:
    return f"<{element}>{_text(text)}</{element}>" if text else ""


def _text(text: str) -> str:
    return f"<text>{escape(text)}</text>"


def _variable(name: str, type: str) -> str:
    return f"<variable name={quoteattr(name)} typeRef={quoteattr(type)}/>"


def _parameters(parameters: str) -> str:
    parts = []
    for text in parameters.split():
        name, _, wanted = text.partition(":")
        parts.append(f'<formalParameter name="{name}" typeRef="{wanted}"/>')
    return "".join(parts)


def _needed(reference: str) -> str:
    if reference.startswith("!"):
        href = _href(reference[1:])
        return f'<knowledgeRequirement><requiredKnowledge href="{href}"/></knowledgeRequirement>'
    href = _href(reference)
    return f'<informationRequirement><requiredDecision href="{href}"/></informationRequirement>'


def _href(reference: str) -> str:
    return reference if "#" in reference else f"#{reference}"
