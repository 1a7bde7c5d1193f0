"""Compensation (BPMN 2.0.2, 10.7 and 13.5.5) and transactions (10.3.5)."""

from __future__ import annotations

import pytest

from engine.config.settings import LimitSettings
from engine.errors import StepError
from tests.support.processes import RunningInstance, throw, undoable

TWO = undoable("a") + undoable("b") + '<userTask id="after"/>'


def test_all_that_has_completed_is_undone_the_last_first(live: RunningInstance) -> None:
    life = live(TWO + throw() + "[[a > b > undo > after]]").do("a", "b")
    assert life.open == ["unb"]
    assert life.do("unb").open == ["una"]
    assert life.do("una").open == ["after"]
    assert life.do("after").ended == "completed"


def test_an_event_may_name_the_one_activity_that_it_undoes(live: RunningInstance) -> None:
    life = live(TWO + throw(activityRef="a") + "[[a > b > undo > after]]").do("a", "b")
    assert life.open == ["una"]
    assert life.do("una").open == ["after"]


def test_what_has_not_completed_is_not_undone_and_that_is_no_error(live: RunningInstance) -> None:
    life = live(TWO + throw(activityRef="b") + "[[a > undo > after > b]]").do("a")
    assert life.open == ["after"]


def test_what_has_been_undone_is_not_undone_again(live: RunningInstance) -> None:
    body = undoable("a") + throw("undo") + throw("twice") + '<userTask id="after"/>'
    life = live(body + "[[a > undo > twice > after]]").do("a", "una")
    assert life.open == ["after"]


def test_an_event_need_not_wait_for_the_compensation(live: RunningInstance) -> None:
    body = undoable("a") + '<userTask id="after"/>[[a > undo > after]]'
    body += throw(activityRef="a", waitForCompletion="false")
    life = live(body).do("a")
    assert life.open == ["after", "una"]
    assert life.do("after").ended is None
    assert life.do("una").ended == "completed"


def test_an_end_event_compensates_before_its_scope_ends(live: RunningInstance) -> None:
    life = live(undoable("a") + throw("end", "endEvent") + "[[a > end]]").do("a")
    assert life.open == ["una"]
    assert life.do("una").ended == "completed"


def test_each_round_of_a_loop_is_undone_for_itself(live: RunningInstance) -> None:
    body = (
        undoable("a")
        + '<exclusiveGateway id="again"/>'
        + throw()
        + '<startEvent id="s"/>[[s > a > again]][[again > a if more]]'
        + "[[again > undo if not(more)]]"
    )
    life = live(body).do("a", more=True).do("a", more=True).do("a", more=False)
    assert life.do("una", "una", "una").ended == "completed"
    assert life.done["una"] == 3


def test_what_a_loop_remembers_does_not_grow_with_its_rounds(live: RunningInstance) -> None:
    body = (
        '<userTask id="go"/><exclusiveGateway id="again"/>'
        + undoable("a", "una")
        + undoable("b", "unb")
        + throw()
        + "[[go > a > b > again]][[again > a if more]][[again > undo if not(more)]]"
    )
    life = live(body).do("go").do("a", "b", more=True).do("a", "b", more=True)
    size = life.size
    for _ in range(20):
        life.do("a", "b", more=True)
    assert life.size <= size + 1
    life.do("a", "b", more=False).do("unb", "una", "unb", "una")
    assert life.open == ["unb"]


def test_what_is_remembered_has_a_limit(live: RunningInstance) -> None:
    body = (
        '<userTask id="a"><multiInstanceLoopCharacteristics><loopDataInputRef>items'
        '</loopDataInputRef><inputDataItem name="item"/></multiInstanceLoopCharacteristics>'
        '</userTask><boundaryEvent id="c" attachedToRef="a"><compensateEventDefinition/>'
        '</boundaryEvent><task id="una" isForCompensation="true"/>'
        '<association sourceRef="c" targetRef="una"/><exclusiveGateway id="again"/>'
        '<startEvent id="s"/>[[s > again > a > again]]'
    )
    life = live(body, limits=LimitSettings(tokens=6), items=[0])
    for count in range(6):
        life.process.variables["items"] = [count + 1]
        life.do("a")
    with pytest.raises(StepError) as caught:
        life.do("a")
    assert (caught.value.kind, caught.value.element_id) == ("budget", "a")


