"""Nothing but FEEL is ever run: everything else is told, by element, and refused or drawn only."""

from __future__ import annotations

import pytest

from tests.support.bpmn import errors, file, findings, flow, line, process, startable, task

PYTHON = "__import__('os').system('touch /tmp/x')"


def decision(condition: str, attributes: str = "") -> str:
    written = flow("f1", "g", "a", condition).replace(
        "Expression xsi", f"Expression {attributes} xsi"
    )
    return process(
        '<startEvent id="s"/><exclusiveGateway id="g" default="f2"/><userTask id="a"/>'
        '<endEvent id="e"/>'
        + flow("f0", "s", "g")
        + written
        + flow("f2", "g", "e")
        + flow("f3", "a", "e")
    )


def script(text: str, form: str = "") -> str:
    return line(f'<scriptTask id="t" {form}><script>{text}</script></scriptTask>')


def test_a_condition_in_feel_is_fine() -> None:
    assert errors(decision('= svar = "ja"')) == []
    assert startable(decision('= svar = "ja"')) == {"p"}


@pytest.mark.parametrize(
    ("content", "element"),
    [
        (decision(PYTHON), "f1"),
        (decision("x &gt; 1", 'language="python"'), "f1"),
        (decision("amount &gt; ( 10"), "f1"),
        (decision(""), "f1"),
        (script("import os", 'scriptFormat="python"'), "t"),
        (script("n = n + 1", 'scriptFormat="text/x-python"'), "t"),
        (script(PYTHON), "t"),
        (script("= n + 1"), "t"),
        (
            task(content="<multiInstanceLoopCharacteristics><loopCardinality>"
                 f"{PYTHON}</loopCardinality></multiInstanceLoopCharacteristics>"),
            "t",
        ),
        (
            task(content="<standardLoopCharacteristics><loopCondition>"
                 f"{PYTHON}</loopCondition></standardLoopCharacteristics>"),
            "t",
        ),
        (
            '<message id="m" name="M"/><correlationProperty id="cp">'
            '<correlationPropertyRetrievalExpression messageRef="m">'
            f"<messagePath>{PYTHON}</messagePath></correlationPropertyRetrievalExpression>"
            "</correlationProperty>" + task(),
            "cp",
        ),
        (
            line('<intermediateCatchEvent id="t"><conditionalEventDefinition>'
                 f'<condition xsi:type="tFormalExpression">{PYTHON}</condition>'
                 "</conditionalEventDefinition></intermediateCatchEvent>"),
            "t",
        ),
        (
            line('<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>'
                 f"={PYTHON}</timeDuration></timerEventDefinition></intermediateCatchEvent>"),
            "t",
        ),
    ],
)  # fmt: skip
def test_what_is_not_feel_does_not_run_and_the_element_is_named(content: str, element: str) -> None:
    codes = {"expression_python", "expression_syntax", "expression_empty", "script_not_a_context"}
    found = [f for f in findings(content) if f.code in codes]
    assert [f.element_id for f in found] == [element]
    assert element in found[0].en
    assert not found[0].refuses
    assert startable(content) == set()


def test_a_finding_on_a_condition_names_the_gateway_too() -> None:
    (found,) = [f for f in findings(decision(PYTHON)) if f.code.startswith("expression")]
    assert "(after g)" in found.en
    assert "(efter g)" in found.sv


def test_a_slip_is_answered_with_what_was_meant() -> None:
    (found,) = [f for f in findings(decision('svar == "ja"')) if f.severity == "error"]
    assert '= svar = "ja"' in found.sv


@pytest.mark.parametrize(
    "content",
    [
        decision("${bean.ask(order)}"),
        decision("x &gt; 1", 'language="http://www.w3.org/1999/XPath"'),
        script("x", 'scriptFormat="groovy"'),
        line('<serviceTask id="t" implementation="##WebService"/>'),
        line('<serviceTask id="t" camunda:class="com.acme.Pay"/>'),
        line('<businessRuleTask id="t"/>'),
        script("a = 1", 'scriptFormat="javascript"'),
        script("a = 1;", 'scriptFormat="text/x-java"'),
        script("a = 1", 'scriptFormat="python"'),
    ],
)
def test_what_is_meant_for_other_tools_is_kept_as_a_drawing(content: str) -> None:
    assert errors(content) == []
    assert startable(content) == set()
    assert any(f.severity == "warning" and f.element_id in ("t", "f1") for f in findings(content))


def test_java_code_is_named_in_the_finding() -> None:
    found = findings(line('<serviceTask id="t" camunda:class="com.acme.Pay"/>'))
    assert any("com.acme.Pay" in f.sv for f in found if f.code == "vendor_code")


