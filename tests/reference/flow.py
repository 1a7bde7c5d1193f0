"""Activities, gateways, sequence flows and repetition."""

from __future__ import annotations

from tests.reference.claims import PLAIN, Claim, event, t

MULTI = (
    '<userTask id="a"><multiInstanceLoopCharacteristics isSequential="{}">{}'
    "</multiInstanceLoopCharacteristics></userTask>"
)
AD_HOC = '<adHocSubProcess id="h" {}>{}</adHocSubProcess><userTask id="z"/>[[s > h > z > e]]'
CHILD = f'<process id="Q" isExecutable="true">{t("c")}</process>'

TASKS = (
    Claim(
        "userTask",
        "",
        "runs",
        "Waits in the list of whoever holds the role of its lane, with its form, checklist, due "
        "date and signature (`sp:form`, `sp:checklist`, `sp:due`, `sp:signature`).",
        f"{PLAIN}{t('a')}[[s > a > e]]",
        "[a] a end",
    ),
    Claim(
        "task",
        "",
        "runs",
        "A step without work of its own: the token passes at once.",
        f'{PLAIN}<task id="k"/>{t("a")}[[s > k > a > e]]',
        "[a] a end",
    ),
    Claim(
        "manualTask",
        "",
        "runs",
        "Done outside of the system: the token passes at once. Use a user task where somebody "
        "must confirm it.",
        f'{PLAIN}<manualTask id="k"/>{t("a")}[[s > k > a > e]]',
        "[a] a end",
    ),
    Claim(
        "scriptTask",
        "",
        "runs",
        "The script is FEEL that makes a context; its entries become variables.",
        f'{PLAIN}<scriptTask id="k"><script>= {{x: x + 1}}</script></scriptTask>{t("a", "b")}'
        '<exclusiveGateway id="g" default="f4_g_b"/>[[s > k > g]][[g > a if x = 2]][[g > b]]'
        "[[a > e]][[b > e]]",
        "[a] a end",
    ),
    Claim(
        "scriptTask",
        "`scriptFormat` of another language, `camunda:class` and the like",
        "drawing",
        "Code is never run; write it in FEEL or make it a user task.",
        f'{PLAIN}<scriptTask id="k" scriptFormat="python"><script>import os</script></scriptTask>'
        "[[s > k > e]]",
        codes=("expression_python",),
    ),
    Claim(
        "sendTask",
        "",
        "runs",
        "Sends its message as a throwing message event does.",
        f'{PLAIN}<sendTask id="k" messageRef="M"/><receiveTask id="r" messageRef="M"/>{t("a")}'
        '<parallelGateway id="g"/>[[s > g > r > a > e]][[g > k > e]]',
        "[a] a end",
    ),
    Claim(
        "receiveTask",
        "",
        "runs",
        "Waits for its message. With `instantiate` the message starts the process.",
        f'{PLAIN}<receiveTask id="r" messageRef="M"/>{t("a")}[[s > r > a > e]]',
        "[] !M [a] a end",
    ),
    Claim(
        "serviceTask",
        "",
        "drawing",
        "Calls of programs are not made from diagrams; the process is kept as a drawing.",
        f'{PLAIN}<serviceTask id="k"/>[[s > k > e]]',
        codes=("kind_not_run",),
    ),
    Claim(
        "globalUserTask, globalTask, globalManualTask, globalScriptTask",
        "called by a call activity",
        "runs",
        "Each is a process of one step.",
        f'{PLAIN}<callActivity id="k" calledElement="G"/>[[s > k > e]]',
        "[G] G end",
        top='<globalUserTask id="G" name="Shared"/>',
    ),
)

