"""Elements that stand together: what BPMN 2.0.2 says of each holds when they meet."""

from __future__ import annotations

import pytest

from engine.errors import StepError
from tests.support.processes import RunningInstance

THREE = "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
PARALLEL = f"<multiInstanceLoopCharacteristics>{THREE}"
SEQUENTIAL = f'<multiInstanceLoopCharacteristics isSequential="true">{THREE}'
UNDO = (
    '<boundaryEvent id="c_{0}" attachedToRef="{0}"><compensateEventDefinition/></boundaryEvent>'
    '<userTask id="un_{0}" isForCompensation="true"/>'
    '<association sourceRef="c_{0}" targetRef="un_{0}"/>'
)


def test_an_activity_with_nothing_but_conditional_flows_that_do_not_hold_cannot_go_on(
    live: RunningInstance,
) -> None:
    # An implicit split is an inclusive one (13.2.1), and that raises when no flow is chosen.
    body = '<startEvent id="s"/><task id="a"/><task id="b"/><task id="c"/>[[s > a]]'
    flows = "[[a > b if x = 1]][[a > c if x = 2]]"
    assert live(body + flows, x=2).done["c"] == 1
    with pytest.raises(StepError) as caught:
        live(body + flows, x=3)
    assert (caught.value.kind, caught.value.element_id) == ("no_flow", "a")


def test_an_inclusive_join_in_a_loop_waits_again_on_each_round(live: RunningInstance) -> None:
    body = (
        '<startEvent id="s"/><exclusiveGateway id="again"/><inclusiveGateway id="split"/>'
        '<userTask id="a"/><userTask id="b"/><inclusiveGateway id="join"/>'
        '<exclusiveGateway id="more" default="f_out"/><endEvent id="e"/>'
        "[[s > again > split > a > join]][[split > b > join]][[join > more]]"
        "[[more > again if go]]"
        '<sequenceFlow id="f_out" sourceRef="more" targetRef="e"/>'
    )
    life = live(body, go=True)
    for _ in range(3):
        assert life.do("a").open == ["b"]
        assert life.do("b").open == ["a", "b"]
    life.do("a")
    assert life.do("b", go=False).ended == "completed"


def test_an_inclusive_join_waits_for_a_sub_process_that_can_still_reach_it(
    live: RunningInstance,
) -> None:
    body = (
        '<startEvent id="s"/><inclusiveGateway id="split"/><userTask id="a"/>'
        '<subProcess id="sub"><userTask id="inner"/><userTask id="last"/>[[inner > last]]'
        '</subProcess><inclusiveGateway id="join"/><userTask id="after"/>'
        "[[s > split > a > join]][[split > sub > join]][[join > after]]"
    )
    life = live(body).do("a")
    assert life.open == ["inner"]
    assert life.do("inner", "last").open == ["after"]


def test_links_pair_up_within_a_sub_process_and_many_may_lead_to_one(live: RunningInstance) -> None:
    def link(kind: str, name: str) -> str:
        event = f'<linkEventDefinition name="{name}"/>'
        return (
            f'<intermediate{kind}Event id="{kind}_{name}_{{0}}">{event}</intermediate{kind}Event>'
        )

    inner = (
        '<startEvent id="i"/><parallelGateway id="p"/><userTask id="x"/><userTask id="y"/>'
        f"{link('Throw', 'L').format(1)}{link('Throw', 'L').format(2)}"
        f"{link('Catch', 'L').format(3)}"
        '<userTask id="z"/>[[i > p > x > Throw_L_1]][[p > y > Throw_L_2]][[Catch_L_3 > z]]'
    )
    outer = (
        f'<startEvent id="s"/><subProcess id="sub">{inner}</subProcess>'
        f'{link("Throw", "L").format(4)}{link("Catch", "L").format(5)}<userTask id="out"/>'
        "[[s > sub > Throw_L_4]][[Catch_L_5 > out]]"
    )
    life = live(outer).do("x", "y")
    assert life.open == ["z", "z"]
    life.do("z", "z")
    assert life.open == ["out"]
    assert life.do("out").ended == "completed"


