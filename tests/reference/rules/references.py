"""Rules of references: each names an element that is there, and of the right kind.

The table below is that of the attributes and elements of type QName and IDREF of BPMN's schema.
"""

from __future__ import annotations

from tests.reference.rules.rule import CHILD, PLAIN, STEP, Rule, t

_A = '<userTask id="a"/>'
_TYPES = '<itemDefinition id="T" structureRef="text"/>'
_SERVICE = (
    '<interface id="if" name="if"><operation id="op" name="op"><inMessageRef>{0}</inMessageRef>'
    "<outMessageRef>{1}</outMessageRef><errorRef>{2}</errorRef></operation></interface>"
)
_POOLS = '<participant id="x" processRef="P"/><participant id="y"/><messageFlow id="m1" sourceRef="x" targetRef="y"/>'


def on_task(inner: str, attributes: str = "") -> str:
    return STEP.replace(_A, f'<userTask id="a" {attributes}>{inner}</userTask>')


def end(definition: str) -> str:
    return f'<startEvent id="s"/>{t("a")}<endEvent id="w">{definition}</endEvent>[[s > a > w]]'


def catch(definition: str) -> str:
    return (
        f'{PLAIN}<intermediateCatchEvent id="w">{definition}</intermediateCatchEvent>[[s > w > e]]'
    )


def collaboration(inner: str) -> str:
    return f'{STEP}||{_TYPES}<collaboration id="co">{_POOLS}{inner}</collaboration>'


def choreography(inner: str) -> str:
    return f'{STEP}||{_TYPES}<choreography id="ch">{_POOLS}{inner}</choreography>'


_TASK = (
    '<choreographyTask id="ct" initiatingParticipantRef="x"><participantRef>x</participantRef>'
    "<participantRef>{0}</participantRef><messageFlowRef>{1}</messageFlowRef></choreographyTask>"
)
_IO = (
    '<ioSpecification id="io"><dataInput id="i"/><dataOutput id="o"/><inputSet id="is"><dataInputRefs>{0}</dataInputRefs>'
    "<optionalInputRefs>{1}</optionalInputRefs><whileExecutingInputRefs>{2}</whileExecutingInputRefs>"
    '<outputSetRefs>{3}</outputSetRefs></inputSet><outputSet id="os"><dataOutputRefs>{4}</dataOutputRefs>'
    "<optionalOutputRefs>{5}</optionalOutputRefs><whileExecutingOutputRefs>{6}</whileExecutingOutputRefs>"
    "<inputSetRefs>{7}</inputSetRefs></outputSet></ioSpecification>"
)
_IO_RIGHT = ("i", "i", "i", "os", "o", "o", "o", "is")
_IO_NAMES = (
    "dataInputRefs",
    "optionalInputRefs",
    "whileExecutingInputRefs",
    "outputSetRefs",
    "dataOutputRefs",
    "optionalOutputRefs",
    "whileExecutingOutputRefs",
    "inputSetRefs",
)
_MULTI = (
    '<multiInstanceLoopCharacteristics behavior="{1}" {2}BehaviorEventRef="{{0}}"><loopCardinality>= 2'
    "</loopCardinality></multiInstanceLoopCharacteristics>"
)


def _of_sets(place: int) -> str:
    values = list(_IO_RIGHT)
    values[place] = "{0}"
    return on_task(_IO.format(*values))


