"""What is set in a round of a repeated activity stays there, and a diagram that asks for it
afterwards hears so."""

from __future__ import annotations

import pytest

from tests.support.bpmn import findings, flow, process

FORM = '<extensionElements><sp:form><sp:field id="yes" type="text" label="Yes"/></sp:form>%s'
LOOP = (
    '<multiInstanceLoopCharacteristics sp:collection="= [1, 2]" sp:item="n"%s>'
    "</multiInstanceLoopCharacteristics></userTask>"
)
ASKS = (
    '<startEvent id="s"/><exclusiveGateway id="g" default="no"/><endEvent id="e"/>'
    + flow("f1", "s", "t")
    + flow("f2", "t", "g")
    + '<sequenceFlow id="way" sourceRef="g" targetRef="e"><conditionExpression>= yes = "ja"'
    + "</conditionExpression></sequenceFlow>"
    + flow("no", "g", "e")
)


def told(out: str = "", output: str = "", more: str = "") -> list[str]:
    task = f'<userTask id="t">{FORM % out}</extensionElements>{LOOP % output}'
    found = findings(process(ASKS + task + more))
    return [f.element_id or "" for f in found if f.code == "round_keeps_its_data"]


def test_an_expression_after_the_rounds_asks_for_what_they_keep() -> None:
    assert told() == ["t"]


def in_a_loop(work: str, asks: str = ASKS) -> list[str]:
    loop = (
        "<standardLoopCharacteristics><loopCondition>= yes != &quot;ja&quot;</loopCondition>"
        "</standardLoopCharacteristics>"
    )
    found = findings(process(asks + work.replace("[[loop]]", loop)))
    return [f.element_id or "" for f in found if f.code == "round_keeps_its_data"]


SET_BY_A_SCRIPT = '<scriptTask id="t">[[loop]]<script>= {yes: %s}</script></scriptTask>'


def test_a_loop_keeps_what_its_rounds_set_first() -> None:
    assert in_a_loop(f'<userTask id="t">{FORM % ""}</extensionElements>[[loop]]</userTask>') == [
        "t"
    ]
    assert in_a_loop(SET_BY_A_SCRIPT % '"ja"') == ["t"]


def test_what_a_loop_counts_in_was_there_before() -> None:
    assert in_a_loop(SET_BY_A_SCRIPT % 'yes + "!"') == []


def test_an_attribute_may_ask_for_it_too() -> None:
    asks = (
        '<startEvent id="s"/><endEvent id="e"/><callActivity id="c" calledElement="p">'
        '<extensionElements><sp:in source="= yes" target="given"/></extensionElements>'
        "</callActivity>" + flow("f1", "s", "t") + flow("f2", "t", "c") + flow("f3", "c", "e")
    )
    assert in_a_loop(SET_BY_A_SCRIPT % '"ja"', asks) == ["t"]


@pytest.mark.parametrize(
    "how",
    [
        {"out": '<sp:out source="= yes" target="yes"/>'},
        {"output": ' sp:output="yes" sp:outputItem="= yes"'},
        {
            "more": '<userTask id="u"><extensionElements><sp:form><sp:field id="yes" type="text" '
            'label="Yes"/></sp:form></extensionElements></userTask>'
        },
    ],
    ids=["mapped", "collected", "set elsewhere too"],
)
def test_what_leaves_or_comes_from_elsewhere_is_not_told(how: dict[str, str]) -> None:
    assert told(**how) == []
