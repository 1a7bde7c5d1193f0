"""Rules of sequence flows and gateways (BPMN 2.0.2, 7.6.1, 8.4.9, 8.4.13, 10.6)."""

from __future__ import annotations

from tests.reference.rules.rule import (
    ACTIVITIES,
    CHILD,
    GATEWAYS,
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

# What is no flow node, each with the id n.
_OTHERS = (
    '<textAnnotation id="n"><text>x</text></textAnnotation>',
    '<group id="n"/>',
    '<association id="n" sourceRef="a" targetRef="a"/>',
    '<dataObject id="n"/>',
    '<dataObject id="o"/><dataObjectReference id="n" dataObjectRef="o"/>',
    '<dataStoreReference id="n"/>',
    '<laneSet id="ls"><lane id="n" name="Inköp"/></laneSet>',
    '<property id="n"/>',
)
_SUBS = '<subProcess id="k">{0}</subProcess><subProcess id="l">{1}</subProcess>'
_CATCH_OR_RECEIVE = ("message", "timer", "signal", "conditional")


def choice(kind: str, default: str = "", **flows: str) -> str:
    """A gateway g before the tasks a and b."""
    given = f' default="{default}"' if default else ""
    ways = "".join(flow(f"f{to}", "g", to, inner) for to, inner in flows.items())
    return f'{PLAIN}<{kind} id="g"{given}/>{t(*flows)}[[s > g]]{ways}' + "".join(
        f"[[{to} > e]]" for to in flows
    )


def condition(text: str) -> str:
    return f"<conditionExpression>{text}</conditionExpression>"


def after(gateway_attributes: str, *targets: str, inner: str = "") -> str:
    """An event-based gateway g before targets, which have the ids of their order w0, w1, …"""
    ways = "".join(f"[[g > w{n} > e]]" for n in range(len(targets)))
    nodes = "".join(target.format(f"w{n}") for n, target in enumerate(targets))
    return f'{PLAIN}<eventBasedGateway id="g"{gateway_attributes}/>{nodes}[[s > g]]{ways}{inner}'


CATCH = '<intermediateCatchEvent id="{{0}}">{0}</intermediateCatchEvent>'
_MESSAGE = CATCH.format('<messageEventDefinition messageRef="M"/>')
_TIMER = CATCH.format(
    "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
)
_RECEIVE = '<receiveTask id="{0}" messageRef="N"/>'

SEQUENCE_FLOWS = (
    Rule(
        "Table 7.3, 8.4.1, 8.4.13",
        "A sequence flow begins at an activity, a gateway or an event: not at an artifact, data or a lane.",
        "reference_wrong_kind",
        "breaks",
        tuple(STEP + other + flow("x", "n", "a") for other in _OTHERS),
        STEP + _OTHERS[0],
    ),
    Rule(
        "Table 7.3, 8.4.1, 8.4.13",
        "It ends at an activity, a gateway or an event.",
        "reference_wrong_kind",
        "breaks",
        tuple(STEP + other + flow("x", "a", "n") for other in _OTHERS),
        STEP + _OTHERS[0],
    ),
    Rule(
        "8.4.13",
        "A sequence flow has a source and a target.",
        "reference_missing",
        "breaks",
        (
            STEP + '<sequenceFlow id="x" sourceRef="a"/>',
            STEP + '<sequenceFlow id="x" targetRef="a"/>',
        ),
        STEP,
    ),
    Rule(
        "8.4.13",
        "Its source and its target are there.",
        "reference_lost",
        "breaks",
        (STEP + flow("x", "a", "nobody"), STEP + flow("x", "nobody", "a")),
        STEP,
    ),
    Rule(
        "7.6.1, 10.3.5",
        "It does not cross the border of a sub-process: in, out, or from one to another.",
        "flow_crosses_subprocess",
        "refused",
        tuple(
            PLAIN + bad
            for kind in ("subProcess", "transaction", "adHocSubProcess")
            for bad in (
                sub(t("a"), kind=kind) + "[[s > a]][[k > e]]",
                sub(t("a"), kind=kind) + "[[s > k]][[a > e]]",
                sub(t("a"), kind=kind) + sub(t("b"), "l") + "[[s > k > l > e]][[a > b]]",
                sub(t("a") + sub(t("b"), "l"), kind=kind) + "[[s > k > e]][[a > b]]",
            )
        ),
        PLAIN + sub(t("a")) + "[[s > k > e]]",
    ),
    Rule(
        "7.6.1, 9.3",
        "It does not cross the border of a pool.",
        "flow_crosses_pool",
        "refused",
        (
            STEP + "[[a > c]]||" + CHILD,
            STEP + "||" + CHILD.replace("[[qs", "[[c > a]][[qs"),
            PLAIN + sub(t("a")) + "[[s > k > e]][[a > c]]||" + CHILD,
        ),
        STEP + "||" + CHILD,
        everywhere=False,
    ),
    Rule(
        "8.4.13 `isImmediate`",
        "In a process that runs it is followed at once (`isImmediate` is not false).",
        "flow_not_immediate",
        "gap",
        (f"{PLAIN}{t('a')}[[a > e]]" + flow("x", "s", "a", more=' isImmediate="false"'),),
        f"{PLAIN}{t('a')}[[a > e]]" + flow("x", "s", "a", more=' isImmediate="true"'),
    ),
    Rule(
        "8.4.13 `incoming`, `outgoing`",
        "A flow that its target lists as incoming is listed as outgoing by its source, and the other way round.",
        "flow_not_listed",
        "warning",
        (
            f'{PLAIN}<task id="a"><incoming>x</incoming></task><task id="b"/>[[s > b]][[a > e]]'
            + flow("x", "b", "a"),
            f'{PLAIN}<task id="a"/><task id="b"><outgoing>x</outgoing></task>[[s > b]][[a > e]]'
            + flow("x", "b", "a"),
        ),
        f'{PLAIN}<task id="a"><incoming>x</incoming></task><task id="b"><outgoing>x</outgoing></task>'
        "[[s > b]][[a > e]]" + flow("x", "b", "a"),
    ),
    Rule(
        "10.5.2, 10.5.3, 8.4.13",
        "Where a start or an end event is left out of such a list, nobody can say what begins or ends.",
        "flow_not_listed",
        "breaks",
        (
            f'{PLAIN}<task id="a"><incoming>x</incoming></task>[[a > e]]' + flow("x", "s", "a"),
            f'{PLAIN}<task id="a"><outgoing>x</outgoing></task>[[s > a]]' + flow("x", "a", "e"),
        ),
        STEP,
    ),
    Rule(
        "8.4.13 `incoming`, `outgoing`",
        "What a node lists as incoming ends there, what it lists as outgoing begins there.",
        "flow_list_differs",
        "warning",
        tuple(
            f'{PLAIN}<task id="a"><{way}>y</{way}></task><task id="b"/>[[s > a]][[a > b]]'
            + flow("y", "b", "e")
            for way in ("incoming", "outgoing")
        ),
        STEP,
    ),
    Rule(
        "8.4.13 `incoming`, `outgoing`",
        "What a node lists as incoming or outgoing is a sequence flow.",
        "reference_wrong_kind",
        "breaks",
        tuple(
            f'{PLAIN}<task id="a"><{way}>e</{way}></task>[[s > a > e]]'
            for way in ("incoming", "outgoing")
        ),
        STEP,
    ),
    Rule(
        "7.6.1, 10.3",
        "An activity with a conditional flow has another one as well.",
        "conditions_only",
        "warning",
        tuple(
            PLAIN + act(kind) + "[[s > a]][[a > e if x = 1]]||" + CHILD
            for kind in ("task", "userTask", "scriptTask", "callActivity", "subProcess")
        ),
        PLAIN + t("a", "b") + "[[s > a]][[a > e if x = 1]][[a > b > e]]",
    ),
    Rule(
        "10.5.2, 10.5.4, 10.6.4, 10.6.6",
        "Flows out of events, parallel and event-based gateways have no condition.",
        "condition_not_used",
        "warning",
        (
            f"{PLAIN}{t('a')}[[s > a if x = 1]][[a > e]]",
            PLAIN + event("intermediateCatchEvent", "w", "timer") + "[[s > w]][[w > e if x = 1]]",
            PLAIN + '<intermediateThrowEvent id="w"/>' + "[[s > w]][[w > e if x = 1]]",
            PLAIN
            + t("a", "b")
            + event("boundaryEvent", "w", "timer", attachedToRef="a")
            + "[[s > a > e]][[w > b if x = 1]][[b > e]]",
            f'{PLAIN}<parallelGateway id="g"/>{t("a", "b")}[[s > g > a > e]][[g > b if x = 1]][[b > e]]',
            after("", _MESSAGE, _TIMER).replace('id="f2_g_w0" sourceRef="g" targetRef="w0">', "")
            + f"{t('z')}[[g > z if x = 1]]",
        ),
        STEP,
    ),
    Rule(
        "8.4.13, Table 8.60",
        "A default flow leaves the element that names it.",
        "default_not_outgoing",
        "breaks",
        tuple(
            choice(kind, default="fz", a=condition("= x &gt; 1"), b=condition("= x = 1"))
            + t("c")
            + flow("fz", "a", "c")
            + "[[c > e]]"
            for kind in (*GATEWAYS[:2], "complexGateway")
        )
        + tuple(
            PLAIN
            + act(kind, attributes='default="fz"')
            + t("b")
            + "[[s > a > b]]"
            + flow("fz", "b", "e")
            + "||"
            + CHILD
            for kind in ACTIVITIES
        ),
        choice("exclusiveGateway", default="fb", a=condition("= x &gt; 1"), b=""),
    ),
    Rule(
        "8.4.13, 10.6.2",
        "A default flow needs no condition; one that it has is not used.",
        "default_with_condition",
        "warning",
        tuple(
            choice(kind, default="fb", a=condition("= x &gt; 1"), b=condition("= x = 1"))
            for kind in ("exclusiveGateway", "inclusiveGateway", "complexGateway")
        ),
        choice("exclusiveGateway", default="fb", a=condition("= x &gt; 1"), b=""),
    ),
    Rule(
        "10.3, 10.5.2",
        "Where there is a start event, every activity and gateway is the target of a flow.",
        "node_without_incoming",
        "breaks",
        tuple(f"{STEP}{act(kind, 'z')}[[z > e]]||{CHILD}" for kind in RUNNING)
        + tuple(f"{STEP}<{kind} id='z'/>[[z > e]]" for kind in GATEWAYS),
        STEP,
    ),
    Rule(
        "10.3, 10.5.3",
        "Where there is an end event, every activity and gateway is the source of a flow.",
        "node_without_outgoing",
        "breaks",
        tuple(f"{STEP}{act(kind, 'z')}[[a > z]]||{CHILD}" for kind in ACTIVITIES)
        + tuple(f"{STEP}<{kind} id='z'/>[[a > z]]" for kind in GATEWAYS),
        STEP,
    ),
    Rule(
        "8.4.13, 13.2",
        "Two flows that join the same two elements are two tokens, which is hardly meant.",
        "flow_twice",
        "warning",
        (STEP + "[[s > a]]", STEP + "[[a > e]]"),
        STEP,
    ),
    Rule(
        "13.2",
        "Something leads to every element from the start.",
        "node_unreachable",
        "warning",
        (f"{STEP}{t('b', 'c')}[[b > c]][[c > b]][[c > e]]",),
        STEP,
    ),
)

GATEWAY_RULES = (
    Rule(
        "8.4.9, 10.6.1",
        "A converging gateway has one flow out at most, a diverging one in at most, a mixed one several of both.",
        "gateway_direction",
        "warning",
        tuple(
            bad
            for kind in (
                "exclusiveGateway",
                "inclusiveGateway",
                "parallelGateway",
                "complexGateway",
            )
            for bad in (
                f'{PLAIN}<{kind} id="g" gatewayDirection="Converging"/>{t("a", "b")}[[s > g > a > e]][[g > b > e]]',
                f'{PLAIN}<{kind} id="g" gatewayDirection="Diverging"/>{t("a", "b")}[[s > a > g > e]][[s > b > g]]',
                f'{PLAIN}<{kind} id="g" gatewayDirection="Mixed"/>{t("a", "b")}[[s > g > a > e]][[g > b > e]]',
                f'{PLAIN}<{kind} id="g" gatewayDirection="Sideways"/>{t("a", "b")}[[s > g > a > e]][[g > b > e]]',
            )
        ),
        f'{PLAIN}<parallelGateway id="g" gatewayDirection="Diverging"/>{t("a", "b")}'
        "[[s > g > a > e]][[g > b > e]]",
    ),
    Rule(
        "10.6.1",
        "A gateway has several flows in or several out.",
        "gateway_idle",
        "warning",
        tuple(
            f'{PLAIN}<{kind} id="g"/>[[s > g > e]]'
            for kind in (
                "exclusiveGateway",
                "inclusiveGateway",
                "parallelGateway",
                "complexGateway",
            )
        ),
        choice("parallelGateway", a="", b=""),
    ),
    Rule(
        "10.6.2, 13.4.2",
        "Of the flows out of an exclusive gateway one at most has neither a condition nor the mark of the default.",
        "gateway_without_choice",
        "gap",
        (
            choice("exclusiveGateway", a="", b=""),
            choice("exclusiveGateway", a="", b="", c=condition("= x = 1")),
        ),
        choice("exclusiveGateway", default="fb", a=condition("= x &gt; 1"), b=""),
    ),
    Rule(
        "10.6.2, 10.6.3, 10.6.5",
        "A flow out of a decision has a condition or is the default.",
        "flow_without_condition",
        "warning",
        tuple(
            choice(kind, a=condition("= x &gt; 1"), b="")
            for kind in ("exclusiveGateway", "inclusiveGateway", "complexGateway")
        ),
        choice("exclusiveGateway", default="fb", a=condition("= x &gt; 1"), b=""),
    ),
    Rule(
        "10.6.2, 13.4.2",
        "One way out of a decision is always open: else the process stops there with an error.",
        "gateway_without_default",
        "warning",
        tuple(
            choice(kind, a=condition("= x &gt; 1"), b=condition("= x &lt; 1"))
            for kind in ("exclusiveGateway", "inclusiveGateway", "complexGateway")
        ),
        choice("exclusiveGateway", default="fb", a=condition("= x &gt; 1"), b=""),
    ),
    Rule(
        "10.6.5 `activationCondition`",
        "A complex gateway that joins says when it goes on.",
        "complex_without_activation",
        "warning",
        (
            f'{PLAIN}<parallelGateway id="p"/>{t("a", "b")}<complexGateway id="g"/>[[s > p > a > g > e]][[p > b > g]]',
        ),
        f'{PLAIN}<parallelGateway id="p"/>{t("a", "b")}<complexGateway id="g"><activationCondition>= activationCount &gt;= 2'
        "</activationCondition></complexGateway>[[s > p > a > g > e]][[p > b > g]]",
    ),
    Rule(
        "10.6.6",
        "An event-based gateway has two flows out at least.",
        "event_gateway_one_way",
        "warning",
        (after("", _MESSAGE), after("", _RECEIVE)),
        after("", _MESSAGE, _TIMER),
    ),
    Rule(
        "10.6.6",
        "After it come only events that wait for a message, time, signal or condition, and receive tasks.",
        "event_gateway_target",
        "breaks",
        tuple(
            after("", _MESSAGE, act(kind, "{0}").replace("{0}_in", "i")) + "||" + CHILD
            for kind in ACTIVITIES
            if kind not in ("receiveTask", "scriptTask")
        )
        + tuple(after("", _MESSAGE, f'<{kind} id="{{0}}"/>') for kind in GATEWAYS)
        + (
            after("", _MESSAGE, '<intermediateThrowEvent id="{0}"/>'),
            f'{PLAIN}<eventBasedGateway id="g"/>{_MESSAGE.format("w0")}[[s > g > w0 > e]][[g > e]]',
        )
        + tuple(
            after("", _MESSAGE, event("intermediateThrowEvent", "{0}", trigger))
            for trigger in ("message", "signal", "escalation", "compensate")
        ),
        after("", _MESSAGE, _TIMER),
    ),
    Rule(
        "10.6.6",
        "Nothing else leads to what follows it.",
        "event_gateway_target_shared",
        "warning",
        (
            after("", _MESSAGE, _TIMER, inner=f"{t('z')}[[s > z > w1]]"),
            after("", _MESSAGE, _RECEIVE, inner=f"{t('z')}[[s > z > w1]]"),
        ),
        after("", _MESSAGE, _TIMER),
    ),
    Rule(
        "10.6.6",
        "Receive tasks and message events do not follow on the same gateway.",
        "event_gateway_mixed",
        "warning",
        (after("", _MESSAGE, _RECEIVE), after("", _RECEIVE, _TIMER, _MESSAGE)),
        after("", _RECEIVE, _TIMER),
    ),
    Rule(
        "10.6.6",
        "A receive task that follows on it has no boundary events.",
        "event_gateway_boundary",
        "warning",
        tuple(
            after(
                "",
                _RECEIVE,
                _TIMER,
                inner=event("boundaryEvent", "b", trigger, attachedToRef="w0")
                + t("z")
                + "[[b > z > e]]",
            )
            for trigger in ("timer", "signal", "message", "conditional", "error")
        ),
        after("", _RECEIVE, _TIMER),
    ),
    Rule(
        "10.6.6 `eventGatewayType`",
        "Only one that begins the process is of the type Parallel.",
        "event_gateway_parallel",
        "warning",
        (after(' eventGatewayType="Parallel"', _MESSAGE, _TIMER),),
        after(' eventGatewayType="Exclusive"', _MESSAGE, _TIMER),
    ),
    Rule(
        "10.6.6 `instantiate`",
        "One that begins the process has no flow in (but from a plain start event).",
        "instantiate_with_incoming",
        "warning",
        (after(' instantiate="true"', _MESSAGE, _TIMER, inner=f"{t('z')}[[w0 > z > g]]"),),
        after("", _MESSAGE, _TIMER),
    ),
)

SECTIONS = (("Sequence flows", SEQUENCE_FLOWS), ("Gateways", GATEWAY_RULES))