def test_what_to_do_about_code_fits_the_step() -> None:
    connector = (
        "<extensionElements><camunda:connector><camunda:connectorId>x</camunda:connectorId>"
        "</camunda:connector></extensionElements>"
    )
    done_by_people = line(f'<userTask id="t">{connector}</userTask>')
    done_by_programs = line('<serviceTask id="t" camunda:class="X"/>')
    for content, ends in ((done_by_people, "Remove the code."), (done_by_programs, "a user task.")):
        assert [f.en.endswith(ends) for f in findings(content) if f.code == "vendor_code"] == [True]


@pytest.mark.parametrize("name", ["taskListener", "executionListener"])
def test_the_process_goes_on_without_listeners_and_says_so(name: str) -> None:
    heard = f'<camunda:{name} event="create"><camunda:script>x</camunda:script></camunda:{name}>'
    content = line(f'<userTask id="t"><extensionElements>{heard}</extensionElements></userTask>')
    assert startable(content) == {"p"}
    (found,) = [f for f in findings(content) if f.severity == "warning"]
    assert (found.code, found.element_id) == ("vendor_listener", "t")
    assert name in found.en


def test_settings_of_other_tools_are_told_and_harm_nothing() -> None:
    content = line('<userTask id="t" camunda:assignee="demo" camunda:asyncBefore="true"/>')
    assert startable(content) == {"p"}
    told = {f.code: f for f in findings(content)}
    assert 'sp:assignee value="demo"' in told["vendor_translated"].en
    assert "asyncBefore" in told["vendor_harmless"].en
    assert not [f for f in told.values() if f.severity == "warning"]


def test_simple_juel_is_read_as_the_feel_that_it_means() -> None:
    found = findings(decision("${svar == 'ja'}"))
    assert any('= svar = "ja"' in f.en for f in found if f.code == "vendor_translated")
    assert startable(decision("${svar == 'ja'}")) == {"p"}


def test_a_script_is_a_feel_context() -> None:
    assert errors(script("= {summa: pris * antal}", 'scriptFormat="feel"')) == []
    assert errors(script("= summa + 1", 'scriptFormat="feel"')) == ["script_not_a_context"]
    assert startable(line('<scriptTask id="t"/>')) == set()


def test_a_condition_that_is_no_condition_is_told() -> None:
    assert "expression_not_boolean" in {f.code for f in findings(decision("= 23"))}


def test_no_file_has_more_expressions_than_anyone_reads() -> None:
    items = "".join(f'<sp:item id="i{n}" applies="= x{n}">y</sp:item>' for n in range(1100))
    assert errors(task(f"<sp:checklist>{items}</sp:checklist>")) == ["expressions_too_many"]
    assert len(file(items)) < 100_000


@pytest.mark.parametrize("text", ["= cycle(x)", "= next month(due) &gt; due", "= my rule(1)"])
def test_a_function_that_feel_does_not_have_is_named(text: str) -> None:
    content = decision(text)
    (found,) = [f for f in findings(content) if f.code == "expression_function"]
    assert found.element_id == "f1"
    assert startable(content) == set()


def test_functions_of_the_expression_itself_and_of_scripts_are_known() -> None:
    assert startable(decision("= {f: function(a) a &gt; 1, b: f(x)}.b")) == {"p"}
    own = script('= error("no stock")', 'scriptFormat="feel"')
    assert startable(own) == {"p"}


@pytest.mark.parametrize(("text", "warned"), [("= any", True), ("= count &gt; 3", True),
                                              ("= count(lines) &gt; 3", False)])  # fmt: skip
def test_a_function_in_the_place_of_a_value_is_told(text: str, warned: bool) -> None:
    found = [f for f in findings(decision(text)) if f.code == "expression_names_function"]
    assert [(f.severity, f.element_id) for f in found] == [("warning", "f1")] * warned


@pytest.mark.parametrize("text", ["= today() &gt; due", "= due &lt; now()"])
def test_a_condition_that_only_time_makes_true_is_told(text: str) -> None:
    event = (
        '<intermediateCatchEvent id="t"><conditionalEventDefinition><condition>'
        f"{text}</condition></conditionalEventDefinition></intermediateCatchEvent>"
    )
    (found,) = [f for f in findings(line(event)) if f.code == "condition_of_time"]
    assert (found.severity, found.element_id) == ("warning", "t")
    assert not [f for f in findings(decision(text)) if f.code == "condition_of_time"]


def test_words_are_no_condition_of_a_process_that_runs() -> None:
    words = decision("kunden är nöjd").replace(' xsi:type="tFormalExpression"', "")
    (found,) = [f for f in findings(words) if f.code == "condition_informal"]
    assert (found.element_id, found.refuses) == ("f1", False)
    assert "(after g)" in found.en
    assert startable(words) == set()
    formula = decision("score &gt; 10").replace(' xsi:type="tFormalExpression"', "")
    assert startable(formula) == {"p"}
    drawn = words.replace('isExecutable="true"', 'isExecutable="false"')
    assert "condition_informal" not in {f.code for f in findings(drawn)}
