"""What other modelers write is translated where it means the same, and told in any case."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import feel
from engine.bpmn import vendor, vocabulary
from engine.bpmn.juel import NotSimple, meant, to_feel
from engine.bpmn.lint import Surroundings, lint
from engine.bpmn.source import parse
from engine.bpmn.vendor.tools import TABLE, TOOLS
from engine.views import Finding, Source
from tests.support.bpmn import ROLES, file, line, process
from tests.support.exports import TOOLS as EXPORTS
from tests.support.exports import exported

PAGE = Path(__file__).parents[3] / "docs" / "process-owner.md"


def told(content: str, staffed: set[str] | None = None) -> list[Finding]:
    source = Source("x.bpmn", file(content))
    return list(lint([source], roles=ROLES, surroundings=Surroundings(staffed=staffed)).findings)


def codes(content: str) -> set[str]:
    return {f.code for f in told(content)}


def test_the_page_for_process_owners_has_the_table_of_the_code() -> None:
    page = PAGE.read_text("utf-8")
    for entry in TABLE:
        tools = ", ".join(TOOLS[space] for space in entry.tools)
        assert f"| {tools} | {entry.theirs} | {entry.ours} |" in page
    rows = page.split("| from |")[1].split("\n\n")[0].count("\n| ")
    assert rows == len(TABLE)


def test_what_the_page_promises_is_done_for_some_diagram() -> None:
    done = {
        note.params["key"]
        for tool in EXPORTS
        for note in vendor.translate(parse(exported(tool).data, tool))
        if note.code == "vendor_translated"
    }
    done |= {
        note.params["key"]
        for note in vendor.translate(parse(file(line(DECISION)), "d.bpmn"))
        if note.code == "vendor_translated"
    }
    done |= {note.params["key"] for note in vendor.translate(parse(FLOWABLE, "f.bpmn"))}
    assert done == {entry.key for entry in TABLE}


def flowable(content: str, said: str = "") -> bytes:
    """A file of Flowable's: it says who it is by its namespace alone."""
    whole = file(f'<process id="p" {said}>{content}</process>')
    return whole.replace(
        b"<definitions ", b'<definitions xmlns:flowable="http://flowable.org/bpmn" '
    )


def failing(reference: str) -> str:
    """A sub-process that ends with an error, and the event that catches it."""
    thrown = f'<errorEventDefinition errorRef="{reference}"/>'
    return (
        f'<subProcess id="u"><startEvent id="a"/><endEvent id="z">{thrown}</endEvent>'
        '<sequenceFlow sourceRef="a" targetRef="z"/></subProcess><task id="t"/>'
        f'<boundaryEvent id="b" attachedToRef="u">{thrown}</boundaryEvent>'
        '<sequenceFlow sourceRef="b" targetRef="t"/>'
    )


LATER = (
    '<intermediateCatchEvent id="w"><timerEventDefinition><timeDuration>"P1D"</timeDuration>'
    '</timerEventDefinition></intermediateCatchEvent><sequenceFlow sourceRef="t" targetRef="w"/>'
    '<task id="y"/><sequenceFlow sourceRef="w" targetRef="y"/>'
)
FLOWABLE = flowable(failing("no stock") + LATER)


@pytest.mark.parametrize("code", ["noStock", "no stock", "404"])
def test_an_error_is_thrown_and_caught_by_a_code_that_nothing_defines(code: str) -> None:
    report = lint([Source("x.bpmn", flowable(failing(code)))], roles=ROLES)
    assert report.startable == {"p"}
    (process_read,) = report.files[0].model
    thrown = {e.name for node in process_read.nodes.values() for e in node.events}
    assert thrown == {code}
    # A file of no such tool must define what it refers to.
    assert "reference_lost" in codes(f'<process id="p">{failing("gone")}</process>')


def test_a_file_of_flowable_runs_unless_it_says_that_it_does_not() -> None:
    assert lint([Source("x.bpmn", flowable('<userTask id="t"/>'))], roles=ROLES).startable == {"p"}
    said = flowable('<userTask id="t"/>', 'isExecutable="false"')
    assert lint([Source("x.bpmn", said)], roles=ROLES).startable == set()


@pytest.mark.parametrize("mark", ['"', "'"])
def test_a_time_in_quotation_marks_is_the_time(mark: str) -> None:
    wait = LATER.replace('"P1D"', f"{mark}P1D{mark}")
    content = process(f'<task id="t"/>{wait}')
    assert "timer_malformed" not in codes(content)
    assert lint([Source("x.bpmn", file(content))], roles=ROLES).startable == {"p"}


DECISION = (
    '<businessRuleTask id="t" camunda:decisionRef="rate" camunda:resultVariable="rate"'
    ' camunda:mapDecisionResult="singleEntry" camunda:decisionRefBinding="version"'
    ' camunda:decisionRefVersion="3"/>'
)


def test_a_second_translation_finds_nothing_to_do() -> None:
    for tool in EXPORTS:
        tree = parse(exported(tool).data, tool)
        assert vendor.translate(tree)
        assert vendor.translate(tree) == ()


