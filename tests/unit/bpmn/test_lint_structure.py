"""Structure: ids, references, sequence flows, gateways and sub-processes, by the rules of BPMN."""

from __future__ import annotations

import pytest

from tests.support.bpmn import codes, errors, findings, flow, line, process, startable, task, tree

START_END = '<startEvent id="s"/><endEvent id="e"/>'


def body(content: str, *flows: str, **attributes: str) -> str:
    return process(content + "".join(flows), **attributes)


# ---------------------------------------------------------------- what is right


def test_a_plain_process_has_no_findings_worth_a_warning() -> None:
    found = findings(task())
    assert [(f.severity, f.code) for f in found] == [("info", "task_without_role")]


@pytest.mark.parametrize(
    "content",
    [
        '<userTask id="a"/>',
        '<userTask id="a"/><userTask id="b"/>' + flow("f", "a", "b"),
        '<startEvent id="s"/><userTask id="a"/>' + flow("f", "s", "a"),
        '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
        + flow("f0", "s", "a")
        + flow("f1", "a", "b")
        + flow("f2", "a", "e", "= x > 1")
        + flow("f3", "b", "e"),
    ],
)
def test_implicit_starts_ends_and_splits_are_fine(content: str) -> None:
    assert errors(process(content)) == []


def test_references_may_be_qualified() -> None:
    signal = '<intermediateThrowEvent id="t"><signalEventDefinition signalRef="tns:S"/>'
    assert codes('<signal id="S" name="S"/>' + line(signal + "</intermediateThrowEvent>")) == set()


# ---------------------------------------------------------------- ids and references


def test_elements_need_ids() -> None:
    assert errors(process('<startEvent/><userTask name="x"/><endEvent id=""/>'))[:3] == [
        "id_empty",
        "id_missing",
        "id_missing",
    ]


def test_a_sequence_flow_needs_no_id() -> None:
    nameless = '<startEvent id="s"/><endEvent id="e"/><sequenceFlow sourceRef="s" targetRef="e"/>'
    assert errors(process(nameless)) == []
    assert startable(process(nameless)) == {"p"}
    # The id that it gets is none that the file has, and the same at every reading.
    made = ids(process(nameless))
    taken = process(nameless + f'<task id="{made[0]}"/>' + flow("f", "s", made[0]))
    assert len(set(ids(taken))) == 2
    assert ids(process(nameless)) == made


def ids(content: str) -> list[str]:
    """The ids of a file's sequence flows."""
    return [e.get("id") or "" for e in tree(content).iter() if str(e.tag).endswith("sequenceFlow")]


@pytest.mark.parametrize("ident", ["../etc/passwd", "a b", "1a", "a:b", "é/", "a'b"])
def test_an_id_is_a_plain_name(ident: str) -> None:
    assert "id_illegal" in errors(process('<userTask id="t"/>', ident))
    assert "id_illegal" in errors(process(f'<userTask id="{ident}"/>'))


def test_an_illegal_process_id_is_refused_even_in_a_drawing() -> None:
    assert errors(process('<userTask id="t"/>', "a/b", isExecutable="false")) == ["id_illegal"]


def test_an_id_is_used_once() -> None:
    assert errors(process('<userTask id="t"/><userTask id="t"/>')) == ["id_twice"]
    assert errors(process("") + process("")) == ["id_twice"]
    assert errors(process(""), process("")) == ["process_twice"]


def test_a_lost_reference_names_both_ends() -> None:
    (found,) = [
        f
        for f in findings(process('<userTask id="t"/>' + flow("f", "ghost", "t")))
        if f.severity == "error"
    ]
    assert (found.code, found.element_id) == ("reference_lost", "f")
    assert "ghost" in found.sv
    assert "ghost" in found.en


@pytest.mark.parametrize(
    "content",
    [
        flow("f", "t", "note"),
        flow("f", "t", "p"),
        '<boundaryEvent id="b" attachedToRef="s2"><timerEventDefinition>'
        "<timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>"
        '<startEvent id="s2"/>',
        '<receiveTask id="r" messageRef="sig"/>',
        '<dataObjectReference id="d" dataObjectRef="t"/>',
    ],
)
def test_a_reference_names_the_right_kind(content: str) -> None:
    around = '<signal id="sig"/>'
    inside = '<userTask id="t"/><textAnnotation id="note"/>'
    assert "reference_wrong_kind" in errors(around + process(inside + content))


def test_a_flow_without_ends_is_an_error() -> None:
    assert errors(process('<userTask id="t"/><sequenceFlow id="f" sourceRef="t"/>')) == [
        "reference_missing"
    ]


