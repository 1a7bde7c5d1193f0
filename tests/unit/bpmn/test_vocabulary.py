"""Our extension elements are read as values, and what is wrong in them is told."""

from __future__ import annotations

import pytest

from engine.bpmn import vocabulary
from engine.bpmn.lint import Surroundings
from engine.bpmn.meta import (
    ActivityRef,
    CheckItem,
    DueRule,
    PhaseMeta,
    ProcessMeta,
    SignatureRule,
    TaskMeta,
    Variable,
    VariableMapping,
)
from engine.views import Option
from tests.support.bpmn import ROLES, errors, findings, line, process, task, tree


def read(content: str, ident: str = "p") -> ProcessMeta:
    return vocabulary.read(tree(content), roles=ROLES)[ident]


def read_task(extensions: str) -> TaskMeta:
    return read(task(extensions)).tasks["t"]


def test_a_process_says_which_sheet_it_is_and_what_variables_it_starts_with() -> None:
    meta = read(
        process(
            "<documentation>Hela fasen.</documentation><extensionElements>"
            '<sp:phase key="B1" title="Förberedelse inför uppstart" order="2"/>'
            """<sp:variable name="intervall" default='= duration("P3M")'/>"""
            "</extensionElements>",
            name="B1  –\n uppstart",
        )
    )
    assert meta.name == "B1 – uppstart"
    assert meta.executable
    assert meta.documentation == "Hela fasen."
    assert meta.phase == PhaseMeta("B1", "Förberedelse inför uppstart", 2)
    assert meta.variables == (Variable("intervall", 'duration("P3M")'),)


def test_a_task_says_all_that_the_sheet_asks() -> None:
    found = read_task(
        '<sp:activity phase="A" order="5"/><sp:due after="P10D" calendar="working"/>'
        '<sp:checklist><sp:item id="kalkyl">Gör <!-- ny --> kalkyl</sp:item>'
        '<sp:item id="grupp" applies="= varde &gt;= 1000000">Projektgrupp</sp:item></sp:checklist>'
        '<sp:signature required="true" meaning="Godkänt" counterRole="saljare"/>'
    )
    assert found.name == "Offert"
    assert found.activity == ActivityRef("A", 5)
    assert found.due == DueRule(after="P10D", calendar="working")
    assert found.due.words() == {"after": "P10D", "calendar": "working"}
    assert found.checklist == (
        CheckItem("kalkyl", "Gör kalkyl"),
        CheckItem("grupp", "Projektgrupp", "varde >= 1000000"),
    )
    assert found.signature == SignatureRule(True, "Godkänt", "saljare")


def test_a_point_with_sub_points_is_one_text_and_one_tick() -> None:
    found = read_task(
        """<sp:checklist><sp:item id="rapport" applies="= a">Skriv en
            rapport som innehåller
            <sp:item>vad vi <!-- alla --> ser</sp:item>
            <sp:item>– vad andra ser</sp:item>
        </sp:item><sp:item id="b">Läs på</sp:item></sp:checklist>"""
    )
    assert found.checklist == (
        CheckItem("rapport", "Skriv en rapport som innehåller\n– vad vi ser\n– vad andra ser", "a"),
        CheckItem("b", "Läs på"),
    )


def test_a_point_that_begins_with_a_dash_may_be_a_sub_point() -> None:
    (found,) = findings(
        task('<sp:role key="saljare"/><sp:checklist><sp:item id="a">- x</sp:item></sp:checklist>')
    )
    assert (found.severity, found.code) == ("info", "item_dash")


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("<sp:item> </sp:item>", "part_text"),
        ('<sp:item id="y">y</sp:item>', "part_alone"),
        ('<sp:item applies="= x">y</sp:item>', "part_alone"),
        ("<sp:item>y<sp:item>z</sp:item></sp:item>", "part_alone"),
        ("<sp:item>y</sp:item> och z", "part_behind"),
    ],
)
def test_what_a_sub_point_cannot_have_is_told(part: str, code: str) -> None:
    content = f'<sp:checklist><sp:item id="a">x{part}</sp:item></sp:checklist>'
    (found,) = [f for f in findings(task(content)) if f.code == code]
    assert found.element_id == "t"


def test_a_task_without_extensions_asks_for_nothing() -> None:
    assert read_task("") == TaskMeta("t", "Offert", "userTask")