def test_a_completed_sub_process_is_undone_by_undoing_what_is_in_it(live: RunningInstance) -> None:
    body = (
        f'<subProcess id="sub">{undoable("a")}{undoable("b")}[[a > b]]</subProcess>'
        + throw(activityRef="sub")
        + '<userTask id="after"/>[[sub > undo > after]]'
    )
    life = live(body).do("a", "b", "unb", "una")
    assert life.open == ["after"]


def test_a_handler_of_the_whole_sub_process_knows_nothing_of_its_inside(
    live: RunningInstance,
) -> None:
    body = (
        f'<subProcess id="sub">{undoable("a")}</subProcess>'
        '<boundaryEvent id="c" attachedToRef="sub"><compensateEventDefinition/></boundaryEvent>'
        '<userTask id="unsub" isForCompensation="true"/>'
        '<association sourceRef="c" targetRef="unsub"/>' + throw() + "[[sub > undo]]"
    )
    life = live(body).do("a")
    assert life.open == ["unsub"]
    assert life.do("unsub").ended == "completed"


def test_a_compensation_event_sub_process_undoes_its_sub_process_as_it_likes(
    live: RunningInstance,
) -> None:
    handler = (
        '<subProcess id="handler" triggeredByEvent="true"><startEvent id="h">'
        '<compensateEventDefinition/></startEvent><userTask id="first"/>'
        + throw("inner", activityRef="a")
        + '<userTask id="last"/>[[h > first > inner > last]]</subProcess>'
    )
    body = (
        f'<subProcess id="sub">{undoable("a")}{undoable("b")}[[a > b]]{handler}</subProcess>'
        + throw()
        + '<userTask id="after"/>[[sub > undo > after]]'
    )
    life = live(body).do("a")
    assert life.open == ["b"]
    life.do("b")
    assert life.open == ["first"]
    assert life.do("first").open == ["una"]
    assert life.do("una", "last").open == ["after"]


def test_an_event_sub_process_undoes_what_has_completed_around_it(live: RunningInstance) -> None:
    body = (
        undoable("a") + '<userTask id="b"/>[[a > b]]<subProcess id="on" triggeredByEvent="true">'
        '<startEvent id="s"><messageEventDefinition messageRef="M"/></startEvent>'
        + throw()
        + "[[s > undo]]</subProcess>"
    )
    life = live(body).do("a").hear("message", "M")
    assert life.open == ["una"]
    assert life.do("una").ended == "completed"


def test_every_instance_of_a_multi_instance_activity_is_undone(live: RunningInstance) -> None:
    body = (
        '<userTask id="a"><multiInstanceLoopCharacteristics isSequential="true">'
        "<loopDataInputRef>items</loopDataInputRef><inputDataItem name='item'/>"
        "</multiInstanceLoopCharacteristics></userTask>"
        '<boundaryEvent id="c" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
        '<userTask id="una" isForCompensation="true"/>'
        '<association sourceRef="c" targetRef="una"/>' + throw() + "[[a > undo]]"
    )
    life = live(body, items=["x", "y"]).do("a", "a")
    assert [w.local["item"] for w in life.waits("user")] == ["y"]
    life.do("una")
    assert [w.local["item"] for w in life.waits("user")] == ["x"]
    assert life.do("una").ended == "completed"


TRANSACTION = (
    '<transaction id="t"><parallelGateway id="split"/>'
    + undoable("a")
    + '<userTask id="b"/><userTask id="ask"/><exclusiveGateway id="ok"/>'
    '<endEvent id="no"><cancelEventDefinition/></endEvent><endEvent id="yes"/>'
    "[[split > a > ask > ok]][[split > b]][[ok > no if not(fine)]][[ok > yes if fine]]"
    '</transaction><boundaryEvent id="cancelled" attachedToRef="t"><cancelEventDefinition/>'
    '</boundaryEvent><userTask id="then"/><userTask id="else"/>'
    "[[t > then]][[cancelled > else]]"
)