def test_lost_operations_and_types_are_only_told() -> None:
    content = '<signal id="S" name="S" structureRef="Text"/>'
    send = '<sendTask id="t" messageRef="m" operationRef="gone"/>'
    found = findings(content + '<message id="m" name="m"/>' + line(send))
    assert [(f.severity, f.code) for f in found if f.severity != "info"] == [
        ("warning", "declaration_unused"),
        ("warning", "reference_lost"),
        ("warning", "reference_lost"),
    ]


def test_other_files_are_never_fetched() -> None:
    imported = (
        '<import importType="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        ' location="http://127.0.0.1:9/x.bpmn" namespace="urn:other"/>'
    )
    assert "import_ignored" in codes(imported + task())


# ---------------------------------------------------------------- sequence flows


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (START_END + flow("f", "e", "s"), "start_with_incoming"),
        (START_END + flow("f", "e", "s"), "end_with_outgoing"),
        ('<startEvent id="s"/><userTask id="t"/>', "start_without_outgoing"),
        (START_END + '<userTask id="t"/>' + flow("f", "s", "e"), "node_without_incoming"),
        (START_END + '<userTask id="t"/>' + flow("f", "s", "e"), "node_without_outgoing"),
        (
            START_END
            + '<subProcess id="sub"><userTask id="inner"/></subProcess>'
            + flow("f1", "s", "inner"),
            "flow_crosses_subprocess",
        ),
        (
            '<userTask id="t"/><intermediateThrowEvent id="i"/>' + flow("f", "t", "i"),
            "intermediate_without_outgoing",
        ),
        (
            '<userTask id="t"/><intermediateThrowEvent id="i"/>' + flow("f", "i", "t"),
            "intermediate_without_incoming",
        ),
        (
            '<userTask id="t"/><boundaryEvent id="b" attachedToRef="t"><timerEventDefinition>'
            "<timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>",
            "boundary_without_outgoing",
        ),
        (
            '<userTask id="t"/><subProcess id="sub" triggeredByEvent="true"><startEvent id="s1">'
            '<errorEventDefinition/></startEvent><endEvent id="e1"/>'
            + flow("f", "s1", "e1")
            + "</subProcess>"
            + flow("g", "sub", "t"),
            "event_subprocess_with_flow",
        ),
        (
            '<userTask id="t"/><userTask id="u" isForCompensation="true"/>' + flow("f", "t", "u"),
            "compensation_activity_with_flow",
        ),
    ],
)
def test_a_broken_sequence_flow_is_an_error(content: str, code: str) -> None:
    assert code in errors(process(content))


def test_a_flow_does_not_leave_its_pool() -> None:
    two = process('<userTask id="a"/>' + flow("f", "a", "b")) + process('<userTask id="b"/>', "q")
    assert errors(two) == ["flow_crosses_pool"]


def test_a_circle_that_nothing_leads_to_is_told() -> None:
    content = (
        START_END
        + flow("f", "s", "e")
        + '<userTask id="a"/><userTask id="b"/>'
        + flow("g", "a", "b")
        + flow("h", "b", "a")
    )
    found = [f for f in findings(process(content)) if f.code == "node_unreachable"]
    assert [(f.severity, f.element_id) for f in found] == [("warning", "a"), ("warning", "b")]


def test_lists_of_flows_may_be_left_out_but_not_contradict() -> None:
    def listed(at_start: str, at_end: str) -> list[str]:
        start = f'<startEvent id="s">{at_start}</startEvent>'
        end = f'<endEvent id="e">{at_end}</endEvent>'
        return errors(process(start + end + flow("f", "s", "e")))

    out, into = "<outgoing>f</outgoing>", "<incoming>f</incoming>"
    assert listed("", "") == listed(out, into) == []
    assert listed("", into) == listed(out, "") == ["flow_not_listed"]


# ---------------------------------------------------------------- gateways


def gateway(kind: str, *flows: str, attributes: str = "") -> str:
    return process(
        f'<startEvent id="s"/><{kind} id="g" {attributes}/><userTask id="a"/><userTask id="b"/>'
        '<endEvent id="e"/>'
        + flow("f0", "s", "g")
        + "".join(flows)
        + flow("f3", "a", "e")
        + flow("f4", "b", "e")
    )


def test_a_decision_needs_conditions_and_is_better_with_a_default() -> None:
    both = (flow("f1", "g", "a", "= x"), flow("f2", "g", "b", "= y"))
    one = (flow("f1", "g", "a", "= x"), flow("f2", "g", "b"))
    assert "gateway_without_default" in codes(gateway("exclusiveGateway", *both))
    assert "flow_without_condition" in codes(gateway("exclusiveGateway", *one))
    chosen = gateway("exclusiveGateway", *one, attributes='default="f2"')
    assert codes(chosen) == {"task_without_role"}


