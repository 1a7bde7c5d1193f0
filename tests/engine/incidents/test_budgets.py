"""Budgets: an instance that runs into one is left as it was, its incident names the element, and
it goes on when the setting has been raised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from engine import Config, Engine, FakeClock, Source
from engine.errors import Invalid, ProcessFailed
from tests.support.databases import Databases
from tests.support.desk import Desk
from tests.support.diagrams import (
    call,
    chain,
    diagram,
    end,
    field,
    flow,
    gateway,
    script,
    start,
    task,
)
from tests.support.people import People

Reopen = Callable[..., Desk]
"""Opens the same database again, with other limits."""


def repeated(tag: str, more: str = "") -> str:
    return (
        f'<bpmn:{tag} id="many" {more}><bpmn:multiInstanceLoopCharacteristics>'
        "<bpmn:loopCardinality>= wanted</bpmn:loopCardinality>"
        f"</bpmn:multiInstanceLoopCharacteristics></bpmn:{tag}>"
    )


FIRST = task("first", form=field("wanted", "integer"))
ROUND = (
    start(),
    FIRST,
    script("count", "= {n: n + 1}"),
    gateway("again", default="again_to_last"),
    task("last"),
    end(),
    chain("start", "first", "count", "again", "last", "end"),
    flow("again", "count", "= n < wanted"),
)
CALLED = diagram(
    "child", start(), script("count", "= {n: n + 1}"), end(), chain("start", "count", "end")
)
CALLING = diagram(
    "main",
    start(),
    FIRST,
    call("sub", "child"),
    gateway("again", default="again_to_last"),
    task("last"),
    end(),
    chain("start", "first", "sub", "again", "last", "end"),
    flow("again", "sub", "= n < wanted"),
)


def with_many(many: str) -> tuple[Source, ...]:
    steps = (start(), FIRST, many, task("last"), end())
    flows = chain("start", "first", "many", "last", "end")
    waits = diagram("waits", start(), task("wait"), end(), chain("start", "wait", "end"))
    return (diagram("main", *steps, flows), waits)


DEEP = diagram(
    "deep",
    start(),
    script("count", "= {n: n + 1}"),
    gateway("more", default="more_to_act"),
    task("act"),
    call("deeper", "deep"),
    end(),
    flow("more", "deeper", "= n < wanted"),
    chain("start", "count", "more", "act", "end"),
    chain("deeper", "end"),
)
GROWN = script("grow", '= {story: for i in 1..wanted return "once upon a time"}')
CASES: dict[str, tuple[str, int, int, int, tuple[Source, ...], set[str]]] = {
    "steps": ("steps", 60, 600, 40, (diagram("main", *ROUND),), {"count", "again"}),
    "steps through called processes": ("steps", 60, 600, 40, (CALLED, CALLING), {"sub", "again"}),
    "tokens": ("tokens", 20, 100, 30, with_many(repeated("userTask")), {"many"}),
    "tokens of a quantity": (
        "tokens",
        20,
        100,
        30,
        with_many('<bpmn:task id="many" completionQuantity="30"/>'),
        {"many"},
    ),
    "children": (
        "children",
        20,
        100,
        30,
        with_many(repeated("callActivity", 'calledElement="waits"')),
        {"many"},
    ),
    "nesting": (
        "nesting",
        3,
        9,
        6,
        (
            DEEP,
            diagram(
                "main",
                start(),
                FIRST,
                call("sub", "deep"),
                task("last"),
                end(),
                chain("start", "first", "sub", "last", "end"),
            ),
        ),
        {"deeper"},
    ),
    "variables": (
        "variable_bytes",
        1000,
        100_000,
        200,
        (
            diagram(
                "main",
                start(),
                FIRST,
                GROWN,
                task("last"),
                end(),
                chain("start", "first", "grow", "last", "end"),
            ),
        ),
        {"grow"},
    ),
}


@pytest.fixture
def desk_with(
    databases: Databases,
    _bare: tuple[str, People],
    config: Config,
    clock: FakeClock,
    key: Callable[[], str],
) -> Iterator[Reopen]:
    url = databases.copy(_bare[0])
    made: list[Engine] = []

    def opened(**limits: int) -> Desk:
        while made:
            made.pop().close()
        settings = replace(config, limits=replace(config.limits, **limits))
        made.append(Engine.open(url, config=settings, clock=clock))
        return Desk(made[0], _bare[1], key)

    yield opened
    while made:
        made.pop().close()
    databases.drop(url)


@pytest.mark.parametrize("case", CASES)
def test_what_runs_into_a_budget_is_left_as_it_was_and_goes_on_when_it_is_raised(
    desk_with: Reopen, case: str
) -> None:
    setting, low, high, wanted, sources, elements = CASES[case]
    desk = desk_with(**{setting: low})
    desk.deploy(*sources)
    case_id = desk.case("main", variables={"n": 0})
    task_id = desk.task(case_id)
    facts = desk.facts(case_id)
    with pytest.raises(ProcessFailed) as caught:
        desk.complete(desk.manager, task_id, {"wanted": wanted})
    assert caught.value.element_id in elements
    [incident] = desk.incidents(case_id)
    assert incident.kind == "budget"
    assert incident.element_id in elements
    assert incident.element_id in incident.message

    # Nothing is half done: the same task is open, and nothing else has come.
    assert [t.id for t in desk.open_tasks(case_id)] == [task_id]
    assert len(desk.engine.cases.get(desk.manager.actor, case_id).instances) == 1
    assert desk.facts(case_id) == [*facts, "draft.saved", "incident.raised"]

    desk = desk_with(**{setting: high})
    desk.complete(desk.manager, task_id, {"wanted": wanted})
    assert desk.incidents(case_id) == []
    while desk.names(case_id) != ["Last"]:
        desk.complete(desk.manager, desk.open_tasks(case_id)[0].id)
    assert desk.engine.history.verify(desk.manager.actor).ok


def test_a_start_that_runs_into_a_budget_is_tried_again_when_it_is_raised(
    desk_with: Reopen,
) -> None:
    steps = [p for p in ROUND if 'id="first"' not in p]
    steps[-2] = chain("start", "count", "again", "last", "end")
    desk = desk_with(steps=20)
    desk.deploy(diagram("main", *steps))
    receipt = desk.engine.cases.start(
        desk.manager.actor, process_id="main", variables={"n": 0, "wanted": 30}, key=desk.key()
    )
    incident = receipt.result["incident"]
    manager = desk.manager.actor
    assert desk.engine.incidents.retry(manager, incident, key=desk.key()).result == {
        "resolved": False
    }
    desk = desk_with(steps=200)
    assert desk.engine.incidents.retry(manager, incident, key=desk.key()).result == {
        "resolved": True
    }
    assert desk.names(receipt.id or "") == ["Last"]


def test_start_variables_that_are_too_large_leave_no_case_behind(
    desk_with: Reopen,
) -> None:
    desk = desk_with(variable_bytes=1000)
    desk.deploy(diagram("main", *ROUND))
    with pytest.raises(Invalid) as caught:
        desk.case("main", variables={"story": "x" * 2000})
    (problem,) = caught.value.problems
    assert (problem.code, problem.field) == ("variable_too_large", "variables.story")
    assert problem.params["maximum"] == 1000
    assert desk.engine.cases.search(desk.manager.actor, state="all").items == ()


def test_a_loop_through_called_processes_without_end_is_stopped(
    desk_with: Reopen,
) -> None:
    desk = desk_with(steps=200)
    desk.deploy(CALLED, CALLING)
    case_id = desk.case("main", variables={"n": 0})
    with pytest.raises(ProcessFailed) as caught:
        desk.complete(desk.manager, desk.task(case_id), {"wanted": 10**9})
    assert "200 steps" in caught.value.message
