"""Activities: quantities, loops, multi-instances, ad-hoc sub-processes, scripts (BPMN 2.0.2,
13.3)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lxml import etree

from engine.bpmn import model
from engine.errors import StepError
from engine.runtime.spiff.workflow import Thrown
from tests.support.processes import MODEL, RunningInstance


def test_a_completion_quantity_sends_so_many_tokens_and_a_start_quantity_awaits_them(
    live: RunningInstance,
) -> None:
    body = (
        '<userTask id="send" completionQuantity="2"/><userTask id="forward"/>'
        '<userTask id="take" startQuantity="2"/>[[send > forward > take]]'
    )
    life = live(body).do("send")
    assert life.open == ["forward", "forward"]
    assert life.do("forward").open == ["forward"]
    assert life.do("forward").open == ["take"]
    assert life.do("take").ended == "completed"


def test_a_start_quantity_that_never_comes_is_stuck(live: RunningInstance) -> None:
    body = '<userTask id="a"/><userTask id="b" startQuantity="2"/>[[a > b]]'
    life = live(body).do("a")
    assert (life.open, life.stuck) == ([], "b")


def test_a_call_activity_with_a_start_quantity_calls_once_enough_tokens_are_there(
    live: RunningInstance,
) -> None:
    body = (
        '<userTask id="a" completionQuantity="2"/><userTask id="b"/>'
        '<callActivity id="call" calledElement="Q" startQuantity="2"/>[[a > b > call]]'
    )
    life = live(body).do("a", "b")
    assert life.waits("call") == []
    life.do("b")
    assert [w.name for w in life.waits("call")] == ["Q"]
    assert life.hear("call", "Q").ended == "completed"


def test_a_loop_goes_round_while_its_condition_holds(live: RunningInstance) -> None:
    body = (
        '<userTask id="a"><standardLoopCharacteristics><loopCondition>= loopCounter &lt; 3'
        "</loopCondition></standardLoopCharacteristics></userTask>"
    )
    assert live(body).do("a", "a", "a").ended == "completed"


def test_a_loop_that_tests_before_may_not_go_round_at_all(live: RunningInstance) -> None:
    body = (
        '<userTask id="a"><standardLoopCharacteristics testBefore="true"><loopCondition>= false'
        '</loopCondition></standardLoopCharacteristics></userTask><userTask id="b"/>[[a > b]]'
    )
    assert live(body).open == ["b"]


def multi(attributes: str, inner: str, task: str = "a") -> str:
    return (
        f'<userTask id="{task}"><multiInstanceLoopCharacteristics {attributes}>{inner}'
        "</multiInstanceLoopCharacteristics></userTask>"
    )


COLLECTION = (
    "<loopDataInputRef>items</loopDataInputRef><inputDataItem name='item'/>"
    "<loopDataOutputRef>answers</loopDataOutputRef><outputDataItem name='answer'/>"
)


def test_sequential_instances_come_one_by_one_and_gather_their_answers_in_order(
    live: RunningInstance,
) -> None:
    life = live(multi('isSequential="true"', COLLECTION), items=["x", "y"])
    assert [w.local["item"] for w in life.waits("user")] == ["x"]
    life.do("a", answer=1)
    assert [w.local["item"] for w in life.waits("user")] == ["y"]
    life.do("a", answer=2)
    assert (life.ended, life.process.variables["answers"]) == ("completed", [1, 2])


def test_parallel_instances_are_open_together_until_the_completion_condition_holds(
    live: RunningInstance,
) -> None:
    condition = "<completionCondition>= numberOfCompletedInstances >= 2</completionCondition>"
    life = live(multi("", f"<loopCardinality>3</loopCardinality>{condition}"))
    assert life.open == ["a", "a", "a"]
    assert life.do("a", "a").ended == "completed"


def test_behaviour_none_throws_its_event_at_every_completion(live: RunningInstance) -> None:
    body = (
        multi(
            'behavior="None" noneBehaviorEventRef="shared_signal"',
            "<loopCardinality>2</loopCardinality>",
        )
        + '<boundaryEvent id="on" attachedToRef="a" cancelActivity="false">'
        '<signalEventDefinition signalRef="S"/></boundaryEvent><userTask id="heard"/>'
        '<userTask id="after"/>[[on > heard]][[a > after]]'
    )
    life = live(body).do("a")
    assert life.open == ["a", "heard"]
    assert life.do("a").open == ["after", "heard", "heard"]
    assert life.thrown == [Thrown("signal", "S", "a")] * 2


def test_behaviour_one_throws_its_event_at_the_first_completion_only(live: RunningInstance) -> None:
    body = multi(
        'behavior="One" oneBehaviorEventRef="shared_signal"',
        "<loopCardinality>3</loopCardinality>",
    )
    life = live(body).do("a", "a", "a")
    assert life.thrown == [Thrown("signal", "S", "a")]


def test_behaviour_complex_throws_what_its_conditions_say(live: RunningInstance) -> None:
    body = (
        multi(
            'behavior="Complex"',
            "<loopCardinality>3</loopCardinality><complexBehaviorDefinition>"
            "<condition>= numberOfCompletedInstances = 2</condition><event>"
            '<signalEventDefinition signalRef="S"/></event></complexBehaviorDefinition>',
        )
        + '<boundaryEvent id="on" attachedToRef="a"><signalEventDefinition signalRef="S"/>'
        '</boundaryEvent><userTask id="heard"/><userTask id="after"/>[[on > heard]][[a > after]]'
    )
    # The boundary event interrupts: the third instance is taken away, and nothing leaves by a.
    assert live(body).do("a", "a").open == ["heard"]


def ad_hoc(attributes: str = "", inner: str = "") -> str:
    return (
        f'<adHocSubProcess id="free" {attributes}><userTask id="a"/><userTask id="b"/>'
        f'<userTask id="c"/>[[b > c]]{inner}</adHocSubProcess><userTask id="after"/>'
        "[[free > after]]"
    )


DONE = "<completionCondition>= done</completionCondition>"


def test_in_an_ad_hoc_sub_process_all_that_nothing_leads_to_is_enabled_at_once(
    live: RunningInstance,
) -> None:
    life = live(ad_hoc())
    assert life.open == ["a", "b"]
    assert life.do("b").open == ["a", "c"]
    assert life.do("a", "c").open == ["after"]


def test_a_sequential_one_offers_one_after_the_other(live: RunningInstance) -> None:
    life = live(ad_hoc('ordering="Sequential"'))
    assert life.open == ["a"]
    assert life.do("a").open == ["b"]
    assert life.do("b").open == ["c"]
    assert life.do("c").open == ["after"]


def test_when_its_condition_holds_it_takes_the_rest_away(live: RunningInstance) -> None:
    life = live(ad_hoc(inner=DONE), done=False).do("b")
    assert life.do("a", done=True).open == ["after"]


def test_or_lets_what_is_active_finish(live: RunningInstance) -> None:
    life = live(ad_hoc('cancelRemainingInstances="false"', DONE), done=False).do("a", done=True)
    assert life.open == ["b"]
    assert life.do("b").open == ["after"]


def test_a_person_may_begin_an_activity_again_as_long_as_the_condition_does_not_hold(
    live: RunningInstance,
) -> None:
    life = live(ad_hoc(inner=DONE), done=False).do("a", "b", "c")
    assert (life.open, life.ended, life.stuck) == ([], None, None)
    assert [w.element_id for w in life.waits("adhoc")] == ["free"]
    assert life.begin("a").open == ["a"]
    assert life.do("a", done=True).open == ["after"]


def test_in_a_sequential_one_a_person_begins_nothing_beside_what_is_active(
    live: RunningInstance,
) -> None:
    life = live(ad_hoc('ordering="Sequential"', DONE), done=False)
    assert list(life.executor.choices(life.process)) == []
    [token] = [t.id.hex for t in life.process.tokens() if t.task_spec.name == "free"]
    with pytest.raises(StepError):
        life.executor.begin_inner(life.process, token, "b")


def test_an_event_sub_process_that_interrupts_it_is_the_last_thing_in_it(
    live: RunningInstance,
) -> None:
    aside = (
        '<subProcess id="aside" triggeredByEvent="true"><startEvent id="s">'
        '<messageEventDefinition messageRef="M"/></startEvent><userTask id="handle"/>'
        "[[s > handle]]</subProcess>"
    )
    life = live(ad_hoc('ordering="Sequential"', aside)).hear("message", "M")
    assert life.open == ["handle"]
    assert life.do("handle").open == ["after"]


def script(text: str) -> str:
    return f'<scriptTask id="s"><script>{text}</script></scriptTask>'


def test_a_scripts_context_becomes_variables(live: RunningInstance) -> None:
    life = live(script("= {total: price * 2}") + '<userTask id="a"/>[[s > a]]', price=Decimal(4))
    assert life.process.variables["total"] == 8


FAILING = (
    '<boundaryEvent id="on" attachedToRef="s"><errorEventDefinition errorRef="E"/></boundaryEvent>'
    '<userTask id="caught"/><userTask id="after"/>[[on > caught]][[s > after]]'
)


def test_a_script_may_end_with_an_error_that_its_boundary_catches(live: RunningInstance) -> None:
    assert live(script('= error("E1")') + FAILING).open == ["caught"]
    assert live(script("= if x then error(&quot;E1&quot;) else {}") + FAILING, x=False).open == [
        "after"
    ]


def test_an_error_of_a_script_that_nobody_catches_ends_the_process(live: RunningInstance) -> None:
    life = live(script('= error("E2")') + FAILING)
    assert (life.ended, life.error) == ("terminated", "E2")


def test_a_global_task_is_a_process_of_one_node() -> None:
    text = f"""<definitions xmlns="{MODEL}"><globalUserTask id="ask" name="Ask"/>
    <globalScriptTask id="add"><script>= {{x: 1}}</script></globalScriptTask></definitions>"""
    ask, add = model.read(etree.fromstring(text))
    assert (ask.id, ask.name, ask.nodes["ask"].kind) == ("ask", "Ask", "userTask")
    assert (add.nodes["add"].kind, add.nodes["add"].script) == ("scriptTask", "= {x: 1}")


@pytest.mark.parametrize("count", ["5 / 2", "-1", "true", "null", '"many"', "0.5", "[1]"])
def test_a_number_of_rounds_is_a_whole_number(live: RunningInstance, count: str) -> None:
    loop = f"<multiInstanceLoopCharacteristics><loopCardinality>= {count}</loopCardinality>"
    with pytest.raises(StepError, match="not a number of rounds") as caught:
        live(f'<userTask id="a">{loop}</multiInstanceLoopCharacteristics></userTask>')
    assert (caught.value.element_id, caught.value.kind) == ("a", "expression")


@pytest.mark.parametrize(("count", "rounds"), [("6 / 2", 3), ("2.0", 2), ("0", 0)])
def test_as_many_rounds_as_it_says(live: RunningInstance, count: str, rounds: int) -> None:
    loop = f"<multiInstanceLoopCharacteristics><loopCardinality>= {count}</loopCardinality>"
    life = live(f'<userTask id="a">{loop}</multiInstanceLoopCharacteristics></userTask>')
    assert life.open == ["a"] * rounds
