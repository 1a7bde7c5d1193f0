"""Rules of activities, sub-processes, calls, repetition and expressions (BPMN 2.0.2, 8.4.7, 10.3)."""

from __future__ import annotations

from tests.reference.rules.rule import (
    ACTIVITIES,
    CHILD,
    PLAIN,
    RUNNING,
    STEP,
    Rule,
    act,
    event,
    flow,
    sub,
    t,
)

_WORDS = (
    "customer is happy",
    "Approved?",
    "kunden är nöjd",
    "all parts have arrived",
    "the offer was accepted",
)


def single(activity: str) -> str:
    """The activity a between a start and an end."""
    return f"{PLAIN}{activity}[[s > a > e]]||{CHILD}"


def many(inner: str, attributes: str = "", kind: str = "userTask") -> str:
    """A multi-instance activity."""
    loop = (
        f"<multiInstanceLoopCharacteristics{attributes}>{inner}</multiInstanceLoopCharacteristics>"
    )
    return single(act(kind, inner=loop))


def looped(inner: str, attributes: str = "", kind: str = "userTask") -> str:
    """An activity with a standard loop."""
    loop = f"<standardLoopCharacteristics{attributes}>{inner}</standardLoopCharacteristics>"
    return single(act(kind, inner=loop))


def ad_hoc(inner: str, attributes: str = "") -> str:
    return f'{PLAIN}<adHocSubProcess id="k"{attributes}>{inner}</adHocSubProcess>[[s > k > e]]'


def conditional(text: str, more: str = "") -> str:
    """A decision with this condition."""
    asked = f"<conditionExpression{more}>{text}</conditionExpression>"
    return (
        f'{PLAIN}<exclusiveGateway id="g" default="fb"/>{t("a", "b")}[[s > g]]'
        + flow("fa", "g", "a", asked)
        + flow("fb", "g", "b")
        + "[[a > e]][[b > e]]"
    )


def owned(parameter: str, more: str = "") -> str:
    """A task whose owner is a resource with this parameter."""
    bound = f'<resourceParameterBinding parameterRef="{parameter}"><formalExpression>x</formalExpression></resourceParameterBinding>'
    owner = (
        f"<potentialOwner><resourceRef>r</resourceRef>{bound if parameter else ''}</potentialOwner>"
    )
    return (
        single(act("userTask", inner=owner))
        + '<resource id="r" name="r"><resourceParameter id="rp" name="p" isRequired="true"/>'
        + f'<resourceParameter id="ro" name="o" isRequired="false"/></resource>{more}'
    )


_TWO = "<loopCardinality>= 2</loopCardinality>"
_FORMAL = ' xsi:type="tFormalExpression"'
_CARDINALITY_THREE = (
    "<loopCardinality>= 3</loopCardinality><completionCondition>{0}</completionCondition>"
)

