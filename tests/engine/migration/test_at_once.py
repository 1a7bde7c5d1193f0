"""Instances move while people work in them, and a job that is killed goes on: nothing is lost and
nothing is done twice."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from engine import Conflict, NotFound, Unavailable
from engine.errors import NotAllowed
from tests.support.databases import database_of
from tests.support.diagrams import task
from tests.support.mover import Mover, steps

CASES = 10
MOVING = """
import sys
from engine import Engine
with Engine.open(sys.argv[1]) as engine:
    while engine.migrations.run(most=int(sys.argv[2])):
        pass
"""


def begun(mover: Mover, cases: int = CASES) -> list[str]:
    """Cases at "Write", of a process that has a newer version."""
    mover.desk.deploy(steps(task("write"), task("check"), ids="write check"))
    found = [mover.desk.case("work") for _ in range(cases)]
    newer = (task("write"), task("check"), task("last"))
    mover.desk.deploy(steps(*newer, ids="write check last"))
    return found


def test_work_that_is_done_while_instances_move_is_done_once(mover: Mover) -> None:
    cases = begun(mover)
    work = {case: mover.desk.task(case) for case in cases}
    who, keys = mover.desk.manager, count()

    def complete(case: str) -> None:
        for _ in range(100):
            try:
                # What the desk's own key counter gives is not for many threads.
                mover.desk.complete(who, work[case], key=f"done-{case}-{next(keys)}")
                return
            except (Conflict, Unavailable):
                time.sleep(0.02)
        pytest.fail("the task could not be completed")

    with ThreadPoolExecutor(5) as pool:
        job = pool.submit(mover.engine.migrations.start, mover.owner, "work", 2, key="move")
        done = [pool.submit(complete, case) for case in cases]
        for future in (job, *done):
            future.result(timeout=120)
    while mover.engine.migrations.run():
        pass
    found = mover.progress(str(job.result().id))
    assert (found.done, found.failed, found.waiting) == (CASES, 0, 0), found.items
    for case in cases:
        facts = mover.desk.facts(case)
        assert (facts.count("task.completed"), facts.count("instance.migrated")) == (1, 1)
        assert (mover.version(case), mover.desk.names(case)) == (2, ["Check"])
        mover.do(case, "Check")
        assert mover.desk.names(case) == ["Last"]
    assert mover.engine.history.verify(mover.desk.manager.actor).ok


def test_two_who_move_the_same_instances_move_them_once(mover: Mover) -> None:
    cases = begun(mover)
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(
                mover.engine.migrations.start, mover.owner, "work", 2, cases, key=f"move-{n}"
            )
            for n in range(2)
        ]
        ids = [str(job.result(timeout=120).id) for job in jobs]
    while mover.engine.migrations.run():
        pass
    for case in cases:
        assert mover.desk.facts(case).count("instance.migrated") == 1
    progress = [mover.progress(job) for job in ids]
    assert sum(p.done for p in progress) == CASES
    assert {r.code for p in progress for i in p.items for r in i.reasons} == {"already_there"}


def watched(mover: Mover, job: str) -> Iterator[int]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        yield mover.progress(job).done
        time.sleep(0.01)


@pytest.mark.parametrize(("limit", "number"), [(1, 2 * CASES), (1000, 4 * CASES)])
def test_a_job_whose_process_is_killed_goes_on_where_it_stopped(
    mover: Mover, limit: int, number: int
) -> None:
    cases = begun(mover, number)
    job = mover.job(wait=False)
    command = [sys.executable, "-c", MOVING, database_of(mover.engine).url, str(limit)]
    with subprocess.Popen(command) as process:
        next(done for done in watched(mover, job) if done > 1)
        process.kill()
    left = mover.progress(job).waiting
    assert mover.engine.migrations.run() == left
    found = mover.progress(job)
    assert (found.done, found.failed, found.waiting) == (number, 0, 0)
    for case in cases:
        assert mover.desk.facts(case).count("instance.migrated") == 1
    assert mover.engine.history.verify(mover.desk.manager.actor).ok


def test_a_key_of_another_move_is_refused(mover: Mover) -> None:
    cases = begun(mover, 2)
    mover.engine.migrations.start(mover.owner, "work", 2, cases[:1], key="once")
    with pytest.raises(Conflict):
        mover.engine.migrations.start(mover.owner, "work", 2, cases[1:], key="once")
    assert mover.version(cases[1]) == 1


def test_who_may_not_move_instances_may_do_nothing_of_it(mover: Mover) -> None:
    [case] = begun(mover, 1)
    job = mover.job(case)
    engine, staff, key = mover.engine, mover.desk.seller.actor, mover.desk.key
    for attempt in (
        lambda: engine.migrations.preview(staff, "work", 2),
        lambda: engine.migrations.start(staff, "work", 2, [case], key=key()),
        lambda: engine.migrations.take_back(staff, job, case, key=key()),
        lambda: engine.migrations.get(staff, job),
        lambda: engine.migrations.of_process(staff, "work"),
        lambda: engine.migrations.run_skipped(staff, case, "write", key=key()),
        lambda: engine.migrations.dismiss_skipped(staff, case, "write", "No", key=key()),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            attempt()
    assert mover.version(case) == 2