def test_of_nested_transactions_only_the_inner_one_is_cancelled(live: RunningInstance) -> None:
    inner = (
        '<transaction id="inner"><userTask id="a"/>' + UNDO.format("a") + '<endEvent id="stop">'
        "<cancelEventDefinition/></endEvent>[[a > stop]]</transaction>"
        '<boundaryEvent id="on_inner" attachedToRef="inner"><cancelEventDefinition/>'
        '</boundaryEvent><userTask id="again"/>[[on_inner > again]]'
    )
    body = (
        f'<transaction id="outer"><userTask id="b"/>{UNDO.format("b")}{inner}[[b > inner]]'
        '</transaction><boundaryEvent id="on_outer" attachedToRef="outer">'
        '<cancelEventDefinition/></boundaryEvent><userTask id="no"/>[[on_outer > no]]'
        '<userTask id="yes"/>[[outer > yes]]'
    )
    life = live(body).do("b", "a")
    assert life.open == ["un_a"]
    assert life.do("un_a").open == ["again"]
    assert life.do("again").open == ["yes"]


def test_an_error_sub_process_undoes_what_has_completed_and_then_ends_its_scope(
    live: RunningInstance,
) -> None:
    body = (
        '<subProcess id="sub"><userTask id="a"/><userTask id="b"/>'
        + UNDO.format("a")
        + '<endEvent id="bad"><errorEventDefinition errorRef="E"/></endEvent>[[a > b > bad]]'
        '<subProcess id="on" triggeredByEvent="true"><startEvent id="caught">'
        '<errorEventDefinition/></startEvent><intermediateThrowEvent id="undo">'
        "<compensateEventDefinition/></intermediateThrowEvent>"
        '<endEvent id="rethrow"><errorEventDefinition errorRef="F"/></endEvent>'
        "[[caught > undo > rethrow]]</subProcess></subProcess>"
        '<boundaryEvent id="out" attachedToRef="sub"><errorEventDefinition errorRef="F"/>'
        '</boundaryEvent><userTask id="told"/>[[out > told]]'
    )
    life = live(body).do("a", "b")
    assert life.open == ["un_a"]
    assert life.do("un_a").open == ["told"]


@pytest.mark.parametrize("repeat", [PARALLEL, SEQUENTIAL])
def test_sub_processes_that_were_done_several_times_are_undone_as_often(
    live: RunningInstance, repeat: str
) -> None:
    body = (
        f'<startEvent id="s"/><subProcess id="sub">{repeat}<userTask id="a"/>{UNDO.format("a")}'
        '</subProcess><intermediateThrowEvent id="undo"><compensateEventDefinition '
        'activityRef="sub"/></intermediateThrowEvent><userTask id="after"/>'
        "[[s > sub > undo > after]]"
    )
    life = live(body).do("a").do("a").do("a")
    for _ in range(3):
        assert "un_a" in life.open
        life.do("un_a")
    assert life.open == ["after"]


def test_a_loop_of_transactions_undoes_the_round_that_is_cancelled(live: RunningInstance) -> None:
    body = (
        '<startEvent id="s"/><exclusiveGateway id="again"/><transaction id="t"><userTask id="a"/>'
        + UNDO.format("a")
        + '<exclusiveGateway id="ok" default="fine"/><endEvent id="good"/><endEvent id="bad">'
        "<cancelEventDefinition/></endEvent>[[a > ok]][[ok > bad if not(good)]]"
        '<sequenceFlow id="fine" sourceRef="ok" targetRef="good"/></transaction>'
        '<boundaryEvent id="on" attachedToRef="t"><cancelEventDefinition/></boundaryEvent>'
        '<userTask id="end"/>[[s > again > t > end]][[on > again]]'
    )
    life = live(body, good=False)
    for _ in range(3):
        assert life.do("a").open == ["un_a"]
        assert life.do("un_a").open == ["a"]
    assert life.do("a", good=True).open == ["end"]


