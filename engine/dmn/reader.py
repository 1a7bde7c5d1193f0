"""DMN files (1.1 to 1.5) → plain data.

The bytes come in through ``engine.bpmn.source``, the engine's only entrance of XML. Names are
compared without their version: the elements that we read have kept their meaning since DMN 1.2,
and what 1.1 has of them too.
"""

from __future__ import annotations

from typing import Any

from engine.bpmn import source
from engine.bpmn.findings import finding
from engine.bpmn.names import DMN_MARK, local, namespace
from engine.dmn.boxed import FormalParameter
from engine.dmn.model import (
    BusinessKnowledgeModel,
    DecisionElement,
    DecisionService,
    DmnDefinitions,
    DmnImport,
    InputData,
    ItemDefinition,
)
from engine.dmn.reader_boxed import BoxedReader, Xml, child, children, text_of, unprefixed_type
from engine.errors import Rejected


def read_file(
    data: bytes, filename: str, limits: source.XmlLimits = source.DEFAULT_LIMITS
) -> DmnDefinitions:
    """The elements of one file. Raises ``Rejected`` with one finding for what is no DMN."""
    return read_definitions(source.parse(data, filename, limits, root=None).getroot(), filename)


def read_definitions(root: Xml, filename: str) -> DmnDefinitions:
    """The elements of a file that is parsed already; ``Rejected`` as by ``read_file``."""
    if DMN_MARK not in namespace(root) or local(root) != "definitions":
        raise Rejected(
            [
                finding(
                    "not_dmn",
                    filename=filename,
                    line=root.sourceline,
                    file=filename,
                    name=local(root),
                    namespace=namespace(root),
                )
            ]
        )
    # A drawing has decisions' shapes in it, never decisions: only children of the root count.
    reader = BoxedReader(root.get("expressionLanguage") or "")
    return DmnDefinitions(
        name=root.get("name") or "",
        namespace=root.get("namespace") or "",
        language=reader.language,
        imports=tuple(
            DmnImport(element.get("namespace") or "", element.get("name") or "")
            for element in children(root, "import")
            if DMN_MARK in (element.get("importType") or DMN_MARK)
        ),
        types=tuple(_type(element) for element in children(root, "itemDefinition")),
        inputs=tuple(InputData(**_element(element)) for element in children(root, "inputData")),
        decisions=tuple(_decision(element, reader) for element in children(root, "decision")),
        knowledge=tuple(
            _knowledge(element, reader) for element in children(root, "businessKnowledgeModel")
        ),
        services=tuple(_service(element) for element in children(root, "decisionService")),
    )


def _element(element: Xml) -> dict[str, Any]:
    """What all elements have; an element without an id is known by its name."""
    name = element.get("name") or ""
    variable = child(element, "variable")
    return {
        "id": element.get("id") or name,
        "name": name,
        "variable": " ".join(
            ((variable.get("name") if variable is not None else "") or name).split()
        ),
        "type": unprefixed_type(variable.get("typeRef")) if variable is not None else "",
        "line": element.sourceline,
    }


def _decision(element: Xml, reader: BoxedReader) -> DecisionElement:
    return DecisionElement(
        **_element(element), logic=reader.only_expression(element), requires=_requires(element)
    )


def _knowledge(element: Xml, reader: BoxedReader) -> BusinessKnowledgeModel:
    logic = child(element, "encapsulatedLogic")
    return BusinessKnowledgeModel(
        **_element(element),
        logic=None if logic is None else reader.function(logic),
        requires=_requires(element),
    )


def _service(element: Xml) -> DecisionService:
    return DecisionService(
        **_element(element),
        outputs=_references(element, "outputDecision"),
        input_decisions=_references(element, "inputDecision"),
        input_data=_references(element, "inputData"),
    )


def _requires(element: Xml) -> tuple[str, ...]:
    """What the element needs of others: data, decisions, knowledge."""
    references: list[str] = []
    for requirement in element:
        if local(requirement) == "informationRequirement":
            references += _references(requirement, "requiredDecision")
            references += _references(requirement, "requiredInput")
        elif local(requirement) == "knowledgeRequirement":
            references += _references(requirement, "requiredKnowledge")
    return tuple(dict.fromkeys(references))


def _references(element: Xml, name: str) -> tuple[str, ...]:
    return tuple(reference.get("href") or "" for reference in children(element, name))


def _type(element: Xml) -> ItemDefinition:
    function = child(element, "functionItem")
    return ItemDefinition(
        name=" ".join((element.get("name") or "").split()),
        base=unprefixed_type(text_of(child(element, "typeRef"))),
        collection=element.get("isCollection") in ("true", "1"),
        allowed=text_of(child(child(element, "allowedValues"), "text")),
        constraint=text_of(child(child(element, "typeConstraint"), "text")),
        components=tuple(_type(part) for part in children(element, "itemComponent")),
        parameters=None
        if function is None
        else tuple(
            FormalParameter(part.get("name") or "", unprefixed_type(part.get("typeRef")))
            for part in children(function, "parameters")
        ),
        result="" if function is None else unprefixed_type(function.get("outputTypeRef")),
    )
