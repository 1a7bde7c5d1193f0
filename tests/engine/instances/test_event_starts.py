"""Processes that begin when several events have come (BPMN 2.0.2, Tables 10.84 and 10.85)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, field, message, start, task

KNOWN = [
    message("M", roles="ekonomi", form=field("from_m")),
    message("N", roles="ekonomi", form=field("from_n")),
    '<bpmn:signal id="S" name="S"/>',
]
EVENTS = {
    "M": '<bpmn:messageEventDefinition messageRef="M"/>',
    "N": '<bpmn:messageEventDefinition messageRef="N"/>',
    "S": '<bpmn:signalEventDefinition signalRef="S"/>',
}


def deploy(desk: Desk, needed: str, thrown: Sequence[str]) -> str:
    """``begun`` needs all of some events, the process of the case throws them; the case's id."""
    definitions = "".join(EVENTS[name] for name in needed)
    begin = f'<bpmn:startEvent id="begin" parallelMultiple="true">{definitions}</bpmn:startEvent>'
    throws = "".join(
        f'<bpmn:intermediateThrowEvent id="t{n}">{"".join(EVENTS[name] for name in names)}'
        "</bpmn:intermediateThrowEvent>" + task(f"after{n}")
        for n, names in enumerate(thrown)
    )
    ways = [part for n in range(len(thrown)) for part in (f"t{n}", f"after{n}")]
    desk.deploy(
        diagram("begun", begin, task("new"), end(), chain("begin", "new", "end"), messages=KNOWN),
        diagram("throws", start(), throws, end(), chain("start", *ways, "end"), messages=KNOWN),
    )
    return desk.case("throws")


@pytest.mark.parametrize("needed", ["MN", "MS", "SMN"])
def test_one_instance_begins_when_all_have_come(bare_desk: Desk, needed: str) -> None:
    desk = bare_desk
    case_id = deploy(desk, needed, [needed])
    assert desk.names(case_id) == ["After0", "New"]


@pytest.mark.parametrize("needed", ["MN", "NM", "MS", "SM"])
def test_until_then_the_first_waits_for_the_others(bare_desk: Desk, needed: str) -> None:
    desk = bare_desk
    case_id = deploy(desk, needed, list(needed))
    assert desk.names(case_id) == ["After0"]
    desk.complete(desk.manager, desk.task(case_id))
    assert desk.names(case_id) == ["After1", "New"]


def test_each_further_round_is_an_instance_of_its_own(bare_desk: Desk) -> None:
    desk = bare_desk
    case_id = deploy(desk, "MN", ["MMN", "N"])
    assert desk.names(case_id) == ["After0", "New"]
    desk.complete(desk.manager, desk.task(case_id, "After0"))
    assert desk.names(case_id) == ["After1", "New", "New"]


def test_the_instance_has_what_each_of_them_has_brought(bare_desk: Desk) -> None:
    desk = bare_desk
    case_id = deploy(desk, "MN", ["S"])
    for name in ("M", "N"):
        payload = {f"from_{name.lower()}": f"by {name}"}
        desk.engine.cases.deliver(desk.manager.actor, name, case_id, payload, key=desk.key())
    new = next(row for row in desk.open_tasks(case_id) if row.name == "New")
    instance = desk.engine.tasks.get(desk.manager.actor, new.id).instance_id
    values = {
        v.name: v.value for v in desk.engine.instances.variables(desk.manager.actor, instance)
    }
    assert values == {"from_m": "by M", "from_n": "by N"}
