"""What BPMN's own schema says of a file is a warning, and costs nothing but a look."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn.lint import lint
from engine.bpmn.schema import MOST, errors
from engine.bpmn.source import parse
from engine.views import Finding, Source
from tests.support.bpmn import file, line, process
from tests.support.exports import TOOLS, exported

PLAN = sorted((Path(__file__).parents[3] / "workflows").glob("*.bpmn"))


def told(data: bytes) -> list[Finding]:
    report = lint([Source("x.bpmn", data)], roles={})
    return [f for f in report.findings if f.code in ("xsd", "xsd_more")]


@pytest.mark.parametrize("path", PLAN, ids=lambda path: path.stem)
def test_our_own_diagrams_follow_the_schema(path: Path) -> None:
    assert errors(parse(path.read_bytes(), path.name).getroot()) == ([], 0)


@pytest.mark.parametrize("tool", TOOLS)
def test_what_other_tools_add_in_their_own_namespaces_is_no_error(tool: str) -> None:
    assert told(exported(tool).data) == []


@pytest.mark.parametrize(
    ("content", "sv"),
    [
        (line('<userTask id="t" colour="red"/>'), "userTask får inte ha attributet colour"),
        (line('<userTask id="t"><pen/></userTask>'), "pen får inte stå här"),
        (line('<userTask id="t" startQuantity="many"/>'), "värde på startQuantity"),
        (line('<userTask id="t">work</userTask>'), "userTask får inte innehålla text"),
        ("<process><laneSet><lane>x</lane></laneSet></process>", "får inte innehålla text"),
        ("<message/><signal/>" + line('<task id="t"/>') + "<import/>", "import får inte stå här"),
    ],
)
def test_what_does_not_follow_it_is_a_warning_with_its_line(content: str, sv: str) -> None:
    found = told(file(content))
    assert any(sv in f.sv for f in found)
    assert all(f.severity == "warning" and f.line for f in found)


def test_the_warning_names_the_element_around() -> None:
    (found,) = told(file(line('<userTask id="t" name="Sell" colour="red"/>')))
    assert (found.element_id, found.element_name, found.line) == ("t", "Sell", 3)
    assert 'User task "Sell" (t)' in found.en


def test_of_many_the_first_are_told_and_the_rest_counted() -> None:
    found = told(file(process("<task wrong='1'/>" * 90)))
    assert len(found) == MOST + 1
    assert any("70" in f.sv for f in found if f.code == "xsd_more")


def test_a_diagram_cannot_make_us_open_other_schemas(tmp_path: Path) -> None:
    other = tmp_path / "other.xsd"
    other.write_text("<broken")
    data = file(line("<userTask id='t'/>")).replace(
        b"targetNamespace=",
        f'xsi:schemaLocation="urn:test {other.as_uri()}" targetNamespace='.encode(),
    )
    tree = parse(data, "x.bpmn")
    assert errors(tree.getroot()) == ([], 0)
    assert any("schemaLocation" in str(name) for name in tree.getroot().attrib)


def test_a_file_of_nothing_but_errors_is_not_looked_at_for_long() -> None:
    (found,) = told(file(process("<task wrong='1'/>" * 15_000)))
    assert "too large to be compared" in found.en
