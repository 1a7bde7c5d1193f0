"""Ad-hoc sub-processes: people begin the activities that they find needed."""

from __future__ import annotations

import pytest

from engine import (
    ActivityOption,
    Actor,
    Conflict,
    Engine,
    NotAllowed,
    NotFound,
    ProcessFailed,
)
from tests.support.desk import Desk
from tests.support.diagrams import (
    ad_hoc,
    chain,
    diagram,
    end,
    field,
    flow,
    script,
    start,
    task,
)
from tests.support.ground import Keys
from tests.support.people import People

DONE_WHEN = "= klart = true"


@pytest.fixture
def desk(bare_engine: Engine, people: People, key: Keys) -> Desk:
    return Desk(bare_engine, people, key)


def process(
    *inner: str, ordering: str = "Parallel", until: str = DONE_WHEN, after: str = ""
) -> str:
    return "".join(
        (
            start(),
            ad_hoc("development", *inner, ordering=ordering, until=until),
            task("report"),
            end(),
            chain("start", "development", "report", "end"),
            after,
        )
    )


def deploy(desk: Desk, *inner: str, **more: str) -> None:
    lanes = {"kundansvarig": ["development", "report"], "inkop": ["breadth"]}
    parts = process(*inner, **more)
    known = {"klart": "= false", "runs": "= 0"}
    lead = '<sp:case leadRole="kundansvarig"/>'
    desk.deploy(diagram("adhoc", parts, lanes=lanes, variables=known, said=lead))


CONCEPT = task("concept", form=field("klart", "boolean"))
BREADTH = task("breadth", form=field("klart", "boolean"))


def offered(desk: Desk, case_id: str, actor: Actor | None = None) -> list[ActivityOption]:
    return list(desk.engine.cases.get(actor or desk.manager.actor, case_id).activities)


def begin(desk: Desk, option: ActivityOption, actor: Actor | None = None) -> None:
    desk.engine.cases.begin_activity(
        actor or desk.manager.actor,
        option.instance_id,
        option.element_id,
        scope_token=option.scope_token,
        key=desk.key(),
    )


def test_an_activity_can_be_begun_again_while_the_sub_process_is_open(desk: Desk) -> None:
    deploy(desk, CONCEPT, BREADTH)
    case = desk.case("adhoc")
    options = offered(desk, case)
    assert [(o.name, o.role, o.scope_name, o.active) for o in options] == [
        ("Concept", "kundansvarig", "Development", 1),
        ("Breadth", "inkop", "Development", 1),
    ]
    begin(desk, options[1])
    assert desk.names(case) == ["Breadth", "Breadth", "Concept"]
    assert [o.active for o in offered(desk, case)] == [1, 2]


def test_after_the_completion_condition_nothing_more_is_offered(desk: Desk) -> None:
    deploy(desk, CONCEPT, BREADTH)
    case = desk.case("adhoc")
    option = offered(desk, case)[0]
    desk.complete(desk.people["kundansvarig"], desk.task(case, "Concept"), {"klart": True})
    assert desk.names(case) == ["Report"]
    assert offered(desk, case) == []
    with pytest.raises(Conflict) as refused:
        begin(desk, option)
    assert refused.value.error_code == "not_offered"


def test_one_at_a_time_where_the_order_is_sequential(desk: Desk) -> None:
    deploy(desk, CONCEPT, BREADTH, ordering="Sequential")
    case = desk.case("adhoc")
    assert desk.names(case) == ["Concept"]
    assert offered(desk, case) == []
    desk.complete(desk.people["kundansvarig"], desk.task(case), {"klart": False})
    assert desk.names(case) == ["Breadth"]
    desk.complete(desk.people["inkop"], desk.task(case), {"klart": False})
    # Both have been done once; the condition does not hold, so it is for people to go on.
    assert desk.names(case) == []
    first, second = offered(desk, case)
    begin(desk, second)
    assert desk.names(case) == ["Breadth"]
    with pytest.raises(Conflict):
        begin(desk, first)


def test_holders_of_the_role_and_those_who_lead_the_case_begin_it(desk: Desk) -> None:
    deploy(desk, CONCEPT, BREADTH)
    case = desk.case("adhoc")
    purchase, account = desk.people["inkop"].actor, desk.people["kundansvarig"].actor
    assert [o.allowed for o in offered(desk, case, purchase)] == [False, True]
    assert [o.allowed for o in offered(desk, case, account)] == [True, True]
    concept, breadth = offered(desk, case)
    begin(desk, breadth, purchase)
    begin(desk, breadth, account)
    with pytest.raises(NotAllowed):
        begin(desk, concept, purchase)
    with pytest.raises((NotAllowed, NotFound)):
        begin(desk, breadth, desk.people["ekonomi"].actor)


