"""Rules of events (BPMN 2.0.2, 10.5), of compensation (10.7) and of expressions in events."""

from __future__ import annotations

from tests.reference.rules.rule import (
    ACTIVITIES,
    CHILD,
    GATEWAYS,
    PLAIN,
    RUNNING,
    STEP,
    TRIGGERS,
    Rule,
    act,
    event,
    node,
    sub,
    t,
)

_ALL = tuple(name for name in TRIGGERS if name != "none")
_TOP_STARTS = ("message", "timer", "signal", "conditional")
_SUB_STARTS = (*_TOP_STARTS, "error", "escalation", "compensate")
_CATCH = (*_TOP_STARTS, "link")
_THROW = ("message", "signal", "escalation", "compensate", "link")
_ENDS = ("message", "signal", "error", "escalation", "compensate", "cancel", "terminate")
_BOUNDARY = (*_SUB_STARTS, "cancel")


def caught(trigger: str, inner: str = "") -> str:
    """Between start and end an event w that waits for this."""
    return PLAIN + node("intermediateCatchEvent", "w", inner or TRIGGERS[trigger]) + "[[s > w > e]]"


def thrown(trigger: str, inner: str = "") -> str:
    return PLAIN + node("intermediateThrowEvent", "w", inner or TRIGGERS[trigger]) + "[[s > w > e]]"


def ends(trigger: str, inner: str = "") -> str:
    return (
        f'<startEvent id="s"/>{t("a")}'
        + node("endEvent", "w", inner or TRIGGERS[trigger])
        + "[[s > a > w]]"
    )


def starts(trigger: str, inner: str = "") -> str:
    return (
        node("startEvent", "w", inner or TRIGGERS[trigger])
        + f'{t("a")}<endEvent id="e"/>[[w > a > e]]'
    )


def on_border(trigger: str, host: str = "", inner: str = "", **flags: str) -> str:
    """An event w on the border of the activity a (a user task where nothing is given)."""
    w = node("boundaryEvent", "w", inner or TRIGGERS[trigger], attachedToRef="a", **flags)
    return f"{PLAIN}{host or t('a')}{w}{t('z')}[[s > a > e]][[w > z > e]]"


def event_sub(trigger: str, inner: str = "", **flags: str) -> str:
    """A process with an event sub-process v that begins with the start event w."""
    w = node("startEvent", "w", inner or TRIGGERS[trigger], **flags)
    return f"{STEP}" + sub(
        f'{w}{t("z")}<endEvent id="y"/>[[w > z > y]]', "v", triggeredByEvent="true"
    )


def undone(handler: str = "", boundary: str = "", association: str = "") -> str:
    """The task a with a compensation event b on it and a handler u, and a throw k."""
    return (
        PLAIN
        + t("a")
        + (boundary or event("boundaryEvent", "b", "compensate", attachedToRef="a"))
        + (handler or '<userTask id="u" isForCompensation="true"/>')
        + (association or '<association id="o" sourceRef="b" targetRef="u"/>')
        + event("intermediateThrowEvent", "k", "compensate")
        + "[[s > a > k > e]]"
    )


_TIMES = ("timeDuration", "timeDate", "timeCycle")


def timer(*forms: str) -> str:
    return f"<timerEventDefinition>{''.join(forms)}</timerEventDefinition>"


def everywhere_timed(*forms: str) -> tuple[str, ...]:
    """A timer in each place that can wait for one."""
    made = timer(*forms)
    return (
        starts("timer", made),
        caught("timer", made),
        on_border("timer", inner=made),
        on_border("timer", inner=made, cancelActivity="false"),
        event_sub("timer", made),
    )