# What is referred to, where, with a hole for the reference; what fits, and what is of another kind.
REFERENCES: tuple[tuple[str, str, str, str], ...] = (
    (
        "`boundaryEvent attachedToRef`",
        STEP
        + t("z")
        + '<boundaryEvent id="w" attachedToRef="{0}"><signalEventDefinition signalRef="S"/></boundaryEvent>[[w > z > e]]',
        "a",
        "e",
    ),
    (
        "`messageEventDefinition messageRef`",
        end('<messageEventDefinition messageRef="{0}"/>'),
        "M",
        "S",
    ),
    (
        "`messageEventDefinition messageRef`, catching",
        catch('<messageEventDefinition messageRef="{0}"/>'),
        "M",
        "s",
    ),
    (
        "`signalEventDefinition signalRef`",
        end('<signalEventDefinition signalRef="{0}"/>'),
        "S",
        "M",
    ),
    (
        "`signalEventDefinition signalRef`, catching",
        catch('<signalEventDefinition signalRef="{0}"/>'),
        "S",
        "M",
    ),
    ("`errorEventDefinition errorRef`", end('<errorEventDefinition errorRef="{0}"/>'), "E", "X"),
    (
        "`escalationEventDefinition escalationRef`",
        end('<escalationEventDefinition escalationRef="{0}"/>'),
        "X",
        "E",
    ),
    (
        "`compensateEventDefinition activityRef`",
        end('<compensateEventDefinition activityRef="{0}"/>'),
        "a",
        "s",
    ),
    (
        "`eventDefinitionRef`",
        end("<eventDefinitionRef>{0}</eventDefinitionRef>"),
        "shared_signal",
        "S",
    ),
    (
        "`eventDefinitionRef`, catching",
        catch("<eventDefinitionRef>{0}</eventDefinitionRef>"),
        "shared_signal",
        "M",
    ),
    (
        "`linkEventDefinition target`",
        PLAIN
        + '<intermediateThrowEvent id="k"><linkEventDefinition id="l1" name="L"><target>{0}</target></linkEventDefinition></intermediateThrowEvent><intermediateCatchEvent id="w"><linkEventDefinition id="l2" name="L"/></intermediateCatchEvent>[[s > k]][[w > e]]',
        "l2",
        "w",
    ),
    (
        "`linkEventDefinition source`",
        PLAIN
        + '<intermediateThrowEvent id="k"><linkEventDefinition id="l1" name="L"/></intermediateThrowEvent><intermediateCatchEvent id="w"><linkEventDefinition id="l2" name="L"><source>{0}</source></linkEventDefinition></intermediateCatchEvent>[[s > k]][[w > e]]',
        "l1",
        "k",
    ),
    ("`sendTask messageRef`", PLAIN + '<sendTask id="a" messageRef="{0}"/>[[s > a > e]]', "M", "S"),
    (
        "`receiveTask messageRef`",
        PLAIN + '<receiveTask id="a" messageRef="{0}"/>[[s > a > e]]',
        "M",
        "E",
    ),
    (
        "`default` of an activity",
        PLAIN
        + '<userTask id="a" default="{0}"/>'
        + t("b")
        + '[[s > a]][[a > b if x = 1]][[b > e]]<sequenceFlow id="fd" sourceRef="a" targetRef="e"/>',
        "fd",
        "b",
    ),
    (
        "`default` of a gateway",
        PLAIN
        + '<exclusiveGateway id="g" default="{0}"/>'
        + t("b")
        + '[[s > g]][[g > b if x = 1]][[b > e]]<sequenceFlow id="fd" sourceRef="g" targetRef="e"/>',
        "fd",
        "b",
    ),
    (
        "`incoming`, `outgoing`",
        on_task("<incoming>{0}</incoming>")
        .replace("[[s > a > e]]", '[[a > e]]<sequenceFlow id="fi" sourceRef="s" targetRef="a"/>')
        .replace('<startEvent id="s"/>', '<startEvent id="s"><outgoing>fi</outgoing></startEvent>'),
        "fi",
        "e",
    ),
    (
        "`association sourceRef`",
        STEP + '<textAnnotation id="n"/><association id="as" sourceRef="{0}" targetRef="n"/>',
        "a",
        "",
    ),
    (
        "`association targetRef`",
        STEP + '<textAnnotation id="n"/><association id="as" sourceRef="n" targetRef="{0}"/>',
        "a",
        "",
    ),
    (
        "`dataObjectReference dataObjectRef`",
        STEP + '<dataObject id="d"/><dataObjectReference id="r" dataObjectRef="{0}"/>',
        "d",
        "a",
    ),
    (
        "`dataStoreReference dataStoreRef`",
        STEP + '<dataStoreReference id="r" dataStoreRef="{0}"/>||<dataStore id="ds"/>',
        "ds",
        "M",
    ),
    (
        "`dataObject itemSubjectRef`",
        STEP + '<dataObject id="d" itemSubjectRef="{0}"/>||' + _TYPES,
        "T",
        "M",
    ),
    (
        "`dataInput itemSubjectRef`",
        on_task(
            '<ioSpecification><dataInput id="i" itemSubjectRef="{0}"/><inputSet><dataInputRefs>i</dataInputRefs></inputSet><outputSet/></ioSpecification>'
        )
        + "||"
        + _TYPES,
        "T",
        "M",
    ),
    (
        "`property itemSubjectRef`",
        on_task('<property id="q" itemSubjectRef="{0}"/>') + "||" + _TYPES,
        "T",
        "S",
    ),
    ("`message itemRef`", STEP + '||<message id="m9" name="m" itemRef="{0}"/>' + _TYPES, "T", "M"),
    (
        "`group categoryValueRef`",
        STEP
        + '<group id="n" categoryValueRef="{0}"/>||<category id="c"><categoryValue id="v" value="x"/></category>',
        "v",
        "c",
    ),
    (
        "`lane flowNodeRef`",
        STEP
        + '<laneSet id="l"><lane id="l1" name="Inköp"><flowNodeRef>{0}</flowNodeRef></lane></laneSet>',
        "a",
        "P",
    ),
    (
        "`lane partitionElementRef`",
        STEP
        + '<laneSet id="l"><lane id="l1" name="Inköp" partitionElementRef="{0}"><flowNodeRef>a</flowNodeRef></lane></laneSet>',
        "M",
        "",
    ),
    ("`process supports`", STEP + "<supports>{0}</supports>||" + CHILD, "Q", "M"),
    (
        "`process definitionalCollaborationRef`",
        STEP
        + "||"
        + CHILD.replace('id="Q"', 'id="Q" definitionalCollaborationRef="{0}"')
        + '<collaboration id="co"/>',
        "co",
        "M",
    ),
    (
        "`supportedInterfaceRef`",
        STEP
        + '||<globalUserTask id="gt"><supportedInterfaceRef>{0}</supportedInterfaceRef><ioBinding operationRef="op" inputDataRef="is" outputDataRef="os"/><ioSpecification><inputSet id="is"/><outputSet id="os"/></ioSpecification></globalUserTask>'
        + _SERVICE.format("M", "M", "E"),
        "if",
        "op",
    ),
    (
        "`ioBinding inputDataRef`",
        STEP
        + '||<globalUserTask id="gt"><ioBinding operationRef="op" inputDataRef="{0}" outputDataRef="os"/><ioSpecification><inputSet id="is"/><outputSet id="os"/></ioSpecification></globalUserTask>'
        + _SERVICE.format("M", "M", "E"),
        "is",
        "os",
    ),
    ("`operation inMessageRef`", STEP + "||" + _SERVICE.format("{0}", "M", "E"), "M", "E"),
    ("`operation outMessageRef`", STEP + "||" + _SERVICE.format("M", "{0}", "E"), "M", "E"),
    ("`operation errorRef`", STEP + "||" + _SERVICE.format("M", "M", "{0}"), "E", "M"),
    (
        "`performer resourceRef`",
        on_task("<potentialOwner><resourceRef>{0}</resourceRef></potentialOwner>")
        + '||<resource id="re" name="r"/>',
        "re",
        "M",
    ),
    (
        "`resourceParameterBinding parameterRef`",
        on_task(
            '<potentialOwner><resourceRef>re</resourceRef><resourceParameterBinding parameterRef="{0}"><formalExpression>x</formalExpression></resourceParameterBinding></potentialOwner>'
        )
        + '||<resource id="re" name="r"><resourceParameter id="rp" name="p" isRequired="false"/></resource>',
        "rp",
        "re",
    ),
    (
        "`dataInputAssociation sourceRef`",
        STEP.replace(
            _A,
            '<dataObject id="d"/><userTask id="a"><property id="q"/><dataInputAssociation><sourceRef>{0}</sourceRef><targetRef>q</targetRef></dataInputAssociation></userTask>',
        ),
        "d",
        "s",
    ),
    (
        "`dataInputAssociation targetRef`",
        on_task(
            '<property id="q"/><dataInputAssociation><targetRef>{0}</targetRef></dataInputAssociation>'
        ),
        "q",
        "s",
    ),
    (
        "`dataOutputAssociation sourceRef`",
        STEP.replace(
            _A,
            '<dataObject id="d"/><userTask id="a"><property id="q"/><dataOutputAssociation><sourceRef>{0}</sourceRef><targetRef>d</targetRef></dataOutputAssociation></userTask>',
        ),
        "q",
        "s",
    ),
    (
        "`dataOutputAssociation targetRef`",
        STEP.replace(
            _A,
            '<dataObject id="d"/><userTask id="a"><property id="q"/><dataOutputAssociation><sourceRef>q</sourceRef><targetRef>{0}</targetRef></dataOutputAssociation></userTask>',
        ),
        "d",
        "s",
    ),
    *(
        (f"`{name}`", _of_sets(place), _IO_RIGHT[place], "s")
        for place, name in enumerate(_IO_NAMES)
    ),
    (
        "`noneBehaviorEventRef`",
        on_task(_MULTI.replace("{1}", "None").replace("{2}", "none").replace("{{0}}", "{0}")),
        "shared_signal",
        "S",
    ),
    (
        "`oneBehaviorEventRef`",
        on_task(_MULTI.replace("{1}", "One").replace("{2}", "one").replace("{{0}}", "{0}")),
        "shared_signal",
        "s",
    ),
    (
        "`participant processRef`",
        STEP + '||<collaboration id="co"><participant id="x" processRef="{0}"/></collaboration>',
        "P",
        "M",
    ),
    (
        "`participant interfaceRef`",
        STEP
        + '||<collaboration id="co"><participant id="x"><interfaceRef>{0}</interfaceRef></participant></collaboration>'
        + _SERVICE.format("M", "M", "E"),
        "if",
        "M",
    ),
    (
        "`participant endPointRef`",
        STEP
        + '||<collaboration id="co"><participant id="x"><endPointRef>{0}</endPointRef></participant></collaboration><endPoint id="ep"/>',
        "ep",
        "M",
    ),
    (
        "`partnerEntity participantRef`",
        collaboration("")
        + '<partnerEntity id="pe" name="p"><participantRef>{0}</participantRef></partnerEntity>',
        "x",
        "M",
    ),
    (
        "`partnerRole participantRef`",
        collaboration("")
        + '<partnerRole id="pe" name="p"><participantRef>{0}</participantRef></partnerRole>',
        "x",
        "P",
    ),
    (
        "`messageFlow sourceRef`",
        collaboration('<messageFlow id="m2" sourceRef="{0}" targetRef="y"/>'),
        "a",
        "M",
    ),
    (
        "`messageFlow targetRef`",
        collaboration('<messageFlow id="m2" sourceRef="y" targetRef="{0}"/>'),
        "a",
        "M",
    ),
    (
        "`messageFlow messageRef`",
        collaboration('<messageFlow id="m2" sourceRef="a" targetRef="y" messageRef="{0}"/>'),
        "M",
        "S",
    ),
    (
        "`participantAssociation innerParticipantRef`",
        collaboration(
            "<participantAssociation><innerParticipantRef>{0}</innerParticipantRef><outerParticipantRef>y</outerParticipantRef></participantAssociation>"
        ),
        "x",
        "P",
    ),
    (
        "`participantAssociation outerParticipantRef`",
        collaboration(
            "<participantAssociation><innerParticipantRef>x</innerParticipantRef><outerParticipantRef>{0}</outerParticipantRef></participantAssociation>"
        ),
        "y",
        "P",
    ),
    (
        "`messageFlowAssociation innerMessageFlowRef`",
        collaboration(
            "<messageFlowAssociation><innerMessageFlowRef>{0}</innerMessageFlowRef><outerMessageFlowRef>m1</outerMessageFlowRef></messageFlowAssociation>"
        ),
        "m1",
        "x",
    ),
    (
        "`messageFlowAssociation outerMessageFlowRef`",
        collaboration(
            "<messageFlowAssociation><innerMessageFlowRef>m1</innerMessageFlowRef><outerMessageFlowRef>{0}</outerMessageFlowRef></messageFlowAssociation>"
        ),
        "m1",
        "x",
    ),
    (
        "`conversation participantRef`",
        collaboration(
            '<conversation id="cv"><participantRef>x</participantRef><participantRef>{0}</participantRef></conversation>'
        ),
        "y",
        "P",
    ),
    (
        "`conversation messageFlowRef`",
        collaboration(
            '<conversation id="cv"><participantRef>x</participantRef><participantRef>y</participantRef><messageFlowRef>{0}</messageFlowRef></conversation>'
        ),
        "m1",
        "x",
    ),
    (
        "`callConversation calledCollaborationRef`",
        collaboration(
            '<callConversation id="cv" calledCollaborationRef="{0}"><participantRef>x</participantRef><participantRef>y</participantRef></callConversation>'
        )
        + '<globalConversation id="gc"/>',
        "gc",
        "M",
    ),
    (
        "`conversationLink sourceRef`",
        collaboration(
            '<conversation id="cv"><participantRef>x</participantRef><participantRef>y</participantRef></conversation><conversationLink id="cl" sourceRef="{0}" targetRef="cv"/>'
        ),
        "x",
        "M",
    ),
    (
        "`conversationLink targetRef`",
        collaboration(
            '<conversation id="cv"><participantRef>x</participantRef><participantRef>y</participantRef></conversation><conversationLink id="cl" sourceRef="x" targetRef="{0}"/>'
        ),
        "cv",
        "M",
    ),
    (
        "`conversationAssociation innerConversationNodeRef`",
        collaboration(
            '<conversation id="cv"><participantRef>x</participantRef><participantRef>y</participantRef></conversation><conversationAssociation><innerConversationNodeRef>{0}</innerConversationNodeRef><outerConversationNodeRef>cv</outerConversationNodeRef></conversationAssociation>'
        ),
        "cv",
        "x",
    ),
    (
        "`collaboration choreographyRef`",
        collaboration("<choreographyRef>{0}</choreographyRef>") + '<choreography id="ch"/>',
        "ch",
        "P",
    ),
    (
        "`correlationKey correlationPropertyRef`",
        collaboration(
            '<correlationKey id="ck"><correlationPropertyRef>{0}</correlationPropertyRef></correlationKey>'
        )
        + '<correlationProperty id="cp"><correlationPropertyRetrievalExpression messageRef="M"><messagePath>x</messagePath></correlationPropertyRetrievalExpression></correlationProperty>',
        "cp",
        "M",
    ),
    (
        "`correlationPropertyRetrievalExpression messageRef`",
        STEP
        + '||<correlationProperty id="cp"><correlationPropertyRetrievalExpression messageRef="{0}"><messagePath>x</messagePath></correlationPropertyRetrievalExpression></correlationProperty>',
        "M",
        "S",
    ),
    (
        "`correlationSubscription correlationKeyRef`",
        STEP
        + '<correlationSubscription id="su" correlationKeyRef="{0}"/>||<collaboration id="co"><correlationKey id="ck"/></collaboration>',
        "ck",
        "M",
    ),
    ("`choreographyTask participantRef`", choreography(_TASK.format("{0}", "m1")), "y", "P"),
    ("`choreographyTask messageFlowRef`", choreography(_TASK.format("y", "{0}")), "m1", "x"),
    (
        "`choreographyTask initiatingParticipantRef`",
        choreography(
            _TASK.replace('initiatingParticipantRef="x"', 'initiatingParticipantRef="[0]"')
            .format("y", "m1")
            .replace("[0]", "{0}")
        ),
        "x",
        "P",
    ),
    (
        "`callChoreography calledChoreographyRef`",
        choreography(
            '<callChoreography id="cc" initiatingParticipantRef="x" calledChoreographyRef="{0}"><participantRef>x</participantRef><participantRef>y</participantRef></callChoreography>'
        )
        + '<choreography id="ch2"/>',
        "ch2",
        "P",
    ),
)
# A lost one of these harms nothing: types and operations are not run, flows say where they lead.
TOLD = (
    (
        "`ioBinding operationRef`",
        STEP
        + '||<globalUserTask id="gt"><ioBinding operationRef="{0}" inputDataRef="is" outputDataRef="os"/><ioSpecification><inputSet id="is"/><outputSet id="os"/></ioSpecification></globalUserTask>'
        + _SERVICE.format("M", "M", "E"),
        "op",
        "if",
    ),
    (
        "`formalExpression evaluatesToTypeRef`",
        PLAIN
        + '<userTask id="a"/>[[s > a > e]]<sequenceFlow id="fx" sourceRef="a" targetRef="e"><conditionExpression xsi:type="tFormalExpression" evaluatesToTypeRef="{0}">= x = 1</conditionExpression></sequenceFlow>||'
        + _TYPES,
        "T",
        "M",
    ),
    (
        "`message operationRef`",
        end('<messageEventDefinition messageRef="M" operationRef="{0}"/>')
        + "||"
        + _SERVICE.format("M", "M", "E"),
        "op",
        "if",
    ),
    (
        "`sendTask operationRef`",
        PLAIN
        + '<sendTask id="a" messageRef="M" operationRef="{0}"/>[[s > a > e]]||'
        + _SERVICE.format("M", "M", "E"),
        "op",
        "if",
    ),
    (
        "`signal structureRef`",
        STEP + '||<signal id="m9" name="m" structureRef="{0}"/>' + _TYPES,
        "T",
        "M",
    ),
    (
        "`error structureRef`",
        STEP + '||<error id="m9" errorCode="m" structureRef="{0}"/>' + _TYPES,
        "T",
        "M",
    ),
    (
        "`escalation structureRef`",
        STEP + '||<escalation id="m9" escalationCode="m" structureRef="{0}"/>' + _TYPES,
        "T",
        "M",
    ),
)
_LISTS = ("`incoming`, `outgoing`",)


