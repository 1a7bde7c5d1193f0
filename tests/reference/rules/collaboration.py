"""Rules of collaborations, conversations, choreographies, lanes and what a file holds
(BPMN 2.0.2, 7.6.2, 8, 9, 10.8, 11, 12)."""

from __future__ import annotations

from tests.reference.rules.rule import (
    ACTIVITIES,
    CHILD,
    PLAIN,
    STEP,
    Rule,
    act,
    event,
    message_flow,
    pools,
    sub,
    t,
)

_EVENT_MIDDLE = "[[s > w > e]]"
_OTHER_TRIGGERS = ("timer", "signal", "conditional")


def beside(process: str, flows: str, theirs: str = "") -> str:
    """A process in its pool and a collaboration with message flows."""
    return f"{process}||{pools(flows, theirs)}"


def caught(trigger: str) -> str:
    return PLAIN + event("intermediateCatchEvent", "w", trigger) + _EVENT_MIDDLE


def thrown(trigger: str) -> str:
    return PLAIN + event("intermediateThrowEvent", "w", trigger) + _EVENT_MIDDLE


def bordered(trigger: str) -> str:
    return STEP + event("boundaryEvent", "w", trigger, attachedToRef="a") + t("z") + "[[w > z > e]]"


def started(trigger: str) -> str:
    return event("startEvent", "w", trigger) + f'{t("a")}<endEvent id="e"/>[[w > a > e]]'


def ended(trigger: str) -> str:
    return f'<startEvent id="s"/>{t("a")}{event("endEvent", "w", trigger)}[[s > a > w]]'


IN, OUT = message_flow("box", "w"), message_flow("w", "box")

MESSAGE_FLOWS = (
    Rule(
        "7.6.2, 9.4",
        "A message flow goes from one pool to another.",
        "message_flow_in_pool",
        "warning",
        (
            beside(STEP, message_flow("a", "e")),
            beside(f"{PLAIN}{t('a', 'b')}[[s > a > b > e]]", message_flow("a", "b")),
            beside(STEP, message_flow("us", "a")),
            beside(STEP, message_flow("a", "us")),
            beside(STEP, message_flow("us", "us")),
            beside(STEP, message_flow("box", "box")),
            beside(PLAIN + sub(t("a")) + t("b") + "[[s > k > b > e]]", message_flow("b", "a")),
            beside(STEP, message_flow("c", "d"), '<task id="c"/><task id="d"/>'),
        ),
        beside(STEP, message_flow("a", "box")),
        everywhere=False,
    ),
    Rule(
        "Table 7.4, 8.4.1, 10.6.1",
        "A message flow ends at pools, activities and events: at no gateway, artifact, data or lane.",
        "reference_wrong_kind",
        "breaks",
        tuple(
            beside(STEP + other, flow)
            for other in (
                '<exclusiveGateway id="n"/>',
                '<parallelGateway id="n"/>',
                '<eventBasedGateway id="n"/>',
                '<textAnnotation id="n"/>',
                '<group id="n"/>',
                '<association id="n" sourceRef="a" targetRef="e"/>',
                '<dataObject id="n"/>',
                '<dataStoreReference id="n"/>',
                '<laneSet id="l"><lane id="n" name="Inköp"/></laneSet>',
            )
            for flow in (message_flow("n", "box"), message_flow("box", "n"))
        ),
        beside(STEP, message_flow("a", "box")),
        everywhere=False,
    ),
    Rule(
        "9.4",
        "A message flow has a source and a target.",
        "reference_missing",
        "breaks",
        (
            beside(STEP, '<messageFlow id="mf" sourceRef="a"/>'),
            beside(STEP, '<messageFlow id="mf" targetRef="a"/>'),
        ),
        beside(STEP, message_flow("a", "box")),
        everywhere=False,
    ),
    Rule(
        "10.5.2",
        "A start event is no source of a message flow.",
        "message_flow_from_start",
        "warning",
        tuple(beside(started(trigger), OUT) for trigger in ("none", "message", "timer")),
        beside(started("message"), IN),
        everywhere=False,
    ),
    Rule(
        "10.5.2, 10.5.4",
        "An event that a message flow leads to waits for a message.",
        "message_flow_to_other",
        "warning",
        (
            *tuple(
                beside(make(trigger), IN)
                for make in (started, caught, bordered)
                for trigger in _OTHER_TRIGGERS
            ),
            beside(started("none"), IN),
            *tuple(beside(thrown(trigger), IN) for trigger in ("none", "signal", "escalation")),
        ),
        beside(started("message"), IN),
        everywhere=False,
    ),
    Rule(
        "10.5.3",
        "An end event is no target of a message flow.",
        "message_flow_to_end",
        "warning",
        tuple(beside(ended(trigger), IN) for trigger in ("none", "message", "terminate")),
        beside(ended("message"), OUT),
        everywhere=False,
    ),
    Rule(
        "10.5.3, 10.5.4",
        "An event that a message flow leaves sends a message.",
        "message_flow_without_message",
        "warning",
        tuple(beside(ended(trigger), OUT) for trigger in ("none", "signal", "error", "terminate"))
        + tuple(beside(thrown(trigger), OUT) for trigger in ("none", "signal", "escalation")),
        beside(ended("message"), OUT),
        everywhere=False,
    ),
    Rule(
        "10.5.4",
        "What waits for a message is no source of a message flow.",
        "message_flow_from_catch",
        "warning",
        (
            beside(caught("message"), OUT),
            beside(bordered("message"), OUT),
            beside(PLAIN + act("receiveTask", "w") + _EVENT_MIDDLE, OUT),
        ),
        beside(caught("message"), IN),
        everywhere=False,
    ),
    Rule(
        "10.5.4",
        "What sends a message is no target of a message flow.",
        "message_flow_to_throw",
        "warning",
        (
            beside(thrown("message"), IN),
            beside(PLAIN + act("sendTask", "w") + _EVENT_MIDDLE, IN),
        ),
        beside(thrown("message"), OUT),
        everywhere=False,
    ),
)