def test_a_cancelled_transaction_ends_what_is_active_undoes_the_rest_and_leaves_by_its_boundary(
    live: RunningInstance,
) -> None:
    life = live(TRANSACTION).do("a").do("ask", fine=False)
    assert life.open == ["una"]
    assert life.do("una").open == ["else"]
    assert life.do("else").ended == "completed"


def test_a_transaction_that_is_not_cancelled_is_a_sub_process(live: RunningInstance) -> None:
    life = live(TRANSACTION).do("a", "b").do("ask", fine=True)
    assert life.open == ["then"]


def test_a_cancel_in_a_sub_process_of_the_transaction_cancels_the_transaction(
    live: RunningInstance,
) -> None:
    body = (
        f'<transaction id="t"><subProcess id="sub">{undoable("a")}'
        '<endEvent id="no"><cancelEventDefinition/></endEvent>[[a > no]]</subProcess></transaction>'
        '<boundaryEvent id="c" attachedToRef="t"><cancelEventDefinition/></boundaryEvent>'
        '<userTask id="else"/>[[c > else]]'
    )
    assert live(body).do("a", "una").open == ["else"]


def test_one_cancelled_instance_of_a_repeated_transaction_cancels_them_all(
    live: RunningInstance,
) -> None:
    rounds = "<loopCardinality>2</loopCardinality>"
    body = (
        f'<transaction id="t">{undoable("a")}<endEvent id="no"><cancelEventDefinition/></endEvent>'
        "[[a > no]]<multiInstanceLoopCharacteristics>"
        f"{rounds}</multiInstanceLoopCharacteristics></transaction>"
        '<boundaryEvent id="c" attachedToRef="t"><cancelEventDefinition/></boundaryEvent>'
        '<userTask id="else"/>[[c > else]]'
    )
    life = live(body).do("a")
    assert life.open == ["a", "una"]
    assert life.do("una").open == ["else"]


def test_a_cancelled_transaction_without_a_cancel_boundary_event_says_so(
    live: RunningInstance,
) -> None:
    body = '<transaction id="t"><endEvent id="no"><cancelEventDefinition/></endEvent></transaction>'
    with pytest.raises(StepError) as caught:
        live(body)
    assert caught.value.element_id == "t"


def test_an_error_in_a_transaction_leaves_it_without_compensation(live: RunningInstance) -> None:
    body = (
        f'<transaction id="t">{undoable("a")}<endEvent id="bad">'
        '<errorEventDefinition errorRef="E"/></endEvent>[[a > bad]]</transaction>'
        '<boundaryEvent id="hazard" attachedToRef="t"><errorEventDefinition errorRef="E"/>'
        '</boundaryEvent><userTask id="else"/>[[hazard > else]]'
    )
    assert live(body).do("a").open == ["else"]


def test_an_error_in_a_handler_is_caught_around_the_event_that_asked_for_it(
    live: RunningInstance,
) -> None:
    body = (
        '<subProcess id="sub"><userTask id="a"/><boundaryEvent id="c" attachedToRef="a">'
        '<compensateEventDefinition/></boundaryEvent><subProcess id="un" isForCompensation="true">'
        '<endEvent id="bad"><errorEventDefinition errorRef="E"/></endEvent></subProcess>'
        '<association sourceRef="c" targetRef="un"/>' + throw() + "[[a > undo]]</subProcess>"
        '<boundaryEvent id="caught" attachedToRef="sub"><errorEventDefinition/></boundaryEvent>'
        '<userTask id="else"/>[[caught > else]]'
    )
    assert live(body).do("a").open == ["else"]


@pytest.mark.parametrize("cancels", ["true", "false"])
def test_whether_it_cancels_does_not_apply_to_a_compensation_boundary(
    live: RunningInstance, cancels: str
) -> None:
    """BPMN 2.0.2, Table 10.89: the activity has completed before its handler can be asked for."""
    body = undoable("a").replace("attachedToRef", f'cancelActivity="{cancels}" attachedToRef')
    life = live(body + throw() + '<userTask id="after"/>[[a > undo > after]]')
    assert life.open == ["a"]
    assert life.do("a").open == ["una"]
    assert life.do("una").open == ["after"]