SCOPES = (
    Claim(
        "subProcess",
        "",
        "runs",
        "Its steps run in the same case and see its variables.",
        f'{PLAIN}<subProcess id="k">{t("a", "b")}[[a > b]]</subProcess>[[s > k > e]]',
        "[a] a [b] b end",
    ),
    Claim(
        "subProcess",
        '`triggeredByEvent="true"`',
        "runs",
        "An event sub-process: waits for its start event as long as its scope is active. See the "
        "table of events.",
        f'{PLAIN}{t("a")}[[s > a > e]]<subProcess id="k" triggeredByEvent="true">'
        + event("startEvent", "v", "timer")
        + f'{t("b")}<endEvent id="w"/>[[v > b > w]]'
        "</subProcess>",
        "[a] +PT2H [b] b end",
    ),
    Claim(
        "transaction",
        "",
        "runs",
        "As a sub-process; a cancel end event undoes what was done in it (compensation) and "
        "leaves by the cancel boundary event.",
        f'{PLAIN}<transaction id="k">{t("a")}[[a > c]]'
        + event("endEvent", "c", "cancel")
        + "</transaction>"
        + event("boundaryEvent", "b", "cancel", attachedToRef="k")
        + f"{t('z')}[[s > k > e]][[b > z > e]]",
        "[a] a [z] z end",
    ),
    Claim(
        "adHocSubProcess",
        '`ordering="Parallel"` (or left out)',
        "runs",
        "All activities that nothing leads to open at once; until it is over, people begin any of "
        "them again from the page of the case.",
        PLAIN + AD_HOC.format("", t("a", "b")),
        "[a b] a [b] b [z] z end",
    ),
    Claim(
        "adHocSubProcess",
        '`ordering="Sequential"`',
        "runs",
        "One at a time, as drawn; with nothing active a person chooses the next one.",
        PLAIN + AD_HOC.format('ordering="Sequential"', t("a", "b")),
        "[a] a [b] b [z] z end",
    ),
    Claim(
        "adHocSubProcess",
        "`completionCondition`, `cancelRemainingInstances`",
        "runs",
        "Looked at when an activity in it completes; what is still active is taken away, or, "
        "with `false`, finished.",
        PLAIN
        + AD_HOC.format("", t("a", "b") + "<completionCondition>= true</completionCondition>"),
        "[a b] a [z] z end",
    ),
    Claim(
        "callActivity",
        "of a process",
        "runs",
        "Starts an instance of its own; `sp:binding` says which version, `sp:in` and `sp:out` "
        "which values pass. Errors, escalations and interruption travel between the two.",
        f'{PLAIN}<callActivity id="k" calledElement="Q"/>{t("z")}[[s > k > z > e]]',
        "[c] c [z] z end",
        top=CHILD,
    ),
    Claim(
        "callActivity",
        "of a process that is not there",
        "drawing",
        "What is called must be deployed before or with it.",
        f'{PLAIN}<callActivity id="k" calledElement="nobody"/>[[s > k > e]]',
        codes=("call_unknown",),
    ),
    Claim(
        "any activity",
        '`isForCompensation="true"`',
        "runs",
        "Outside of the flow: the handler that an association leads to from a compensation "
        "boundary event. See compensation in the table of events.",
        f"{PLAIN}{t('a')}"
        + event("boundaryEvent", "b", "compensate", attachedToRef="a")
        + '<userTask id="u" isForCompensation="true"/><association id="o" sourceRef="b" '
        'targetRef="u"/>'
        + event("intermediateThrowEvent", "k", "compensate")
        + "[[s > a > k > e]]",
        "[a] a [u] u end",
    ),
    Claim(
        "any activity",
        "`startQuantity`, `completionQuantity`",
        "runs",
        "Waits for so many tokens; gives so many.",
        f'{PLAIN}<userTask id="a" completionQuantity="2"/>{t("b")}[[s > a > b > e]]',
        "[a] a [b b] b [b] b end",
    ),
)

