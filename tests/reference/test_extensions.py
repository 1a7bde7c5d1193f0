"""``docs/process-owner.md`` lists our extension elements as the engine reads them: every element
and attribute, where it stands, what it takes, and nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from lxml import etree

from engine import Source
from engine.bpmn import extension_places, lint, vocabulary
from engine.bpmn.extension_places import ATTRIBUTES, PLACES
from engine.bpmn.forms import FIELD_TYPES
from engine.bpmn.names import SP
from engine.bpmn.nodes import DECISION_MAPPINGS
from tests.reference.__main__ import PROCESS_OWNER
from tests.reference.extensions import EXTENSIONS, REPEATED, Attribute, Extension, written_into
from tests.support import bpmn
from tests.support.files import PROJECT
from tests.support.plan import project_config

BY_NAME = {each.name: each for each in EXTENSIONS}
ROWS = [(each, one) for each in EXTENSIONS for one in each.attributes]
AROUND = {
    "sp:checklist": ("userTask", "<sp:checklist>{}</sp:checklist>"),
    "sp:item": (
        "userTask",
        '<sp:checklist><sp:item id="a">Tänk<sp:item>Del</sp:item>{}</sp:item></sp:checklist>',
    ),
    "sp:form": ("userTask", "<sp:form>{}</sp:form>"),
    "sp:message": ("message", "<sp:message>{}</sp:message>"),
    "sp:field": (
        "userTask",
        '<sp:form><sp:field id="val" type="choice" label="Val">{}</sp:field></sp:form>',
    ),
}
"""What our elements that stand in others of ours are put into, and where that stands."""
BESIDE: dict[tuple[str, str], dict[str, str | None]] = {
    ("due", "before"): {"after": None, "of": "avtalsstart"},
    ("due", "on"): {"after": None},
    ("starter", "everyone"): {"role": None},
    ("in", "variables"): {"source": None, "target": None},
    ("out", "variables"): {"source": None, "target": None},
}
"""What the other attributes must be when an attribute is used; None takes one away."""
OTHERS = ("endEvent", "exclusiveGateway", "sequenceFlow", "textAnnotation")
"""Some of the elements that none of ours stands on."""


def diagram(place: str, fragment: str) -> bytes:
    """A file in which ``fragment`` stands on the element ``place``."""
    if place in AROUND:
        place, around = AROUND[place]
        fragment = around.format(fragment)
    on = {place: f"<extensionElements>{fragment}</extensionElements>"}
    whole = {"process", "lane", "startEvent", "message", *OTHERS} | extension_places.GLOBAL
    node = "userTask" if place in whole else place
    inside = '<startEvent id="i"/><endEvent id="j"/>' + bpmn.flow("f9", "i", "j")
    content = inside if node in ("subProcess", "transaction") else ""
    glob = f'<{place} id="g" name="G">{on[place]}</{place}>' if "global" in place else ""
    return bpmn.file(
        f'<message id="M" name="M">{on.get("message", "")}</message>{glob}'
        '<process id="p" name="P" isExecutable="true">'
        f"{on.get('process', '')}"
        f'<laneSet id="ls"><lane id="l" name="{"" if place == "lane" else "Säljare"}">{on.get("lane", "")}'
        "<flowNodeRef>t</flowNodeRef></lane></laneSet>"
        f'<startEvent id="s">{on.get("startEvent", "")}</startEvent>'
        f'<sequenceFlow id="f1" sourceRef="s" targetRef="c">{on.get("sequenceFlow", "")}'
        "</sequenceFlow>"
        '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="M"/>'
        f"</intermediateCatchEvent>{bpmn.flow('f2', 'c', 't')}"
        f'<{node} id="t" name="T">{on.get(node, "")}{content}</{node}>{bpmn.flow("f3", "t", "x")}'
        f'<exclusiveGateway id="x">{on.get("exclusiveGateway", "")}</exclusiveGateway>'
        f"{bpmn.flow('f4', 'x', 'e')}"
        f'<endEvent id="e">{on.get("endEvent", "")}</endEvent>'
        f'<textAnnotation id="a">{on.get("textAnnotation", "")}<text>a</text></textAnnotation>'
        "</process>"
    )


def codes(place: str, fragment: str) -> set[str]:
    found = lint.lint([Source("own.bpmn", diagram(place, fragment))], roles=project_config().roles)
    return {finding.code for finding in found.findings}


def changed(extension: Extension, one: Attribute, value: str) -> str:
    """The extension's example with another value of one attribute."""
    element = etree.fromstring(extension.example.replace(" ", f' xmlns:sp="{SP}" ', 1))
    for name, given in {**BESIDE.get((extension.name, one.name), {}), one.name: value}.items():
        if given is None:
            element.attrib.pop(name)
        else:
            element.set(name, given)
    return etree.tostring(element, encoding="unicode")