def test_a_default_leaves_its_gateway_and_has_no_condition() -> None:
    both = (flow("f1", "g", "a", "= x"), flow("f2", "g", "b", "= y"))
    assert "default_with_condition" in codes(
        gateway("exclusiveGateway", *both, attributes='default="f2"')
    )
    assert errors(gateway("exclusiveGateway", *both, attributes='default="f3"')) == [
        "default_not_outgoing"
    ]


def test_conditions_out_of_a_parallel_gateway_are_not_used() -> None:
    both = (flow("f1", "g", "a", "= x"), flow("f2", "g", "b"))
    assert "condition_not_used" in codes(gateway("parallelGateway", *both))


def test_a_gateway_does_what_its_direction_says() -> None:
    both = (flow("f1", "g", "a"), flow("f2", "g", "b"))
    converging = 'gatewayDirection="Converging"'
    assert "gateway_direction" in codes(gateway("parallelGateway", *both, attributes=converging))


def test_only_waiting_things_follow_an_event_based_gateway() -> None:
    both = (flow("f1", "g", "a"), flow("f2", "g", "b"))
    assert errors(gateway("eventBasedGateway", *both)) == ["event_gateway_target"] * 2


# ---------------------------------------------------------------- sub-processes


def sub(kind: str, content: str, attributes: str = "") -> str:
    return line(f'<{kind} id="t" {attributes}>{content}</{kind}>')


INNER = '<startEvent id="is">{}</startEvent><endEvent id="ie"/>' + flow("if", "is", "ie")
TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"


def event_sub(content: str) -> str:
    return process(
        START_END
        + flow("f", "s", "e")
        + f'<subProcess id="t" triggeredByEvent="true">{content}</subProcess>'
    )


def test_a_sub_process_starts_without_an_event_and_an_event_sub_process_with_one() -> None:
    assert errors(sub("subProcess", INNER.format(""))) == []
    assert errors(sub("subProcess", INNER.format(TIMER))) == ["subprocess_start_trigger"]
    assert errors(event_sub(INNER.format(TIMER))) == []
    assert errors(event_sub(INNER.format(""))) == ["event_subprocess_trigger"]
    assert errors(event_sub('<userTask id="a"/>')) == ["event_subprocess_starts"]
    assert errors(event_sub(INNER.format("<cancelEventDefinition/>"))) == [
        "event_subprocess_trigger"
    ]


def test_an_error_always_interrupts() -> None:
    started = INNER.replace('id="is"', 'id="is" isInterrupting="false"')
    assert errors(event_sub(started.format("<errorEventDefinition/>"))) == ["event_must_interrupt"]
    boundary = (
        '<boundaryEvent id="b" attachedToRef="t" cancelActivity="false"><errorEventDefinition/>'
        '</boundaryEvent><userTask id="t"/>'
    )
    assert errors(line(boundary).replace("</process>", flow("g", "b", "e") + "</process>")) == [
        "event_must_interrupt"
    ]


def test_an_ad_hoc_sub_process_holds_activities_and_no_start_or_end() -> None:
    assert errors(sub("adHocSubProcess", '<userTask id="a"/>')) == []
    assert errors(sub("adHocSubProcess", "")) == ["ad_hoc_empty"]
    assert "ad_hoc_forbidden" in errors(
        sub("adHocSubProcess", '<userTask id="a"/><endEvent id="x"/>' + flow("g", "a", "x"))
    )


def test_a_cancel_belongs_to_a_transaction() -> None:
    cancel = INNER.replace(
        '<endEvent id="ie"/>', '<endEvent id="ie"><cancelEventDefinition/></endEvent>'
    )
    assert errors(sub("transaction", cancel.format(""))) == []
    assert errors(sub("subProcess", cancel.format(""))) == ["cancel_outside_transaction"]


def test_choreographies_are_no_processes() -> None:
    assert errors(line('<choreographyTask id="t"/>')) == ["choreography_in_process"]


def test_an_unknown_element_is_not_lost_in_silence() -> None:
    assert errors(process('<userTask id="a"/><magicTask id="m"/>')) == ["element_unknown"]
    assert "element_misplaced" in codes('<property id="x"/>' + task())


def test_a_step_outside_of_every_process_is_not_lost_in_silence() -> None:
    led_outside = flow("f", "a", "b") + '<userTask id="a"/>'
    assert errors(process(led_outside) + '<userTask id="b"/>') == ["node_misplaced"]
    inside_a_task = '<userTask id="a"><manualTask id="m"/></userTask>'
    assert errors(process(inside_a_task)) == ["node_misplaced"]
    extended = '<userTask id="a"><extensionElements><manualTask id="m"/></extensionElements>'
    assert errors(process(extended + "</userTask>")) == []
    assert errors(process(extended + "</userTask>" + flow("f", "a", "m"))) == ["reference_lost"]