REPETITION = (
    Claim(
        "standardLoopCharacteristics",
        "",
        "runs",
        "Again while `loopCondition` holds, at most `loopMaximum` times; `testBefore` looks first. "
        "What a round sets first is its own, and its condition's; it counts in what is around it.",
        f'{PLAIN}<userTask id="a"><standardLoopCharacteristics loopMaximum="2">'
        "<loopCondition>= true</loopCondition></standardLoopCharacteristics></userTask>"
        "[[s > a > e]]",
        "[a] a [a] a end",
    ),
    Claim(
        "multiInstanceLoopCharacteristics",
        '`isSequential="false"`, `loopCardinality`',
        "runs",
        "So many at once, each with data of its own; `loopCounter` counts them.",
        f"{PLAIN}{MULTI.format('false', '<loopCardinality>= 2</loopCardinality>')}[[s > a > e]]",
        "[a a] a [a] a end",
    ),
    Claim(
        "multiInstanceLoopCharacteristics",
        '`isSequential="true"`, `loopDataInputRef`, `inputDataItem`',
        "runs",
        "One after another, one for each element of a list.",
        PLAIN
        + MULTI.format(
            "true", '<loopDataInputRef>xs</loopDataInputRef><inputDataItem id="item" name="item"/>'
        )
        + "[[s > a > e]]",
        "[a] a [a] a end",
    ),
    Claim(
        "multiInstanceLoopCharacteristics",
        "`completionCondition`",
        "runs",
        "When it holds after one is done, the rest is taken away.",
        PLAIN
        + MULTI.format(
            "false",
            "<loopCardinality>= 3</loopCardinality>"
            "<completionCondition>= true</completionCondition>",
        )
        + "[[s > a > e]]",
        "[a a a] a end",
    ),
    Claim(
        "multiInstanceLoopCharacteristics, complexBehaviorDefinition, implicitThrowEvent",
        "`behavior` None, One, All, Complex",
        "runs",
        "Throws its event for each, for the first, for none, or by conditions.",
        PLAIN + '<userTask id="a"><multiInstanceLoopCharacteristics behavior="One" '
        'oneBehaviorEventRef="shared_signal"><loopCardinality>= 2</loopCardinality>'
        "</multiInstanceLoopCharacteristics></userTask>"
        + event("boundaryEvent", "b", "signal", attachedToRef="a", cancelActivity="false")
        + f"{t('z')}[[s > a > e]][[b > z > e]]",
        "[a a] a [a z] z a end",
    ),
)

GATEWAYS = (
    Claim(
        "exclusiveGateway",
        "",
        "runs",
        "The first flow whose condition holds, else the default; without either the case stops "
        "with an incident.",
        f'{PLAIN}<exclusiveGateway id="g" default="f3_g_b"/>{t("a", "b")}'
        "[[s > g]][[g > a if x > 1]][[g > b]][[a > e]][[b > e]]",
        "[b] b end",
    ),
    Claim(
        "inclusiveGateway",
        "",
        "runs",
        "Every flow whose condition holds; joining, it waits for all tokens that can still come.",
        f'{PLAIN}<inclusiveGateway id="g"/><inclusiveGateway id="j"/>{t("a", "b", "c", "z")}[[s > g'
        "]][[g > a if x = 1]][[g > b if x > 0]][[g > c if x > 1]][[a > j]][[b > j]][[c > j]]"
        "[[j > z > e]]",
        "[a b] a [b] b [z] z end",
    ),
    Claim(
        "parallelGateway",
        "",
        "runs",
        "All flows; joining, it waits for one token of each.",
        f'{PLAIN}<parallelGateway id="g"/><parallelGateway id="j"/>{t("a", "b", "z")}'
        "[[s > g > a > j]][[g > b > j > z > e]]",
        "[a b] a [b] b [z] z end",
    ),
    Claim(
        "complexGateway",
        "",
        "runs",
        "Joins when `activationCondition` holds (`activationCount` counts the tokens), then lets "
        "the rest in without a second effect.",
        f'{PLAIN}<parallelGateway id="g"/><complexGateway id="j"><activationCondition>= '
        f"activationCount &gt;= 2</activationCondition></complexGateway>{t('a', 'b', 'c', 'z')}"
        "[[s > g > a > j]][[g > b > j]][[g > c > j]][[j > z > e]]",
        "[a b c] a b [c z] c [z] z end",
    ),
    Claim(
        "eventBasedGateway",
        "",
        "runs",
        "The first event that comes decides. With `instantiate` it starts the process, of type "
        "Parallel all its events are needed.",
        f'{PLAIN}<eventBasedGateway id="g"/>'
        + event("intermediateCatchEvent", "m", "message")
        + event("intermediateCatchEvent", "w", "timer")
        + f"{t('a', 'b')}[[s > g > m > a > e]][[g > w > b > e]]",
        "[] +PT2H [b] b end",
    ),
)