START_END = (
    Rule(
        "10.5.2",
        "A start event is no target of a sequence flow.",
        "start_with_incoming",
        "breaks",
        (STEP + "[[a > s]]",),
        STEP,
    ),
    Rule(
        "10.5.2",
        "A start event is the source of a flow.",
        "start_without_outgoing",
        "breaks",
        (
            '<startEvent id="s"/><endEvent id="e"/><startEvent id="s2"/>'
            + t("a")
            + "[[s > a > e]]",
            *tuple(event("startEvent", "w", trigger) + STEP for trigger in _TOP_STARTS),
        ),
        STEP,
    ),
    Rule(
        "10.5.3",
        "An end event is no source of a sequence flow.",
        "end_with_outgoing",
        "breaks",
        (STEP + "[[e > a]]", *tuple(ends(trigger) + "[[w > a]]" for trigger in _ENDS)),
        STEP,
    ),
    Rule(
        "10.5.3",
        "An end event is the target of a flow.",
        "node_without_incoming",
        "breaks",
        (
            STEP + '<endEvent id="e2"/>',
            t("a", "b") + '[[a > b]]<endEvent id="e2"/>',
            t("a") + '[[a > e]]<endEvent id="e"/>' + event("endEvent", "e2", "terminate"),
        ),
        STEP,
    ),
    Rule(
        "10.5.2",
        "Where there is an end event there is a start event.",
        "end_without_start",
        "warning",
        (t("a") + '<endEvent id="e"/>[[a > e]]',),
        STEP,
    ),
    Rule(
        "10.5.3",
        "Where there is a start event there is an end event; without one, work just ends.",
        "start_without_end",
        "info",
        ('<startEvent id="s"/>' + t("a") + "[[s > a]]",),
        STEP,
    ),
    Rule(
        "10.5.2, Table 10.84",
        "A process starts with nothing, a message, a time, a condition or a signal (or several of these).",
        "start_trigger",
        "breaks",
        (
            *tuple(starts(trigger) for trigger in _ALL if trigger not in _TOP_STARTS),
            starts("", TRIGGERS["message"] + TRIGGERS["error"]),
            starts("", TRIGGERS["terminate"] + TRIGGERS["signal"]),
        ),
        starts("message"),
        everywhere=False,
    ),
    Rule(
        "10.5.2 `isInterrupting`",
        "Only the start of an event sub-process can be non-interrupting; elsewhere it means nothing.",
        "start_not_interrupting",
        "warning",
        tuple(
            event("startEvent", "s", trigger, isInterrupting="false")
            + f'{t("a")}<endEvent id="e"/>[[s > a > e]]'
            for trigger in ("none", *_TOP_STARTS)
        ),
        STEP,
        everywhere=False,
    ),
    Rule(
        "10.5.3, Table 10.88",
        "An end event throws a message, error, escalation, cancel, compensation, signal or termination.",
        "event_kind",
        "breaks",
        (
            *tuple(ends(trigger) for trigger in _ALL if trigger not in _ENDS),
            ends("", TRIGGERS["message"] + TRIGGERS["timer"]),
        ),
        ends("message"),
    ),
    Rule(
        "10.5.2 (10.3.5, 13.5.4)",
        "The start of a sub-process has no trigger: the flow to it starts it.",
        "subprocess_start_trigger",
        "breaks",
        tuple(
            PLAIN
            + sub(starts(trigger).replace('"e"', '"ke"').replace("> e]]", "> ke]]"), kind=kind)
            + "[[s > k > e]]"
            for kind in ("subProcess", "transaction")
            for trigger in _ALL
        ),
        PLAIN
        + sub('<startEvent id="ks"/>' + t("a") + "[[ks > a > ke]]" + '<endEvent id="ke"/>')
        + "[[s > k > e]]",
    ),
)

