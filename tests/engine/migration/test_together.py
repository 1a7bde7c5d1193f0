"""Instances that move in one transaction: it is quicker, and nothing else is different."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from engine import FakeClock
from engine.migration import apply, job
from engine.service import migration
from tests.support.databases import database_of
from tests.support.diagrams import chain, diagram, end, field, multiple, start, task
from tests.support.mover import FAILING, OLD, Mover, begun, steps

TOGETHER = migration.TOGETHER


@contextmanager
def counted(mover: Mover) -> Iterator[dict[str, int]]:
    """How many statements, and how many commits of what was written, there are meanwhile."""
    found = {"statements": 0, "commits": 0}
    database = database_of(mover.engine)._engine
    writing: set[Any] = set()

    def statement(connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        found["statements"] += 1
        if text.startswith(("INSERT", "UPDATE", "DELETE", "WITH")):
            writing.add(connection)

    def commit(connection: Any) -> None:
        found["commits"] += connection in writing
        writing.discard(connection)

    event.listen(database, "before_cursor_execute", statement)
    event.listen(database, "commit", commit)
    yield found
    event.remove(database, "before_cursor_execute", statement)
    event.remove(database, "commit", commit)


def test_many_take_few_statements_and_fewer_commits(mover: Mover) -> None:
    count = 4 * TOGETHER
    begun(mover, count)
    moved = mover.job(wait=False)
    with counted(mover) as found:
        assert mover.engine.migrations.run() == count
    assert found["commits"] == 4
    assert found["statements"] < 3 * count
    assert mover.progress(moved).done == count
    assert mover.engine.history.verify(mover.desk.manager.actor).ok


def test_how_far_it_has_come_shows_while_it_goes_on(
    mover: Mover, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(mover, 2 * TOGETHER + 1)
    moved, real, seen = mover.job(wait=False), job.migrate, []

    def watched(*given: Any) -> int:
        # What others see: this transaction has not ended.
        seen.append(mover.progress(moved).done)
        return real(*given)

    monkeypatch.setattr(job, "migrate", watched)
    mover.engine.migrations.run()
    assert seen == [0, TOGETHER, 2 * TOGETHER]


def test_one_that_would_fail_takes_none_of_the_others_back(mover: Mover) -> None:
    mover.desk.deploy(OLD)
    able = {"wanted": "P3D"}
    cases = [mover.desk.case("work", variables={} if n == 7 else able) for n in range(TOGETHER + 4)]
    mover.desk.deploy(FAILING)
    found = mover.progress(mover.job())
    assert (found.done, found.failed, found.waiting) == (TOGETHER + 3, 1, 0)
    broken = cases.pop(7)
    assert found.items[0].instance_id == broken
    assert {r.code for r in found.items[0].reasons} == {"would_fail"}
    assert (mover.version(broken), {mover.version(c) for c in cases}) == (1, {2})
    for case in cases:
        assert mover.desk.facts(case).count("instance.migrated") == 1
    assert "instance.migrated" not in mover.desk.facts(broken)
    assert mover.engine.history.verify(mover.desk.manager.actor).ok


def test_those_that_need_a_mapping_do_not_slow_down_the_others(mover: Mover) -> None:
    cases = begun(mover, TOGETHER, steps(task("write"), ids="write"))
    for case in cases[::2]:
        mover.do(case, "Write")
    moved = mover.job(wait=False)
    with counted(mover) as found:
        mover.engine.migrations.run()
    progress = mover.progress(moved)
    assert (progress.done, progress.failed) == (TOGETHER // 2, TOGETHER // 2)
    assert {i.instance_id for i in progress.items if i.state == "failed"} == set(cases[::2])
    assert found["commits"] == 1


@pytest.mark.parametrize("together", [1, 3, 16])
def test_how_many_move_at_once_changes_nothing_that_is_told(
    mover: Mover, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(migration, "TOGETHER", together)
    cases = begun(mover, 7)
    for case in cases[4:]:
        mover.do(case, "Write")
    who = mover.desk.manager.actor
    for case in cases[:2]:
        mover.engine.tasks.save_draft(
            who,
            mover.desk.task(case),
            answers={"report": "So far"},
            ticks={},
            note="",
            key=mover.desk.key(),
        )
    found = mover.progress(mover.job())
    items = {item.instance_id: item for item in found.items}
    assert all(item.can_go_back for item in items.values())
    for number, case in enumerate(cases):
        told = [note.code for note in items[case].notes]
        dropped = ["answers_dropped"] if number < 2 else []
        at_write = ["fields_gone", "due_rule_changed", *dropped, "due_changed"]
        assert told == (at_write if number < 4 else []), number
        [fact] = [
            entry
            for entry in mover.engine.history.search(who, case_id=case, limit=50).items
            if entry.type == "instance.migrated"
        ]
        assert [note["code"] for note in fact.detail["notes"]] == told
        assert [s.element_id for s in mover.engine.migrations.skipped_steps(who, case)] == ["first"]
    mover.engine.migrations.take_back(mover.owner, found.id, cases[0], key=mover.desk.key())
    assert mover.version(cases[0]) == 1
    assert mover.engine.history.verify(who).ok


def test_several_of_one_case_move_each_by_its_own_place(mover: Mover) -> None:
    child = ("inner", "more", "last")
    for names in (child[:2], child):
        mover.desk.deploy(
            diagram("child", start(), *map(task, names), end(), chain("start", *names, "end"))
        )
        if len(names) == 2:
            calls = multiple("go", "parallel").replace("userTask", "callActivity")
            called = calls.replace("<bpmn:callActivity", '<bpmn:callActivity calledElement="child"')
            case = mover.begin(steps(called, ids="go"))
    mover.do(case, "Inner")
    found = mover.progress(mover.job(process="child"))
    assert (found.done, found.failed, found.waiting) == (3, 0, 0)
    assert mover.desk.names(case) == ["Inner", "Inner", "More"]
    for name in ("Inner", "Inner", "More", "More", "More", "Last", "Last", "Last"):
        mover.do(case, name)
    assert mover.state(case) == "completed"


def test_whoever_waits_has_all_done_also_what_another_does(mover: Mover) -> None:
    begun(mover, 4 * TOGETHER)
    moved, left = mover.job(wait=False), list[int]()

    def wait() -> None:
        mover.engine.migrations.run(migration_id=moved)
        left.append(mover.progress(moved).waiting)

    several = [threading.Thread(target=wait) for _ in range(3)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert left == [0, 0, 0]
    assert mover.progress(moved).done == 4 * TOGETHER
    assert mover.engine.history.verify(mover.desk.manager.actor).ok


class Killed(BaseException):
    """What a worker's end looks like from within."""


