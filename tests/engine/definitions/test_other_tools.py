"""Diagrams of other modelers are deployed as they are, and run with the same meaning."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from engine import SYSTEM, FakeClock, Source, TaskDetail
from tests.support.decisions import DISCOUNTS
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, start
from tests.support.diagrams import task as user_task
from tests.support.exports import TOOLS, exported


def begun(desk: Desk, tool: str, process_id: str, **variables: Any) -> str:
    """A case of the process, started by the sales representative, where the tool has words for
    who starts it; else by a manager."""
    desk.engine.definitions.deploy(SYSTEM, [exported(tool)], key=desk.key())
    by = desk.people["manager" if tool == "camunda8" else "saljare"].actor
    receipt = desk.engine.cases.start(
        by, process_id=process_id, variables=variables, key=desk.key()
    )
    assert receipt.id is not None
    return receipt.id


def task(desk: Desk, name: str) -> TaskDetail:
    rows = [r for r in desk.engine.tasks.search(SYSTEM, show="all").items if r.element_id == name]
    return desk.engine.tasks.get(SYSTEM, rows[0].id)


def done(desk: Desk, name: str, **answers: Any) -> None:
    row = task(desk, name).row
    desk.engine.tasks.complete(
        SYSTEM, row.id, answers=answers, ticks={}, password=None, key=desk.key()
    )


def waiting(desk: Desk) -> set[str]:
    return {row.element_id for row in desk.engine.tasks.search(SYSTEM, show="all").items}


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tools_diagram_can_be_started(bare_desk: Desk, tool: str) -> None:
    deployment = bare_desk.engine.definitions.deploy(SYSTEM, [exported(tool)], key="d")
    assert all(d.startable for d in deployment.definitions)
    assert not [f for f in deployment.findings if f.severity == "error"]


def test_camunda_7_who_when_form_and_branch(bare_desk: Desk) -> None:
    desk = bare_desk
    case = begun(desk, "camunda7", "order_c7")
    first = task(desk, "register")
    assert first.row.assignee is not None
    assert first.row.assignee.username == "saljare"
    assert first.row.due == desk.engine.today() + timedelta(days=3)
    fields = {f.id: f for f in first.form}
    assert fields["amount"].type == "integer"
    assert (fields["amount"].minimum, fields["amount"].maximum) == ("1", "100000")
    assert fields["amount"].required
    assert [o.value for o in fields["kind"].options] == ["goods", "service"]
    assert first.values["amount"] == 500
    assert first.values["kind"] == "goods"

    done(desk, "register", amount="2000", kind="goods", delivery="2026-12-24")
    second = task(desk, "approve")
    assert (second.row.role, second.row.due) == ("kundansvarig", date(2026, 12, 24))
    done(desk, "approve")
    done(desk, "wrap", weight="7")
    variables = desk.engine.cases.get(SYSTEM, case).variables
    assert variables["packed_weight"] == 7
    assert "weight" not in variables
    assert "shown" not in variables
    assert desk.engine.cases.get(SYSTEM, case).row.state == "completed"


def test_camunda_7_an_unanswered_box_is_not_urgent_as_in_juel(bare_desk: Desk) -> None:
    begun(bare_desk, "camunda7", "order_c7")
    done(bare_desk, "register", amount="2000", kind="goods", urgent=True)
    assert waiting(bare_desk) == {"file"}


def test_an_unknown_person_leaves_the_task_to_its_role_and_the_history_says_so(
    bare_desk: Desk,
) -> None:
    begun(bare_desk, "camunda7", "order_c7")
    done(bare_desk, "register", amount="5", kind="goods")
    row = task(bare_desk, "file").row
    assert (row.assignee, row.role) == (None, "kundansvarig")
    opened = bare_desk.engine.history.search(SYSTEM, type="task.opened").items
    assert "nobody.at.all" in {entry.detail.get("unknown_assignee") for entry in opened}
    assert not bare_desk.engine.incidents.newest(SYSTEM)


def test_camunda_8_form_mappings_rounds_and_call(bare_desk: Desk) -> None:
    desk = bare_desk
    case = begun(desk, "camunda8", "review_c8", requester="kundansvarig", judges=["a", "b"])
    first = task(desk, "apply")
    assert first.row.assignee is not None
    assert first.row.assignee.username == "kundansvarig"
    assert first.row.role == "saljare"
    assert first.row.due == desk.engine.today() + timedelta(days=2)
    assert {f.id: f.type for f in first.form} == {
        "applicant": "text",
        "reason": "longtext",
        "points": "integer",
        "grade": "choice",
        "again": "choice",
        "ok": "boolean",
        "answer_by": "date",
    }
    assert first.values["grade"] == "good"
    done(desk, "apply", applicant="Eva", points="60", grade="good")
    done(desk, "judge")
    done(desk, "judge")
    variables = desk.engine.cases.get(SYSTEM, case).variables
    assert variables["said"] == ["a!", "b!"]
    assert variables["shelf"] == "shelf 120"
    assert "who" not in variables
    assert "score" not in variables
    assert desk.engine.cases.get(SYSTEM, case).row.state == "completed"


def test_flowable_the_initiator_and_half_of_the_rounds(bare_desk: Desk) -> None:
    desk = bare_desk
    case = begun(desk, "flowable", "leave_fl", managers=["x", "y"])
    assert task(desk, "ask").values["why"] == "saljare"
    done(desk, "ask", days="10", why="tired", paid="yes")
    done(desk, "handle")
    last = task(desk, "note").row
    assert last.assignee is not None
    assert last.assignee.username == "saljare"
    assert waiting(desk) == {"note"}
    done(desk, "note")
    assert desk.engine.cases.get(SYSTEM, case).row.state == "completed"


def test_activiti_owners_and_timers(bare_desk: Desk) -> None:
    desk = bare_desk
    begun(desk, "activiti", "report_ac", deadline="2026-11-30T12:00:00", pause="PT5M")
    first = task(desk, "write")
    assert first.row.assignee is not None
    assert (first.row.assignee.username, first.row.due) == ("saljare", date(2026, 11, 30))
    assert first.values["pages"] == 4
    done(desk, "write", pages="9")
    assert task(desk, "verify").row.role == "kundansvarig"


def test_spiffworkflow_lanes_and_instructions(bare_desk: Desk) -> None:
    begun(bare_desk, "spiff", "visit_sp")
    first = task(bare_desk, "plan")
    assert first.row.role == "saljare"
    assert first.documentation == "Call the customer **first**."


# ---------------------------------------------------------------- decisions

GOLD = {"kundklass": "guld", "avtalsår": 6, "belopp": 1000}
IN_CAMUNDA_7 = (
    '<bpmn:businessRuleTask id="ask" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' camunda:decisionRef="rabatt" camunda:mapDecisionResult="singleEntry"'
    ' camunda:resultVariable="svar"/>'
)
IN_CAMUNDA_8 = (
    '<bpmn:businessRuleTask id="ask" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">'
    '<bpmn:extensionElements><zeebe:calledDecision decisionId="rabatt" resultVariable="svar"/>'
    "</bpmn:extensionElements></bpmn:businessRuleTask>"
)
IN_FLOWABLE = (
    '<bpmn:serviceTask id="ask" xmlns:flowable="http://flowable.org/bpmn" flowable:type="dmn">'
    '<bpmn:extensionElements><flowable:field name="decisionTableReferenceKey">'
    "<flowable:string><![CDATA[rabatt]]></flowable:string></flowable:field>"
    "</bpmn:extensionElements></bpmn:serviceTask>"
)
IN_SPIFFWORKFLOW = (
    '<bpmn:businessRuleTask id="ask"'
    ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core">'
    "<bpmn:extensionElements><spiffworkflow:calledDecisionId>rabatt"
    "</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>"
)
ASKED_IN_THE_MANNER_OF = {
    # How the tool writes it, and the variable that it gives.
    "camunda7": (IN_CAMUNDA_7, "svar"),
    "camunda8": (IN_CAMUNDA_8, "svar"),
    "flowable": (IN_FLOWABLE, "procent"),
    "spiff": (IN_SPIFFWORKFLOW, "procent"),
}


def asking(asks: str) -> Source:
    """A process that makes a decision, and then waits for a person."""
    steps = chain("start", "ask", "act", "end")
    return diagram("work", start(), asks, user_task("act"), end(), steps)


@pytest.mark.parametrize("tool", ASKED_IN_THE_MANNER_OF)
def test_a_decision_is_made_in_each_tools_manner(bare_desk: Desk, tool: str) -> None:
    asks, variable = ASKED_IN_THE_MANNER_OF[tool]
    bare_desk.deploy(asking(asks), DISCOUNTS)
    case = bare_desk.case("work", variables=GOLD)
    assert bare_desk.names(case) == ["Act"], bare_desk.incidents(case)
    variables = bare_desk.engine.cases.get(SYSTEM, case).variables
    assert {**variables, **GOLD, variable: 10} == variables
    assert set(variables) & {"rabatt", "procent", "svar"} == {variable}
    [fact] = bare_desk.engine.history.search(SYSTEM, type="decision.evaluated").items
    assert (fact.element_id, fact.detail["decision"]) == ("ask", "rabatt")
    assert fact.detail["rules"] == [{"decision": "Rabatt", "table": "rabattabell", "rules": [3]}]


@pytest.mark.parametrize("tool", ASKED_IN_THE_MANNER_OF)
def test_a_decision_that_a_tool_names_and_nobody_has_is_told(bare_desk: Desk, tool: str) -> None:
    asks, _ = ASKED_IN_THE_MANNER_OF[tool]
    report = bare_desk.engine.definitions.check([asking(asks)])
    assert ("decision_unknown", "ask") in {(f.code, f.element_id) for f in report.findings}


@pytest.mark.parametrize(("binding", "expected"), [("latest", 10), ("deployment", 20)])
def test_camunda_8_the_version_of_a_decision(
    bare_desk: Desk, clock: FakeClock, binding: str, expected: int
) -> None:
    bound = f'decisionId="rabatt" bindingType="{binding}"'
    asks = IN_CAMUNDA_8.replace('decisionId="rabatt"', bound)
    twenty = Source("rabatt.dmn", DISCOUNTS.data.replace(b"<text>10<", b"<text>20<"))
    bare_desk.deploy(asking(asks), twenty)
    clock.advance(timedelta(minutes=1))
    bare_desk.deploy(DISCOUNTS)
    case = bare_desk.case("work", variables=GOLD)
    assert bare_desk.engine.cases.get(SYSTEM, case).variables["svar"] == expected
