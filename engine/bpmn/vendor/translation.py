"""Taking another tool's words out of a tree and putting ours in, with a note of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from engine.bpmn.juel import NotSimple, is_juel, to_feel
from engine.bpmn.names import (
    ACTIVITI,
    FLOWABLE,
    ZEEBE,
    bpmn,
    kind,
    local,
    model_child,
    model_children,
    namespace,
    sp,
)
from engine.bpmn.vendor.tools import FAMILY, KEYS, TOOLS

LONGEST = 160
"""Characters of a text of another tool that a finding shows."""


@dataclass(frozen=True, slots=True)
class Note:
    """A finding to be: its code, the BPMN element that it is about, the element whose line it is
    told with (which may be gone from the tree), and what its sentence needs."""

    code: str
    element: etree._Element
    at: etree._Element
    params: Mapping[str, Any] = field(default_factory=dict)


class Translation:
    """One file under translation. ``elements`` are its BPMN elements in the file's order, ``used``
    the namespaces of other tools that anything in it is written in (and ``"juel"``), ``ids`` the
    ids that it has. Flowable's and Activiti's count when they are declared: only these tools
    declare them, while Camunda's stands in many a file of others."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.notes: list[Note] = []
        self.elements: list[etree._Element] = []
        self.used: set[str] = set(root.nsmap.values()) & {FLOWABLE, ACTIVITI}
        self.ids: set[str] = set()
        for element in root.iter():
            if not isinstance(element.tag, str):
                continue
            if kind(element):
                self.elements.append(element)
                self.ids |= {element.get("id")} if element.get("id") else set()
                if element.text and is_juel(element.text):
                    self.used.add("juel")
            self._note_use(element)

    def _note_use(self, element: etree._Element) -> None:
        if namespace(element) in TOOLS:
            self.used.add(namespace(element))
        for name, value in element.attrib.items():
            space = str(name)[1:].partition("}")[0]
            if space in TOOLS:
                self.used.add(space)
            elif is_juel(str(value)):
                self.used.add("juel")

    @property
    def family(self) -> tuple[str, ...]:
        """The namespaces of Camunda 7, Flowable and Activiti that the file uses."""
        return tuple(space for space in FAMILY if space in self.used)

    def of(self, *kinds: str) -> Iterator[etree._Element]:
        """The file's BPMN elements with one of these local names."""
        return (element for element in self.elements if kind(element) in kinds)

    # ------------------------------------------------------------ finding and taking

    def extensions(
        self, owner: etree._Element, name: str, *spaces: str
    ) -> Iterator[etree._Element]:
        """The other tools' extension elements called ``name``; only those of ``spaces`` when
        given."""
        for holder in model_children(owner, "extensionElements"):
            for child in list(holder):
                if local(child) == name and namespace(child) in (spaces or TOOLS):
                    yield child

    def attributes(
        self, element: etree._Element, name: str, spaces: tuple[str, ...] = FAMILY
    ) -> Iterator[tuple[str, str]]:
        """(namespace, value) of the attribute ``name`` of each tool that has one here."""
        for space in spaces:
            value = element.get(f"{{{space}}}{name}")
            if value is not None and value.strip():
                yield space, value.strip()

    @staticmethod
    def take(element: etree._Element, space: str, name: str) -> None:
        """Remove an attribute that is translated; the tool's own elements have it unqualified, and
        are gone when they say nothing more."""
        element.attrib.pop(f"{{{space}}}{name}", None)
        if namespace(element) == space:
            element.attrib.pop(name, None)
            if not element.attrib and not len(element):
                Translation.drop(element)

    @staticmethod
    def drop(element: etree._Element) -> None:
        """Remove an extension element that is translated, with its wrapper when that is empty."""
        holder = element.getparent()
        if holder is None:
            return
        holder.remove(element)
        if not len(holder) and namespace(holder) in TOOLS and not holder.attrib:
            Translation.drop(holder)

    # ------------------------------------------------------------ giving

    def give(
        self, owner: etree._Element, name: str, at: etree._Element, **values: str
    ) -> etree._Element:
        """A new extension element of ours on ``owner``."""
        holder = model_child(owner, "extensionElements")
        if holder is None:
            holder = etree.Element(bpmn("extensionElements"))
            first = model_child(owner, "documentation")
            owner.insert(0 if first is None else owner.index(first) + 1, holder)
            holder.sourceline = at.sourceline
        return self.add(holder, name, at, **values)

    @staticmethod
    def add(holder: etree._Element, name: str, at: etree._Element, **values: str) -> etree._Element:
        """A new extension element of ours in ``holder``."""
        made = etree.SubElement(holder, sp(name))
        for attribute, value in values.items():
            made.set(attribute, clean_xml(value))
        made.sourceline = at.sourceline
        return made

    # ------------------------------------------------------------ telling

    def became(
        self, key: str, owner: etree._Element, at: etree._Element, space: str, was: str, now: str
    ) -> None:
        """Note a translation: ``was`` as the other tool writes it, ``now`` as we do."""
        promised = KEYS[key]  # what is translated stands in the table
        tool = TOOLS.get(space, "JUEL")
        params = {"tool": tool, "was": was[:LONGEST], "now": now[:LONGEST], "key": promised.key}
        self.notes.append(Note("vendor_translated", owner, at, params))

    def note_untranslated(
        self,
        owner: etree._Element,
        at: etree._Element,
        space: str,
        was: str,
        reason: tuple[str, str],
    ) -> None:
        """Note what could have been translated but means something else."""
        tool = TOOLS.get(space, "JUEL")
        params = {"tool": tool, "was": was[:LONGEST], "reason": reason}
        self.notes.append(Note("vendor_untranslated", owner, at, params))

    def value(
        self, owner: etree._Element, at: etree._Element, space: str, name: str, text: str
    ) -> str | None:
        """A literal as it stands, an expression as ``= FEEL``; None, with a note, for one that
        cannot be translated."""
        text = text.strip()
        if space == ZEEBE:
            return f"= {text[1:].strip()}" if text.startswith("=") else text
        if not is_juel(text):
            return text
        try:
            return to_feel(text)
        except NotSimple as error:
            self.note_untranslated(owner, at, space, f"{name}={text}", (error.sv, error.en))
            return None


def written(name: str, **values: str) -> str:
    """An element of ours as a diagram writes it: ``sp:due after="P3D"``."""
    return " ".join([f"sp:{name}", *(f'{key}="{value}"' for key, value in values.items())])


def clean_xml(value: str) -> str:
    """``value`` without characters that XML cannot hold (JSON can)."""
    return "".join(
        c
        for c in value
        if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe")
    )