COLLABORATIONS = (
    Rule(
        "9.3.2 “ParticipantMultiplicity”",
        "The fewest participants are 0 or more, the most 1 or more and not fewer.",
        "participant_number",
        "warning",
        tuple(
            f'{STEP}||<collaboration id="co"><participant id="us" processRef="P"><participantMultiplicity {numbers}/>'
            "</participant></collaboration>"
            for numbers in (
                'minimum="-1"',
                'maximum="0"',
                'maximum="-2"',
                'minimum="3" maximum="2"',
                'minimum="2"',
                'minimum="x"',
            )
        ),
        f'{STEP}||<collaboration id="co"><participant id="us" processRef="P"><participantMultiplicity minimum="2" '
        'maximum="3"/></participant></collaboration>',
        everywhere=False,
    ),
    Rule(
        "9.3",
        "A process stands in one pool.",
        "pool_twice",
        "warning",
        (
            STEP
            + '||<collaboration id="co"><participant id="us" processRef="P"/><participant id="we" processRef="P"/></collaboration>',
        ),
        beside(STEP, ""),
        everywhere=False,
    ),
    Rule(
        "9.5.1 `participantRefs`",
        "Two participants or more take part in a conversation.",
        "conversation_participants",
        "warning",
        tuple(
            beside(STEP, f'<{kind} id="cv">{held}</{kind}>')
            for kind in ("conversation", "subConversation", "callConversation")
            for held in (
                "",
                "<participantRef>us</participantRef>",
                "<participantRef>us</participantRef><participantRef>us</participantRef>",
            )
        ),
        beside(
            STEP,
            '<conversation id="cv"><participantRef>us</participantRef><participantRef>box</participantRef></conversation>',
        ),
        everywhere=False,
    ),
    Rule(
        "9.5.6 “Conversation Link”",
        "A conversation link joins a conversation with something that takes part in it.",
        "conversation_link_ends",
        "warning",
        (
            beside(
                STEP,
                '<conversation id="cv"><participantRef>us</participantRef><participantRef>box</participantRef></conversation>'
                '<conversation id="cw"><participantRef>us</participantRef><participantRef>box</participantRef></conversation>'
                '<conversationLink id="cl" sourceRef="cv" targetRef="cw"/>',
            ),
            beside(STEP, '<conversationLink id="cl" sourceRef="us" targetRef="box"/>'),
        ),
        beside(
            STEP,
            '<conversation id="cv"><participantRef>us</participantRef><participantRef>box</participantRef></conversation>'
            '<conversationLink id="cl" sourceRef="us" targetRef="cv"/>',
        ),
        everywhere=False,
    ),
    Rule(
        "9.5.5 “Global Conversation”",
        "A global conversation holds participants, message flows and correlation keys only.",
        "global_conversation_holds",
        "warning",
        tuple(
            f'{STEP}||<globalConversation id="gc"><participant id="x"/><participant id="y"/>{held}</globalConversation>'
            for held in (
                '<conversation id="cv"><participantRef>x</participantRef><participantRef>y</participantRef></conversation>',
                '<textAnnotation id="n"/>',
                '<group id="n"/>',
                '<association id="n" sourceRef="x" targetRef="y"/>',
                "<participantAssociation><innerParticipantRef>x</innerParticipantRef><outerParticipantRef>y"
                "</outerParticipantRef></participantAssociation>",
            )
        ),
        f'{STEP}||<globalConversation id="gc"><participant id="x"/><participant id="y"/></globalConversation>',
        everywhere=False,
    ),
    Rule(
        "8.4.3 “Context-Based Correlation”",
        "What a subscription binds is a property of its key.",
        "correlation_property_foreign",
        "warning",
        (
            STEP
            + '<correlationSubscription id="su" correlationKeyRef="ck"><correlationPropertyBinding correlationPropertyRef="p2">'
            "<dataPath>x</dataPath></correlationPropertyBinding></correlationSubscription>||"
            '<collaboration id="co"><participant id="us" processRef="P"/><correlationKey id="ck" name="k"><correlationPropertyRef>p1</correlationPropertyRef>'
            "</correlationKey></collaboration>"
            + "".join(
                f'<correlationProperty id="{i}"><correlationPropertyRetrievalExpression messageRef="M"><messagePath>x</messagePath>'
                "</correlationPropertyRetrievalExpression></correlationProperty>"
                for i in ("p1", "p2")
            ),
        ),
        STEP,
        everywhere=False,
    ),
    Rule(
        "8.4.3 `correlationPropertyRetrievalExpression`, `dataPath`, `messagePath`",
        "Correlation says how its values are found.",
        "xsd",
        "warning",
        (
            STEP + '||<correlationProperty id="p1" name="x"/>',
            STEP
            + '||<correlationProperty id="p1"><correlationPropertyRetrievalExpression messageRef="M"/></correlationProperty>',
            STEP
            + '||<correlationProperty id="p1"><correlationPropertyRetrievalExpression><messagePath>x</messagePath>'
            "</correlationPropertyRetrievalExpression></correlationProperty>",
        ),
        STEP,
        everywhere=False,
    ),
    Rule(
        "10.8",
        "A lane holds elements of its own process.",
        "lane_elsewhere",
        "warning",
        (
            STEP
            + '<laneSet id="l"><lane id="l1" name="Inköp"><flowNodeRef>c</flowNodeRef></lane></laneSet>||'
            + CHILD,
        ),
        STEP
        + '<laneSet id="l"><lane id="l1" name="Inköp"><flowNodeRef>a</flowNodeRef></lane></laneSet>',
        everywhere=False,
    ),
    Rule(
        "10.8",
        "An element stands in one lane of a set.",
        "lane_twice",
        "warning",
        (
            STEP
            + '<laneSet id="l"><lane id="l1" name="Inköp"><flowNodeRef>a</flowNodeRef></lane><lane id="l2" name="Säljare">'
            "<flowNodeRef>a</flowNodeRef></lane></laneSet>",
        ),
        STEP
        + '<laneSet id="l"><lane id="l1" name="Inköp"><flowNodeRef>a</flowNodeRef></lane></laneSet>',
        everywhere=False,
    ),
)

