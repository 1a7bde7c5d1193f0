"""Processes drawn by chance: any nodes with any flows between them."""

from __future__ import annotations

from hypothesis import strategies as st

INSTANCES = (
    "<multiInstanceLoopCharacteristics{}><loopCardinality>2</loopCardinality>"
    "</multiInstanceLoopCharacteristics>"
)
NODES = {
    "task": '<task id="{0}"/>',
    "user": '<userTask id="{0}"/>',
    "script": '<scriptTask id="{0}"><script>= {{x: x + 1, {0}: x}}</script></scriptTask>',
    "exclusive": '<exclusiveGateway id="{0}"/>',
    "parallel": '<parallelGateway id="{0}"/>',
    "inclusive": '<inclusiveGateway id="{0}"/>',
    "complex": '<complexGateway id="{0}"/>',
    "instances": '<userTask id="{0}">' + INSTANCES.format("") + "</userTask>",
    "sequence": '<scriptTask id="{0}">'
    + INSTANCES.format(' isSequential="true"')
    + "<script>= {{x: x + loopCounter}}</script></scriptTask>",
    "hosting": '<userTask id="{0}"/><boundaryEvent id="on_{0}" attachedToRef="{0}" '
    'cancelActivity="false"><conditionalEventDefinition><condition>= modulo(x, 4) = 3'
    '</condition></conditionalEventDefinition></boundaryEvent><userTask id="by_{0}"/>'
    "[[on_{0} > by_{0}]]",
    "sub": '<subProcess id="{0}"><userTask id="in_{0}"/><subProcess id="esp_{0}" '
    'triggeredByEvent="true"><startEvent id="w_{0}" isInterrupting="true">'
    "<conditionalEventDefinition><condition>= modulo(x, 5) = 4</condition>"
    '</conditionalEventDefinition></startEvent><userTask id="hand_{0}"/>[[w_{0} > hand_{0}]]'
    "</subProcess></subProcess>",
    "undone": '<userTask id="{0}"/><boundaryEvent id="c_{0}" attachedToRef="{0}">'
    '<compensateEventDefinition/></boundaryEvent><userTask id="un_{0}" '
    'isForCompensation="true"/><association sourceRef="c_{0}" targetRef="un_{0}"/>',
    "undo": '<intermediateThrowEvent id="{0}"><compensateEventDefinition/>'
    "</intermediateThrowEvent>",
}
CONDITIONAL = {"exclusive", "inclusive", "complex", "user", "task"}


@st.composite
def graphs(draw: st.DrawFn) -> str:
    """The XML of a process of 3 to 9 nodes with any flows between them."""
    kinds = draw(st.lists(st.sampled_from(sorted(NODES)), min_size=3, max_size=9))
    names = [f"n{number}" for number in range(len(kinds))]
    text = '<startEvent id="s"/>' + "".join(
        NODES[kind].format(name) for kind, name in zip(kinds, names, strict=True)
    )
    text += f"[[s > {names[0]}]]"
    for source, kind in zip(names, kinds, strict=True):
        targets = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
        for target in targets:
            chosen = kind in CONDITIONAL and draw(st.booleans())
            text += f"[[{source} > {target}{f' if modulo(x, 3) != {len(target) % 3}' * chosen}]]"
    return text
