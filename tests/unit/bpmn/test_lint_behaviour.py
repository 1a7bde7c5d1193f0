"""Behaviour: events, timers, repetitions, calls, and circles in which nobody ever waits."""

from __future__ import annotations

import pytest

from engine.bpmn.lint import Surroundings
from tests.support.bpmn import codes, errors, findings, flow, line, process, startable, task


def catching(definition: str) -> str:
    return line(f'<intermediateCatchEvent id="t">{definition}</intermediateCatchEvent>')


def throwing(definition: str) -> str:
    return line(f'<intermediateThrowEvent id="t">{definition}</intermediateThrowEvent>')


def ending(definition: str) -> str:
    return process(
        f'<startEvent id="s"/><endEvent id="t">{definition}</endEvent>' + flow("f", "s", "t")
    )


def timer(form: str, text: str) -> str:
    inside = f'<{form} xsi:type="tFormalExpression">{text}</{form}>'
    return catching(f"<timerEventDefinition>{inside}</timerEventDefinition>")


# ---------------------------------------------------------------- events


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (catching(""), "event_without_definition"),
        (catching("<errorEventDefinition/>"), "event_kind"),
        (catching("<terminateEventDefinition/>"), "event_kind"),
        (throwing('<errorEventDefinition errorRef="x"/>'), "event_kind"),
        (ending("<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"),
         "event_kind"),
        (ending('<linkEventDefinition name="a"/>'), "event_kind"),
        (catching("<conditionalEventDefinition/>"), "condition_missing"),
        (
            catching("<conditionalEventDefinition><condition>vid behov</condition>"
                     "</conditionalEventDefinition>"),
            "condition_informal",
        ),
        (
            process('<startEvent id="s"><errorEventDefinition/></startEvent><endEvent id="e"/>'
                    + flow("f", "s", "e")),
            "start_trigger",
        ),
    ],
)  # fmt: skip
def test_an_event_that_makes_no_sense_is_an_error(content: str, code: str) -> None:
    assert code in errors(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (catching("<messageEventDefinition/>"), "message_not_named"),
        (catching("<signalEventDefinition/>"), "signal_not_named"),
        (line('<receiveTask id="t"/>'), "task_without_message"),
        (ending("<escalationEventDefinition/>"), "escalation_without_code"),
        (ending("<errorEventDefinition/>"), "error_without_code"),
    ],
)
def test_an_event_that_nothing_can_reach_is_told(content: str, code: str) -> None:
    assert errors(content) == []
    assert code in codes(content)


def test_an_event_definition_may_stand_at_the_top_of_the_file() -> None:
    shared = '<signal id="S" name="S"/><signalEventDefinition id="d" signalRef="S"/>'
    assert codes(shared + catching("<eventDefinitionRef>d</eventDefinitionRef>")) == set()


def test_a_definition_inside_an_event_is_that_events_own() -> None:
    content = (
        '<signal id="S" name="S"/><process id="p" isExecutable="true"><startEvent id="s"/>'
        '<intermediateThrowEvent id="a"><signalEventDefinition id="d" signalRef="S"/>'
        '</intermediateThrowEvent><endEvent id="e"><eventDefinitionRef>d</eventDefinitionRef>'
        "</endEvent>" + flow("f", "s", "a") + flow("g", "a", "e") + "</process>"
    )
    assert codes(content) == {"definition_not_shared"}


def links(target: str) -> str:
    return process(
        '<startEvent id="s"/><intermediateThrowEvent id="a"><linkEventDefinition name="L"/>'
        f'</intermediateThrowEvent>{target}<endEvent id="e"/>' + flow("f", "s", "a")
    )


def test_a_jump_has_exactly_one_target_on_its_level() -> None:
    one = '<intermediateCatchEvent id="{0}"><linkEventDefinition name="{1}"/>'
    one += "</intermediateCatchEvent>"
    here = one.format("b", "L") + flow("g", "b", "e")
    assert errors(links(here)) == []
    assert "link_without_target" in errors(links(""))
    assert "link_without_target" in errors(links(one.format("b", "M") + flow("g", "b", "e")))
    assert "link_with_targets" in errors(links(here + one.format("c", "L") + flow("h", "c", "e")))
    inside = f'<subProcess id="sub">{one.format("b", "L")}</subProcess>'
    assert "link_without_target" in errors(links(inside))