_TWO = (
    '<participant id="x"/><participant id="y"/><participant id="q"/><messageFlow id="m1" sourceRef="x" targetRef="y"/>'
    '<messageFlow id="m2" sourceRef="y" targetRef="q"/>'
)


def task(refs: str = "x y", first: str = "x", flows: str = "m1", ident: str = "ct") -> str:
    """A choreography task between these participants."""
    return (
        f'<choreographyTask id="{ident}" initiatingParticipantRef="{first}">'
        + "".join(f"<participantRef>{r}</participantRef>" for r in refs.split())
        + "".join(f"<messageFlowRef>{r}</messageFlowRef>" for r in flows.split())
        + "</choreographyTask>"
    )


def choreography(inner: str) -> str:
    return f'{STEP}||<choreography id="ch">{_TWO}{inner}</choreography>'


_CHOREOGRAPHY = '<startEvent id="cs"/>' + task() + '<endEvent id="ce"/>[[cs > ct > ce]]'

CHOREOGRAPHIES = (
    Rule(
        "11.5.1 “Choreography Task”",
        "Two participants take part in a choreography task.",
        "choreography_participants",
        "warning",
        (choreography(task("x")), choreography(task("x y q")), choreography(task(""))),
        choreography(_CHOREOGRAPHY),
        everywhere=False,
    ),
    Rule(
        "11.5 `initiatingParticipantRef`",
        "Who begins is one of them.",
        "choreography_initiator",
        "warning",
        (choreography(task("x y", "q")),),
        choreography(_CHOREOGRAPHY),
        everywhere=False,
    ),
    Rule(
        "11.5.1 `messageFlowRef`",
        "Its messages go between its participants.",
        "choreography_message",
        "warning",
        (choreography(task("x y", flows="m2")),),
        choreography(_CHOREOGRAPHY),
        everywhere=False,
    ),
    Rule(
        "11.6, 11.7",
        "A choreography holds no activities of a process, and no event that only one party sees.",
        "choreography_holds",
        "warning",
        tuple(choreography(act(kind, "z")) + CHILD for kind in ACTIVITIES)
        + tuple(
            choreography(event("startEvent", "z", trigger))
            for trigger in ("message", "error", "compensate")
        )
        + tuple(
            choreography(event("endEvent", "z", trigger))
            for trigger in ("message", "error", "escalation", "signal", "cancel", "compensate")
        )
        + tuple(
            choreography(event("intermediateThrowEvent", "z", trigger))
            for trigger in ("message", "signal", "escalation", "compensate")
        )
        + (choreography('<dataObject id="z"/>'), choreography('<dataStoreReference id="z"/>')),
        choreography(_CHOREOGRAPHY),
        everywhere=False,
    ),
    Rule(
        "11.3, 11.5.2",
        "Lanes and pools do not stand in it.",
        "xsd",
        "warning",
        (choreography('<laneSet id="ls"><lane id="l1"/></laneSet>'),),
        STEP,
        everywhere=False,
    ),
)