_USES = tuple((*each, each in TOLD or each[0] in _LISTS) for each in REFERENCES + TOLD)


def _lost(*, told: bool) -> Rule:
    uses = [(diagram, right) for _, diagram, right, _, each in _USES if each is told]
    names = dict.fromkeys(what for what, _, _, _, each in _USES if each is told)
    return Rule(
        "15.1",
        f"{', '.join(names)} name something that is there.",
        "reference_lost",
        "warning" if told else "breaks",
        tuple(d.replace("{0}", wrong) for d, _ in uses for wrong in ("nobody", "tns:nobody")),
        tuple(d.replace("{0}", right) for d, right in uses),
        everywhere=False,
    )


REFERENCE_RULES = (
    _lost(told=False),
    _lost(told=True),
    Rule(
        "15.1",
        "None of these is empty.",
        "reference_empty",
        "breaks",
        (
            end('<messageEventDefinition messageRef=""/>'),
            end("<eventDefinitionRef/>"),
            STEP + '<dataObjectReference id="r" dataObjectRef=""/>',
            on_task("<potentialOwner><resourceRef> </resourceRef></potentialOwner>"),
        ),
        end('<messageEventDefinition messageRef="M"/>'),
        everywhere=False,
    ),
    Rule(
        "15.1",
        "Each of these but the ends of associations and `partitionElementRef` names something of the right kind.",
        "reference_wrong_kind",
        "breaks",
        tuple(diagram.replace("{0}", wrong) for _, diagram, _, wrong, _ in _USES if wrong),
        tuple(diagram.replace("{0}", right) for _, diagram, right, _, _ in _USES),
        everywhere=False,
    ),
)

SECTIONS = (("References", REFERENCE_RULES),)