TASKS = (
    Rule(
        "10.3 `startQuantity`, `completionQuantity`",
        "Quantities are 1 or more.",
        "quantity",
        "breaks",
        tuple(
            single(act(kind, attributes=f'{name}="{value}"'))
            for kind in ACTIVITIES
            for name in ("startQuantity", "completionQuantity")
            for value in ("0", "-1", "x")
        ),
        single(act("userTask", attributes='completionQuantity="1"')),
    ),
    Rule(
        "10.3.3 “Script Task”",
        "A script task has a script.",
        "script_missing",
        "gap",
        (
            single('<scriptTask id="a" scriptFormat="feel"/>'),
            f'{PLAIN}<callActivity id="a" calledElement="gs"/>[[s > a > e]]||<globalScriptTask id="gs" scriptLanguage="feel"/>',
        ),
        single(act("scriptTask")),
    ),
    Rule(
        "10.3.3 “Script Task” `scriptFormat`",
        "A script says in which language it is.",
        "script_without_format",
        "warning",
        (
            single('<scriptTask id="a"><script>{x: 2}</script></scriptTask>'),
            f'{PLAIN}<callActivity id="a" calledElement="gs"/>[[s > a > e]]||<globalScriptTask id="gs"><script>{{x: 2}}</script></globalScriptTask>',
        ),
        single(act("scriptTask")),
    ),
    Rule(
        "10.3.3 “Send Task”, “Receive Task”",
        "A send or a receive task names its message.",
        "task_without_message",
        "warning",
        (single('<sendTask id="a"/>'), single('<receiveTask id="a"/>')),
        single(act("sendTask")),
    ),
    Rule(
        "10.3.3 “Receive Task” `instantiate`",
        "A receive task that begins the process has no flow in.",
        "instantiate_with_incoming",
        "warning",
        (
            single('<receiveTask id="a" messageRef="M" instantiate="true"/>'),
            '<receiveTask id="a" messageRef="M" instantiate="true"/><endEvent id="e"/>'
            + t("b")
            + "[[a > b > e]][[b > a]]",
            single('<receiveTask id="a" messageRef="M" instantiate="1"/>'),
        ),
        '<receiveTask id="a" messageRef="M" instantiate="true"/>' + t("b") + "[[a > b]]",
        everywhere=False,
    ),
    Rule(
        "10.3.3, 10.6.6 `instantiate`, 13.2",
        "What begins a process stands in the process itself, not in a sub-process.",
        "instantiate_inside",
        "warning",
        tuple(
            PLAIN + sub(inner, kind=kind) + "[[s > k > e]]"
            for kind in ("subProcess", "transaction", "adHocSubProcess")
            for inner in (
                '<receiveTask id="a" messageRef="M" instantiate="true"/>',
                '<eventBasedGateway id="g" instantiate="true"/>'
                + event("intermediateCatchEvent", "w", "message")
                + event("intermediateCatchEvent", "v", "signal")
                + t("a", "b")
                + "[[g > w > a]][[g > v > b]]",
            )
        ),
        PLAIN + sub('<receiveTask id="a" messageRef="M"/>') + "[[s > k > e]]",
        everywhere=False,
    ),
    Rule(
        "10.3.1 “Resource Assignment”",
        "People are named by a resource or by an expression, not by both.",
        "performer_ambiguous",
        "warning",
        tuple(
            single(
                act(
                    "userTask",
                    inner=f"<{kind}><resourceRef>r</resourceRef><resourceAssignmentExpression>"
                    f"<formalExpression>x</formalExpression></resourceAssignmentExpression></{kind}>",
                )
            )
            + '<resource id="r" name="r"/>'
            for kind in ("performer", "humanPerformer", "potentialOwner", "resourceRole")
        ),
        single(
            act("userTask", inner="<potentialOwner><resourceRef>r</resourceRef></potentialOwner>")
        )
        + '<resource id="r" name="r"/>',
        everywhere=False,
    ),
    Rule(
        "10.3.1 `resourceParameterBindings`",
        "A resource's parameters are given with the resource.",
        "performer_ambiguous",
        "warning",
        (
            single(
                act(
                    "userTask",
                    inner='<potentialOwner><resourceParameterBinding parameterRef="rp"><formalExpression>x'
                    "</formalExpression></resourceParameterBinding></potentialOwner>",
                )
            )
            + '<resource id="r" name="r"><resourceParameter id="rp" name="x" isRequired="true"/></resource>',
        ),
        STEP,
        everywhere=False,
    ),
    Rule(
        "8.4.12, 10.3.1 `parameterRef`",
        "A parameter is one of its resource's.",
        "resource_parameter_foreign",
        "warning",
        (
            owned(
                "rq",
                more='<resource id="r2" name="r2"><resourceParameter id="rq" name="q" isRequired="false"/></resource>',
            ),
        ),
        owned("rp"),
        everywhere=False,
    ),
    Rule(
        "8.4.12 `isRequired`",
        "A parameter that the resource requires is given.",
        "resource_parameter_missing",
        "warning",
        (owned("ro"), owned("")),
        owned("rp"),
        everywhere=False,
    ),
    Rule(
        "10.3.6",
        "A call says what is called.",
        "call_without_target",
        "breaks",
        (single('<callActivity id="a"/>'), single('<callActivity id="a" calledElement=""/>')),
        single(act("callActivity")),
    ),
    Rule(
        "10.3.6 `calledElement`",
        "What is called is a process or a global task that is there.",
        "call_unknown",
        "breaks",
        (
            single('<callActivity id="a" calledElement="nobody"/>'),
            single('<callActivity id="a" calledElement="s"/>'),
            single('<callActivity id="a" calledElement="M"/>'),
        ),
        single(act("callActivity")),
    ),
    Rule(
        "10.5.2",
        "A process that is called can begin with a plain start event.",
        "called_without_plain_start",
        "breaks",
        tuple(
            f"{PLAIN}{act('callActivity')}[[s > a > e]]||"
            + CHILD.replace('<startEvent id="qs"/>', event("startEvent", "qs", trigger))
            for trigger in ("message", "timer", "signal", "conditional")
        ),
        single(act("callActivity")),
    ),
)