def row(value: Any) -> str:
    return value.name if isinstance(value, (Extension, Attribute)) else str(value)


def test_the_page_has_todays_tables() -> None:
    page = PROCESS_OWNER.read_text("utf-8")
    assert page == written_into(page), "run `make docs`"
    assert f"`{SP}`" in page


def test_every_element_and_every_attribute_has_a_row() -> None:
    assert {each.name: tuple(a.name for a in each.attributes) for each in EXTENSIONS} == ATTRIBUTES
    assert set(BY_NAME) == set(PLACES)
    assert tuple(one.name for one in REPEATED) == extension_places.REPEATED


def test_editors_know_the_same() -> None:
    types = json.loads((PROJECT / "workflows" / "serviceplan.json").read_text("utf-8"))["types"]
    told = {
        each["name"][0].lower() + each["name"][1:]: tuple(
            one["name"] for one in each["properties"] if one.get("isAttr")
        )
        for each in types
    }
    assert tuple(told.pop("repeated")) == extension_places.REPEATED
    assert {name: set(given) for name, given in told.items()} == {
        name: set(given) for name, given in ATTRIBUTES.items()
    }
    places = {
        each["name"].lower(): [place.lower() for place in each["meta"]["allowedIn"]]
        for each in types
        if "meta" in each
    }
    assert places == {
        name: [f"bpmn:{place}".lower() for place in allowed]
        for name, allowed in PLACES.items()
        if not allowed[0].startswith("sp:")
    }


def test_the_engine_reads_each_of_them_and_no_other() -> None:
    read = set[tuple[str, str]]()

    class Recorded(etree.ElementBase):
        def get(self, key: str, default: Any = None) -> Any:
            if self.tag.startswith(f"{{{SP}}}"):
                read.add((self.tag.partition("}")[2], key))
            return super().get(key, default)

    parser = etree.XMLParser()
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=Recorded))
    for extension in EXTENSIONS:
        for place in extension.places:
            root = etree.fromstring(diagram(place, extension.example), parser)
            vocabulary.inspect(
                etree.ElementTree(root), lambda *_, **__: None, roles=project_config().roles
            )
    assert read == {(each.name, one.name) for each, one in ROWS}


@pytest.mark.parametrize("extension", EXTENSIONS, ids=row)
def test_it_stands_where_it_is_said_to(extension: Extension) -> None:
    for place in extension.places:
        assert not codes(place, extension.example) & {"extension_unknown", "extension_attribute"}


@pytest.mark.parametrize("extension", EXTENSIONS, ids=row)
def test_it_stands_nowhere_else(extension: Extension) -> None:
    everywhere = {place for places in PLACES.values() for place in places} | set(OTHERS)
    for place in sorted(everywhere - set(extension.places)):
        assert "extension_unknown" in codes(place, extension.example), place


@pytest.mark.parametrize("extension", EXTENSIONS, ids=row)
def test_an_attribute_that_it_does_not_have_is_told(extension: Extension) -> None:
    mistyped = extension.example.replace(
        f"<sp:{extension.name}", f"<sp:{extension.name} wrod='1'", 1
    )
    assert "extension_attribute" in codes(extension.places[0], mistyped)


@pytest.mark.parametrize(("extension", "one"), ROWS, ids=row)
def test_an_attribute_takes_what_is_said(extension: Extension, one: Attribute) -> None:
    usual = codes(extension.places[0], extension.example)
    for value in one.good:
        assert codes(extension.places[0], changed(extension, one, value)) <= usual, value


@pytest.mark.parametrize(("extension", "one"), [r for r in ROWS if r[1].code], ids=row)
def test_an_attribute_takes_nothing_else(extension: Extension, one: Attribute) -> None:
    usual = codes(extension.places[0], extension.example)
    wrong = codes(extension.places[0], changed(extension, one, one.bad))
    assert one.code in wrong - usual, wrong


@pytest.mark.parametrize(("extension", "one"), ROWS, ids=row)
def test_what_must_be_there_is_missed(extension: Extension, one: Attribute) -> None:
    if one.default or not re.search(rf'\b{one.name}="[^"]*"', extension.example):
        assert one.default, "an attribute that must be there is in its example"
        return
    usual = codes(extension.places[0], extension.example)
    left = re.sub(rf'\s{one.name}="[^"]*"', "", extension.example)
    assert codes(extension.places[0], left) - usual


@pytest.mark.parametrize(
    ("extension", "name", "values"),
    [("field", "type", FIELD_TYPES), ("decision", "mapping", DECISION_MAPPINGS)],
)
def test_a_closed_list_of_values_is_whole(
    extension: str, name: str, values: tuple[str, ...]
) -> None:
    [one] = [a for a in BY_NAME[extension].attributes if a.name == name]
    assert tuple(re.findall(r"`(\w+)`", one.type)) == tuple(values)
