"""What a move would mean is told before it is made: safe, a question, or blocked and why."""

from __future__ import annotations

import pytest

from engine import Invalid, NotAllowed, NotFound
from tests.support.desk import problems
from tests.support.diagrams import (
    boundary,
    call,
    catch,
    chain,
    diagram,
    end,
    flow,
    message,
    multiple,
    start,
    sub,
    task,
)
from tests.support.mover import Mover, parallel, steps

ONE = steps(task("write"), ids="write")


def reasons(mover: Mover, case: str, **more: object) -> set[tuple[str, str]]:
    verdict = mover.look(case, **more)
    assert verdict.status == "blocked"
    return {(r.code, r.element_id) for r in verdict.reasons}


def test_a_task_added_after_the_work_under_way_is_safe(mover: Mover) -> None:
    case = mover.begin(ONE)
    mover.desk.deploy(steps(task("write"), task("check"), ids="write check"))
    verdict = mover.look(case)
    assert (verdict.status, verdict.version, verdict.at) == ("safe", 1, ("Write",))
    assert verdict.not_run == verdict.questions == verdict.reasons == ()


def test_a_task_that_is_gone_asks_where_its_work_goes_on(mover: Mover) -> None:
    case = mover.begin(steps(task("write"), task("check"), ids="write check"))
    mover.desk.deploy(steps(task("draft"), task("check"), ids="draft check"))
    verdict = mover.look(case)
    assert verdict.status == "mapping"
    [question] = verdict.questions
    assert (question.element_id, question.name, question.kind) == ("write", "Write", "userTask")
    assert [(t.element_id, t.likely) for t in question.targets] == [
        ("draft", True),
        ("check", False),
    ]


def test_a_task_of_the_same_name_is_the_likeliest(mover: Mover) -> None:
    case = mover.begin(ONE)
    renamed = task("w2").replace('name="W2"', 'name="Write"')
    mover.desk.deploy(steps(task("other"), renamed, ids="other w2"))
    [question] = mover.look(case).questions
    assert [t.element_id for t in question.targets] == ["w2", "other"]


def test_with_a_mapping_it_is_safe(mover: Mover) -> None:
    case = mover.begin(ONE)
    mover.desk.deploy(steps(task("draft"), ids="draft"))
    assert mover.look(case, mapping={"write": "draft"}).status == "safe"


def test_nowhere_to_go_on_is_blocked(mover: Mover) -> None:
    case = mover.begin(ONE)
    mover.desk.deploy(steps(catch("wait", timer="P1D"), ids="wait"))
    assert reasons(mover, case) == {("gone", "write")}


def test_a_task_that_has_become_a_sub_process_is_blocked(mover: Mover) -> None:
    case = mover.begin(ONE)
    inside = sub("write", task("inner"))
    mover.desk.deploy(steps(inside, ids="write"))
    assert reasons(mover, case) == {("kind_changed", "write")}


def test_a_task_wrapped_into_a_sub_process_is_blocked(mover: Mover) -> None:
    case = mover.begin(ONE)
    mover.desk.deploy(steps(sub("part", task("write")), ids="part"))
    assert reasons(mover, case) == {("scope_changed", "write")}


def test_a_task_inside_a_sub_process_that_stays_is_safe(mover: Mover) -> None:
    case = mover.begin(steps(sub("part", task("write")), ids="part"))
    inner = task("write") + task("more") + flow("write", "more")
    mover.desk.deploy(steps(sub("part", inner), ids="part"))
    verdict = mover.look(case)
    assert (verdict.status, verdict.at) == ("safe", ("Write",))


def test_a_sub_process_that_is_gone_with_work_in_it_asks(mover: Mover) -> None:
    case = mover.begin(steps(sub("part", task("write")), ids="part"))
    mover.desk.deploy(steps(sub("whole", task("write")), ids="whole"))
    verdict = mover.look(case, mapping={})
    assert {q.element_id for q in verdict.questions} == {"part"}
    assert mover.look(case, mapping={"part": "whole"}).status == "safe"


def test_a_multiple_task_that_is_done_otherwise_is_blocked(mover: Mover) -> None:
    case = mover.begin(steps(multiple("write", "parallel"), ids="write"))
    mover.desk.deploy(steps(multiple("write", "sequential"), ids="write"))
    mover.desk.deploy(steps(task("write"), ids="write"))
    mover.desk.deploy(steps(multiple("write", "parallel", "4"), ids="write"))
    for version in (2, 3, 4):
        assert reasons(mover, case, version=version) == {("loop_changed", "write")}


def test_a_call_of_another_process_is_blocked_while_the_first_runs(mover: Mover) -> None:
    child = diagram("child", start(), task("inner"), end(), chain("start", "inner", "end"))
    other = diagram("other", start(), task("x"), end(), chain("start", "x", "end"))
    case = mover.begin(steps(call("go", "child"), ids="go"), child, other)
    mover.desk.deploy(steps(call("go", "other"), ids="go"))
    assert reasons(mover, case) == {("call_changed", "go")}