INTERMEDIATE = (
    Rule(
        "10.5.4, Table 10.89",
        "In the flow one waits for a message, a time, a condition, a link or a signal.",
        "event_kind",
        "breaks",
        (
            *tuple(caught(trigger) for trigger in _ALL if trigger not in _CATCH),
            caught("", TRIGGERS["signal"] + TRIGGERS["error"]),
        ),
        caught("signal"),
    ),
    Rule(
        "10.5.4, Table 10.89",
        "In the flow one throws nothing, a message, an escalation, a compensation, a link or a signal.",
        "event_kind",
        "breaks",
        (
            *tuple(thrown(trigger) for trigger in _ALL if trigger not in _THROW),
            thrown("", TRIGGERS["signal"] + TRIGGERS["error"]),
        ),
        thrown("signal"),
    ),
    Rule(
        "10.5.4",
        "A catching event waits for something.",
        "event_without_definition",
        "breaks",
        (
            PLAIN + '<intermediateCatchEvent id="w"/>[[s > w > e]]',
            PLAIN
            + t("a", "z")
            + '<boundaryEvent id="w" attachedToRef="a"/>[[s > a > e]][[w > z > e]]',
            PLAIN
            + t("a", "z")
            + '<boundaryEvent id="w" cancelActivity="false" attachedToRef="a"/>[[s > a > e]][[w > z > e]]',
        ),
        caught("signal"),
    ),
    Rule(
        "10.5.4",
        "An intermediate event is the target of a flow (a link that is jumped to aside).",
        "node_without_incoming",
        "breaks",
        tuple(
            STEP + event("intermediateCatchEvent", "w", trigger) + "[[w > e]]"
            for trigger in _TOP_STARTS
        )
        + tuple(
            STEP + event("intermediateThrowEvent", "w", trigger) + "[[w > e]]"
            for trigger in ("none", "message", "signal", "escalation", "compensate")
        ),
        caught("signal"),
    ),
    Rule(
        "10.5.4",
        "It is so without a start event as well.",
        "intermediate_without_incoming",
        "breaks",
        (
            *tuple(
                t("a") + event("intermediateCatchEvent", "w", trigger) + "[[w > a]]"
                for trigger in _TOP_STARTS
            ),
            t("a") + event("intermediateThrowEvent", "w", "signal") + "[[w > a]]",
        ),
        t("a") + event("intermediateCatchEvent", "w", "signal") + "[[a > w > b]]" + t("b"),
    ),
    Rule(
        "10.5.4",
        "An intermediate event is the source of a flow (a link that jumps away aside).",
        "intermediate_without_outgoing",
        "breaks",
        tuple(
            STEP + event("intermediateCatchEvent", "w", trigger) + "[[a > w]]"
            for trigger in _TOP_STARTS
        )
        + tuple(
            STEP + event("intermediateThrowEvent", "w", trigger) + "[[a > w]]"
            for trigger in ("none", "message", "signal", "escalation", "compensate")
        )
        + (t("a") + event("intermediateThrowEvent", "w", "message") + "[[a > w]]",)
        + (
            STEP
            + event("intermediateCatchEvent", "w", "link")
            + event("intermediateThrowEvent", "x", "link")
            + "[[a > x]]",
        ),
        caught("signal"),
    ),
    Rule(
        "10.5.4, 10.5.5 “Link”",
        "A link that jumps away is no source of a flow.",
        "link_throw_with_outgoing",
        "breaks",
        (thrown("link"),),
        PLAIN
        + event("intermediateThrowEvent", "k", "link")
        + event("intermediateCatchEvent", "w", "link")
        + "[[s > k]][[w > e]]",
    ),
    Rule(
        "10.5.4, 10.5.5 “Link”",
        "A link that is jumped to is no target of a flow.",
        "link_catch_with_incoming",
        "breaks",
        (caught("link"),),
        PLAIN
        + event("intermediateThrowEvent", "k", "link")
        + event("intermediateCatchEvent", "w", "link")
        + "[[s > k]][[w > e]]",
    ),
    Rule(
        "10.5.5 “Link”",
        "A link has a target of its name in the same scope.",
        "link_without_target",
        "breaks",
        (
            STEP
            + t("b")
            + "[[s > b]]"
            + event("intermediateThrowEvent", "k", "link")
            + "[[b > k]]",
            PLAIN
            + event("intermediateThrowEvent", "k", "link")
            + sub(event("intermediateCatchEvent", "w", "link") + t("b") + "[[w > b]]", "q")
            + "[[s > k]][[q > e]]",
            PLAIN
            + event("intermediateCatchEvent", "w", "link")
            + sub(t("b") + "[[b > k]]" + event("intermediateThrowEvent", "k", "link"), "q")
            + "[[s > q > e]][[w > e]]",
            PLAIN
            + t("b")
            + '<intermediateThrowEvent id="k"><linkEventDefinition name="other"/></intermediateThrowEvent>'
            + event("intermediateCatchEvent", "w", "link")
            + "[[s > k]][[w > e]]",
        ),
        PLAIN
        + event("intermediateThrowEvent", "k", "link")
        + event("intermediateCatchEvent", "w", "link")
        + "[[s > k]][[w > e]]",
    ),
    Rule(
        "10.5.5 “Link”",
        "It has one target only.",
        "link_with_targets",
        "breaks",
        (
            PLAIN
            + event("intermediateThrowEvent", "k", "link")
            + event("intermediateCatchEvent", "w", "link")
            + event("intermediateCatchEvent", "v", "link")
            + "[[s > k]][[w > e]][[v > e]]",
        ),
        PLAIN
        + event("intermediateThrowEvent", "k", "link")
        + event("intermediateCatchEvent", "w", "link")
        + "[[s > k]][[w > e]]",
    ),
    Rule(
        "10.5.5 “Link”",
        "What is jumped to has a source.",
        "link_without_source",
        "warning",
        (STEP + event("intermediateCatchEvent", "w", "link") + "[[w > e]]",),
        PLAIN
        + event("intermediateThrowEvent", "k", "link")
        + event("intermediateCatchEvent", "w", "link")
        + "[[s > k]][[w > e]]",
    ),
    Rule(
        "10.5.5 “Link”",
        "`source` and `target` of two links agree.",
        "link_disagrees",
        "breaks",
        (
            PLAIN
            + t("b")
            + '<intermediateThrowEvent id="k"><linkEventDefinition id="l1" name="L"><target>l3</target></linkEventDefinition></intermediateThrowEvent>'
            '<intermediateCatchEvent id="w"><linkEventDefinition id="l2" name="L"><source>l1</source></linkEventDefinition></intermediateCatchEvent>'
            '<intermediateCatchEvent id="v"><linkEventDefinition id="l3" name="L3"/></intermediateCatchEvent>'
            "[[s > k]][[w > e]][[v > e]]",
        ),
        PLAIN
        + event("intermediateThrowEvent", "k", "link")
        + event("intermediateCatchEvent", "w", "link")
        + "[[s > k]][[w > e]]",
    ),
    Rule(
        "10.5.5 “Link”, “Multiple”",
        "A link stands alone in its event.",
        "link_not_alone",
        "breaks",
        (
            caught("", TRIGGERS["link"] + TRIGGERS["message"]),
            thrown("", TRIGGERS["link"] + TRIGGERS["signal"]),
        ),
        PLAIN
        + event("intermediateThrowEvent", "k", "link")
        + event("intermediateCatchEvent", "w", "link")
        + "[[s > k]][[w > e]]",
    ),
)

