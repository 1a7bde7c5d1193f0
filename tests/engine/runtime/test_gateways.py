"""Gateways (BPMN 2.0.2, 13.4) and implicit splits and merges (13.2.1)."""

from __future__ import annotations

import pytest

from engine.errors import StepError
from tests.support.processes import RunningInstance

THREE = '<userTask id="a"/><userTask id="b"/><userTask id="c"/>'


def test_a_parallel_join_waits_for_a_token_on_every_flow(live: RunningInstance) -> None:
    body = (
        THREE + '<parallelGateway id="split"/><parallelGateway id="join"/>'
        "[[split > a > join]][[split > b > join]][[join > c]]"
    )
    life = live(body).do("a")
    assert life.open == ["b"]
    assert life.do("b").open == ["c"]


def test_a_parallel_join_in_a_loop_waits_again_on_the_next_round(live: RunningInstance) -> None:
    body = (
        THREE + '<exclusiveGateway id="in"/><parallelGateway id="split"/>'
        '<parallelGateway id="join"/><exclusiveGateway id="out"/><startEvent id="s"/>'
        "[[s > in > split]][[split > a > join]][[split > b > join]][[join > c > out]]"
        '[[out > in if again]][[out > end if not(again)]]<endEvent id="end"/>'
    )
    life = live(body).do("a", "b").do("c", again=True).do("a")
    assert life.open == ["b"]
    assert life.do("b").do("c", again=False).ended == "completed"


def test_a_join_whose_other_path_was_not_taken_is_stuck_and_says_where(
    live: RunningInstance,
) -> None:
    body = (
        THREE + '<exclusiveGateway id="which"/><parallelGateway id="join"/>'
        "[[which > a > join]][[which > b > join if false]][[join > c]]"
    )
    life = live(body).do("a")
    assert life.ended is None
    assert life.stuck == "join"


def test_without_a_true_condition_and_a_default_a_gateway_cannot_go_on(
    live: RunningInstance,
) -> None:
    body = THREE + '<exclusiveGateway id="g"/>[[a > g]][[g > b if x = 1]][[g > c if x = 2]]'
    with pytest.raises(StepError) as caught:
        live(body).do("a", x=3)
    assert (caught.value.kind, caught.value.element_id) == ("no_flow", "g")


def test_an_inclusive_join_waits_for_the_paths_that_were_taken_and_no_others(
    live: RunningInstance,
) -> None:
    body = (
        THREE + '<userTask id="d"/><inclusiveGateway id="split"/><inclusiveGateway id="join"/>'
        "[[split > a > join]][[split > b > join if b]][[split > c > join if c]][[join > d]]"
    )
    life = live(body, b=True, c=False).do("a")
    assert life.open == ["b"]
    assert life.do("b").open == ["d"]


def test_an_inclusive_join_sees_the_path_that_a_link_leads_to_it(live: RunningInstance) -> None:
    body = (
        THREE + '<parallelGateway id="split"/><inclusiveGateway id="join"/>'
        '<intermediateThrowEvent id="out"><linkEventDefinition name="L"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="in"><linkEventDefinition name="L"/></intermediateCatchEvent>'
        "[[split > a > join]][[split > b > out]][[in > join]][[join > c]]"
    )
    life = live(body).do("a")
    assert life.open == ["b"]
    assert life.do("b").open == ["c"]


def test_an_inclusive_join_waits_for_a_boundary_events_path(live: RunningInstance) -> None:
    body = (
        THREE + '<userTask id="d"/><parallelGateway id="split"/><inclusiveGateway id="join"/>'
        '<boundaryEvent id="late" attachedToRef="b" cancelActivity="false">'
        '<signalEventDefinition signalRef="S"/></boundaryEvent><endEvent id="e"/>'
        "[[split > a > join]][[split > b > e]][[late > c > join]][[join > d]]"
    )
    life = live(body).do("a").hear("signal", "S").do("b")
    assert life.open == ["c"]
    assert life.do("c").open == ["d"]


