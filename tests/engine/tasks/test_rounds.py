"""The forms of a task that several people have at once, each for itself."""

from __future__ import annotations

import pytest

from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, field, start, task


@pytest.mark.parametrize("sequential", ["false", "true"])
def test_each_approver_has_a_form_of_their_own(bare_desk: Desk, sequential: str) -> None:
    """Nobody sees what the one before has answered, nor does it stand in their own form."""
    desk = bare_desk
    each = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}" sp:item="who" '
        """sp:collection='= ["a", "b"]' sp:output="answers" """
        'sp:outputItem="= {who: who, yes: yes}"/>'
    )
    approve = task("approve", form=field("yes", "boolean") + field("why")).replace(
        "</bpmn:userTask>", f"{each}</bpmn:userTask>"
    )
    parts = (start(), approve, task("after", form=field("why")), end())
    desk.deploy(diagram("four_eyes", *parts, chain("start", "approve", "after", "end")))
    case_id = desk.case("four_eyes")
    first = desk.open_tasks(case_id)[0].id
    desk.complete(desk.manager, first, {"yes": True, "why": "Bra"})
    second = desk.engine.tasks.get(desk.manager.actor, desk.task(case_id))
    assert [value for value in second.values.values() if value is not None] == []
    desk.complete(desk.manager, second.row.id, {"yes": False, "why": "Dyrt"})
    after = desk.engine.tasks.get(desk.manager.actor, desk.task(case_id, "After"))
    assert after.values.get("why") is None
    variables = desk.engine.instances.variables(desk.manager.actor, after.instance_id)
    (answers,) = (v.value for v in variables if v.name == "answers")
    assert sorted(one["yes"] for one in answers) == [False, True]
