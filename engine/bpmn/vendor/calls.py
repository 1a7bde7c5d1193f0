"""Call activities: which process, which version, and which variables go in and out."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.names import FIELD_ID, RESERVED, ZEEBE, extensions, namespace
from engine.bpmn.vendor.tools import FAMILY
from engine.bpmn.vendor.translation import Translation, written

_WAYS = ("in", "out")


def translate(translation: Translation) -> None:
    """Rewrite every call activity that another tool's words stand on, and in the files of Camunda
    7 and its kin every other: there, what no mapping names is not handed over."""
    for call in translation.of("callActivity"):
        one = _Call(translation, call)
        one.zeebe()
        one.version()
        for way in _WAYS:
            one.mappings(way)
        if translation.family and ZEEBE not in translation.used:
            one.nothing_else()


class _Call:
    def __init__(self, translation: Translation, call: etree._Element) -> None:
        self._translation = translation
        self._call = call
        self._said = {way: any(True for _ in extensions(call, way)) for way in _WAYS}

    # ------------------------------------------------------------ which process

    def zeebe(self) -> None:
        """Camunda 8: the process and what goes over are one element."""
        translation, call = self._translation, self._call
        for element in list(translation.extensions(call, "calledElement", ZEEBE)):
            process = (element.get("processId") or "").strip()
            if process and not call.get("calledElement"):
                call.set("calledElement", process)
                was = f"zeebe:calledElement processId={process}"
                translation.became(
                    "called", call, element, ZEEBE, was, f'calledElement="{process}"'
                )
                translation.take(element, ZEEBE, "processId")
            if element.get("bindingType") in ("latest", "deployment"):
                self._bind(element, ZEEBE, "bindingType", element.get("bindingType") or "")
            for way, name in (("in", "Parent"), ("out", "Child")):
                self._propagated(element, way, f"propagateAll{name}Variables")

    def _propagated(self, element: etree._Element, way: str, attribute: str) -> None:
        """All variables go over unless this says false (in), or unless something is mapped."""
        given = element.get(attribute)
        if given is None:
            return
        mapped = any(True for _ in self._zeebe_mappings(way))
        wanted = "all" if given == "true" else "none"
        if not self._said[way] and not (wanted == "none" and mapped):
            self._translation.give(self._call, way, element, variables=wanted)
            was, now = f"{attribute}={given}", written(way, variables=wanted)
            self._translation.became("mappings", self._call, element, ZEEBE, was, now)
        self._translation.take(element, ZEEBE, attribute)

    def version(self) -> None:
        """Translate which version is called."""
        for space, binding in list(
            self._translation.attributes(self._call, "calledElementBinding")
        ):
            number = (self._call.get(f"{{{space}}}calledElementVersion") or "").strip()
            version = number if binding == "version" else binding
            if version in ("latest", "deployment") or version.isdecimal():
                self._bind(self._call, space, "calledElementBinding", version)
                if binding == "version":
                    self._translation.take(self._call, space, "calledElementVersion")
        for space, same in list(self._translation.attributes(self._call, "sameDeployment")):
            if same == "true":
                self._bind(self._call, space, "sameDeployment", "deployment")

    def _bind(self, at: etree._Element, space: str, attribute: str, version: str) -> None:
        if not any(True for _ in extensions(self._call, "binding")):
            self._translation.give(self._call, "binding", at, version=version)
            now = written("binding", version=version)
            was = f"{attribute} ({version})"
            self._translation.became("binding", self._call, at, space, was, now)
            self._translation.take(at, space, attribute)

    # ------------------------------------------------------------ which variables

    def mappings(self, way: str) -> None:
        """Translate the variables that go in and come out."""
        if self._said[way]:
            return
        for element in list(self._translation.extensions(self._call, way, *FAMILY)):
            if self._mapping(way, element, namespace(element)):
                Translation.drop(element)
        for element in list(self._zeebe_mappings(way)):
            if self._mapping(way, element, ZEEBE):
                Translation.drop(element)
        for space, given in list(self._translation.attributes(self._call, "inheritVariables")):
            if way == "in" and given == "true":
                self._all(way, self._call, space, "inheritVariables=true")
                self._translation.take(self._call, space, "inheritVariables")

    def _zeebe_mappings(self, way: str) -> Iterator[etree._Element]:
        wanted = "input" if way == "in" else "output"
        for mapping in self._translation.extensions(self._call, "ioMapping", ZEEBE):
            yield from mapping.iterchildren(f"{{{ZEEBE}}}{wanted}")

    def _mapping(self, way: str, element: etree._Element, space: str) -> bool:
        if element.get("variables") == "all":
            self._all(way, element, space, f"{way} variables=all")
            return True
        if element.get("businessKey") is not None or element.get("local") == "true":
            return False
        target = (element.get("target") or "").strip()
        theirs = element.get("source") or element.get("sourceExpression") or ""
        source = source_of(self._translation, self._call, element, space, way)
        if source is None:
            return False
        if not FIELD_ID.fullmatch(target) or target in RESERVED:
            reason = ("målet är inget variabelnamn", "the target is no variable's name")
            self._translation.note_untranslated(
                self._call, element, space, f"{way} {target}", reason
            )
            return False
        self._translation.give(self._call, way, element, source=source, target=target)
        was, now = f"{way} {theirs} → {target}", written(way, source=source, target=target)
        self._translation.became("mappings", self._call, element, space, was, now)
        return True

    def _all(self, way: str, at: etree._Element, space: str, was: str) -> None:
        self._translation.give(self._call, way, at, variables="all")
        now = written(way, variables="all")
        self._translation.became("mappings", self._call, at, space, was, now)

    def nothing_else(self) -> None:
        """Camunda 7 hands over only what is mapped; we hand over everything unless told so."""
        for way in _WAYS:
            if not any(True for _ in extensions(self._call, way)):
                self._translation.give(self._call, way, self._call, variables="none")
                space = self._translation.family[0]
                was = f"{way}: –"
                now = written(way, variables="none")
                self._translation.became("mappings", self._call, self._call, space, was, now)


def source_of(
    translation: Translation,
    owner: etree._Element,
    element: etree._Element,
    space: str,
    name: str,
) -> str | None:
    """The source of a mapping as ``= FEEL``: a variable's name, or an expression."""
    variable = (element.get("source") or "").strip()
    expression = (element.get("sourceExpression") or "").strip()
    if variable and space != ZEEBE:
        if FIELD_ID.fullmatch(variable) and variable not in RESERVED:
            return f"= {variable}"
        reason = ("källan är inget variabelnamn", "the source is no variable's name")
        translation.note_untranslated(owner, element, space, f"{name} {variable}", reason)
        return None
    value = translation.value(owner, element, space, name, variable or expression)
    if value is None or value.startswith("="):
        return value or None
    return literal(value)


def literal(value: str) -> str:
    """A text as FEEL."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'= "{escaped}"'