@pytest.mark.parametrize("kind", ["parallelGateway", "inclusiveGateway"])
def test_so_many_tokens_on_one_flow_are_joined_one_by_one(live: RunningInstance, kind: str) -> None:
    body = (
        f'<startEvent id="s"/><{kind} id="split"/><userTask id="a" completionQuantity="2"/>'
        f'<userTask id="b" completionQuantity="2"/><parallelGateway id="join"/>'
        '<userTask id="after"/>[[s > split > a > join]][[split > b > join]][[join > after]]'
    )
    life = live(body).do("a", "b")
    assert life.open == ["after", "after"]
    assert life.do("after", "after").ended == "completed"


def test_a_start_quantity_counts_anew_after_each_start(live: RunningInstance) -> None:
    body = (
        '<startEvent id="s"/><task id="many" completionQuantity="6"/>'
        '<userTask id="a" startQuantity="3"/><userTask id="after"/>[[s > many > a > after]]'
    )
    life = live(body)
    assert life.open == ["a", "a"]
    assert life.do("a", "a").open == ["after", "after"]


@pytest.mark.parametrize(
    ("attributes", "condition", "rounds"),
    [
        ('testBefore="true" loopMaximum="2"', "loopCounter &lt; 9", 2),
        ('testBefore="true"', "loopCounter &lt; 0", 0),
        ('loopMaximum="4"', "false", 1),
        ("", "loopCounter &lt; 3", 3),
    ],
)
def test_a_loop_of_sub_processes(
    live: RunningInstance, attributes: str, condition: str, rounds: int
) -> None:
    body = (
        '<startEvent id="s"/><subProcess id="sub"><standardLoopCharacteristics '
        f"{attributes}><loopCondition>= {condition}</loopCondition></standardLoopCharacteristics>"
        '<userTask id="a"/></subProcess><userTask id="after"/>[[s > sub > after]]'
    )
    life = live(body)
    for _ in range(rounds):
        assert life.open == ["a"]
        life.do("a")
    assert life.open == ["after"]


def test_instances_within_instances_and_an_empty_collection(live: RunningInstance) -> None:
    def over(collection: str, item: str) -> str:
        return (
            f"<multiInstanceLoopCharacteristics><loopDataInputRef>{collection}</loopDataInputRef>"
            f'<inputDataItem id="{item}" name="{item}"/></multiInstanceLoopCharacteristics>'
        )

    body = (
        f'<startEvent id="s"/><subProcess id="outer">{over("rows", "row")}'
        f'<userTask id="a">{over("row", "cell")}</userTask></subProcess>'
        '<userTask id="after"/>[[s > outer > after]]'
    )
    life = live(body, rows=[[1, 2], [], [3]])
    assert sorted(w.local["cell"] for w in life.waits("user")) == [1, 2, 3]
    life.do("a", "a", "a")
    assert life.open == ["after"]


def test_a_terminate_in_one_instance_ends_that_instance_alone(live: RunningInstance) -> None:
    body = (
        f'<startEvent id="s"/><subProcess id="sub">{PARALLEL}<userTask id="a"/><userTask id="b"/>'
        '<endEvent id="stop"><terminateEventDefinition/></endEvent>[[a > stop]]</subProcess>'
        '<userTask id="after"/>[[s > sub > after]]'
    )
    life = live(body).do("a")
    assert life.open == ["a", "a", "b", "b"]
    life.do("a", "a")
    assert life.open == ["after"]


def test_an_error_in_one_of_two_branches_takes_the_other_away(live: RunningInstance) -> None:
    body = (
        '<subProcess id="sub"><userTask id="a"/><userTask id="b"/><endEvent id="bad">'
        '<errorEventDefinition errorRef="E"/></endEvent>[[a > bad]]</subProcess>'
        '<boundaryEvent id="on" attachedToRef="sub"><errorEventDefinition/></boundaryEvent>'
        '<userTask id="told"/>[[on > told]]'
    )
    assert live(body).do("a").open == ["told"]