BOUNDARY = (
    Rule(
        "10.5.4, Table 10.90",
        "On a border one waits for anything but nothing, a link or a termination.",
        "event_kind",
        "breaks",
        tuple(
            on_border(trigger, act(kind), **flags)
            for kind in ("userTask", "subProcess", "transaction", "callActivity")
            for trigger in ("link", "terminate")
            for flags in ({}, {"cancelActivity": "false"})
        ),
        on_border("signal"),
    ),
    Rule(
        "10.5.4, Table 10.90",
        "An error or a cancel on a border always interrupts.",
        "event_must_interrupt",
        "breaks",
        (
            *tuple(
                on_border(trigger, act(kind), cancelActivity="false")
                for kind in (
                    "userTask",
                    "subProcess",
                    "transaction",
                    "callActivity",
                    "adHocSubProcess",
                )
                for trigger in ("error", "cancel")
            ),
            on_border("", inner=TRIGGERS["error"] + TRIGGERS["timer"], cancelActivity="false"),
        ),
        on_border("error"),
    ),
    Rule(
        "10.5.4",
        "A boundary event is no target of a sequence flow.",
        "boundary_with_incoming",
        "breaks",
        tuple(
            on_border(trigger) + "[[z > w]]" for trigger in (*_TOP_STARTS, "error", "escalation")
        ),
        on_border("signal"),
    ),
    Rule(
        "10.5.4",
        "A boundary event is the source of a flow (one of compensation aside).",
        "boundary_without_outgoing",
        "breaks",
        tuple(
            PLAIN
            + act(kind)
            + event("boundaryEvent", "w", trigger, attachedToRef="a")
            + "[[s > a > e]]||"
            + CHILD
            for kind in ("userTask", "subProcess", "callActivity")
            for trigger in (*_TOP_STARTS, "error", "escalation")
        ),
        on_border("signal"),
    ),
    Rule(
        "10.5.4 `attachedToRef`",
        "A boundary event is attached to an activity.",
        "reference_wrong_kind",
        "breaks",
        (
            *tuple(
                f"{STEP}{other}{t('z')}"
                + event("boundaryEvent", "w", "timer", attachedToRef="n")
                + "[[w > z > e]]"
                for other in (
                    *(f'<{kind} id="n"/>' for kind in GATEWAYS),
                    '<startEvent id="n"/>',
                    '<endEvent id="n"/>',
                    '<intermediateThrowEvent id="n"/>',
                    event("intermediateCatchEvent", "n", "signal"),
                    event("boundaryEvent", "n", "signal", attachedToRef="a"),
                    '<dataObject id="n"/>',
                    '<dataStoreReference id="n"/>',
                    '<textAnnotation id="n"/>',
                    '<laneSet id="l"><lane id="n" name="Inköp"/></laneSet>',
                )
            ),
            f"{STEP}{t('z')}"
            + event("boundaryEvent", "w", "timer", attachedToRef="P")
            + "[[w > z > e]]",
        ),
        on_border("signal"),
    ),
    Rule(
        "10.5.4 `attachedToRef`",
        "It is attached to something.",
        "reference_missing",
        "breaks",
        (f"{STEP}{t('z')}" + event("boundaryEvent", "w", "timer") + "[[w > z > e]]",),
        on_border("signal"),
    ),
    Rule(
        "10.5.4, 10.3.5",
        "It stands in the same scope as what it is attached to.",
        "boundary_elsewhere",
        "breaks",
        (
            PLAIN
            + sub(t("a"), "q")
            + t("z")
            + event("boundaryEvent", "w", "timer", attachedToRef="a")
            + "[[s > q > e]][[w > z > e]]",
            STEP
            + sub(
                t("b", "z") + event("boundaryEvent", "w", "timer", attachedToRef="a") + "[[w > z]]",
                "q",
            )
            + "[[a > q > e]]",
            PLAIN
            + sub(
                t("b", "z") + event("boundaryEvent", "w", "timer", attachedToRef="q") + "[[w > z]]",
                "q",
            )
            + "[[s > q > e]]",
            STEP
            + t("z")
            + event("boundaryEvent", "w", "timer", attachedToRef="c")
            + "[[w > z > e]]||"
            + CHILD,
        ),
        on_border("signal"),
    ),
    Rule(
        "10.5.6",
        "One event at most on an activity waits for the same error, escalation or cancel.",
        "boundary_twice",
        "warning",
        tuple(
            on_border(trigger, act("transaction"), definition)
            + node("boundaryEvent", "w2", definition or TRIGGERS[trigger], attachedToRef="a")
            + t("z2")
            + "[[w2 > z2 > e]]"
            for trigger in ("error", "escalation", "cancel")
            for definition in ("", f"<{trigger}EventDefinition/>")
        ),
        on_border("error")
        + '<boundaryEvent id="w2" attachedToRef="a"><errorEventDefinition errorRef="F"/></boundaryEvent>'
        + t("z2")
        + "[[w2 > z2 > e]]",
    ),
    Rule(
        "10.5.5 “Cancel”",
        "A cancel on a border is on that of a transaction.",
        "cancel_not_on_transaction",
        "breaks",
        tuple(
            on_border("cancel", act(kind)) + "||" + CHILD
            for kind in ACTIVITIES
            if kind != "transaction"
        ),
        on_border("cancel", act("transaction")),
    ),
    Rule(
        "10.5.5 “Cancel”",
        "A cancel end event stands in a transaction.",
        "cancel_outside_transaction",
        "breaks",
        (
            ends("cancel"),
            PLAIN
            + sub(t("a") + event("endEvent", "w", "cancel") + "[[a > w]]", "q")
            + "[[s > q > e]]",
            STEP
            + sub(
                event("startEvent", "v", "message")
                + event("endEvent", "w", "cancel")
                + "[[v > w]]",
                "q",
                triggeredByEvent="true",
            ),
        ),
        PLAIN
        + sub(t("a") + event("endEvent", "w", "cancel") + "[[a > w]]", "q", "transaction")
        + "[[s > q > e]]",
        everywhere=False,
    ),
)