FILES = (
    Rule(
        "8.3.1 `id`",
        "An id names one element.",
        "id_twice",
        "refused",
        (
            PLAIN + t("a") + '<task id="a"/>[[s > a > e]]',
            STEP + '||<message id="a" name="a"/>',
            STEP + "||" + CHILD.replace('id="c"', 'id="a"'),
        ),
        STEP,
        everywhere=False,
    ),
    Rule(
        "8.3.1 `id`",
        "Elements that flows join and processes have an id.",
        "id_missing",
        "breaks",
        tuple(
            STEP + f"<{kind}/>"
            for kind in ("userTask", "exclusiveGateway", "startEvent", "endEvent", "subProcess")
        ),
        STEP,
    ),
    Rule(
        "8.3.1 `id`",
        "Such an id is not empty.",
        "id_empty",
        "breaks",
        tuple(STEP + f'<{kind} id=""/>' for kind in ("userTask", "startEvent", "parallelGateway")),
        STEP,
    ),
    Rule(
        "8.3.1 `id`",
        "An id is a name of XML.",
        "id_illegal",
        "breaks",
        tuple(
            STEP.replace('"a"', f'"{wrong}"').replace(" a ", f" {wrong} ")
            for wrong in ("1a", "a b", "a/b", "a:b")
        ),
        STEP,
    ),
    Rule(
        "8.4.1 “Text Annotation” `textFormat`, 8.3.1 “Documentation”",
        "The format of a text is a MIME type.",
        "text_format",
        "warning",
        (
            STEP + '<textAnnotation id="n" textFormat="html"><text>x</text></textAnnotation>',
            STEP.replace(
                '<userTask id="a"/>',
                '<userTask id="a"><documentation textFormat="plain">x</documentation></userTask>',
            ),
        ),
        STEP + '<textAnnotation id="n" textFormat="text/html"><text>x</text></textAnnotation>',
    ),
    Rule(
        "8.2.2 “Import”",
        "Other files are not read: what they hold is not known here.",
        "import_ignored",
        "warning",
        (
            STEP
            + '||<import importType="http://www.w3.org/2001/XMLSchema" location="x.xsd" namespace="urn:x"/>',
        ),
        STEP,
        everywhere=False,
    ),
    Rule(
        "8.2.1, 15.1",
        "What stands at the top of a file belongs there.",
        "element_misplaced",
        "warning",
        tuple(
            STEP + f'||<{name} id="x"/>'
            for name in ("lane", "laneSet", "participant", "dataObject", "textAnnotation")
        ),
        STEP,
        everywhere=False,
    ),
    Rule(
        "12.2",
        "A shape or an edge shows an element that is there.",
        "shape_of_nothing",
        "warning",
        tuple(
            STEP
            + '||<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc='
            '"http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI">'
            f'<bpmndi:BPMNPlane bpmnElement="{plane}">{drawn}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
            for plane, drawn in (
                ("nobody", ""),
                (
                    "P",
                    '<bpmndi:BPMNShape bpmnElement="nobody"><dc:Bounds x="0" y="0" width="9" height="9"/></bpmndi:BPMNShape>',
                ),
                (
                    "P",
                    '<bpmndi:BPMNEdge bpmnElement="nobody"><di:waypoint x="0" y="0"/><di:waypoint x="9" y="0"/></bpmndi:BPMNEdge>',
                ),
            )
        ),
        STEP
        + '||<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"><bpmndi:BPMNPlane bpmnElement="P"/></bpmndi:BPMNDiagram>',
        everywhere=False,
    ),
    Rule(
        "15.1 “XML Schema”",
        "Each element has the attributes and elements that the schema asks for, and values that it allows.",
        "xsd",
        "warning",
        (
            *tuple(
                STEP + "||" + wrong
                for wrong in (
                    '<interface id="i" name="i"/>',
                    '<interface id="i"><operation id="o" name="o"><inMessageRef>M</inMessageRef></operation></interface>',
                    '<interface id="i" name="i"><operation id="o"><inMessageRef>M</inMessageRef></operation></interface>',
                    '<interface id="i" name="i"><operation id="o" name="o"/></interface>',
                    '<itemDefinition id="i" itemKind="Thought"/>',
                    '<relationship id="i"/>',
                    '<relationship id="i" type="x"><source>M</source></relationship>',
                    '<import location="x"/>',
                    '<resource id="i"/>',
                    '<collaboration id="i"><participant id="p"><participantMultiplicity minimum="x"/></participant></collaboration>',
                    '<collaboration id="i"><participantAssociation/></collaboration>',
                    '<collaboration id="i"><messageFlowAssociation/></collaboration>',
                    '<collaboration id="i"><conversationAssociation/></collaboration>',
                    '<collaboration id="i"><conversationLink id="l"/></collaboration>',
                    CHILD.replace('id="Q"', 'id="Q" processType="Secret"'),
                )
            ),
            STEP + '<association id="x"/>',
            STEP + '<association id="x" sourceRef="a" targetRef="e" associationDirection="Up"/>',
            STEP + '<correlationSubscription id="x"/>',
            STEP.replace(
                '<userTask id="a"/>', '<userTask id="a"><dataInputAssociation/></userTask>'
            ),
            STEP.replace('<userTask id="a"/>', '<userTask id="a"><ioSpecification/></userTask>'),
            STEP.replace('<userTask id="a"/>', '<userTask id="a" isForCompensation="maybe"/>'),
            STEP.replace('<userTask id="a"/>', '<userTask id="a" unheard="of"/>'),
        ),
        STEP,
        everywhere=False,
    ),
)

SECTIONS = (
    ("Message flows", MESSAGE_FLOWS),
    ("Pools, conversations, correlation and lanes", COLLABORATIONS),
    ("Choreographies", CHOREOGRAPHIES),
    ("Files", FILES),
)