def test_a_due_date_may_be_counted_from_another_date() -> None:
    found = read_task('<sp:due before="P2W" of="avtalsstart" calendar="working"/>').due
    assert found == DueRule(before="P2W", of="avtalsstart", calendar="working")


def test_a_form_has_fields_of_every_kind() -> None:
    form = read_task(
        '<sp:form><sp:field id="svar" type="choice" label="Svar" required="true">'
        '<sp:option value="ja" label="Ja"/><sp:option value="nej"/></sp:field>'
        '<sp:field id="varde" type="money" label="Värde" min="0" max="1000000.50"'
        ' help="Kronor per år" required="= svar = &quot;ja&quot;"/></sp:form>'
    ).form
    assert [field.id for field in form] == ["svar", "varde"]
    assert form[0].options == (Option("ja", "Ja"), Option("nej", "nej"))
    assert form[0].required
    assert form[1].required_when == 'svar = "ja"'
    assert (form[1].minimum, form[1].maximum, form[1].help) == ("0", "1000000.50", "Kronor per år")
    assert form[1].view(required=True).required


def test_a_call_says_which_version_and_which_variables() -> None:
    call = read(
        line(
            '<callActivity id="t" calledElement="tns:q"><extensionElements>'
            '<sp:binding version="3"/><sp:in source="= a + 1" target="b"/>'
            '<sp:out source="= b" target="a"/></extensionElements></callActivity>'
        )
    ).calls["t"]
    assert (call.called, call.binding) == ("q", 3)
    assert call.inputs == (VariableMapping("a + 1", "b"),)
    assert call.outputs == (VariableMapping("b", "a"),)


def test_a_process_knows_the_messages_that_it_waits_for() -> None:
    meta = read(
        '<message id="m" name="Uppsagning"><extensionElements>'
        '<sp:message label="Uppsägning" roles="kundansvarig saljare">'
        '<sp:field id="orsak" type="longtext" label="Orsak"/></sp:message>'
        '</extensionElements></message><message id="other" name="Annat"/>'
        + line(
            '<intermediateCatchEvent id="t"><messageEventDefinition messageRef="tns:m"/>'
            "</intermediateCatchEvent>"
        )
    )
    assert list(meta.messages) == ["Uppsagning"]
    message = meta.messages["Uppsagning"]
    assert (message.label, message.roles, message.offered) == (
        "Uppsägning",
        ("kundansvarig", "saljare"),
        True,
    )
    assert [field.id for field in message.form] == ["orsak"]


# ---------------------------------------------------------------- lanes

LANES = (
    '<laneSet id="ls">'
    '<lane id="yttre" name="Företaget"><flowNodeRef>a</flowNodeRef><flowNodeRef>b</flowNodeRef>'
    '<flowNodeRef>sub</flowNodeRef><childLaneSet id="inre">'
    '<lane id="l1" name="  sälJARE "><flowNodeRef>a</flowNodeRef></lane>'
    '<lane id="l2" name="Någon"><extensionElements><sp:role key="kundansvarig"/>'
    "</extensionElements><flowNodeRef>tns:b</flowNodeRef><flowNodeRef>sub</flowNodeRef></lane>"
    "</childLaneSet></lane></laneSet>"
    '<userTask id="a"/><userTask id="b"/><userTask id="c"/>'
    '<subProcess id="sub"><userTask id="inside"/></subProcess>'
)


def test_the_innermost_lane_that_is_a_role_answers_for_a_task() -> None:
    tasks = read(process(LANES)).tasks
    assert {key: t.role for key, t in tasks.items()} == {
        "a": "saljare",
        "b": "kundansvarig",
        "c": None,
        "inside": "kundansvarig",
    }


