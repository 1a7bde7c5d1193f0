"""Events and event sub-processes (BPMN 2.0.2, 10.5 and 13.5), and how processes start (13.2)."""

from __future__ import annotations

import pytest

from engine.config.settings import LimitSettings
from engine.errors import StepError
from engine.runtime.spiff.workflow import Thrown
from tests.support.processes import RunningInstance

TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
MESSAGE = '<messageEventDefinition messageRef="M"/>'
OTHER = '<messageEventDefinition messageRef="N"/>'
SIGNAL = '<signalEventDefinition signalRef="S"/>'


def on(host: str, definition: str, *, interrupting: bool = True) -> str:
    """A boundary event that leads to the user task ``heard``."""
    cancels = str(interrupting).lower()
    return (
        f'<boundaryEvent id="on" attachedToRef="{host}" cancelActivity="{cancels}">{definition}'
        '</boundaryEvent><userTask id="heard"/>[[on > heard]]'
    )


@pytest.mark.parametrize(
    ("definition", "event"),
    [(TIMER, ("timer", None)), (MESSAGE, ("message", "M")), (SIGNAL, ("signal", "S"))],
)
def test_an_interrupting_boundary_event_takes_its_activity_away(
    live: RunningInstance, definition: str, event: tuple[str, str | None]
) -> None:
    life = live('<userTask id="a"/>' + on("a", definition)).hear(*event)
    assert life.open == ["heard"]
    assert life.do("heard").ended == "completed"


def test_one_that_does_not_interrupt_hears_its_event_again_and_again(live: RunningInstance) -> None:
    life = live('<userTask id="a"/>' + on("a", MESSAGE, interrupting=False))
    life.hear("message", "M").hear("message", "M")
    assert life.open == ["a", "heard", "heard"]


def test_a_condition_fires_when_it_becomes_true_and_again_after_it_was_false(
    live: RunningInstance,
) -> None:
    condition = (
        "<conditionalEventDefinition><condition>= hot</condition></conditionalEventDefinition>"
    )
    body = '<userTask id="a"/><userTask id="b"/><userTask id="c"/>' + on(
        "a", condition, interrupting=False
    )
    life = live(body, hot=False).do("b", hot=True)
    assert life.open == ["a", "c", "heard"]
    life.do("heard")
    assert life.open == ["a", "c"]
    life.do("c", hot=False)
    assert life.open == ["a"]


def test_a_conditional_event_sub_process_starts_again_each_time_its_condition_becomes_true(
    live: RunningInstance,
) -> None:
    body = (
        '<userTask id="a"/><userTask id="b"/><userTask id="c"/><userTask id="d"/>'
        '<subProcess id="on" triggeredByEvent="true"><startEvent id="s" isInterrupting="false">'
        "<conditionalEventDefinition><condition>= hot</condition></conditionalEventDefinition>"
        '</startEvent><userTask id="cool"/>[[s > cool]]</subProcess>'
    )
    life = live(body, hot=False).do("a", hot=True)
    assert life.open == ["b", "c", "cool", "d"]
    life.do("b", hot=False).do("c", hot=True)
    assert life.open == ["cool", "cool", "d"]


def test_a_condition_that_holds_from_the_start_interrupts_before_anything_else_happens(
    live: RunningInstance,
) -> None:
    body = (
        '<startEvent id="s"/><task id="a"/>[[s > a]]'
        '<subProcess id="on" triggeredByEvent="true"><startEvent id="hot">'
        "<conditionalEventDefinition><condition>= hot</condition></conditionalEventDefinition>"
        '</startEvent><userTask id="cool"/>[[hot > cool]]</subProcess>'
    )
    life = live(body, hot=True)
    assert (life.open, life.done["a"]) == (["cool"], 0)
    assert live(body, hot=False).ended == "completed"


def test_a_condition_is_looked_at_while_scripts_run(live: RunningInstance) -> None:
    body = (
        '<subProcess id="sub"><scriptTask id="x"><script>= {hot: true}</script></scriptTask>'
        '<scriptTask id="y"><script>= {hot: false}</script></scriptTask>[[x > y]]</subProcess>'
    )
    condition = "<condition>= hot</condition>"
    body += on("sub", f"<conditionalEventDefinition>{condition}</conditionalEventDefinition>")
    life = live(body, hot=False)
    assert (life.open, life.done["y"]) == (["heard"], 0)


def test_a_condition_waits_for_a_variable_that_is_still_to_come(live: RunningInstance) -> None:
    condition = "<condition>= hot</condition>"
    events = on("a", f"<conditionalEventDefinition>{condition}</conditionalEventDefinition>")
    known = '<startEvent id="s"/><scriptTask id="x"><script>= {hot: true}</script></scriptTask>'
    body = '<parallelGateway id="p"/><userTask id="a"/>[[p > a]]' + events
    assert live(f"{known}{body}[[s > p > x]]").open == ["heard"]
    alone = live(f'<startEvent id="s"/>{body}<userTask id="t"/>[[s > p > t]]')
    assert alone.open == ["a", "t"]
    assert alone.do("t", hot=False).open == ["a"]
    alone.process.write({"hot": True})
    alone.executor.run(alone.process)
    assert alone.settled().open == ["heard"]