SUB_PROCESSES = (
    Rule(
        "10.3.5 “Ad-Hoc”",
        "An ad-hoc sub-process holds an activity.",
        "ad_hoc_empty",
        "breaks",
        (ad_hoc(""), ad_hoc('<textAnnotation id="n"/>'), ad_hoc('<dataObject id="o"/>')),
        ad_hoc(t("a")),
    ),
    Rule(
        "10.3.5 “Ad-Hoc”",
        "It holds no start and no end event.",
        "ad_hoc_forbidden",
        "breaks",
        (
            ad_hoc('<startEvent id="x"/>' + t("a") + "[[x > a]]"),
            ad_hoc('<endEvent id="x"/>' + t("a") + "[[a > x]]"),
            ad_hoc(event("endEvent", "x", "terminate") + t("a") + "[[a > x]]"),
        ),
        ad_hoc(t("a")),
    ),
    Rule(
        "10.3.5 “Ad-Hoc” `completionCondition`",
        "It says when it is over.",
        "ad_hoc_without_completion",
        "warning",
        (ad_hoc(t("a")), ad_hoc(t("a"), ' ordering="Sequential"')),
        ad_hoc(t("a") + "<completionCondition>= x &gt; 1</completionCondition>"),
    ),
    Rule(
        "10.3.5 “Ad-Hoc” `ordering`",
        "Its ordering is Parallel or Sequential.",
        "xsd",
        "warning",
        (ad_hoc(t("a"), ' ordering="Random"'),),
        ad_hoc(t("a"), ' ordering="Parallel"'),
    ),
    Rule(
        "10.1, 10.3.5",
        "Neither a process nor a sub-process holds choreography activities.",
        "choreography_in_process",
        "breaks",
        (
            *tuple(
                f'{STEP}<{kind} id="c"{more}/>[[a > c > e]]'
                for kind, more in (
                    ("choreographyTask", ' initiatingParticipantRef="us"'),
                    ("subChoreography", ' initiatingParticipantRef="us"'),
                    ("callChoreography", ' initiatingParticipantRef="us"'),
                )
            ),
            ad_hoc(t("a") + '<choreographyTask id="c"/>'),
        ),
        STEP,
    ),
    Rule(
        "10.3.5, 9.5",
        "Conversations and participants stand in a collaboration.",
        "element_unknown",
        "breaks",
        tuple(
            diagram
            for lost in (
                '<conversation id="c"/>',
                '<conversationLink id="c" sourceRef="a" targetRef="e"/>',
                '<participant id="c"/>',
                '<messageFlow id="c" sourceRef="a" targetRef="e"/>',
            )
            for diagram in (STEP + lost, ad_hoc(t("a") + lost))
        ),
        STEP,
    ),
    Rule(
        "10.2.1 `processType`",
        "A public process shows what others see of it, and does not run.",
        "process_public",
        "warning",
        (STEP + "||" + CHILD.replace('id="Q"', 'id="Q" processType="Public"'),),
        STEP + "||" + CHILD.replace('id="Q"', 'id="Q" processType="Private"'),
        everywhere=False,
    ),
    Rule(
        "10.2.1, 10.3.5, 8.2.1",
        "Steps, events and flows stand in a process.",
        "node_misplaced",
        "breaks",
        (
            *tuple(
                f"{STEP}||{lost}"
                for lost in (
                    '<userTask id="z"/>',
                    '<startEvent id="z"/>',
                    '<exclusiveGateway id="z"/>',
                )
            ),
            STEP.replace('<userTask id="a"/>', '<userTask id="a"><task id="z"/></userTask>'),
            STEP.replace(
                '<userTask id="a"/>', '<userTask id="a"><boundaryEvent id="z"/></userTask>'
            ),
        ),
        STEP,
        everywhere=False,
    ),
)