def test_the_history_tells_who_began_what(desk: Desk) -> None:
    deploy(desk, CONCEPT, BREADTH)
    case = desk.case("adhoc")
    begin(desk, offered(desk, case)[1], desk.people["inkop"].actor)
    [fact] = desk.engine.history.search(
        desk.manager.actor, case_id=case, type="activity.begun"
    ).items
    assert (fact.element_id, fact.element_name) == ("breadth", "Breadth")
    assert fact.actor_id == desk.people["inkop"].actor.id
    assert fact.detail == {"scope": "Development"}
    assert desk.engine.history.verify(desk.manager.actor, case).ok


def test_the_same_key_begins_it_once(desk: Desk) -> None:
    deploy(desk, CONCEPT, BREADTH)
    case = desk.case("adhoc")
    option = offered(desk, case)[0]
    for _ in range(2):
        desk.engine.cases.begin_activity(
            desk.manager.actor, option.instance_id, option.element_id, key="once"
        )
    assert desk.names(case) == ["Breadth", "Concept", "Concept"]


def test_what_follows_an_inner_activity_is_not_offered(desk: Desk) -> None:
    deploy(desk, CONCEPT, BREADTH, flow("concept", "breadth"))
    case = desk.case("adhoc")
    assert [o.element_id for o in offered(desk, case)] == ["concept"]
    instance = offered(desk, case)[0].instance_id
    with pytest.raises(Conflict):
        desk.engine.cases.begin_activity(desk.manager.actor, instance, "breadth", key=desk.key())
    with pytest.raises(NotFound):
        desk.engine.cases.begin_activity(desk.manager.actor, instance, "nothing", key=desk.key())
    with pytest.raises(NotFound):
        desk.engine.cases.begin_activity(desk.manager.actor, "nothing", "concept", key=desk.key())


def test_nothing_is_offered_in_a_case_that_has_ended(desk: Desk) -> None:
    deploy(desk, CONCEPT, BREADTH)
    case = desk.case("adhoc")
    option = offered(desk, case)[0]
    desk.engine.cases.cancel(desk.manager.actor, case, "Slut.", key=desk.key())
    assert offered(desk, case) == []
    with pytest.raises(Conflict) as refused:
        begin(desk, option)
    assert refused.value.error_code == "case_ended"


def test_one_that_fails_leaves_all_as_it_was_and_can_be_tried_again(desk: Desk) -> None:
    # The first time is when the sub-process opens; only the second asks for what nobody has set.
    text = "= {total: if runs > 0 then missing + 1 else 0, runs: runs + 1}"
    deploy(desk, CONCEPT, BREADTH, script("count", text))
    case = desk.case("adhoc")
    option = next(o for o in offered(desk, case) if o.element_id == "count")
    with pytest.raises(ProcessFailed):
        begin(desk, option)
    manager = desk.manager.actor
    assert desk.engine.cases.get(manager, case).variables["runs"] == 1
    [incident] = desk.engine.incidents.newest(manager)
    assert incident.element_id == "count"
    desk.engine.instances.correct_variables(manager, case, {"missing": 1}, key=desk.key())
    assert desk.engine.incidents.retry(manager, incident.id, key=desk.key()).result == {
        "resolved": True
    }
    after = desk.engine.cases.get(manager, case).variables
    assert (after["runs"], after["total"]) == (2, 2)


def test_another_try_of_what_is_over_by_now_only_closes_the_incident(desk: Desk) -> None:
    text = "= {total: if runs > 0 then missing + 1 else 0, runs: runs + 1}"
    deploy(desk, CONCEPT, BREADTH, script("count", text))
    case = desk.case("adhoc")
    with pytest.raises(ProcessFailed):
        begin(desk, next(o for o in offered(desk, case) if o.element_id == "count"))
    [incident] = desk.engine.incidents.newest(desk.manager.actor)
    desk.complete(desk.people["kundansvarig"], desk.task(case, "Concept"), {"klart": True})
    again = desk.engine.incidents.retry(desk.manager.actor, incident.id, key=desk.key())
    assert again.result == {"resolved": True}
    assert desk.names(case) == ["Report"]


def test_several_open_sub_processes_are_told_apart(desk: Desk) -> None:
    inner = ad_hoc("development", CONCEPT, until=DONE_WHEN).replace(
        "</bpmn:adHocSubProcess>",
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:adHocSubProcess>",
    )
    parts = (start(), inner, end(), chain("start", "development", "end"))
    desk.deploy(
        diagram("adhoc", *parts, lanes={"inkop": ["development"]}, variables={"klart": "= false"})
    )
    case = desk.case("adhoc")
    first, second = offered(desk, case)
    assert first.scope_token != second.scope_token
    begin(desk, second)
    assert desk.names(case) == ["Concept", "Concept", "Concept"]
