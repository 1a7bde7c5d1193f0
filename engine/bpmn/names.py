"""Names of BPMN: namespaces, and how elements are found by them.

Everything here compares qualified names. Prefixes mean nothing: ``bpmn:task``, ``semantic:task``
and a bare ``task`` are the same element when they are bound to the same namespace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
"""Namespace of BPMN 2.0's own elements."""
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
"""Namespace of BPMN's diagram interchange: shapes, edges and planes."""
DC = "http://www.omg.org/spec/DD/20100524/DC"
"""Namespace of bounds, points and fonts."""
DD = "http://www.omg.org/spec/DD/20100524/DI"
"""Namespace of waypoints."""
XSI = "http://www.w3.org/2001/XMLSchema-instance"
"""Namespace of XML Schema's instance attributes."""
SP = "urn:serviceplan:bpmn:1"
"""Namespace of our own extension elements."""
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
"""Namespace of Camunda 7's extensions."""
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
"""Namespace of Camunda 8's extensions."""
FLOWABLE = "http://flowable.org/bpmn"
"""Namespace of Flowable's extensions."""
ACTIVITI = "http://activiti.org/bpmn"
"""Namespace of Activiti's extensions."""
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
"""Namespace of SpiffWorkflow's extensions."""
DMN_MARK = "/spec/DMN/"
"""What the namespaces of all versions of DMN have in common."""

FIELD_ID = re.compile(r"[A-Za-zÅÄÖåäö_][\wåäöÅÄÖ]{0,62}", re.ASCII)
"""What the id of a form field and the name of a variable may look like: at most 63 characters."""
_KEYWORDS = """and between config else every external false for function if in instance not null of
or return satisfies some then true"""
RESERVED = frozenset(_KEYWORDS.split())
"""Words that no variable may be called, because expressions could not say it."""

XSI_TYPE = f"{{{XSI}}}type"
"""The attribute that says whether an expression is formal, braced as lxml writes it."""


def namespace(element: etree._Element) -> str:
    """The element's namespace, ``""`` when it has none (or is a comment)."""
    tag = element.tag
    if not isinstance(tag, str) or not tag.startswith("{"):
        return ""
    return tag[1 : tag.index("}")]


def local(element: etree._Element) -> str:
    """The element's local name, ``""`` for comments and processing instructions."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag[tag.rindex("}") + 1 :] if tag.startswith("{") else tag


def kind(element: etree._Element) -> str:
    """The local name of a BPMN model element, ``""`` for anything else."""
    tag = element.tag
    return _kind(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=1024)
def _kind(tag: str) -> str:
    prefix = "{" + MODEL + "}"
    return tag[len(prefix) :] if tag.startswith(prefix) else ""


def bpmn(name: str) -> str:
    """``task`` → ``{http://www.omg.org/spec/BPMN/20100524/MODEL}task``."""
    return f"{{{MODEL}}}{name}"


def sp(name: str) -> str:
    """The qualified name of one of our extension elements."""
    return f"{{{SP}}}{name}"


def model_children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The element's BPMN children; only those with one of ``names`` when names are given."""
    for child in element:
        name = kind(child)
        if name and (not names or name in names):
            yield child


def model_child(element: etree._Element, *names: str) -> etree._Element | None:
    """The first BPMN child with one of ``names``, or None."""
    return next(model_children(element, *names), None)


def extensions(element: etree._Element, name: str | None = None) -> Iterator[etree._Element]:
    """Our own extension elements on ``element`` (all of them, or those called ``name``)."""
    for holder in model_children(element, "extensionElements"):
        for child in holder:
            if namespace(child) == SP and (name is None or local(child) == name):
                yield child


def flag(element: etree._Element, name: str, default: bool = False) -> bool:
    """An attribute of the type ``xsd:boolean``: ``true`` or ``1``, ``false`` or ``0``."""
    value = element.get(name)
    return default if value is None else value.strip() in ("true", "1")


def text(element: etree._Element | None) -> str:
    """The text of an element with surrounding white space removed; comments do not cut it."""
    if element is None:
        return ""
    parts = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            parts.append(child.tail or "")
    return "".join(parts).strip()


def local_reference(value: str | None) -> str:
    """The id that a reference names: references are QNames, ``tns:order`` means ``order``."""
    value = (value or "").strip()
    return value.rsplit(":", 1)[-1]