@pytest.mark.parametrize(
    ("juel", "expected"),
    [
        ("${approved}", "= approved"),
        ("#{!approved}", "= not(approved = true)"),
        ("${a eq 'x' and b ne null}", '= a = "x" and b != null'),
        ("${a ? 1 : 2}", "= if a then 1 else 2"),
        ("${(a + b) * c - (d - e)}", "= (a + b) * c - (d - e)"),
        ("${order.lines[0].price >= 10}", "= order.lines[1].price >= 10"),
        ("${m['key'] == \"it's\"}", '= m.key = "it\'s"'),
        ("${name.equals('x')}", '= name = "x"'),
    ],
)
def test_simple_juel_is_feel(juel: str, expected: str) -> None:
    assert to_feel(juel) == expected
    feel.compile(expected[1:])


@pytest.mark.parametrize(
    "juel",
    [
        *(
            "${bean.pay(order)}",
            "${a % 2}",
            "Hello ${name}",
            "${}",
            "${a b}",
            "${a +}",
            "${list[i]}",
        ),
        *(
            "${'a' + b}",
            "${execution.getVariable('x')}",
            "${for}",
            "${" + "(" * 500 + "}",
            "${a;b}",
        ),
        *("${a}${b}", "${T(java.lang.Runtime).getRuntime()}", "${''.getClass()}"),
    ],
)
def test_more_than_that_is_refused_with_the_reason(juel: str) -> None:
    with pytest.raises(NotSimple) as refused:
        to_feel(juel)
    assert refused.value.sv
    assert refused.value.en


@pytest.mark.parametrize(
    ("value", "empty"), [(None, True), ("", True), ([], True), ("a", False), ([1], False)]
)
def test_empty_means_what_it_means_in_juel(value: object, empty: bool) -> None:
    expression = feel.compile(to_feel("${empty x}")[1:])
    assert expression.evaluate({"x": value}) is empty


def test_null_is_false_as_in_juel() -> None:
    assert feel.compile(to_feel("${!x}")[1:]).evaluate({"x": None}) is True
    assert feel.compile(to_feel("${!(x > 1)}")[1:]).evaluate({"x": None}) is True


def test_what_another_language_may_have_meant_is_suggested_and_not_run() -> None:
    assert meant("amount > 5 and status is not None") == "= amount > 5 and status != null"
    assert meant("a === 'x' && !b") == '= a = "x" and not(b = true)'
    assert meant("__import__('os').system('ls')") == ""


def test_loop_counters_count_from_one() -> None:
    assert to_feel("${loopCounter == 0}", repeated=True) == "= loopCounter - 1 = 0"
    assert to_feel("${loopCounter == 0}") == "= loopCounter = 0"


def test_a_lane_comes_before_a_group_and_says_so() -> None:
    lanes = (
        '<laneSet id="ls"><lane id="l" name="Säljare"><flowNodeRef>t</flowNodeRef></lane></laneSet>'
    )
    content = process(lanes + '<userTask id="t" camunda:candidateGroups="Account manager"/>')
    assert "role_of_lane" in codes(content)
    meta = vocabulary.read(parse(file(content), "x.bpmn"), roles=ROLES)["p"]
    assert meta.tasks["t"].role == "saljare"


def test_a_group_that_is_no_role_is_told_as_a_lane_would_be() -> None:
    (found,) = [
        f
        for f in told(line('<userTask id="t" camunda:candidateGroups="saljar"/>'))
        if f.code == "task_role_unknown"
    ]
    assert found.severity == "error"
    assert "saljare" in found.sv


def test_a_role_that_nobody_holds_is_a_warning_when_people_are_known() -> None:
    content = line('<userTask id="t" camunda:candidateGroups="saljare"/>')
    assert "role_without_members" in {f.code for f in told(content, {"kundansvarig"})}
    assert "role_without_members" not in {f.code for f in told(content, {"saljare"})}
    assert "role_without_members" not in {f.code for f in told(content)}


@pytest.mark.parametrize(
    "attributes",
    [
        'camunda:candidateUsers="a,b"',
        'camunda:followUpDate="P1D"',
        'camunda:formKey="embedded:app:x.html"',
        'camunda:assignee="${bean.who()}"',
        'camunda:candidateGroups="${groups}"',
        'camunda:dueDate="soon"',
        'camunda:priority="5"',
    ],
)
def test_what_has_no_twin_is_a_warning_that_names_it(attributes: str) -> None:
    found = told(line(f'<userTask id="t" name="Sell" {attributes}/>'))
    named = [f for f in found if attributes.split(":")[1].split("=", maxsplit=1)[0] in f.en]
    assert any(f.severity == "warning" and f.element_id == "t" and f.line for f in named)


@pytest.mark.parametrize(
    "form",
    [
        '<camunda:formField id="not-a-name" type="string"/>',
        '<camunda:formField id="a" type="json"/>',
        '<camunda:formField id="a" type="long" defaultValue="many"/>',
        '<camunda:formField id="a" type="long"><camunda:validation>'
        '<camunda:constraint name="com.acme.Check"/></camunda:validation></camunda:formField>',
    ],
)
def test_what_a_form_loses_is_told_field_by_field(form: str) -> None:
    content = line(
        '<userTask id="t"><extensionElements><camunda:formData>'
        f"{form}</camunda:formData></extensionElements></userTask>"
    )
    assert "vendor_untranslated" in codes(content)
    assert not [f for f in told(content) if f.severity == "error"]


def test_data_of_tools_that_nobody_knows_is_told_once() -> None:
    content = line('<userTask id="t" xmlns:x="urn:x" x:a="1" x:b="2"/>')
    (found,) = [f for f in told(content) if f.code == "foreign_data"]
    assert found.severity == "info"
    assert "urn:x" in found.en
