"""Wherever an expression fails on the way: the incident has the expression, the position and the
variables' names, and after a correction by somebody who may, the step is tried again."""

from __future__ import annotations

import pytest

from engine.errors import NotAllowed, NotFound, ProcessFailed
from tests.support.desk import Desk
from tests.support.diagrams import (
    call,
    catch,
    chain,
    diagram,
    end,
    flow,
    gateway,
    script,
    start,
    task,
)

LOOP = "bpmn:multiInstanceLoopCharacteristics"


def repeated(inside: str) -> str:
    return f'<bpmn:userTask id="it" name="It"><{LOOP}>{inside}</{LOOP}></bpmn:userTask>'


def one(*parts: str, then: str = "last") -> tuple[str, ...]:
    """``it`` is what fails."""
    return (start(), *parts, task(then), end(), chain("start", "it", then, "end"))


CALLED = diagram("child", start(), end(), chain("start", "end"))
DEFAULTED = diagram(
    "child", start(), end(), chain("start", "end"), variables={"rate": "= wanted * 2"}
)
OUT = (
    '<bpmn:callActivity id="it" calledElement="child"><bpmn:extensionElements>'
    '<sp:out source="= wanted + 1" target="got"/></bpmn:extensionElements></bpmn:callActivity>'
)
CHOICE = (
    start(),
    task("last"),
    task("other"),
    end(),
    flow("it", "last", "= wanted = 3"),
    flow("it", "other", "= wanted = 4"),
    chain("start", "it"),
    chain("last", "end"),
    chain("other", "end"),
)
PLACES: dict[str, tuple[tuple[str, ...], str]] = {
    "exclusive gateway": ((*CHOICE, gateway("it")), "wanted = 3"),
    "inclusive gateway": ((*CHOICE, gateway("it", "inclusive")), "wanted = 3"),
    "flow of an activity": ((*CHOICE, '<bpmn:task id="it"/>'), "wanted = 3"),
    "script": (one(script("it", "= {total: wanted * 2}")), "wanted * 2"),
    "script's result": (one(script("it", "= if wanted = 3 then {a: 1} else wanted")), "wanted"),
    "timer": (one(catch("it", timer="= duration(wanted)")), "duration(wanted)"),
    "cardinality": (
        one(repeated("<bpmn:loopCardinality>= wanted</bpmn:loopCardinality>")),
        "wanted",
    ),
    "collection": (
        one(repeated("<bpmn:loopDataInputRef>wanted</bpmn:loopDataInputRef>")),
        "wanted",
    ),
    "loop condition": (
        one(
            '<bpmn:task id="it"><bpmn:standardLoopCharacteristics testBefore="true">'
            "<bpmn:loopCondition>= wanted &lt; loopCounter</bpmn:loopCondition>"
            "</bpmn:standardLoopCharacteristics></bpmn:task>"
        ),
        "wanted < loopCounter",
    ),
    "completion condition of an ad-hoc sub-process": (
        one(
            '<bpmn:adHocSubProcess id="it"><bpmn:completionCondition>= wanted = 3'
            '</bpmn:completionCondition><bpmn:task id="inner"/></bpmn:adHocSubProcess>'
        ),
        "wanted = 3",
    ),
    "activation condition": (
        (
            start(),
            gateway("split", "parallel"),
            '<bpmn:complexGateway id="it"><bpmn:activationCondition>= activationCount &gt;= wanted'
            "</bpmn:activationCondition></bpmn:complexGateway>",
            task("last"),
            end(),
            chain("start", "split", "it", "last", "end"),
            '<bpmn:task id="beside"/>',
            chain("split", "beside", "it"),
        ),
        "activationCount >= wanted",
    ),
    "what a call gives in": (one(call("it", "child", given="= wanted + 1")), "wanted + 1"),
    "what a call gives out": (one(OUT), "wanted + 1"),
}
GOOD = {
    "timer": "PT1H",
    "collection": [1, 2],
    "activation condition": 2,
    "what a call gives out": 3,
}
AFTERWARDS = {"timer": [], "cardinality": ["It"] * 3, "collection": ["It"] * 2}