FLOWS = (
    Claim(
        "sequenceFlow",
        "",
        "runs",
        "Where the token goes next.",
        f"{PLAIN}{t('a', 'b')}[[s > a > b > e]]",
        "[a] a [b] b end",
    ),
    Claim(
        "sequenceFlow, formalExpression, expression",
        "`conditionExpression`, `default`",
        "runs",
        "FEEL; out of an activity all flows whose condition holds are taken, and the default when "
        "none does. Simple expressions of Camunda and Flowable are translated.",
        f'{PLAIN}<userTask id="a" default="f3_a_c"/>{t("b", "c")}[[s > a]][[a > b if x = 1]]'
        "[[a > c]][[b > e]][[c > e]]",
        "[a] a [b] b end",
    ),
    Claim(
        "sequenceFlow",
        "several out of, or into, a step",
        "runs",
        "Out of a step: all of them, as a parallel gateway. Into a step: each token by itself.",
        f"{PLAIN}{t('a', 'b', 'c')}[[s > a > b > e]][[a > c > e]]",
        "[a] a [b c] b [c] c end",
    ),
    Claim(
        "sequenceFlow",
        "written in another scope than the steps that it joins",
        "runs",
        "It belongs to the steps that it joins.",
        f'{PLAIN}<subProcess id="k">{t("a", "b")}</subProcess>[[s > k > e]][[a > b]]',
        "[a] a [b] b end",
    ),
    Claim(
        "sequenceFlow",
        "across the border of a sub-process or a pool",
        "refused",
        "Draw it to the sub-process itself, or use a message.",
        f'{PLAIN}<subProcess id="k">{t("a")}</subProcess>[[s > a]][[k > e]]',
        codes=("flow_crosses_subprocess",),
    ),
    Claim(
        "sequenceFlow",
        '`isImmediate="false"`',
        "drawing",
        "Every flow is followed at once.",
        f"{PLAIN}{t('a')}[[a > e]]"
        '<sequenceFlow id="i" isImmediate="false" sourceRef="s" targetRef="a"/>',
        codes=("flow_not_immediate",),
    ),
    Claim(
        "exclusiveGateway",
        "with several flows out that have no condition",
        "drawing",
        "Only the first would ever be taken: give them conditions.",
        f'{PLAIN}<exclusiveGateway id="g"/>{t("a", "b")}[[s > g > a > e]][[g > b > e]]',
        codes=("gateway_without_choice",),
    ),
    Claim(
        "sequenceFlow",
        "a condition in a programming language",
        "drawing",
        "A condition is FEEL, such as `= amount > 100`.",
        f'{PLAIN}<exclusiveGateway id="g" default="d"/>{t("a")}[[s > g]][[a > e]]<sequenceFlow '
        'id="c" sourceRef="g" targetRef="a"><conditionExpression>x == 1 and y'
        '</conditionExpression></sequenceFlow><sequenceFlow id="d" sourceRef="g" targetRef="e"/>',
        codes=("expression_syntax_meant",),
    ),
)

SECTIONS = (
    ("Tasks", TASKS),
    ("Sub-processes and calls", SCOPES),
    ("Repetition", REPETITION),
    ("Gateways", GATEWAYS),
    ("Sequence flows", FLOWS),
)