REPETITION = (
    Rule(
        "10.3.8",
        "An activity repeats in one way.",
        "loops_both",
        "breaks",
        tuple(
            single(
                act(
                    kind,
                    inner="<standardLoopCharacteristics/><multiInstanceLoopCharacteristics>"
                    f"{_TWO}</multiInstanceLoopCharacteristics>",
                )
            )
            for kind in ACTIVITIES
        ),
        many(_TWO),
    ),
    Rule(
        "10.3.8 `loopCardinality`, `loopDataInputRef`",
        "A multi-instance activity of a process that runs has a number or a collection.",
        "loop_without_number",
        "breaks",
        tuple(
            many("", f' isSequential="{flag}"', kind)
            for kind in RUNNING
            for flag in ("true", "false")
        ),
        many(_TWO),
    ),
    Rule(
        "10.3.8",
        "It does not have both.",
        "loop_number_and_collection",
        "warning",
        (many(_TWO + "<loopDataInputRef>xs</loopDataInputRef>"),),
        many(_TWO),
    ),
    Rule(
        "10.3.8 `loopCardinality`",
        "The number is a whole one, and not negative.",
        "loop_number",
        "breaks",
        tuple(
            many(f"<loopCardinality>{text}</loopCardinality>", kind=kind)
            for kind in ("userTask", "subProcess", "callActivity")
            for text in ("-1", "= -3", "1001")
        ),
        many(_TWO),
    ),
    Rule(
        "10.3.8 `loopCardinality`",
        "The number is a number.",
        "loop_number",
        "breaks",
        tuple(
            many(f"<loopCardinality>{text}</loopCardinality>")
            for text in ("= 2.5", "= true", '= "three"')
        ),
        many(_TWO),
    ),
    Rule(
        "10.3.8 `loopMaximum`",
        "The most rounds of a loop are 1 or more.",
        "loop_number",
        "breaks",
        tuple(
            looped("<loopCondition>= x &lt; 1</loopCondition>", f' loopMaximum="{number}"')
            for number in ("0", "-1", "x")
        ),
        looped("<loopCondition>= x &lt; 1</loopCondition>", ' loopMaximum="3"'),
    ),
    Rule(
        "10.3.8 `loopCondition`",
        "A loop has a condition or a maximum.",
        "loop_without_condition",
        "warning",
        tuple(looped("", kind=kind) for kind in RUNNING),
        looped("<loopCondition>= x &lt; 1</loopCondition>"),
    ),
    Rule(
        "10.3.8 `behavior`",
        "Behaviour None, One and Complex say which event is thrown.",
        "loop_behaviour_incomplete",
        "warning",
        (
            *tuple(many(_TWO, f' behavior="{name}"') for name in ("None", "One", "Complex")),
            many(_TWO, ' behavior="None" oneBehaviorEventRef="shared_signal"'),
        ),
        many(_TWO, ' behavior="One" oneBehaviorEventRef="shared_signal"'),
    ),
    Rule(
        "10.3.8 `complexBehaviorDefinition`",
        "Such a definition has a condition and an event.",
        "xsd",
        "warning",
        (
            many(_TWO + "<complexBehaviorDefinition/>", ' behavior="Complex"'),
            many(
                _TWO
                + '<complexBehaviorDefinition><event id="ev"><signalEventDefinition signalRef="S"/></event>'
                "</complexBehaviorDefinition>",
                ' behavior="Complex"',
            ),
        ),
        many(
            _TWO + f"<complexBehaviorDefinition><condition{_FORMAL}>= x = 1</condition><event>"
            '<signalEventDefinition signalRef="S"/></event></complexBehaviorDefinition>',
            ' behavior="Complex"',
        ),
    ),
    Rule(
        "10.3.8 `noneBehaviorEventRef`, `oneBehaviorEventRef`",
        "They name an event definition.",
        "reference_wrong_kind",
        "breaks",
        tuple(
            many(_TWO, f' behavior="{name}" {name.lower()}BehaviorEventRef="{wrong}"')
            for name in ("None", "One")
            for wrong in ("S", "s", "M")
        ),
        many(_TWO, ' behavior="One" oneBehaviorEventRef="shared_signal"'),
    ),
)