def test_compensation_needs_something_to_undo() -> None:
    thrown = '<intermediateThrowEvent id="t"><compensateEventDefinition/></intermediateThrowEvent>'
    # Legal (10.7): it undoes nothing, which is only told.
    assert "compensation_of_nothing" in codes(line(thrown))
    assert startable(line(thrown)) == {"p"}
    handler = (
        '<userTask id="a"/><boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/>'
        '</boundaryEvent><userTask id="undo" isForCompensation="true"/>'
        '<association id="x" sourceRef="b" targetRef="undo"/>'
    )
    undone = process(
        handler + thrown + flow("f", "a", "t") + '<task id="z"/>' + flow("g", "t", "z")
    )
    assert "compensation_of_nothing" not in codes(undone)


# ---------------------------------------------------------------- timers


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("timeDuration", "P14D"),
        ("timeDuration", "PT2H30M"),
        ("timeDuration", '= duration("P" + string(n) + "D")'),
        ("timeDate", "2027-03-28T17:00:00+02:00"),
        ("timeDate", "2027-03-28"),
        ("timeCycle", "R/P1M"),
        ("timeCycle", "R3/PT1H"),
        ("timeDuration", "PT0S"),
        ("timeDuration", "PT1.5H"),
        ("timeDate", "20270328T170000Z"),
        ("timeCycle", "R2/PT0.5S"),
        ("timeCycle", "R3/PT1H/2027-01-01T00:00:00Z"),
    ],
)
def test_a_timer_is_iso_8601_or_feel(form: str, text: str) -> None:
    assert errors(timer(form, text)) == []


@pytest.mark.parametrize(
    ("form", "text", "code"),
    [
        ("timeDuration", "", "timer_empty"),
        ("timeDuration", "P", "timer_malformed"),
        ("timeDuration", "fem dagar", "timer_malformed"),
        ("timeDuration", "-P1D", "timer_malformed"),
        ("timeDuration", "P999999999Y", "timer_too_long"),
        ("timeDuration", "P11Y", "timer_too_long"),
        ("timeDate", "i morgon", "timer_malformed"),
        ("timeDate", "2027-02-30", "timer_malformed"),
        ("timeCycle", "R/PT0S", "timer_malformed"),
        ("timeCycle", "0 0 12 * * ?", "timer_malformed"),
        ("timeDuration", "= duration(", "expression_syntax"),
    ],
)
def test_a_timer_that_cannot_be_used_is_an_error(form: str, text: str, code: str) -> None:
    (found,) = [f for f in findings(timer(form, text)) if f.severity == "error"]
    assert (found.code, found.element_id) == (code, "t")


def test_a_timer_has_one_time() -> None:
    assert errors(catching("<timerEventDefinition/>")) == ["timer_one_of"]
    both = "<timeDuration>P1D</timeDuration><timeDate>2027-01-01</timeDate>"
    assert errors(catching(f"<timerEventDefinition>{both}</timerEventDefinition>")) == [
        "timer_one_of"
    ]


# ---------------------------------------------------------------- repetition


def repeated(content: str) -> list[str]:
    return errors(task(content=content))


def multiple(content: str) -> list[str]:
    inside = f"<multiInstanceLoopCharacteristics>{content}</multiInstanceLoopCharacteristics>"
    return repeated(inside)


def test_a_repeated_activity_says_how_often() -> None:
    assert multiple("<loopCardinality>3</loopCardinality>") == []
    assert multiple("<loopCardinality>= antal</loopCardinality>") == []
    assert multiple("<loopDataInputRef>kunder</loopDataInputRef>") == []
    assert multiple("") == ["loop_without_number"]
    assert multiple("<loopCardinality>1001</loopCardinality>") == ["loop_number"]
    assert multiple("<loopCardinality>10000000</loopCardinality>") == ["loop_number"]
    assert "loop_number" in multiple(f"<loopCardinality>{'9' * 5000}</loopCardinality>")
    assert multiple("<loopCardinality>-1</loopCardinality>") == ["loop_number"]


