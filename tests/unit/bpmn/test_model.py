"""What runs is read from a diagram as XML Schema writes it."""

from __future__ import annotations

from lxml import etree

from engine.bpmn import model
from tests.support.processes import MODEL

EVERY_SWITCH = """
<process id="P" isExecutable="true"><startEvent id="s" parallelMultiple="true"/>
<receiveTask id="r" instantiate="true"/><task id="u" isForCompensation="true"/>
<userTask id="a"><multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>= 2
</loopCardinality></multiInstanceLoopCharacteristics></userTask>
<userTask id="b"><standardLoopCharacteristics testBefore="true"/></userTask>
<boundaryEvent id="w" attachedToRef="a" cancelActivity="false"/>
<intermediateThrowEvent id="k"><compensateEventDefinition waitForCompletion="false"/>
</intermediateThrowEvent><adHocSubProcess id="o" cancelRemainingInstances="false"/>
<subProcess id="v" triggeredByEvent="true"><startEvent id="x" isInterrupting="false"/></subProcess>
</process>
"""


def read(content: str) -> model.Process:
    [process] = model.read(
        etree.fromstring(f'<definitions xmlns="{MODEL}">{content}</definitions>')
    )
    return process


def test_one_and_zero_are_true_and_false() -> None:
    digits = EVERY_SWITCH.replace('"true"', '"1"').replace('"false"', '"0"')
    assert read(digits) == read(EVERY_SWITCH)
    assert read(EVERY_SWITCH.replace('"true"', '" true "')) == read(EVERY_SWITCH)
    assert read(EVERY_SWITCH) != read(EVERY_SWITCH.replace('"true"', '"false"'))