EVENT_SUBS = (
    Rule(
        "10.3.5, 10.5.2",
        "An event sub-process begins with a message, time, error, escalation, compensation, condition or signal.",
        "event_subprocess_trigger",
        "breaks",
        (
            *tuple(
                event_sub(trigger, **flags)
                for trigger in TRIGGERS
                if trigger not in _SUB_STARTS
                for flags in ({}, {"isInterrupting": "false"})
            ),
            event_sub("", TRIGGERS["message"] + TRIGGERS["link"]),
        ),
        event_sub("signal"),
    ),
    Rule(
        "10.5.2, Table 10.86",
        "One that begins with an error or a compensation always interrupts.",
        "event_must_interrupt",
        "breaks",
        (
            *tuple(
                event_sub(trigger, isInterrupting=no)
                for trigger in ("error", "compensate")
                for no in ("false", "0")
            ),
            event_sub("", TRIGGERS["error"] + TRIGGERS["timer"], isInterrupting="false"),
        ),
        event_sub("error"),
    ),
    Rule(
        "10.3.5",
        "An event sub-process has exactly one start event.",
        "event_subprocess_starts",
        "breaks",
        (
            STEP + sub(t("b"), "v", triggeredByEvent="true"),
            STEP + sub("", "v", triggeredByEvent="true"),
            STEP
            + sub(
                event("startEvent", "w", "message")
                + event("startEvent", "x", "signal")
                + t("b")
                + "[[w > b]][[x > b]]",
                "v",
                triggeredByEvent="true",
            ),
            STEP
            + sub(
                event("startEvent", "w", "message")
                + '<startEvent id="x"/>'
                + t("b")
                + "[[w > b]][[x > b]]",
                "v",
                triggeredByEvent="true",
            ),
            STEP
            + sub(
                event("startEvent", "w", "message")
                + event("startEvent", "x", "signal")
                + t("b")
                + "[[w > b]][[x > b]]",
                "v",
                triggeredByEvent="1",
            ),
        ),
        event_sub("signal"),
    ),
    Rule(
        "10.3.5",
        "It has no sequence flow in or out.",
        "event_subprocess_with_flow",
        "breaks",
        (event_sub("signal") + "[[a > v]]", event_sub("signal") + t("b") + "[[v > b > e]]"),
        event_sub("signal"),
    ),
    Rule(
        "10.5.6",
        "Of those that interrupt, one at most waits for the same thing in a scope.",
        "event_subprocess_twice",
        "warning",
        (
            *tuple(
                event_sub(trigger)
                + sub(
                    event("startEvent", "w2", trigger) + '<endEvent id="y2"/>[[w2 > y2]]',
                    "v2",
                    triggeredByEvent="true",
                )
                for trigger in ("message", "signal", "error", "escalation", "compensate")
            ),
            event_sub("", "<errorEventDefinition/>")
            + sub(
                '<startEvent id="w2"><errorEventDefinition/></startEvent><endEvent id="y2"/>[[w2 > y2]]',
                "v2",
                triggeredByEvent="true",
            ),
            event_sub("", "<escalationEventDefinition/>")
            + sub(
                '<startEvent id="w2"><escalationEventDefinition/></startEvent><endEvent id="y2"/>[[w2 > y2]]',
                "v2",
                triggeredByEvent="true",
            ),
        ),
        event_sub("signal")
        + sub(
            event("startEvent", "w2", "message") + '<endEvent id="y2"/>[[w2 > y2]]',
            "v2",
            triggeredByEvent="true",
        ),
    ),
)

