"""Small diagrams for the tests: what is around a process, and the checks with the usual roles."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.bpmn import lint
from engine.bpmn.source import parse
from engine.views import Finding, Role, Source

ROLES = {
    "saljare": Role("saljare", "Säljare", "Sales representative"),
    "kundansvarig": Role("kundansvarig", "Kundansvarig", "Account manager"),
}
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
    ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:sp="urn:serviceplan:bpmn:1" xmlns:tns="urn:test" targetNamespace="urn:test">\n'
)


def file(content: str) -> bytes:
    """A BPMN file with ``content`` inside definitions."""
    return f"{_HEAD}{content}</definitions>".encode()


def process(content: str, ident: str = "p", **attributes: str) -> str:
    """A process to be run; its content may be short, see ``short``."""
    given = {"isExecutable": "true", **attributes}
    written = " ".join(f'{name}="{value}"' for name, value in given.items())
    return f'<process id="{ident}" {written}>{content}</process>'


def flow(ident: str, source: str, target: str, condition: str | None = None) -> str:
    if condition is None:
        return f'<sequenceFlow id="{ident}" sourceRef="{source}" targetRef="{target}"/>'
    return (
        f'<sequenceFlow id="{ident}" sourceRef="{source}" targetRef="{target}">'
        f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>'
        "</sequenceFlow>"
    )


def line(middle: str, ident: str = "t") -> str:
    """A process that is one element between a start and an end."""
    return process(
        f'<startEvent id="s"/>{middle}<endEvent id="e"/>'
        + flow("f1", "s", ident)
        + flow("f2", ident, "e")
    )


def task(extensions: str = "", content: str = "") -> str:
    """A user task with our extension elements, between a start and an end."""
    inside = f"<extensionElements>{extensions}</extensionElements>" if extensions else ""
    return line(f'<userTask id="t" name="Offert">{inside}{content}</userTask>')


def tree(content: str) -> etree._ElementTree:
    return parse(file(content), "test.bpmn")


def findings(*contents: str, **options: Any) -> list[Finding]:
    """What the checks say about files with these contents, uploaded together."""
    sources = [Source(f"{n}.bpmn", file(content)) for n, content in enumerate(contents)]
    return lint.check(sources, roles=options.pop("roles", ROLES), **options)


def errors(*contents: str, **options: Any) -> list[str]:
    """The codes of the errors, in the order of the file."""
    return [f.code for f in findings(*contents, **options) if f.severity == "error"]


def codes(*contents: str, **options: Any) -> set[str]:
    """The codes of all findings."""
    return {f.code for f in findings(*contents, **options)}


def startable(*contents: str, **options: Any) -> set[str]:
    """The processes that could be started."""
    sources = [Source(f"{n}.bpmn", file(content)) for n, content in enumerate(contents)]
    return set(lint.lint(sources, roles=ROLES, **options).startable)
