"""People's work survives a move, a move can be taken back, and what was not run is offered."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine import Conflict, Engine, Invalid, NotAllowed, NotFound
from tests.support.databases import database_of
from tests.support.diagrams import boundary, chain, field, sub, task
from tests.support.mover import Mover, late, parallel, rows, steps

FORM = field("report") + field("amount", "integer")


def test_a_draft_with_its_ticks_stays(mover: Mover) -> None:
    case = mover.begin(steps(task("write", form=FORM, points=("p", "q")), ids="write"))
    task_id = mover.desk.task(case)
    who = mover.desk.manager.actor
    mover.engine.tasks.save_draft(
        who,
        task_id,
        answers={"report": "So far", "amount": 7},
        ticks={"p": True, "q": "Not here"},
        note="Half",
        key=mover.desk.key(),
    )
    newer = task("write", form=field("report") + field("extra"), points=("q", "r"))
    mover.desk.deploy(steps(newer, ids="write"))
    item = mover.move(case)
    found = mover.engine.tasks.get(who, task_id)
    assert (found.values["report"], found.note, found.version) == ("So far", "Half", 2)
    assert {t.id: t.state for t in found.checklist} == {"q": "not_applicable", "r": "open"}
    assert (found.row.ticked, found.row.points, found.row.has_draft) == (1, 2, True)
    told = {n.code: n.params["what"] for n in item.notes if "what" in n.params}
    assert told["answers_dropped"] == "amount: 7"
    assert told["ticks_dropped"] == "P."


def test_who_has_a_task_keeps_it_unless_the_new_role_is_not_theirs(mover: Mover) -> None:
    lanes = {"saljare": ["write"]}
    case = mover.begin(steps(task("write"), ids="write", lanes=lanes))
    task_id = mover.desk.task(case)
    mover.engine.tasks.claim(mover.desk.seller.actor, task_id, key=mover.desk.key())
    mover.desk.deploy(steps(task("write"), task("x"), ids="write x", lanes={"saljare": ["write"]}))
    mover.move(case)
    assert mover.desk.open_tasks(case)[0].assignee.name == mover.desk.seller.name
    mover.desk.deploy(steps(task("write"), ids="write", lanes={"inkop": ["write"]}))
    item = mover.move(case, version=3)
    row = mover.desk.open_tasks(case)[0]
    assert (row.role, row.assignee) == ("inkop", None)
    [note] = [n for n in item.notes if n.code == "assignee_released"]
    assert note.params["person"] == mover.desk.seller.name


def test_a_date_by_the_rule_follows_the_new_rule(mover: Mover) -> None:
    case = mover.begin(steps(task("write", due="P5D"), ids="write"))
    mover.desk.deploy(steps(task("write", due="P9D"), ids="write"))
    mover.move(case)
    assert mover.desk.open_tasks(case)[0].due == date(2026, 3, 11)


PHASE = '<sp:phase key="A" title="Plan" order="1"/>'


def phased(*elements: str, ids: str) -> Any:
    source = steps(*elements, ids=ids)
    marked = source.data.replace(
        b"<bpmn:extensionElements>", b"<bpmn:extensionElements>" + PHASE.encode(), 1
    )
    return type(source)(source.filename, marked)


def plan(mover: Mover, case: str) -> dict[str, Any]:
    sheets = mover.engine.cases.get(mover.desk.manager.actor, case).sheets
    return {row.plan.element_id: row.plan for sheet in sheets for row in sheet.rows}


def test_a_date_that_somebody_has_set_stays(mover: Mover) -> None:
    two = (task("write", due="P5D"), task("check", due="P5D"))
    case = mover.begin(phased(*two, ids="write check"))
    wanted = {"write": date(2026, 4, 1), "check": date(2026, 5, 1)}
    rows = [{"id": p.id, "due": wanted[e]} for e, p in plan(mover, case).items()]
    mover.engine.cases.set_plan(mover.desk.manager.actor, case, rows, key=mover.desk.key())
    newer = (task("write", due="P9D"), task("new", due="P1D"), task("check", due="P9D"))
    mover.desk.deploy(phased(*newer, ids="write new check"))
    mover.move(case)
    after = plan(mover, case)
    assert list(after) == ["write", "new", "check"]
    assert {e: after[e].due for e in wanted} == wanted
    assert after["new"].due is not None
    assert mover.desk.open_tasks(case)[0].due == wanted["write"]


def test_a_date_that_somebody_has_set_to_what_the_rule_gives_stays(mover: Mover) -> None:
    case = mover.begin(phased(task("write", due="P5D"), ids="write"))
    by_rule = plan(mover, case)["write"].due
    for due in (date(2026, 4, 1), by_rule):
        row = {"id": plan(mover, case)["write"].id, "due": due}
        mover.engine.cases.set_plan(mover.desk.manager.actor, case, [row], key=mover.desk.key())
    mover.desk.deploy(phased(task("write", due="P9D"), ids="write"))
    mover.move(case)
    assert mover.desk.open_tasks(case)[0].due == by_rule


def test_files_on_a_field_that_is_gone_are_named_and_come_back(mover: Mover) -> None:
    form = field("report") + field("proof", "attachment")
    case = mover.begin(steps(task("write", form=form), ids="write"))
    task_id, who = mover.desk.task(case), mover.desk.manager.actor
    mover.engine.tasks.attach(
        who, task_id, "proof", "receipt.txt", "text/plain", b"Paid.", key=mover.desk.key()
    )
    mover.desk.deploy(steps(task("write", form=field("report")), ids="write"))
    job = mover.job(case)
    [item] = mover.progress(job).items
    [note] = [n for n in item.notes if n.code == "files_dropped"]
    assert note.params["what"] == "receipt.txt"
    mover.engine.migrations.take_back(mover.owner, job, case, key=mover.desk.key())
    [found] = mover.engine.tasks.get(who, task_id).attachments["proof"]
    assert found.filename == "receipt.txt"


def test_a_row_of_the_plan_that_is_gone_leaves_unless_somebody_decided(mover: Mover) -> None:
    names = ("write", "dated", "plain")
    case = mover.begin(phased(*map(task, names), ids=" ".join(names)))
    [dated] = [p for e, p in plan(mover, case).items() if e == "dated"]
    row = {"id": dated.id, "due": "2026-06-01"}
    mover.engine.cases.set_plan(mover.desk.manager.actor, case, [row], key=mover.desk.key())
    mover.desk.deploy(phased(task("write"), ids="write"))
    item = mover.move(case)
    assert set(plan(mover, case)) == {"write", "dated"}
    assert [n.element_id for n in item.notes if n.code == "plan_kept"] == ["dated"]


# ---------------------------------------------------------------- back again


def test_taken_back_an_instance_is_what_it_was_to_the_byte(mover: Mover) -> None:
    old = (
        task("write", form=FORM, points=("p",), due="P3D"),
        boundary("late", "write", timer="P2D", interrupting=True),
        task("hurry"),
        chain("late", "hurry", "end"),
        task("check"),
    )
    flows = "".join(old[1:4])
    case = mover.begin(phased(old[0], old[4] + flows, ids="write check"))
    who, url = mover.desk.manager.actor, database_of(mover.engine).url
    mover.engine.tasks.save_draft(
        who,
        mover.desk.task(case),
        answers={"report": "So far"},
        ticks={"p": True},
        note="",
        key=mover.desk.key(),
    )
    before = list(rows(url, case))
    mover.desk.deploy(phased(task("first"), task("draft", due="P7D"), ids="first draft"))
    job = mover.job(case, mapping={"write": "draft"})
    assert mover.progress(job).items[0].can_go_back
    assert list(rows(url, case)) != before
    mover.engine.migrations.take_back(mover.owner, job, case, key=mover.desk.key())
    assert list(rows(url, case)) == before
    assert mover.progress(job).taken_back == 1
    assert mover.desk.facts(case)[-1] == "instance.migration_undone"
    manager = mover.desk.manager
    mover.desk.complete(manager, mover.desk.task(case), {"report": "Done"}, {"p": True})
    assert mover.desk.names(case) == ["Check"]


def test_what_has_gone_on_cannot_go_back(mover: Mover) -> None:
    case = mover.begin(steps(task("write"), task("check"), ids="write check"))
    mover.desk.deploy(steps(task("write"), task("more"), ids="write more"))
    job = mover.job(case)
    mover.do(case, "Write")
    with pytest.raises(Conflict) as refused:
        mover.engine.migrations.take_back(mover.owner, job, case, key=mover.desk.key())
    assert refused.value.error_code == "moved_on"


def test_a_draft_written_since_is_not_lost_by_going_back(mover: Mover) -> None:
    case = mover.begin(steps(task("write", form=FORM), ids="write"))
    mover.desk.deploy(steps(task("write", form=FORM), task("more"), ids="write more"))
    job = mover.job(case)
    mover.engine.tasks.save_draft(
        mover.desk.manager.actor,
        mover.desk.task(case),
        answers={"report": "New"},
        ticks={},
        note="",
        key=mover.desk.key(),
    )
    with pytest.raises(Conflict) as refused:
        mover.engine.migrations.take_back(mover.owner, job, case, key=mover.desk.key())
    assert refused.value.error_code == "changed_since"


def test_going_back_twice_or_from_nowhere_is_refused(mover: Mover) -> None:
    case = mover.begin(late(None))
    mover.desk.deploy(late("P2D"))
    job, key = mover.job(case), mover.desk.key
    mover.engine.migrations.take_back(mover.owner, job, case, key=key())
    with pytest.raises(Conflict) as refused:
        mover.engine.migrations.take_back(mover.owner, job, case, key=key())
    assert refused.value.error_code == "not_migrated"
    with pytest.raises(NotFound):
        mover.engine.migrations.take_back(mover.owner, "nothing", case, key=key())
    with pytest.raises(NotAllowed):
        mover.engine.migrations.take_back(mover.desk.seller.actor, job, case, key=key())


# ---------------------------------------------------------------- not run


def inserted(mover: Mover) -> str:
    """A case at "Write", moved to a version that has "First" before it."""
    case = mover.begin(steps(task("write"), ids="write"))
    lanes = {"saljare": ["first", "write"]}
    mover.desk.deploy(steps(task("first"), task("write"), ids="first write", lanes=lanes))
    [step] = mover.look(case).not_run
    assert (step.element_id, step.role, step.always) == ("first", "saljare", True)
    mover.move(case)
    return case


def test_a_step_before_the_work_is_offered_and_can_be_done_beside_it(mover: Mover) -> None:
    case = inserted(mover)
    manager = mover.desk.manager.actor
    [step] = mover.engine.migrations.skipped_steps(manager, case)
    assert (step.name, step.state, step.can_decide) == ("First", "offered", True)
    receipt = mover.engine.migrations.run_skipped(manager, case, "first", key=mover.desk.key())
    assert receipt.result["task"] == mover.desk.task(case, "First")
    assert mover.desk.names(case) == ["First", "Write"]
    mover.do(case, "Write")
    assert mover.state(case) == "running"
    mover.do(case, "First")
    assert mover.state(case) == "completed"
    assert [s.state for s in mover.engine.migrations.skipped_steps(manager, case)] == ["done"]


def test_nothing_follows_a_step_that_is_done_afterwards(mover: Mover) -> None:
    case = inserted(mover)
    mover.engine.migrations.run_skipped(
        mover.desk.manager.actor, case, "first", key=mover.desk.key()
    )
    mover.do(case, "First")
    assert mover.desk.names(case) == ["Write"]


def test_a_step_that_is_not_needed_says_why(mover: Mover) -> None:
    case = inserted(mover)
    manager, key = mover.desk.manager.actor, mover.desk.key
    with pytest.raises(Invalid):
        mover.engine.migrations.dismiss_skipped(manager, case, "first", " ", key=key())
    with pytest.raises(NotAllowed):
        mover.engine.migrations.dismiss_skipped(
            mover.desk.seller.actor, case, "first", "No", key=key()
        )
    mover.engine.migrations.dismiss_skipped(manager, case, "first", "Done by phone", key=key())
    [step] = mover.engine.migrations.skipped_steps(manager, case)
    assert (step.state, step.reason, step.can_decide) == ("not_needed", "Done by phone", False)
    with pytest.raises(Conflict):
        mover.engine.migrations.run_skipped(manager, case, "first", key=key())
    with pytest.raises(NotFound):
        mover.engine.migrations.run_skipped(manager, case, "write", key=key())


def test_a_step_in_another_way_is_told_to_be_perhaps(mover: Mover) -> None:
    case = mover.begin(parallel("a", "b"))
    newer = parallel("a", "b", sub("part", task("inner")), extra=chain("split", "part", "join"))
    mover.desk.deploy(newer)
    assert [(n.element_id, n.always) for n in mover.look(case).not_run] == [("part", True)]


# ---------------------------------------------------------------- the job


def test_many_are_moved_in_one_job_and_those_that_cannot_say_why(mover: Mover) -> None:
    mover.desk.deploy(steps(task("write"), task("check"), ids="write check"))
    cases = [mover.desk.case("work") for _ in range(4)]
    mover.do(cases[0], "Write")
    mover.desk.deploy(steps(task("write"), task("last"), ids="write last"))
    found = mover.progress(mover.job())
    assert (found.whole, found.done, found.failed, found.waiting) == (4, 3, 1, 0)
    [failed] = [i for i in found.items if i.state == "failed"]
    assert (failed.instance_id, failed.reasons[0].element_id) == (cases[0], "check")
    assert [m.id for m in mover.engine.migrations.of_process(mover.owner, "work")] == [found.id]


def test_a_job_that_nobody_waited_for_is_gone_on_with(mover: Mover, clock: Any) -> None:
    mover.desk.deploy(steps(task("write"), ids="write"))
    cases = [mover.desk.case("work") for _ in range(3)]
    mover.desk.deploy(steps(task("write"), task("last"), ids="write last"))
    job = mover.job(wait=False)
    assert mover.progress(job).waiting == 3
    assert mover.engine.migrations.run(most=2) == 2
    assert mover.progress(job).waiting == 1
    with Engine.open(
        database_of(mover.engine).url, config=mover.engine.config, clock=clock
    ) as another:
        assert another.migrations.run() == 1
        assert another.migrations.run() == 0
    assert {mover.version(case) for case in cases} == {2}


def test_the_same_key_moves_nothing_twice(mover: Mover) -> None:
    case = mover.begin(steps(task("write"), ids="write"))
    mover.desk.deploy(steps(task("write"), task("last"), ids="write last"))
    given = {"key": "once"}
    first = mover.engine.migrations.start(mover.owner, "work", 2, [case], **given)
    again = mover.engine.migrations.start(mover.owner, "work", 2, [case], **given)
    assert first.id == again.id
    assert mover.desk.facts(case).count("instance.migrated") == 1


def test_nothing_to_move_and_nobody_to_move_it(mover: Mover) -> None:
    mover.desk.deploy(steps(task("write"), ids="write"))
    with pytest.raises(Invalid):
        mover.job(version=1)
    with pytest.raises(NotAllowed):
        mover.engine.migrations.start(mover.desk.seller.actor, "work", 1, key=mover.desk.key())
    with pytest.raises(NotFound):
        mover.engine.migrations.get(mover.owner, "nothing")