def test_without_settings_only_an_explicit_role_counts() -> None:
    tasks = vocabulary.read(tree(process(LANES)))["p"].tasks
    assert (tasks["a"].role, tasks["b"].role) == (None, "kundansvarig")


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("extensions", "code"),
    [
        ('<sp:activity phase="A"/>', "activity_incomplete"),
        ('<sp:activity phase="A" order="x"/>', "activity_incomplete"),
        ("<sp:due/>", "due_one_of"),
        ('<sp:due after="P1D" before="P1D" of="x"/>', "due_one_of"),
        ('<sp:due before="P1D"/>', "due_before_of"),
        ('<sp:due after="P1D" of="a b"/>', "due_of"),
        ('<sp:due after="P1D" calendar="lunar"/>', "due_calendar"),
        ('<sp:due after="5 dagar"/>', "due_duration"),
        ('<sp:due after="P11Y"/>', "due_duration"),
        ('<sp:due after="-P1D"/>', "due_duration"),
        ('<sp:due after="P1M" calendar="working"/>', "due_working_days"),
        ('<sp:due after="P1D"/><sp:due after="P2D"/>', "extension_twice"),
        ('<sp:checklist><sp:item id="">x</sp:item></sp:checklist>', "item_id"),
        (
            '<sp:checklist><sp:item id="a">x</sp:item><sp:item id="a">y</sp:item></sp:checklist>',
            "item_id",
        ),
        ('<sp:checklist><sp:item id="a"> </sp:item></sp:checklist>', "item_text"),
        (
            '<sp:checklist><sp:item id="a" applies="x">y</sp:item></sp:checklist>',
            "feel_expected",
        ),
        (
            '<sp:checklist><sp:item id="a" applies="= x >">y</sp:item></sp:checklist>',
            "expression_syntax",
        ),
        ('<sp:signature required="kanske"/>', "signature_required"),
        ('<sp:signature counterRole="chef"/>', "role_unknown_key"),
        ('<sp:form><sp:field id="1a" type="text" label="x"/></sp:form>', "field_id"),
        ('<sp:form><sp:field id="config" type="text" label="x"/></sp:form>', "field_id"),
        ('<sp:form><sp:field id="a" type="colour" label="x"/></sp:form>', "field_type"),
        ('<sp:form><sp:field id="a" type="choice" label="x"/></sp:form>', "field_without_options"),
        (
            '<sp:form><sp:field id="a" type="choice" label="x"><sp:option value="b"/>'
            '<sp:option value="b"/></sp:field></sp:form>',
            "field_option",
        ),
        (
            '<sp:form><sp:field id="a" type="text" label="x"/>'
            '<sp:field id="a" type="date" label="y"/></sp:form>',
            "field_twice",
        ),
        (
            '<sp:form><sp:field id="a" type="date" label="x" min="i går"/></sp:form>',
            "field_bound",
        ),
        (
            '<sp:form><sp:field id="a" type="integer" label="x" max="NaN"/></sp:form>',
            "field_bound",
        ),
        (
            '<sp:form><sp:field id="a" type="boolean" label="x" min="1"/></sp:form>',
            "field_bound",
        ),
        (
            '<sp:form><sp:field id="a" type="text" label="x" required="ja"/></sp:form>',
            "field_required",
        ),
    ],
)
def test_a_mistake_on_a_task_is_an_error_that_names_it(extensions: str, code: str) -> None:
    found = [f for f in findings(task(extensions)) if f.severity == "error"]
    assert [f.code for f in found] == [code]
    assert found[0].element_id == "t"
    assert "Offert" in found[0].sv
    assert "Offert" in found[0].en


def test_what_cannot_be_read_is_left_out_and_the_rest_is_read() -> None:
    found = read_task(
        '<sp:due after="snart"/><sp:checklist><sp:item id="a">x</sp:item><sp:item>y</sp:item>'
        "</sp:checklist>"
    )
    assert found.due is None
    assert found.checklist == (CheckItem("a", "x"),)


def test_mistakes_on_processes_calls_and_messages_are_errors() -> None:
    assert errors(process('<extensionElements><sp:phase key="A"/></extensionElements>')) == [
        "phase_incomplete"
    ]
    assert errors(
        process('<extensionElements><sp:variable name="x" default="3"/></extensionElements>')
    ) == ["variable_default"]
    call = (
        '<callActivity id="t" calledElement="q"><extensionElements><sp:binding version="ny"/>'
        '<sp:in source="a" target="b"/><sp:out source="= a" target="b c"/>'
        "</extensionElements></callActivity>"
    )
    assert errors(line(call), surroundings=Surroundings(processes=["q"])) == [
        "binding_version",
        "mapping_source",
        "mapping_target",
    ]
    message = (
        '<message id="m" name="M"><extensionElements><sp:message roles="chef"/>'
        "</extensionElements></message>"
    )
    assert errors(message + task()) == ["role_unknown_key"]


def test_an_unknown_extension_element_of_ours_is_told() -> None:
    found = findings(task('<sp:checklista/><sp:due after="P1D"/>'))
    assert [f.code for f in found if f.severity == "warning"] == ["extension_unknown"]