def test_a_join_half_filled_whose_ways_have_changed_is_blocked(mover: Mover) -> None:
    case = mover.begin(parallel("a", "b"))
    mover.do(case, "A")
    mover.desk.deploy(parallel("a", "b", task("c"), extra=chain("split", "c", "join")))
    assert reasons(mover, case) == {("join_changed", "join")}


def test_a_join_half_filled_that_is_the_same_is_safe(mover: Mover) -> None:
    case = mover.begin(parallel("a", "b"))
    mover.do(case, "A")
    mover.desk.deploy(parallel("a", "b", message("M")))
    assert mover.look(case).status == "safe"


def test_work_side_by_side_that_would_come_one_after_the_other_is_blocked(mover: Mover) -> None:
    case = mover.begin(parallel("a", "b"))
    mover.desk.deploy(steps(task("a"), task("b"), ids="a b"))
    assert reasons(mover, case) == {("order_changed", "a")}


def test_two_tasks_cannot_become_one(mover: Mover) -> None:
    case = mover.begin(parallel("a", "b"))
    mover.desk.deploy(steps(task("c"), ids="c"))
    found = mover.look(case, mapping={"a": "c", "b": "c"})
    assert {r.code for r in found.reasons} == {"merged"}


def test_what_changes_on_the_way_is_told(mover: Mover) -> None:
    people = {"saljare": ["write"]}
    case = mover.begin(steps(task("write", points=("p", "q")), ids="write", lanes=people))
    newer = steps(
        task("write", points=("q",), due="P3D"),
        boundary("late", "write", timer="P2D", interrupting=True),
        task("hurry"),
        chain("late", "hurry", "end"),
        ids="write",
        lanes={"inkop": ["write"]},
    )
    mover.desk.deploy(newer)
    notes = {(n.code, n.element_id) for n in mover.look(case).notes}
    assert notes == {
        ("role_changed", "write"),
        ("points_gone", "write"),
        ("due_rule_changed", "write"),
        ("listener_opened", "late"),
    }


def test_all_instances_of_other_versions_are_looked_at_in_pages(mover: Mover) -> None:
    mover.desk.deploy(ONE)
    old = {mover.desk.case("work") for _ in range(5)}
    mover.desk.deploy(steps(task("draft"), ids="draft"))
    mover.desk.case("work")
    found, cursor = [], None
    while True:
        page = mover.engine.migrations.preview(mover.owner, "work", 2, cursor=cursor, most=2)
        assert page.whole == 5
        found += [v.instance_id for v in page.instances]
        cursor = page.cursor
        if cursor is None:
            break
    assert (len(found), set(found)) == (5, old)


def test_instances_that_stand_alike_are_one_group(mover: Mover) -> None:
    mover.desk.deploy(steps(task("write"), task("check"), ids="write check"))
    cases = [mover.desk.case("work") for _ in range(3)]
    mover.do(cases[0], "Write")
    mover.desk.deploy(steps(task("draft"), task("check"), ids="draft check"))
    groups = mover.engine.migrations.preview(mover.owner, "work", 2).groups()
    assert [(g[0].status, g[0].at, len(g)) for g in groups] == [
        ("safe", ("Check",), 1),
        ("mapping", ("Write",), 2),
    ]


def test_a_definitions_id_stands_for_its_process(mover: Mover) -> None:
    case = mover.begin(ONE)
    mover.desk.deploy(steps(task("write"), task("check"), ids="write check"))
    old = mover.engine.instances.get(mover.desk.manager.actor, case).definition_id
    [verdict] = mover.engine.migrations.preview(mover.owner, old, 2).instances
    assert verdict.instance_id == case


def test_an_instance_that_has_ended_or_is_there_already_is_blocked(mover: Mover) -> None:
    case = mover.begin(ONE)
    assert reasons(mover, case, version=1) == {("already_there", "")}
    mover.do(case, "Write")
    mover.desk.deploy(steps(task("draft"), ids="draft"))
    assert reasons(mover, case) == {("ended", "")}


def test_what_is_not_there_is_refused_all_at_once(mover: Mover) -> None:
    case = mover.begin(ONE)
    mover.desk.deploy(steps(task("draft"), catch("wait", timer="P1D"), ids="draft wait"))
    with pytest.raises(NotFound):
        mover.look(case, version=7)
    with pytest.raises(NotFound):
        mover.look(case, process="nothing")
    with pytest.raises(Invalid) as refused:
        mover.look(case, mapping={"write": "nowhere", "never": "draft"})
    assert problems(refused.value) == {
        ("unknown_element", "mapping.write"),
        ("unknown_element", "mapping.never"),
    }
    with pytest.raises(Invalid) as refused:
        mover.look(case, mapping={"write": "wait"})
    assert problems(refused.value) == {("other_kind", "mapping.write")}
    with pytest.raises(Invalid) as refused:
        mover.look("0" * 32)
    assert problems(refused.value) == {("unknown_instance", "instances")}


def test_staff_may_not_look(mover: Mover) -> None:
    case = mover.begin(ONE)
    with pytest.raises(NotAllowed):
        mover.engine.migrations.preview(mover.desk.seller.actor, "work", 1, [case])