def complex_join(condition: str) -> str:
    inner = f"<activationCondition>{condition}</activationCondition>" if condition else ""
    return (
        THREE + '<userTask id="d"/><parallelGateway id="split"/>'
        f'<complexGateway id="join">{inner}</complexGateway>'
        "[[split > a > join]][[split > b > join]][[split > c > join]][[join > d]]"
    )


def test_a_complex_gateway_goes_on_when_enough_have_come_and_swallows_the_rest(
    live: RunningInstance,
) -> None:
    life = live(complex_join("= activationCount >= 2")).do("a")
    assert life.open == ["b", "c"]
    assert life.do("b").open == ["c", "d"]
    assert life.do("c").open == ["d"]
    assert life.do("d").ended == "completed"


def test_a_complex_gateway_without_a_condition_lets_the_first_through(
    live: RunningInstance,
) -> None:
    life = live(complex_join("")).do("b")
    assert life.open == ["a", "c", "d"]
    life.do("d", "a")
    assert life.ended is None
    assert life.do("c").ended == "completed"
    assert life.done["d"] == 1


def test_a_complex_gateway_begins_anew_once_the_rest_has_come(live: RunningInstance) -> None:
    body = (
        '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><userTask id="d"/>'
        '<exclusiveGateway id="in"/><parallelGateway id="split"/><complexGateway id="join"/>'
        "[[s > in > split]][[split > a > join]][[split > b > join]][[join > d > in]]"
    )
    life = live(body).do("a", "b", "d")
    assert life.open == ["a", "b"]
    assert life.do("b").open == ["a", "d"]


def test_flows_with_a_condition_hear_of_the_second_phase_too(live: RunningInstance) -> None:
    body = (
        THREE + '<userTask id="rest"/><parallelGateway id="split"/><complexGateway id="join"/>'
        "[[split > a > join]][[split > b > join]]"
        "[[join > c if waitingForStart]][[join > rest if not(waitingForStart)]]"
    )
    life = live(body).do("a")
    assert life.open == ["b", "c"]
    assert life.do("b").open == ["c", "rest"]


def test_a_complex_gateway_does_not_wait_for_what_cannot_come(live: RunningInstance) -> None:
    body = (
        THREE + '<userTask id="d"/><inclusiveGateway id="split"/><complexGateway id="join"/>'
        "[[split > a > join]][[split > b > join if b]][[split > c > join if c]][[join > d]]"
    )
    assert live(body, b=False, c=False).do("a", "d").ended == "completed"


def test_several_flows_out_of_a_task_are_a_split_and_several_into_one_a_merge(
    live: RunningInstance,
) -> None:
    life = live(THREE + "[[a > b]][[a > c]][[b > d]][[c > d]]<userTask id='d'/>").do("a", "b", "c")
    assert life.open == ["d", "d"]


def test_a_default_flow_is_taken_beside_unconditional_ones_when_no_condition_holds(
    live: RunningInstance,
) -> None:
    body = '<userTask id="a" default="f1_a_b"/><userTask id="b"/><userTask id="c"/>'
    body += '<userTask id="d"/>[[a > b]][[a > c if x]][[a > d]]'
    assert live(body).do("a", x=False).open == ["b", "d"]
    assert live(body).do("a", x=True).open == ["c", "d"]


def test_behind_an_event_gateway_the_first_event_takes_the_others_away(
    live: RunningInstance,
) -> None:
    body = (
        THREE + '<eventBasedGateway id="g"/><receiveTask id="r" messageRef="M"/>'
        '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>[[a > g]][[g > r > b]][[g > t > c]]"
    )
    assert live(body).do("a").hear("message", "M").open == ["b"]
    life = live(body).do("a").hear("timer")
    assert (life.open, life.waits("message")) == (["c"], [])