PARALLEL = f'<intermediateCatchEvent id="both" parallelMultiple="true">{MESSAGE}{SIGNAL}{OTHER}'
PARALLEL += '</intermediateCatchEvent><userTask id="after"/>[[both > after]]'


def test_a_parallel_multiple_event_needs_every_one_of_its_events(live: RunningInstance) -> None:
    life = live(PARALLEL).hear("signal", "S").hear("message", "M")
    assert (life.open, [w.name for w in life.waits("message", "signal")]) == ([], ["N"])
    assert life.hear("message", "N").open == ["after"]


def test_a_multiple_event_needs_only_one(live: RunningInstance) -> None:
    body = PARALLEL.replace(' parallelMultiple="true"', "")
    assert live(body).hear("message", "N").open == ["after"]


def test_a_parallel_multiple_boundary_event_interrupts_when_all_have_come(
    live: RunningInstance,
) -> None:
    body = '<userTask id="a"/>' + on("a", MESSAGE + SIGNAL).replace(
        "<boundaryEvent ", '<boundaryEvent parallelMultiple="true" '
    )
    life = live(body).hear("message", "M")
    assert life.open == ["a"]
    assert life.hear("signal", "S").open == ["heard"]


def test_a_link_leads_on_within_its_scope(live: RunningInstance) -> None:
    body = (
        '<userTask id="a"/><userTask id="b"/>'
        '<intermediateThrowEvent id="out"><linkEventDefinition name="L"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="in"><linkEventDefinition name="L"/></intermediateCatchEvent>'
        "[[a > out]][[in > b]]"
    )
    assert live(body).do("a").open == ["b"]


def ends_with(definition: str) -> str:
    return f'<userTask id="a"/><endEvent id="end">{definition}</endEvent>[[a > end]]'


ERROR = '<errorEventDefinition errorRef="E"/>'
ESCALATION = '<escalationEventDefinition escalationRef="X"/>'


def test_an_error_is_caught_by_its_code_before_a_catcher_of_all(live: RunningInstance) -> None:
    body = (
        f'<subProcess id="sub">{ends_with(ERROR)}</subProcess>'
        f'<boundaryEvent id="any" attachedToRef="sub"><errorEventDefinition/></boundaryEvent>'
        f'<userTask id="rest"/>[[any > rest]]' + on("sub", ERROR)
    )
    assert live(body).do("a").open == ["heard"]


def test_an_error_that_nobody_catches_ends_the_process_with_it(live: RunningInstance) -> None:
    life = live(ends_with(ERROR)).do("a")
    assert (life.ended, life.error) == ("terminated", "E1")


def test_an_escalation_travels_outwards_and_leaves_the_process_uncaught(
    live: RunningInstance,
) -> None:
    body = f'<subProcess id="sub">{ends_with(ESCALATION)}</subProcess>'
    life = live(body).do("a")
    assert life.thrown == [Thrown("escalation", "X1", "end")]
    assert live(body + on("sub", ESCALATION, interrupting=False)).do("a").open == ["heard"]


def test_a_terminate_end_event_ends_its_scope_and_no_more(live: RunningInstance) -> None:
    body = (
        '<subProcess id="sub"><userTask id="other"/>'
        + ends_with("<terminateEventDefinition/>")
        + '</subProcess><userTask id="after"/>[[sub > after]]'
    )
    assert live(body).do("a").open == ["after"]


def event_sub_process(definition: str, *, interrupting: bool) -> str:
    return (
        '<subProcess id="aside" triggeredByEvent="true">'
        f'<startEvent id="es" isInterrupting="{str(interrupting).lower()}">{definition}'
        '</startEvent><userTask id="handle"/>[[es > handle]]</subProcess>'
    )


@pytest.mark.parametrize(
    ("definition", "event"),
    [(TIMER, ("timer", None)), (MESSAGE, ("message", "M")), (SIGNAL, ("signal", "S"))],
)
def test_an_event_sub_process_interrupts_its_scope_or_runs_beside_it(
    live: RunningInstance, definition: str, event: tuple[str, str | None]
) -> None:
    work = '<subProcess id="sub"><userTask id="a"/>'
    for interrupting, offered in ((True, ["handle"]), (False, ["a", "handle"])):
        aside = event_sub_process(definition, interrupting=interrupting)
        assert live(f"{work}{aside}</subProcess>").hear(*event).open == offered


def test_a_scope_ends_with_its_last_token_though_listeners_wait(live: RunningInstance) -> None:
    body = '<userTask id="a"/>' + event_sub_process(MESSAGE, interrupting=False)
    assert live(body).do("a").ended == "completed"


def test_several_plain_start_events_all_start(live: RunningInstance) -> None:
    body = '<startEvent id="s"/><startEvent id="t"/><userTask id="a"/><userTask id="b"/>'
    assert live(body + "[[s > a]][[t > b]]").open == ["a", "b"]