@pytest.mark.parametrize("place", PLACES)
def test_a_failed_expression_is_told_whole_and_goes_on_after_the_correction(
    bare_desk: Desk, place: str
) -> None:
    desk = bare_desk
    steps, expression = PLACES[place]
    desk.deploy(CALLED, diagram("main", *steps))
    receipt = desk.engine.cases.start(
        desk.manager.actor, process_id="main", variables={"amount": 7}, key=desk.key()
    )
    case_id = receipt.id or ""
    [incident] = desk.incidents(case_id)
    assert incident.element_id == "it"
    assert expression in incident.message
    if expression != "wanted":
        assert "line 1, column" in incident.message
    assert '"wanted"' in incident.message or expression == "wanted"
    assert "amount" in incident.message

    with pytest.raises((NotAllowed, NotFound)):
        desk.engine.instances.correct_variables(
            desk.seller.actor, case_id, {"wanted": 3}, key=desk.key()
        )
    manager = desk.manager.actor
    good = GOOD.get(place, 3)
    desk.engine.instances.correct_variables(manager, case_id, {"wanted": good}, key=desk.key())
    for found in desk.incidents(case_id):
        retried = desk.engine.incidents.retry(manager, found.id, key=desk.key())
        assert retried.result == {"resolved": True}
    assert desk.names(case_id) == AFTERWARDS.get(place, ["Last"])
    assert desk.incidents(case_id) == []


