"""What is set in a round of a multi-instance activity stays there, and a diagram that asks for it
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
