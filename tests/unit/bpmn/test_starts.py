"""What a process says of how its cases begin: read as values, and told where it is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn import vendor, vocabulary
from engine.bpmn.lint import Rules
from engine.bpmn.meta import CaseMeta, ProcessMeta, StartMeta
from engine.bpmn.names import local
from engine.bpmn.source import parse
from tests.support.bpmn import ROLES, errors, file, findings, flow, process, tree

FLOWS = '<endEvent id="e"/>' + flow("f1", "s", "e")
FIELD = '<sp:field id="amount" type="money" label="Belopp" required="true" default="= 1 + 1"/>'
LANE = (
    '<laneSet id="ls"><lane id="l" name="Säljare"><flowNodeRef>s</flowNodeRef>'
    "<flowNodeRef>e</flowNodeRef></lane></laneSet>"
)
TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"


def one(said: str = "", start: str = "", event: str = "", lanes: str = "", **more: str) -> str:
    """A process of two events; ``said`` stands on it, ``start`` on its start event."""
    return process(
        f"<extensionElements>{said}</extensionElements>{lanes}"
        f'<startEvent id="s"><extensionElements>{start}</extensionElements>{event}</startEvent>'
        + FLOWS,
        **more,
    )


def read(content: str) -> ProcessMeta:
    return vocabulary.read(tree(content), roles=ROLES)["p"]


def told(content: str, code: str, **options: Any) -> tuple[str, str]:
    """The severity and the element of the one finding with this code."""
    [found] = [f for f in findings(content, **options) if f.code == code]
    return found.severity, found.element_id or ""


# ---------------------------------------------------------------- read


def test_a_process_says_what_its_cases_belong_to_and_which_variables_learn_of_it() -> None:
    said = (
        '<sp:case customer="optional" customerName="who" number="no" startDate="first"'
        ' startDateLabel="Begins" leadRole="account manager"/>'
    )
    assert read(one(said)).case == CaseMeta(
        "optional", "who", "no", "first", "Begins", "kundansvarig"
    )
    assert read(one()).case == CaseMeta()
    assert errors(one(said)) == []


@pytest.mark.parametrize(
    ("said", "lanes", "expected"),
    [
        ("", "", StartMeta()),
        ("", LANE, StartMeta(lane="saljare")),
        ('<sp:starter role="Kundansvarig"/><sp:starter role="saljare"/>', "",
         StartMeta(frozenset({"kundansvarig", "saljare"}))),
        ('<sp:starter everyone="true"/>', LANE, StartMeta(frozenset(), True, "saljare")),
    ],
)  # fmt: skip
def test_who_starts_is_said_by_the_process_or_by_the_start_events_lane(
    said: str, lanes: str, expected: StartMeta
) -> None:
    assert read(one(said, lanes=lanes)).start == expected
    assert errors(one(said, lanes=lanes)) == []


def test_a_start_event_asks_as_a_task_does() -> None:
    content = one(start=f"<sp:form>{FIELD}</sp:form>")
    [field] = read(content).start.form
    assert (field.id, field.type, field.required, field.default) == (
        "amount", "money", True, "= 1 + 1"
    )  # fmt: skip
    assert errors(content) == []


def test_only_the_start_event_that_a_person_can_start_counts() -> None:
    started = one(start=f"<sp:form>{FIELD}</sp:form>", event=TIMER, lanes=LANE)
    assert read(started).start == StartMeta(plain=False)
    assert told(started, "start_form_not_used") == ("warning", "s")
    inside = process(
        '<startEvent id="s"/><subProcess id="b"><startEvent id="i"><extensionElements>'
        f"<sp:form>{FIELD}</sp:form></extensionElements></startEvent></subProcess>"
        '<endEvent id="e"/>' + flow("f1", "s", "b") + flow("f2", "b", "e")
    )
    assert told(inside, "start_form_not_used") == ("warning", "i")


def test_a_process_without_any_start_event_is_started_where_nothing_leads_to() -> None:
    assert read(process('<userTask id="t"/>')).start.plain
    receives = '<receiveTask id="t" instantiate="true"/>'
    assert not read(process(receives)).start.plain
    both = f'<startEvent id="s"/><startEvent id="x">{TIMER}</startEvent>'
    assert read(process(both)).start.plain


# ---------------------------------------------------------------- told


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('<sp:case customer="maybe"/>', "case_customer"),
        ('<sp:case customer="required" customerName="the customer"/>', "case_variable"),
        ('<sp:case number="return"/>', "case_variable"),
        ('<sp:case number="x" startDate="x"/>', "case_variable"),
        ('<sp:case startDate=""/>', "case_variable"),
        ("<sp:case/><sp:case/>", "extension_twice"),
        ('<sp:case leadRole="nobody"/>', "process_role_unknown"),
        ('<sp:starter role="nobody"/>', "process_role_unknown"),
        ("<sp:starter/>", "starter_incomplete"),
        ('<sp:starter role=" "/>', "starter_incomplete"),
        ('<sp:starter role="saljare" everyone="true"/>', "starter_incomplete"),
        ('<sp:starter everyone="yes"/>', "starter_incomplete"),
    ],
)
def test_what_cannot_be_meant_is_refused(said: str, code: str) -> None:
    assert errors(one(said)) == [code]
    assert told(one(said), code) == ("error", "p")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('<sp:case startDateLabel="Begins"/>', "case_label"),
        ('<sp:case customerName="who"/>', "case_without_customer"),
    ],
)
def test_what_has_no_effect_is_a_warning(said: str, code: str) -> None:
    assert told(one(said), code) == ("warning", "p")


def test_starters_of_a_process_that_nobody_can_start_are_a_warning() -> None:
    content = one('<sp:starter role="saljare"/>', event=TIMER)
    assert told(content, "starter_without_start") == ("warning", "p")
    assert read(content).start.starters == {"saljare"}


def test_a_role_that_is_missing_may_be_missing_where_lanes_may_be() -> None:
    content = one('<sp:starter role="saljer"/>')
    assert told(content, "process_role_unknown", rules=Rules(strict_roles=False)) == (
        "warning",
        "p",
    )
    [found] = [f for f in findings(content) if f.code == "process_role_unknown"]
    assert "”saljare”" in found.sv
    assert '"saljare"' in found.en
    # Nobody else may start it then, rather than everybody.
    assert read(content).start.starters == frozenset()


@pytest.mark.parametrize("kind", ["attachment", "plan"])
def test_what_needs_a_task_cannot_be_asked_at_the_start(kind: str) -> None:
    field = f'<sp:field id="file" type="{kind}" label="Fil"/>'
    content = one(start=f"<sp:form>{field}{FIELD}</sp:form>")
    assert told(content, "start_field_type") == ("error", "s")
    assert [f.id for f in read(content).start.form] == ["amount"]


def test_a_forms_expressions_are_checked_as_those_of_tasks() -> None:
    field = '<sp:field id="amount" type="money" label="Belopp" default="= 1 +"/>'
    assert errors(one(start=f"<sp:form>{field}</sp:form>")) == ["expression_syntax"]


# ---------------------------------------------------------------- other tools


@pytest.mark.parametrize("groups", ["saljare, Account manager", "saljare,kundansvarig"])
def test_starter_groups_of_other_tools_are_starters(groups: str) -> None:
    content = one(**{"camunda:candidateStarterGroups": groups})
    assert read(content).start.starters == {"saljare", "kundansvarig"}
    assert told(content, "vendor_translated")[0] == "info"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("candidateStarterUsers", "anna", "vendor_setting"),
        ("candidateStarterGroups", "${groups}", "vendor_untranslated"),
    ],
)
def test_what_is_no_role_stays_where_it_is_and_is_told(name: str, value: str, code: str) -> None:
    content = one(**{f"camunda:{name}": value})
    assert read(content).start.starters is None
    assert told(content, code) == ("warning", "p")


def test_what_our_own_words_say_comes_before_another_tools() -> None:
    content = one(
        '<sp:starter role="saljare"/>', **{"camunda:candidateStarterGroups": "kundansvarig"}
    )
    assert read(content).start.starters == {"saljare"}
    assert told(content, "vendor_setting") == ("warning", "p")


def test_form_fields_of_a_start_event_of_another_tool_are_a_start_form() -> None:
    field = '<camunda:formField id="amount" label="Amount" type="long" defaultValue="3"/>'
    content = one(start=f"<camunda:formData>{field}</camunda:formData>")
    [found] = read(content).start.form
    assert (found.id, found.type) == ("amount", "integer")
    assert {n.params["key"] for n in vendor.translate(parse(file(content), "x"))} == {"form"}


# ---------------------------------------------------------------- the editors' description


def test_editors_are_told_every_attribute_that_is_read(project: Path) -> None:
    types = json.loads((project / "workflows" / "serviceplan.json").read_text("utf-8"))["types"]
    known = {t["name"].lower(): {p["name"] for p in t.get("properties", ())} for t in types}
    plan = parse((project / "workflows" / "serviceplan.bpmn").read_bytes(), "serviceplan.bpmn")
    of_process = [e for e in plan.iter("{urn:serviceplan:bpmn:1}*") if local(e) in known]
    assert {"case", "starter"} <= {local(e) for e in of_process}
    for element in of_process:
        assert set(element.attrib) <= known[local(element)]