def test_a_failed_default_of_a_called_process_is_tried_again_too(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(DEFAULTED, diagram("main", *one(call("it", "child"))))
    case_id = desk.case("main", variables={"amount": 7})
    [incident] = desk.incidents(case_id)
    assert incident.element_id == "it"
    assert "wanted * 2" in incident.message
    assert "amount" in incident.message
    manager = desk.manager.actor
    desk.engine.instances.correct_variables(manager, case_id, {"wanted": 1}, key=desk.key())
    assert desk.engine.incidents.retry(manager, incident.id, key=desk.key()).result == {
        "resolved": True
    }
    assert desk.names(case_id) == ["Last"]


def test_a_completion_condition_that_fails_leaves_the_instance_open(bare_desk: Desk) -> None:
    desk = bare_desk
    inside = (
        "<bpmn:loopCardinality>3</bpmn:loopCardinality><bpmn:completionCondition>"
        "= numberOfCompletedInstances &gt;= wanted</bpmn:completionCondition>"
    )
    desk.deploy(diagram("main", *one(repeated(inside))))
    case_id = desk.case("main", variables={"amount": 7})
    task_id = desk.open_tasks(case_id)[0].id
    with pytest.raises(ProcessFailed):
        desk.complete(desk.manager, task_id)
    [incident] = desk.incidents(case_id)
    assert "numberOfCompletedInstances >= wanted" in incident.message
    assert "line 1, column 31" in incident.message
    assert desk.names(case_id) == ["It"] * 3
    desk.engine.instances.correct_variables(
        desk.manager.actor, case_id, {"wanted": 1}, key=desk.key()
    )
    desk.complete(desk.manager, task_id)
    assert desk.names(case_id) == ["Last"]
    assert desk.incidents(case_id) == []


def test_null_in_a_comparison_is_not_true_as_feel_says(bare_desk: Desk) -> None:
    desk = bare_desk
    steps = (
        start(),
        gateway("it", default="it_to_other"),
        task("last"),
        task("other"),
        end(),
        flow("it", "last", "= wanted > 3"),
        chain("start", "it", "other", "end"),
        chain("last", "end"),
    )
    desk.deploy(diagram("main", *steps))
    assert desk.names(desk.case("main", variables={"wanted": None})) == ["Other"]


def test_a_condition_that_is_neither_true_nor_false_is_an_incident(bare_desk: Desk) -> None:
    desk = bare_desk
    inside = (
        "<bpmn:loopCardinality>3</bpmn:loopCardinality><bpmn:completionCondition>"
        "= wanted</bpmn:completionCondition>"
    )
    desk.deploy(diagram("main", *one(repeated(inside))))
    case_id = desk.case("main", variables={"wanted": "no"})
    with pytest.raises(ProcessFailed) as caught:
        desk.complete(desk.manager, desk.open_tasks(case_id)[0].id)
    assert 'it gave "no", not true or false' in caught.value.message


def test_a_condition_that_asks_for_a_variable_not_set_yet_waits_for_it(bare_desk: Desk) -> None:
    """BPMN 2.0.2, 10.5.5: the event happens when its condition becomes true, and until then it has
    not failed."""
    desk = bare_desk
    condition = "<bpmn:condition>= wanted = 3</bpmn:condition>"
    event = f"<bpmn:conditionalEventDefinition>{condition}</bpmn:conditionalEventDefinition>"
    steps = one(f'<bpmn:intermediateCatchEvent id="it">{event}</bpmn:intermediateCatchEvent>')
    desk.deploy(diagram("main", *steps))
    case_id = desk.case("main")
    assert (desk.names(case_id), desk.incidents(case_id)) == ([], [])
    for value, names in ((2, []), (3, ["Last"])):
        desk.engine.instances.correct_variables(
            desk.manager.actor, case_id, {"wanted": value}, key=desk.key()
        )
        assert desk.names(case_id) == names


ITEMS = f'<{LOOP} sp:collection="= [any]" sp:item="item"/>'
EACH = f'<{LOOP} sp:collection="= [1]" sp:item="n" sp:output="all" sp:outputItem="= [any][1]"/>'


def mapped(tag: str, source: str = "[any][1]") -> str:
    return f'<bpmn:extensionElements><sp:{tag} source="= {source}" target="v"/>' + (
        "</bpmn:extensionElements>"
    )


FUNCTIONS = {
    "exclusive gateway": (
        start(),
        gateway("it"),
        task("last"),
        task("other"),
        chain("start", "it"),
        flow("it", "last", "= [any][1]"),
        flow("it", "other", "= count"),
    ),
    "script": one(script("it", "= if 1 = 1 then any else {v: 1}")),
    "variable of a script": one(script("it", "= {v: [1, count]}")),
    "timer": one(catch("it", timer="= [any][1]")),
    "cardinality": one(repeated("<bpmn:loopCardinality>= [any][1]</bpmn:loopCardinality>")),
    "collection": one(repeated("<bpmn:loopDataInputRef>= [any][1]</bpmn:loopDataInputRef>")),
    "an item": one(f'<bpmn:userTask id="it">{ITEMS}</bpmn:userTask>'),
    "what is collected": one(f'<bpmn:task id="it">{EACH}</bpmn:task>'),
    "sp:in": one(f'<bpmn:userTask id="it">{mapped("in")}</bpmn:userTask>'),
    "sp:out": one(f'<bpmn:task id="it">{mapped("out")}</bpmn:task>'),
    "what a call gives in": one(call("it", "child", given="= [any][1]")),
    "what a call gives out": one(
        f'<bpmn:callActivity id="it" calledElement="child">{mapped("out")}</bpmn:callActivity>'
    ),
    "a condition": one(
        '<bpmn:intermediateCatchEvent id="it"><bpmn:conditionalEventDefinition><bpmn:condition>'
        "= [any][1]</bpmn:condition></bpmn:conditionalEventDefinition>"
        "</bpmn:intermediateCatchEvent>"
    ),
}


@pytest.mark.parametrize("place", FUNCTIONS)
def test_a_function_where_a_value_is_wanted_is_an_incident(bare_desk: Desk, place: str) -> None:
    """``any`` without its parentheses is the function; here it hides from the check at upload."""
    desk = bare_desk
    desk.deploy(CALLED, diagram("main", *FUNCTIONS[place]))
    (incident,) = desk.incidents(desk.case("main"))
    assert incident.element_id == "it"
    assert incident.kind == ("timer" if place == "timer" else "expression")