def test_a_signal_is_heard_by_all_that_wait_in_the_process_that_throws_it(
    live: RunningInstance,
) -> None:
    signal = '<signalEventDefinition signalRef="S"/>'
    body = (
        '<startEvent id="s"/><parallelGateway id="p"/><userTask id="a"/>'
        f'<intermediateThrowEvent id="throw">{signal}</intermediateThrowEvent><userTask id="b"/>'
        f'<intermediateCatchEvent id="catch">{signal}</intermediateCatchEvent><userTask id="c"/>'
        '<userTask id="d"/><boundaryEvent id="on" attachedToRef="d" cancelActivity="false">'
        f"{signal}"
        '</boundaryEvent><userTask id="e"/><subProcess id="esp" triggeredByEvent="true">'
        f'<startEvent id="when" isInterrupting="false">{signal}</startEvent><userTask id="f"/>'
        "[[when > f]]</subProcess>"
        "[[s > p > a > throw > b]][[p > catch > c]][[p > d]][[on > e]]"
    )
    assert live(body).do("a").open == ["b", "c", "d", "e", "f"]


def test_two_conditions_of_a_parallel_multiple_event_are_both_needed(live: RunningInstance) -> None:
    def condition(text: str) -> str:
        inner = f"<condition>= {text}</condition>"
        return f"<conditionalEventDefinition>{inner}</conditionalEventDefinition>"

    body = (
        '<userTask id="a"/><userTask id="b"/><userTask id="c"/><userTask id="d"/>'
        '<boundaryEvent id="on" attachedToRef="d" parallelMultiple="true" cancelActivity="false">'
        f'{condition("x")}{condition("y")}</boundaryEvent><userTask id="heard"/>[[on > heard]]'
    )
    life = live(body, x=False, y=False).do("a", x=True)
    assert life.open == ["b", "c", "d"]
    life.do("b", x=False)
    life.do("c", x=True)
    assert life.open == ["d"]
    life.process.write({"y": True})
    life.executor.run(life.process)
    assert life.settled().open == ["d", "heard"]


def test_an_exclusive_event_gateway_takes_one_of_all_kinds_of_events(live: RunningInstance) -> None:
    body = (
        '<startEvent id="s"/><eventBasedGateway id="g"/>[[s > g]]'
        '<receiveTask id="r" messageRef="N"/><userTask id="after_r"/>[[g > r > after_r]]'
    )
    for kind, event in {
        "timer": "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
        "message": '<messageEventDefinition messageRef="M"/>',
        "signal": '<signalEventDefinition signalRef="S"/>',
        "conditional": "<conditionalEventDefinition><condition>= hot</condition>"
        "</conditionalEventDefinition>",
    }.items():
        body += (
            f'<intermediateCatchEvent id="{kind}">{event}</intermediateCatchEvent>'
            f'<userTask id="after_{kind}"/>[[g > {kind} > after_{kind}]]'
        )
    assert live(body, hot=False).hear("message", "N").open == ["after_r"]
    assert live(body, hot=False).hear("message", "M").open == ["after_message"]
    assert live(body, hot=False).hear("signal", "S").open == ["after_signal"]
    assert live(body, hot=False).hear("timer").open == ["after_timer"]
    assert live(body, hot=True).open == ["after_conditional"]


def test_an_ad_hoc_sub_process_follows_the_flows_that_are_drawn_in_it(
    live: RunningInstance,
) -> None:
    body = (
        '<startEvent id="s"/><adHocSubProcess id="adhoc"><completionCondition>= done'
        '</completionCondition><userTask id="a"/><userTask id="b"/><userTask id="c"/>[[a > b]]'
        '</adHocSubProcess><userTask id="after"/>[[s > adhoc > after]]'
    )
    life = live(body, done=False)
    assert life.open == ["a", "c"]
    assert life.do("a").open == ["b", "c"]
    assert life.do("b", "c").open == []
    assert life.stuck is None
    assert life.begin("a").open == ["a"]
    assert life.do("a", done=True).open == ["after"]


def test_one_parallel_gateway_both_joins_and_splits(live: RunningInstance) -> None:
    body = (
        '<startEvent id="s"/><parallelGateway id="p"/><userTask id="a"/><userTask id="b"/>'
        '<parallelGateway id="both"/><userTask id="c"/><userTask id="d"/>'
        "[[s > p > a > both]][[p > b > both]][[both > c]][[both > d]]"
    )
    life = live(body).do("a")
    assert life.open == ["b"]
    assert life.do("b").open == ["c", "d"]