def test_of_start_events_that_wait_the_first_to_happen_is_the_start(live: RunningInstance) -> None:
    body = (
        f'<startEvent id="s">{MESSAGE}</startEvent><startEvent id="t">{SIGNAL}</startEvent>'
        '<userTask id="a"/><userTask id="b"/>[[s > a]][[t > b]]'
    )
    life = live(body).hear("message", "M")
    assert (life.open, life.waits("signal")) == (["a"], [])


def test_a_receive_task_that_instantiates_starts_the_process(live: RunningInstance) -> None:
    body = '<receiveTask id="r" messageRef="M" instantiate="true"/><userTask id="a"/>[[r > a]]'
    life = live(body, at="r")
    assert (life.open, life.done["r"]) == (["a"], 1)
    assert [n.id for n in life.executor.model.starts()] == ["r"]


def starting_gateway(kind: str) -> str:
    return (
        f'<eventBasedGateway id="g" instantiate="true" eventGatewayType="{kind}"/>'
        '<receiveTask id="r" messageRef="M"/><receiveTask id="q" messageRef="N"/>'
        '<userTask id="a"/><userTask id="b"/>[[g > r > a]][[g > q > b]]'
    )


def test_an_event_gateway_that_instantiates_starts_with_one_of_its_events(
    live: RunningInstance,
) -> None:
    life = live(starting_gateway("Exclusive"), at="r")
    assert (life.open, life.waits("message")) == (["a"], [])
    assert [n.id for n in life.executor.model.starts()] == ["r", "q"]


def test_a_parallel_one_needs_the_others_too(live: RunningInstance) -> None:
    life = live(starting_gateway("Parallel"), at="r")
    assert [w.name for w in life.waits("message")] == ["N"]
    assert life.do("a").ended is None
    assert life.hear("message", "N").do("b").ended == "completed"


def test_a_loop_that_waits_for_nobody_runs_into_the_budget(live: RunningInstance) -> None:
    body = '<startEvent id="s"/><task id="a"/><task id="b"/>[[s > a > b > a]]'
    with pytest.raises(StepError) as caught:
        live(body, limits=LimitSettings(steps=100))
    assert caught.value.kind == "budget"


def test_a_loop_of_many_rounds_stays_as_small_as_what_is_open_in_it(live: RunningInstance) -> None:
    body = '<startEvent id="s"/><userTask id="a"/><task id="b"/>[[s > a > b > a]]'
    life = live(body).do("a")
    size = life.size
    for _ in range(200):
        life.do("a")
    assert life.size <= size + 8
    assert len(life.process.tasks) <= 3


def test_after_ten_thousand_completions_the_state_is_as_small_as_after_the_first(
    live: RunningInstance,
) -> None:
    body = (
        '<startEvent id="s"/><exclusiveGateway id="again"/><parallelGateway id="split"/>'
        '<userTask id="a"/><userTask id="b"/><parallelGateway id="join"/>'
        '<boundaryEvent id="c" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
        '<userTask id="un" isForCompensation="true"/><association sourceRef="c" targetRef="un"/>'
        "[[s > again > split > a > join]][[split > b > join]][[join > again]]"
    )
    life = live(body, round=0)
    life.do("a", "b")
    first = life.size
    for number in range(5000):
        life.do("a", "b", round=number)
        life.trace.clear()
        assert life.size <= first + 16
    assert life.size <= 4096
    assert life.open == ["a", "b"]


@pytest.mark.parametrize("beside", [False, True], ids=["the same", "one beside it"])
@pytest.mark.parametrize("kind", ["escalation", "error"])
def test_what_a_handler_throws_itself_goes_outwards(
    live: RunningInstance, kind: str, beside: bool
) -> None:
    """BPMN 2.0.2, 10.5.6: never to the handlers of the scope that it handles for."""
    again = f'<{kind}EventDefinition {kind}Ref="{"X" if kind == "escalation" else "E"}"/>'
    first = '<escalationEventDefinition escalationRef="Y"/>' if beside or kind == "error" else again
    handler = (
        f'<subProcess id="h" triggeredByEvent="true"><startEvent id="hs" isInterrupting="false">'
        f'{first}</startEvent><endEvent id="rethrow">{again}</endEvent>'
        "[[hs > rethrow]]</subProcess>"
    )
    other = (
        f'<subProcess id="o" triggeredByEvent="true"><startEvent id="os">{again}</startEvent>'
        '<userTask id="wrong"/>[[os > wrong]]</subProcess>'
    )
    body = (
        f'<startEvent id="s"/><subProcess id="sub">'
        f'<startEvent id="s1"/><userTask id="t"/>'
        f'<intermediateThrowEvent id="throw">{first}</intermediateThrowEvent><userTask id="u"/>'
        f"[[s1 > throw > u]][[s1 > t]]{handler}{other if beside else ''}</subProcess>"
        f'<boundaryEvent id="on" attachedToRef="sub" cancelActivity="{str(kind == "error").lower()}'
        f'">{again}</boundaryEvent><userTask id="outer"/>[[s > sub]][[on > outer]]'
    )
    life = live(body)
    assert sorted(life.open) == (["outer"] if kind == "error" else ["outer", "t", "u"])
