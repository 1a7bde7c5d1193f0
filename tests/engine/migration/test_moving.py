"""After a move an instance goes on exactly as the new version says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from engine import FakeClock, Source
from tests.support.diagrams import (
    boundary,
    call,
    catch,
    chain,
    diagram,
    end,
    flow,
    gateway,
    message,
    multiple,
    script,
    start,
    sub,
    task,
)
from tests.support.mover import ESP, Mover, complaints, late, messaged, parallel, steps


def test_what_was_added_after_the_work_comes(mover: Mover) -> None:
    case = mover.begin(steps(task("write"), ids="write"))
    mover.desk.deploy(steps(task("write"), task("check"), ids="write check"))
    mover.move(case)
    assert mover.version(case) == 2
    mover.do(case, "Write")
    assert mover.desk.names(case) == ["Check"]
    mover.do(case, "Check")
    assert mover.state(case) == "completed"


def test_a_renamed_task_goes_on_under_its_new_name(mover: Mover) -> None:
    case = mover.begin(steps(task("write"), ids="write"))
    before = mover.desk.task(case, "Write")
    mover.desk.deploy(steps(task("draft"), task("check"), ids="draft check"))
    mover.move(case, mapping={"write": "draft"})
    assert mover.desk.task(case, "Draft") == before
    mover.do(case, "Draft")
    assert mover.desk.names(case) == ["Check"]


def test_without_a_mapping_it_stays_where_it_is_and_says_why(mover: Mover) -> None:
    case = mover.begin(steps(task("write"), ids="write"))
    mover.desk.deploy(steps(task("draft"), ids="draft"))
    assert mover.refused(case) == {"needs_mapping"}
    assert mover.version(case) == 1
    mover.do(case, "Write")
    assert mover.state(case) == "completed"


def test_what_follows_a_removed_task_is_gone_too(mover: Mover) -> None:
    case = mover.begin(steps(task("write"), task("check"), ids="write check"))
    mover.desk.deploy(steps(task("write"), ids="write"))
    mover.move(case)
    mover.do(case, "Write")
    assert mover.state(case) == "completed"


def test_a_move_is_a_fact_with_both_versions(mover: Mover) -> None:
    case = mover.begin(steps(task("write"), ids="write"))
    mover.desk.deploy(steps(task("draft"), ids="draft"))
    mover.move(case, mapping={"write": "draft"})
    page = mover.engine.history.search(mover.desk.manager.actor, case_id=case, limit=50)
    [fact] = [e for e in page.items if e.type == "instance.migrated"]
    assert fact.actor_name == mover.owner.name
    assert (fact.detail["from"], fact.detail["version"]) == (1, 2)
    assert fact.detail["mapping"] == {"write": "draft"}
    assert mover.engine.history.verify(mover.desk.manager.actor).ok


def test_a_branch_added_beside_the_work_is_not_waited_for_but_offered(mover: Mover) -> None:
    case = mover.begin(parallel("a", "b"))
    mover.desk.deploy(parallel("a", "b", task("c"), extra=chain("split", "c", "join")))
    assert [n.element_id for n in mover.look(case).not_run] == ["c"]
    mover.move(case)
    mover.do(case, "A")
    mover.do(case, "B")
    assert mover.state(case) == "completed"


def test_work_put_between_a_new_split_and_its_join_gets_through(mover: Mover) -> None:
    case = mover.begin(steps(task("a"), ids="a"))
    mover.desk.deploy(parallel("a", "b"))
    mover.move(case)
    mover.do(case, "A")
    assert mover.state(case) == "completed"


def test_a_join_half_filled_goes_on_with_the_rest(mover: Mover) -> None:
    case = mover.begin(parallel("a", "b"))
    mover.do(case, "A")
    newer = diagram(
        "work",
        start(),
        gateway("split", "parallel"),
        task("a"),
        task("b"),
        gateway("join", "parallel"),
        task("after"),
        end(),
        chain("start", "split", "a", "join", "after", "end"),
        chain("split", "b", "join"),
    )
    mover.desk.deploy(newer)
    mover.move(case)
    mover.do(case, "B")
    assert mover.desk.names(case) == ["After"]


def test_work_in_a_sub_process_goes_on_in_it(mover: Mover) -> None:
    case = mover.begin(steps(sub("part", task("write")), task("check"), ids="part check"))
    inner = task("write") + task("more") + flow("write", "more")
    mover.desk.deploy(steps(sub("whole", inner), task("last"), ids="whole last"))
    mover.move(case, mapping={"part": "whole"})
    for name in ("Write", "More", "Last"):
        assert mover.desk.names(case) == [name]
        mover.do(case, name)
    assert mover.state(case) == "completed"


@pytest.mark.parametrize("kind", ["parallel", "sequential"])
def test_a_multiple_task_half_done_is_done_to_the_end(mover: Mover, kind: str) -> None:
    case = mover.begin(steps(multiple("write", kind), ids="write"))
    first = mover.desk.open_tasks(case)[0]
    mover.desk.complete(mover.desk.manager, first.id)
    mover.desk.deploy(steps(multiple("draft", kind), task("check"), ids="draft check"))
    mover.move(case, mapping={"write": "draft"})
    for _ in range(2):
        mover.desk.complete(mover.desk.manager, mover.desk.open_tasks(case)[0].id)
    assert mover.desk.names(case) == ["Check"]


def test_a_child_goes_on_and_reports_to_its_moved_parent(mover: Mover) -> None:
    child = diagram("child", start(), task("inner"), end(), chain("start", "inner", "end"))
    case = mover.begin(steps(call("go", "child"), ids="go"), child)
    mover.desk.deploy(steps(call("run", "child"), task("check"), ids="run check"))
    mover.move(case, mapping={"go": "run"})
    mover.do(case, "Inner")
    assert mover.desk.names(case) == ["Check"]


def test_a_child_is_moved_by_itself(mover: Mover) -> None:
    child = diagram("child", start(), task("inner"), end(), chain("start", "inner", "end"))
    case = mover.begin(steps(call("go", "child"), ids="go"), child)
    newer = diagram(
        "child", start(), task("inner"), task("more"), end(), chain("start", "inner", "more", "end")
    )
    mover.desk.deploy(newer)
    tree = mover.engine.cases.get(mover.desk.manager.actor, case).instances
    [inner] = [i for i in tree if i.process_id == "child"]
    mover.move(inner.id, process="child")
    assert (mover.version(case), mover.version(inner.id)) == (1, 2)
    for name in ("Inner", "More"):
        mover.do(case, name)
    assert mover.state(case) == "completed"


# ---------------------------------------------------------------- what waits


def test_a_timer_that_is_the_same_keeps_its_time(mover: Mover, clock: FakeClock) -> None:
    case = mover.begin(steps(catch("wait", timer="P2D"), task("write"), ids="wait write"))
    mover.desk.deploy(
        steps(catch("pause", timer="P2D"), task("write"), task("x"), ids="pause write x")
    )
    clock.set(clock.now() + timedelta(days=1))
    item = mover.move(case, mapping={"wait": "pause"})
    assert "timer_set_anew" not in {n.code for n in item.notes}
    clock.set(clock.now() + timedelta(days=1, minutes=1))
    assert mover.engine.jobs.fire_due() == 1
    assert mover.desk.names(case) == ["Write"]


def waiting(timer: str) -> Source:
    return steps(catch("wait", timer=timer), task("write"), ids="wait write")


def moved_after_ten_days(mover: Mover, clock: FakeClock, old: str, new: str) -> tuple[Any, str]:
    case = mover.begin(waiting(old))
    mover.desk.deploy(waiting(new))
    clock.set(clock.now() + timedelta(days=10))
    assert mover.engine.jobs.fire_due() == 0
    item = mover.move(case)
    assert {n.code for n in item.notes} == {"event_changed", "timer_moved"}
    return item, case


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [("P30D", "P14D", 4), ("date:2027-01-01", "P14D", 4), ("R/P30D", "R/P14D", 4)],
)
def test_a_timer_drawn_otherwise_counts_from_when_the_wait_began(
    mover: Mover, clock: FakeClock, old: str, new: str, left: int
) -> None:
    item, case = moved_after_ten_days(mover, clock, old, new)
    [note] = [n for n in item.notes if n.code == "timer_moved"]
    due = datetime.fromisoformat(note.params["now"])
    assert abs(due - clock.now() - timedelta(days=left)) < timedelta(hours=2)
    clock.set(due - timedelta(minutes=1))
    assert mover.engine.jobs.fire_due() == 0
    clock.set(due)
    assert mover.engine.jobs.fire_due() == 1
    assert mover.desk.names(case) == ["Write"]


def test_a_timer_whose_new_time_is_past_goes_off_at_once_and_once(
    mover: Mover, clock: FakeClock
) -> None:
    _, case = moved_after_ten_days(mover, clock, "P30D", "P7D")
    assert (mover.engine.jobs.fire_due(), mover.engine.jobs.fire_due()) == (1, 0)
    assert mover.desk.names(case) == ["Write"]


def test_a_timer_set_anew_is_what_it_was_after_going_back(mover: Mover, clock: FakeClock) -> None:
    case = mover.begin(waiting("P30D"))
    mover.desk.deploy(waiting("P7D"))
    clock.set(clock.now() + timedelta(days=10))
    job = mover.job(case)
    mover.engine.migrations.take_back(mover.owner, job, case, key=mover.desk.key())
    assert mover.engine.jobs.fire_due() == 0
    clock.set(clock.now() + timedelta(days=20, hours=1))
    assert mover.engine.jobs.fire_due() == 1


def test_a_wait_that_is_no_timer_any_more_loses_its_time(mover: Mover, clock: FakeClock) -> None:
    case = mover.begin(waiting("P1D"))
    mover.desk.deploy(messaged("Reply", id="wait"))
    mover.move(case)
    clock.set(clock.now() + timedelta(days=2))
    assert mover.engine.jobs.fire_due() == 0
    mover.engine.cases.deliver(mover.desk.manager.actor, "Reply", case, key=mover.desk.key())
    assert mover.desk.names(case) == ["Write"]


def test_a_boundary_timer_that_is_new_is_set(mover: Mover, clock: FakeClock) -> None:
    case = mover.begin(late(None))
    mover.desk.deploy(late("P2D"))
    mover.move(case)
    clock.set(clock.now() + timedelta(days=3))
    assert mover.engine.jobs.fire_due() == 1
    assert mover.desk.names(case) == ["Hurry"]


def test_a_boundary_timer_that_is_gone_does_not_fire(mover: Mover, clock: FakeClock) -> None:
    case = mover.begin(late("P2D"))
    mover.desk.deploy(late(None))
    item = mover.move(case)
    assert ("listener_closed", "late") in {(n.code, n.element_id) for n in item.notes}
    clock.set(clock.now() + timedelta(days=3))
    assert mover.engine.jobs.fire_due() == 0
    mover.do(case, "Write")
    assert mover.state(case) == "completed"


def test_a_boundary_timer_that_has_fired_does_not_fire_again(
    mover: Mover, clock: FakeClock
) -> None:
    case = mover.begin(late("P1D", interrupting=False))
    clock.set(clock.now() + timedelta(days=2))
    assert mover.engine.jobs.fire_due() == 1
    newer = steps(
        task("write"),
        boundary("late", "write", timer="P1D", interrupting=False),
        task("hurry"),
        chain("late", "hurry", "end"),
        task("check"),
        ids="write check",
    )
    mover.desk.deploy(newer)
    mover.move(case)
    clock.set(clock.now() + timedelta(days=9))
    assert mover.engine.jobs.fire_due() == 0
    assert mover.desk.names(case) == ["Hurry", "Write"]


def test_a_message_that_is_waited_for_still_comes(mover: Mover) -> None:
    case = mover.begin(messaged("Reply"))
    mover.desk.deploy(messaged("Reply", id="reply"))
    mover.move(case, mapping={"got": "reply"})
    mover.engine.cases.deliver(mover.desk.manager.actor, "Reply", case, key=mover.desk.key())
    assert mover.desk.names(case) == ["Write"]


def test_another_message_is_waited_for_instead(mover: Mover) -> None:
    case = mover.begin(messaged("Reply"))
    mover.desk.deploy(messaged("Answer"))
    mover.move(case)
    manager, key = mover.desk.manager.actor, mover.desk.key
    offered = {m.name for m in mover.engine.cases.get(manager, case).messages}
    assert offered == {"Answer"}
    mover.engine.cases.deliver(manager, "Answer", case, key=key())
    assert mover.desk.names(case) == ["Write"]


def test_an_event_sub_process_that_is_new_listens(mover: Mover) -> None:
    case = mover.begin(complaints())
    mover.desk.deploy(complaints(ESP))
    mover.move(case)
    manager = mover.desk.manager.actor
    for _ in range(2):
        mover.engine.cases.deliver(manager, "Complaint", case, key=mover.desk.key())
    assert mover.desk.names(case) == ["Answer", "Answer", "Write"]


def test_an_event_sub_process_that_is_gone_listens_no_more(mover: Mover) -> None:
    case = mover.begin(complaints(ESP))
    mover.desk.deploy(complaints())
    mover.move(case)
    assert mover.engine.cases.get(mover.desk.manager.actor, case).messages == ()
    mover.do(case, "Write")
    assert mover.state(case) == "completed"


def choice(*names: str) -> Source:
    parts = [catch(f"got_{n}", message=n) + task(f"after_{n}") for n in names]
    ways = [chain("race", f"got_{n}", f"after_{n}", "end") for n in names]
    return diagram(
        "work",
        start(),
        gateway("race", "eventBased"),
        *parts,
        end(),
        flow("start", "race"),
        *ways,
        messages=[message(n) for n in names],
    )


def test_an_event_added_behind_an_event_based_gateway_waits_too(mover: Mover) -> None:
    case = mover.begin(choice("Yes", "No"))
    mover.desk.deploy(choice("Yes", "No", "Maybe"))
    mover.move(case)
    mover.engine.cases.deliver(mover.desk.manager.actor, "Maybe", case, key=mover.desk.key())
    assert mover.desk.names(case) == ["After_maybe"]
    assert mover.engine.cases.get(mover.desk.manager.actor, case).messages == ()


def test_of_two_events_the_one_that_is_gone_is_not_waited_for(mover: Mover) -> None:
    case = mover.begin(choice("Yes", "No"))
    mover.desk.deploy(choice("Yes", "Maybe"))
    mover.move(case)
    manager = mover.desk.manager.actor
    assert {m.name for m in mover.engine.cases.get(manager, case).messages} == {"Yes", "Maybe"}
    mover.engine.cases.deliver(manager, "Yes", case, key=mover.desk.key())
    assert mover.desk.names(case) == ["After_yes"]


# ---------------------------------------------------------------- what fails


def test_a_process_stopped_by_its_diagram_goes_on_in_a_better_one(mover: Mover) -> None:
    case = mover.begin(steps(task("write"), script("sum", "= {a: 1 / none}"), ids="write sum"))
    with pytest.raises(Exception, match="none"):
        mover.do(case, "Write")
    assert len(mover.desk.incidents(case)) == 1
    mover.desk.deploy(steps(task("write"), script("sum", "= {a: 1}"), ids="write sum"))
    mover.move(case)
    mover.do(case, "Write")
    assert (mover.state(case), mover.desk.incidents(case)) == ("completed", [])


def test_a_version_in_which_it_would_fail_at_once_is_not_entered(mover: Mover) -> None:
    case = mover.begin(steps(task("write"), ids="write"))
    newer = steps(
        task("write"),
        boundary("late", "write", timer="=nothing + 1", interrupting=True),
        task("hurry"),
        chain("late", "hurry", "end"),
        ids="write",
    )
    mover.desk.deploy(newer)
    assert mover.refused(case) == {"would_fail"}
    assert mover.version(case) == 1
    mover.do(case, "Write")