def test_an_activity_repeats_in_one_way() -> None:
    both = (
        '<standardLoopCharacteristics loopMaximum="3"/><multiInstanceLoopCharacteristics>'
        "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    assert repeated(both) == ["loops_both"]
    assert repeated('<standardLoopCharacteristics loopMaximum="0"/>') == ["loop_number"]


def test_tokens_come_in_whole_numbers_from_one() -> None:
    for value in ("0", "-5", "x", ""):
        wrong = line(f'<userTask id="t" startQuantity="{value}"/>')
        assert errors(wrong) == ["quantity"]


# ---------------------------------------------------------------- calls


def call(target: str, ident: str = "p", **options: str) -> str:
    inside = f'<callActivity id="c{ident}" calledElement="{target}"/>'
    return process(
        f'<startEvent id="s{ident}"/>{inside}<endEvent id="e{ident}"/>'
        + flow(f"f{ident}", f"s{ident}", f"c{ident}")
        + flow(f"g{ident}", f"c{ident}", f"e{ident}"),
        ident,
        **options,
    )


def test_a_called_process_is_in_the_upload_or_deployed_before() -> None:
    assert errors(call("q")) == ["call_unknown"]
    assert errors(call("q"), surroundings=Surroundings(processes=["q"])) == []
    assert errors(call("tns:q"), process('<userTask id="a"/>', "q")) == []
    assert errors(call("")) == ["call_without_target"]


def test_a_called_process_begins_without_an_event() -> None:
    started = (
        '<message id="m" name="M"/><process id="q" isExecutable="true"><startEvent id="s">'
        '<messageEventDefinition messageRef="m"/></startEvent><endEvent id="e"/>'
        + flow("f", "s", "e")
        + "</process>"
    )
    assert errors(started) == []
    assert errors(call("q"), started) == ["called_without_plain_start"]


def test_what_calls_a_drawing_is_a_drawing() -> None:
    drawn = process('<userTask id="a"/>', "r", isExecutable="false")
    assert startable(call("q"), call("r", "q"), drawn) == set()
    found = findings(call("q"), call("r", "q"), drawn)
    assert [f.element_id for f in found if f.code == "call_of_drawing"] == ["cp", "cq"]


def test_a_call_may_be_computed_in_feel_and_in_nothing_else() -> None:
    assert errors(call("${which}")) == []
    assert startable(call("${which}")) == {"p"}
    assert startable(call("${bean.which()}")) == set()


# ---------------------------------------------------------------- circles


def circle(inside: str, way_out: bool) -> str:
    out = flow("out", "g", "e", "= done") if way_out else ""
    return process(
        f'<startEvent id="s"/><exclusiveGateway id="g" default="f1"/>{inside}<endEvent id="e"/>'
        + flow("f0", "s", "g")
        + flow("f1", "g", "a")
        + flow("f2", "a", "g")
        + out
    )


def test_a_circle_without_rest_or_way_out_is_an_error() -> None:
    assert "loop_for_ever" in errors(circle('<task id="a"/>', way_out=False))


def test_a_circle_with_a_way_out_is_told_and_one_with_a_person_is_fine() -> None:
    found = circle('<task id="a"/>', way_out=True)
    assert errors(found) == []
    assert "loop_may_not_end" in codes(found)
    waiting = '<intermediateCatchEvent id="a"><timerEventDefinition><timeDuration>P1D'
    waiting += "</timeDuration></timerEventDefinition></intermediateCatchEvent>"
    inner = '<subProcess id="a"><userTask id="u"/></subProcess>'
    for rest in ('<userTask id="a"/>', waiting, inner):
        assert not {"loop_may_not_end", "loop_for_ever"} & codes(circle(rest, way_out=True))


def test_a_sub_process_that_can_be_passed_at_once_is_no_rest() -> None:
    passing = (
        '<subProcess id="a"><exclusiveGateway id="x" default="y"/><userTask id="u"/>'
        '<task id="v"/>' + flow("y", "x", "u") + flow("z", "x", "v", "= c") + "</subProcess>"
    )
    assert "loop_may_not_end" in codes(circle(passing, way_out=True))


def test_a_split_that_feeds_itself_is_an_error() -> None:
    content = process(
        '<startEvent id="s"/><parallelGateway id="split"/><exclusiveGateway id="join"/>'
        '<endEvent id="e"/>'
        + flow("f0", "s", "join")
        + flow("f1", "join", "split")
        + flow("f2", "split", "join")
        + flow("f3", "split", "e")
    )
    assert errors(content) == ["loop_for_ever"]


def test_processes_that_call_each_other_without_rest_are_an_error() -> None:
    (found,) = [f for f in findings(call("q"), call("p", "q")) if f.severity == "error"]
    assert (found.code, found.element_id) == ("call_for_ever", "cp")
    assert "p, q" in found.en
    assert errors(call("p")) == ["call_for_ever"]


def test_calls_in_a_circle_with_a_person_or_a_decision_on_the_way_may_be_meant() -> None:
    resting = process(
        '<userTask id="u"/><callActivity id="c" calledElement="p"/>' + flow("f", "u", "c"), "q"
    )
    assert errors(call("q"), resting) == []
    deciding = process(
        '<exclusiveGateway id="g" default="f"/><callActivity id="c" calledElement="p"/>'
        '<task id="x"/>' + flow("f", "g", "x") + flow("h", "g", "c", "= more"),
        "q",
    )
    assert errors(call("q"), deciding) == []
    assert "call_may_not_end" in codes(call("q"), deciding)


def test_a_call_inside_a_sub_process_counts() -> None:
    inner = process('<subProcess id="sub"><callActivity id="c" calledElement="p"/></subProcess>')
    assert errors(inner) == ["call_for_ever"]


def test_an_event_waits_for_one_time() -> None:
    time = "<timerEventDefinition><timeDuration>PT2S</timeDuration></timerEventDefinition>"
    event = '<intermediateCatchEvent id="t">{}</intermediateCatchEvent>'
    assert "timers_several" not in codes(line(event.format(time)))
    assert "timers_several" in codes(line(event.format(time * 2)))
    assert startable(line(event.format(time * 2))) == set()


# ---------------------------------------------------------------- what is kept as a drawing


def test_two_ways_out_of_a_decision_without_conditions_are_no_decision() -> None:
    def ways(first: str | None, second: str | None, more: str = "") -> str:
        steps = f'<exclusiveGateway id="g"{more}/><task id="a"/><task id="b"/>'
        return process(steps + flow("f", "g", "a", first) + flow("h", "g", "b", second))

    assert startable(ways(None, None)) == set()
    assert "gateway_without_choice" in codes(ways(None, None))
    assert startable(ways("= x", None, ' default="h"')) == {"p"}
    assert startable(ways(None, None).replace("exclusive", "parallel")) == {"p"}


def test_a_flow_that_may_be_followed_later_is_not_run() -> None:
    steps = '<task id="a"/><task id="b"/>'
    later = flow("f", "a", "b").replace("<sequenceFlow", '<sequenceFlow isImmediate="false"')
    assert startable(process(steps + later)) == set()
    assert "flow_not_immediate" in codes(process(steps + later))
    assert startable(process(steps + later.replace("false", "true"))) == {"p"}


def test_the_condition_of_a_default_flow_may_be_empty() -> None:
    steps = '<exclusiveGateway id="g" default="f"/><task id="a"/><task id="b"/>'
    written = process(steps + flow("f", "g", "a", "") + flow("h", "g", "b", "= x"))
    assert startable(written) == {"p"}
    assert "default_with_condition" in codes(written)
    assert startable(written.replace('default="f"', 'default="h"')) == set()


@pytest.mark.parametrize("event", ["Throw", "Catch"])
def test_work_in_an_ad_hoc_sub_process_may_end_with_an_event(event: str) -> None:
    ends = (
        f'<intermediate{event}Event id="x"><messageEventDefinition messageRef="M"/>'
        f"</intermediate{event}Event>"
    )
    inside = f'<userTask id="u"/>{ends}' + flow("i", "u", "x")
    content = line(f'<adHocSubProcess id="t">{inside}</adHocSubProcess>')
    assert startable('<message id="M" name="m"/>' + content) == {"p"}


def test_a_step_that_leads_nowhere_ends_its_path_where_there_is_no_end_event() -> None:
    fork = '<startEvent id="s"/><task id="a"/><task id="b"/>' + flow("f", "s", "a")
    alone = fork + flow("g", "s", "b")
    assert startable(process(alone)) == {"p"}
    beside = process(alone + '<endEvent id="e"/>' + flow("h", "a", "e"))
    assert startable(beside) == set()
    assert not any(f.refuses for f in findings(beside))


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [("c", "pool", "message_flow_from_catch"), ("pool", "h", "message_flow_to_throw")],
)
def test_what_waits_sends_nothing_and_what_sends_receives_nothing(
    source: str, target: str, code: str
) -> None:
    said = '<messageEventDefinition messageRef="M"/>'
    content = (
        '<message id="M" name="m"/><collaboration id="k"><participant id="pool" name="Kund"/>'
        f'<messageFlow id="mf" sourceRef="{source}" targetRef="{target}"/></collaboration>'
    ) + process(
        f'<intermediateCatchEvent id="c">{said}</intermediateCatchEvent>'
        f'<intermediateThrowEvent id="h">{said}</intermediateThrowEvent>' + flow("f", "c", "h")
    )
    assert code in codes(content)
    assert code not in codes(
        content.replace(f'sourceRef="{source}"', f'sourceRef="{target}"').replace(
            f'targetRef="{target}"', f'targetRef="{source}"'
        )
    )
