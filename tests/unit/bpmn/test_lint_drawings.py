"""What would run otherwise than it is drawn is kept as a drawing; what only looks wrong runs."""

from __future__ import annotations

import pytest

from tests.support.bpmn import codes, findings, flow, line, process, startable


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