def test_what_a_killed_worker_had_begun_is_done_once(
    mover: Mover, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = begun(mover, 3 * TOGETHER)
    moved, real, rounds = mover.job(wait=False), job.migrate, []

    def killed(*given: Any) -> int:
        rounds.append(real(*given))
        if len(rounds) == 2:
            raise Killed
        return rounds[-1]

    with monkeypatch.context() as patched:
        patched.setattr(job, "migrate", killed)
        with pytest.raises(Killed):
            mover.engine.migrations.run()
    assert (mover.progress(moved).done, mover.progress(moved).waiting) == (TOGETHER, 2 * TOGETHER)
    # Whoever lost the wake-up: the next look of any worker finds it.
    assert mover.engine.migrations.run() == 2 * TOGETHER
    for case in cases:
        assert mover.desk.facts(case).count("instance.migrated") == 1
    assert mover.engine.history.verify(mover.desk.manager.actor).ok


def test_what_waits_and_has_no_wake_up_is_found_by_the_sweep(
    mover: Mover, clock: FakeClock
) -> None:
    begun(mover, 1)
    mover.job(wait=False)
    handlers = mover.engine.jobs.worker().handlers

    def found() -> set[str]:
        with database_of(mover.engine).reading() as connection:
            return {wanted.kind for wanted in handlers.overdue(connection, clock.now())}

    assert "migrations" not in found()
    clock.advance(timedelta(minutes=1))
    assert "migrations" in found()
    mover.engine.migrations.run()
    assert "migrations" not in found()


@pytest.mark.parametrize("what", ["complete", "draft"])
@pytest.mark.parametrize("count", [1, 3])
def test_what_somebody_does_amid_the_move_of_their_instance_is_kept(
    mover: Mover, monkeypatch: pytest.MonkeyPatch, count: int, what: str
) -> None:
    report = task("write", form=field("report"))
    newer = steps(report, task("check"), task("last"), ids="write check last")
    [case, *_] = begun(mover, count, newer)
    who, work, key = mover.desk.manager, mover.desk.task(case), mover.desk.key()
    real, threads = apply.position, list[threading.Thread]()

    def do() -> None:
        given: dict[str, Any] = {"answers": {"report": "Done"}, "ticks": {}}
        if what == "complete":
            mover.engine.tasks.complete(who.actor, work, **given, key=key)
        else:
            mover.engine.tasks.save_draft(who.actor, work, **given, note="", key=key)

    def met(*given: Any) -> Any:
        if not threads:
            threads.append(threading.Thread(target=do))
            threads[0].start()
            # Only a draft does not wait for the move, and on SQLite that too.
            alone = database_of(mover.engine).is_sqlite or what == "complete"
            threads[0].join(timeout=0.2 if alone else 20)
        return real(*given)

    monkeypatch.setattr(apply, "position", met)
    mover.job()
    threads[0].join()
    while mover.engine.migrations.run():
        pass
    assert mover.version(case) == 2
    facts = mover.desk.facts(case)
    assert facts.count("instance.migrated") == 1
    if what == "complete":
        assert (facts.count("task.completed"), facts.count("task.opened")) == (1, 2)
        mover.do(case, "Check")
        assert mover.desk.names(case) == ["Last"]
    else:
        assert mover.engine.tasks.get(who.actor, work).values["report"] == "Done"
        assert mover.desk.names(case) == ["Write"]
    assert mover.engine.history.verify(who.actor).ok