EXPRESSIONS = (
    Rule(
        "8.4.7",
        "In a process that runs a condition is formal, not natural language.",
        "condition_informal",
        "breaks",
        tuple(
            make(text)
            for text in _WORDS
            for make in (
                conditional,
                lambda text: looped(f"<loopCondition>{text}</loopCondition>"),
                lambda text: many(_CARDINALITY_THREE.format(text)),
                lambda text: ad_hoc(t("a") + f"<completionCondition>{text}</completionCondition>"),
                lambda text: (
                    f'{PLAIN}<parallelGateway id="p"/>{t("a", "b")}<complexGateway id="g">'
                    f"<activationCondition>{text}</activationCondition></complexGateway>"
                    "[[s > p > a > g > e]][[p > b > g]]"
                ),
            )
        ),
        conditional("x &gt; 1", _FORMAL),
    ),
    Rule(
        "8.4.7",
        "A number of rounds is formal, too.",
        "condition_informal",
        "breaks",
        tuple(
            many(f"<loopCardinality>{text}</loopCardinality>")
            for text in ("number of customers there are", "as many as needed", "en per kund")
        ),
        many(_TWO),
    ),
    Rule(
        "8.4.7 `body`",
        "A formal expression says something.",
        "expression_empty",
        "breaks",
        (
            conditional("", _FORMAL),
            conditional(""),
            conditional("  ", _FORMAL),
            looped(f"<loopCondition{_FORMAL}/>"),
            many(f"<loopCardinality{_FORMAL}/>"),
            many(_TWO + f"<completionCondition{_FORMAL}/>"),
            ad_hoc(t("a") + f"<completionCondition{_FORMAL}/>"),
            f'{PLAIN}<parallelGateway id="p"/>{t("a", "b")}<complexGateway id="g"><activationCondition{_FORMAL}/>'
            "</complexGateway>[[s > p > a > g > e]][[p > b > g]]",
        ),
        conditional("x &gt; 1", _FORMAL),
    ),
    Rule(
        "8.4.7 `evaluatesToTypeRef`, 10.3.8, 10.6.2",
        "A condition gives a truth value.",
        "expression_not_boolean",
        "warning",
        tuple(
            make(text)
            for text in ("= 5", '= "yes"')
            for make in (
                conditional,
                lambda text: looped(f"<loopCondition>{text}</loopCondition>"),
                lambda text: many(_CARDINALITY_THREE.format(text)),
                lambda text: ad_hoc(t("a") + f"<completionCondition>{text}</completionCondition>"),
            )
        ),
        conditional("= x &gt; 1"),
    ),
    Rule(
        "8.4.7 `language`",
        "Its language is one that runs here.",
        "expression_language",
        "gap",
        tuple(
            conditional("x &gt; 1", f' xsi:type="tFormalExpression" language="{language}"')
            for language in ("http://www.java.com/java", "http://www.w3.org/1999/XPath")
        ),
        conditional("x &gt; 1", ' xsi:type="tFormalExpression" language="feel"'),
    ),
    Rule(
        "8.2.3 `mustUnderstand`",
        "An extension that must be understood is one that is known here.",
        "extension_not_understood",
        "gap",
        (
            f'{STEP}||<extension xmlns:acme="urn:acme" mustUnderstand="true" definition="acme:x"/>',
            f'{STEP}||<extension mustUnderstand="1" definition="acme"/>',
        ),
        f'{STEP}||<extension xmlns:acme="urn:acme" mustUnderstand="false" definition="acme:x"/>',
        everywhere=False,
    ),
)

SECTIONS = (
    ("Tasks and calls", TASKS),
    ("Sub-processes and processes", SUB_PROCESSES),
    ("Repetition", REPETITION),
    ("Expressions and extensions", EXPRESSIONS),
)