DEFINITIONS = (
    Rule(
        "10.5.1 `parallelMultiple`",
        "`parallelMultiple` is for an event with several definitions.",
        "parallel_multiple_single",
        "warning",
        (
            PLAIN
            + event("intermediateCatchEvent", "w", "signal", parallelMultiple="true")
            + "[[s > w > e]]",
            on_border("signal", parallelMultiple="true"),
            event_sub("signal", parallelMultiple="true"),
        ),
        PLAIN
        + node(
            "intermediateCatchEvent",
            "w",
            TRIGGERS["signal"] + TRIGGERS["message"],
            parallelMultiple="true",
        )
        + "[[s > w > e]]",
    ),
    Rule(
        "10.5.1 `eventDefinitionRef`",
        "A definition that several events use stands at the top of the file.",
        "definition_not_shared",
        "warning",
        tuple(
            first
            + node(kind, "x", "<eventDefinitionRef>d</eventDefinitionRef>")
            + ("" if kind == "endEvent" else "[[x > e]]")
            + "[[a > x]]"
            for kind, first in (
                (
                    "intermediateThrowEvent",
                    STEP
                    + '<intermediateThrowEvent id="y"><signalEventDefinition id="d" signalRef="S"/></intermediateThrowEvent>[[a > y > e]]',
                ),
                (
                    "endEvent",
                    STEP
                    + '<endEvent id="y"><signalEventDefinition id="d" signalRef="S"/></endEvent>[[a > y]]',
                ),
                (
                    "intermediateCatchEvent",
                    STEP
                    + '<intermediateCatchEvent id="y"><signalEventDefinition id="d" signalRef="S"/></intermediateCatchEvent>[[a > y > e]]',
                ),
            )
        ),
        STEP
        + '<intermediateThrowEvent id="x"><eventDefinitionRef>shared_signal</eventDefinitionRef></intermediateThrowEvent>[[a > x > e]]',
    ),
    Rule(
        "10.5.5 “Message” `messageRef`",
        "A message event of a process that runs names its message.",
        "message_not_named",
        "gap",
        (
            starts("", "<messageEventDefinition/>"),
            caught("", "<messageEventDefinition/>"),
            thrown("", "<messageEventDefinition/>"),
            ends("", "<messageEventDefinition/>"),
            on_border("", inner="<messageEventDefinition/>"),
            event_sub("", "<messageEventDefinition/>"),
        ),
        caught("message"),
    ),
    Rule(
        "10.5.5 “Message” `operationRef`",
        "It names an operation as well; here a message is found by its name.",
        "message_without_operation",
        "info",
        (
            starts("message"),
            caught("message"),
            thrown("message"),
            ends("message"),
            on_border("message"),
            event_sub("message"),
        ),
        STEP,
        everywhere=False,
    ),
    Rule(
        "10.5.5 “Signal” `signalRef`",
        "A signal event names its signal.",
        "signal_not_named",
        "warning",
        (
            starts("", "<signalEventDefinition/>"),
            caught("", "<signalEventDefinition/>"),
            thrown("", "<signalEventDefinition/>"),
            ends("", "<signalEventDefinition/>"),
            on_border("", inner="<signalEventDefinition/>"),
            event_sub("", "<signalEventDefinition/>"),
        ),
        caught("signal"),
    ),
    Rule(
        "10.5.5 “Error” `errorCode`",
        "An error that is thrown in a process that runs has a code.",
        "error_without_code",
        "warning",
        (
            ends("", "<errorEventDefinition/>"),
            ends("", '<errorEventDefinition errorRef="U"/>') + '||<error id="U" name="n"/>',
            ends("", '<errorEventDefinition errorRef="U"/>') + '||<error id="U" errorCode=""/>',
            ends("", "<eventDefinitionRef>d</eventDefinitionRef>")
            + '||<errorEventDefinition id="d"/>',
        ),
        ends("error"),
    ),
    Rule(
        "10.5.5 “Escalation” `escalationCode`",
        "An escalation that is thrown in a process that runs has a code.",
        "escalation_without_code",
        "warning",
        tuple(
            make("", inner) + top
            for make in (ends, thrown)
            for inner, top in (
                ("<escalationEventDefinition/>", ""),
                (
                    '<escalationEventDefinition escalationRef="U"/>',
                    '||<escalation id="U" name="n"/>',
                ),
            )
        ),
        ends("escalation"),
    ),
    Rule(
        "10.5.5 “Conditional” `condition`",
        "A conditional event has a condition.",
        "condition_missing",
        "breaks",
        (
            starts("", "<conditionalEventDefinition/>"),
            caught("", "<conditionalEventDefinition/>"),
            on_border("", inner="<conditionalEventDefinition/>"),
            event_sub("", "<conditionalEventDefinition/>"),
        ),
        caught("conditional"),
    ),
    Rule(
        "10.5.5 “Conditional” `condition`",
        "In a process that runs the condition is formal, not natural language.",
        "condition_informal",
        "breaks",
        tuple(
            make(
                "",
                f"<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>",
            )
            for make in (starts, caught, event_sub)
            for text in ("customer is happy", "kunden är nöjd", "approved", "x is late?")
        ),
        caught(
            "",
            '<conditionalEventDefinition><condition xsi:type="tFormalExpression">x &gt; 1</condition></conditionalEventDefinition>',
        ),
    ),
    Rule(
        "10.5.5 “Conditional” `condition`",
        "The condition is not empty.",
        "expression_empty",
        "breaks",
        tuple(
            make("", f"<conditionalEventDefinition><condition{kind}/></conditionalEventDefinition>")
            for make in (starts, caught, event_sub)
            for kind in ("", ' xsi:type="tFormalExpression"')
        ),
        caught("conditional"),
    ),
    Rule(
        "10.5.5 “Timer”",
        "A timer has exactly one of a date, a cycle and a duration.",
        "timer_one_of",
        "breaks",
        everywhere_timed()
        + everywhere_timed(
            "<timeDate>2027-01-01T00:00:00</timeDate>", "<timeDuration>PT1H</timeDuration>"
        )
        + everywhere_timed("<timeCycle>R3/PT1H</timeCycle>", "<timeDuration>PT1H</timeDuration>")
        + everywhere_timed(
            "<timeDate>2027-01-01T00:00:00</timeDate>", "<timeCycle>R3/PT1H</timeCycle>"
        ),
        caught("timer"),
        everywhere=False,
    ),
    Rule(
        "10.5.5 “Timer”, Table 10.101",
        "Date, cycle and duration are as ISO 8601 writes them (or FEEL behind `=`).",
        "timer_malformed",
        "breaks",
        tuple(
            diagram
            for form in _TIMES
            for text in (
                "tomorrow",
                "3 days",
                "every Monday",
                "P1X",
                "PT",
                "31/12/2027",
                "R/R/PT1H",
                "0 0 12 * * ?",
            )
            for diagram in everywhere_timed(f"<{form}>{text}</{form}>")
        )
        + everywhere_timed("<timeDuration>2027-01-01T00:00:00</timeDuration>")
        + everywhere_timed("<timeDate>PT1H</timeDate>"),
        caught("timer"),
        everywhere=False,
    ),
    Rule(
        "10.5.5 “Timer”",
        "It is not empty.",
        "timer_empty",
        "breaks",
        tuple(diagram for form in _TIMES for diagram in everywhere_timed(f"<{form}/>")),
        caught("timer"),
        everywhere=False,
    ),
    Rule(
        "10.5.1",
        "One event waits for one time at most.",
        "timers_several",
        "gap",
        (caught("", TRIGGERS["timer"] * 2), on_border("", inner=TRIGGERS["timer"] * 2)),
        caught("timer"),
    ),
    Rule(
        "8.4.5, 10.5.1 “Error”, “Signal”, “Message”, “Escalation”",
        "What a file declares is used.",
        "declaration_unused",
        "warning",
        tuple(
            f"{STEP}||{made}"
            for made in (
                '<message id="n" name="Order"/>',
                '<signal id="n" name="Order"/>',
                '<error id="n" errorCode="o"/>',
                '<escalation id="n" escalationCode="o"/>',
                '<signalEventDefinition id="n" signalRef="S"/>',
                '<interface id="n" name="o"><operation id="n2" name="o"><inMessageRef>M</inMessageRef></operation></interface>',
                '<dataStore id="n" name="Customers"/>',
                '<resource id="n" name="Buyer"/>',
                '<endPoint id="n"/>',
                '<correlationProperty id="n"><correlationPropertyRetrievalExpression messageRef="M"><messagePath>x'
                "</messagePath></correlationPropertyRetrievalExpression></correlationProperty>",
            )
        ),
        STEP,
        everywhere=False,
    ),
)

COMPENSATION = (
    Rule(
        "10.3, 10.7.1",
        "A compensation activity has no sequence flow in or out.",
        "compensation_activity_with_flow",
        "breaks",
        tuple(
            undone(act(kind, "u", 'isForCompensation="true"')) + more + "||" + CHILD
            for kind in RUNNING
            for more in ("[[a > u]]", "[[u > e]]")
        ),
        undone(),
    ),
    Rule(
        "10.5.4, 10.7.1",
        "A compensation event on a border is no source of a flow: an association leads to its handler.",
        "compensation_boundary_with_flow",
        "breaks",
        (
            undone() + t("z") + "[[b > z > e]]",
            undone(association=" ", handler=" ") + t("z") + "[[b > z > e]]",
        ),
        undone(),
    ),
    Rule(
        "10.7.1",
        "It has an association to a compensation activity in its own scope.",
        "compensation_without_handler",
        "warning",
        (
            undone(handler=" ", association=" "),
            undone(handler=t("u") + "[[a > u > e]]"),
            undone(handler='<textAnnotation id="u"/>'),
            undone(
                handler=sub('<task id="u" isForCompensation="true"/>' + t("v"), "q")
                + "[[a > q > e]]"
            ),
        ),
        undone(),
    ),
    Rule(
        "10.7.1",
        "An activity has one handler.",
        "compensation_handlers",
        "breaks",
        (
            undone()
            + '<task id="u2" isForCompensation="true"/><association id="o2" sourceRef="b" targetRef="u2"/>',
            undone()
            + event("boundaryEvent", "b2", "compensate", attachedToRef="a")
            + '<task id="u2" isForCompensation="true"/><association id="o2" sourceRef="b2" targetRef="u2"/>',
        ),
        undone(),
    ),
    Rule(
        "10.7.1",
        "A compensation activity has such an event.",
        "handler_without_compensation",
        "warning",
        tuple(
            STEP + act(kind, "u", 'isForCompensation="true"') + "||" + CHILD for kind in ACTIVITIES
        ),
        undone(),
    ),
    Rule(
        "10.7.2",
        "What throws a compensation undoes something that has a handler.",
        "compensation_of_nothing",
        "warning",
        (thrown("compensate"), ends("compensate")),
        undone(),
    ),
    Rule(
        "10.5.5 “Compensate” `activityRef`",
        "What it names to be undone has a handler.",
        "compensation_target",
        "warning",
        (
            undone()
            + '<userTask id="b2"/>[[a > b2 > e]]<intermediateThrowEvent id="k2"><compensateEventDefinition activityRef="b2"/></intermediateThrowEvent>[[a > k2 > e]]',
        ),
        undone()
        + '<intermediateThrowEvent id="k2"><compensateEventDefinition activityRef="a"/></intermediateThrowEvent>[[a > k2 > e]]',
    ),
    Rule(
        "10.5.5 “Compensate” `activityRef`, 10.7.2",
        "What it names is seen from where it stands.",
        "compensation_out_of_sight",
        "warning",
        (
            PLAIN
            + sub(
                undone()
                .replace('id="s"', 'id="is"')
                .replace('id="e"', 'id="ie"')
                .replace("[[s", "[[is")
                .replace("> e]]", "> ie]]"),
                "q",
            )
            + '<intermediateThrowEvent id="k2"><compensateEventDefinition activityRef="a"/></intermediateThrowEvent>[[s > q > k2 > e]]',
        ),
        undone()
        + '<intermediateThrowEvent id="k2"><compensateEventDefinition activityRef="a"/></intermediateThrowEvent>[[a > k2 > e]]',
    ),
)

SECTIONS = (
    ("Start and end events", START_END),
    ("Intermediate events", INTERMEDIATE),
    ("Boundary events", BOUNDARY),
    ("Event sub-processes", EVENT_SUBS),
    ("What events wait for and throw", DEFINITIONS),
    ("Compensation", COMPENSATION),
)
