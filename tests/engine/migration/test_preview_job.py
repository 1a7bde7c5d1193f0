"""Previews of many instances: made by workers part by part, kept, and done as they were seen."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import FakeClock, StoredPreview
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.migration import preview_job
from engine.store.tables import PreviewGroupTable, PreviewItemTable, PreviewTable
from tests.support.databases import database_of
from tests.support.diagrams import task
from tests.support.mover import FAILING, NEW, OLD, Mover, begun, steps


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_job, "PART", 3)


def asked(mover: Mover, **more: Any) -> str:
    receipt = mover.engine.previews.create(mover.owner, "work", 2, key=mover.desk.key(), **more)
    assert receipt.id is not None
    return str(receipt.id)


def stored(mover: Mover, preview: str) -> StoredPreview:
    found = mover.engine.previews.get(mover.owner, preview)
    assert isinstance(found, StoredPreview)
    return found


def made(mover: Mover, preview: str) -> StoredPreview:
    """The preview when workers have finished it."""
    while mover.engine.previews.run():
        pass
    return stored(mover, preview)


def moved(mover: Mover, preview: str, *keys: str, **more: Any) -> str:
    receipt = mover.engine.previews.start(mover.owner, preview, keys, key=mover.desk.key(), **more)
    assert receipt.id is not None
    mover.engine.migrations.run()
    return str(receipt.id)


def test_it_says_the_same_as_looking_at_once_and_in_groups(mover: Mover) -> None:
    cases = begun(mover, 8)
    for case in cases[:3]:
        mover.desk.complete(mover.desk.manager, mover.desk.task(case))
    preview = asked(mover)
    before = stored(mover, preview)
    assert (before.whole, before.looked, before.finished_at, before.groups) == (None, 0, None, ())
    found = made(mover, preview)
    assert (found.whole, found.looked, found.finished_at) == (8, 8, mover.clock.now())
    whole = mover.engine.migrations.preview(mover.owner, "work", 2)
    expected = [
        (g[0].status, g[0].at, g[0].notes, g[0].not_run, {v.case_id for v in g})
        for g in whole.groups()
    ]
    assert [
        (g.status, g.at, g.notes, g.not_run, {c.case_id for c in g.cases}) for g in found.groups
    ] == expected
    assert [g.size for g in found.groups] == [5, 3]
    assert [p.id for p in mover.engine.previews.of_process(mover.owner, "work")] == [preview]


def test_what_is_gone_is_asked_and_what_fails_is_blocked(mover: Mover) -> None:
    begun(mover, 4, steps(task("draft"), ids="draft"))
    [group] = made(mover, asked(mover)).groups
    assert group.status == "mapping"
    assert [t.element_id for q in group.questions for t in q.targets] == ["draft"]
    answered = made(mover, asked(mover, mapping={"write": "draft"}))
    assert [(g.status, g.size) for g in answered.groups] == [("safe", 4)]
    assert mover.progress(moved(mover, answered.id, answered.groups[0].key)).done == 4


def test_groups_depend_on_variables_where_these_matter(mover: Mover) -> None:
    mover.desk.deploy(OLD)
    for n in range(5):
        mover.desk.case("work", variables={} if n < 2 else {"wanted": "P3D"})
    mover.desk.deploy(FAILING)
    groups = made(mover, asked(mover)).groups
    assert [(g.status, g.size) for g in groups] == [("safe", 3), ("blocked", 2)]
    with pytest.raises(Invalid) as caught:
        moved(mover, asked_again(mover), *(g.key for g in groups))
    assert [p.code for p in caught.value.problems] == ["choose_group"]


def asked_again(mover: Mover) -> str:
    preview = asked(mover)
    made(mover, preview)
    return preview


def test_what_has_gone_on_is_told_and_left_only_when_that_is_said(mover: Mover) -> None:
    cases = begun(mover, 5)
    found = made(mover, asked(mover))
    [group] = found.groups
    mover.desk.complete(mover.desk.manager, mover.desk.task(cases[0]))
    with pytest.raises(Conflict) as caught:
        moved(mover, found.id, group.key)
    assert caught.value.error_code == "preview_changed"
    assert (caught.value.params["changed"], caught.value.params["same"]) == (1, 4)
    assert {mover.version(c) for c in cases} == {1}
    assert mover.progress(moved(mover, found.id, group.key, leave_changed=True)).whole == 4
    assert [mover.version(c) for c in cases] == [1, 2, 2, 2, 2]


def test_what_goes_on_before_its_turn_comes_stays_and_says_so(mover: Mover) -> None:
    cases = begun(mover, 4)
    found = made(mover, asked(mover))
    receipt = mover.engine.previews.start(
        mover.owner, found.id, [found.groups[0].key], key=mover.desk.key()
    )
    mover.desk.complete(mover.desk.manager, mover.desk.task(cases[1]))
    mover.engine.migrations.run()
    progress = mover.progress(receipt.id)
    assert (progress.done, progress.failed, progress.waiting) == (3, 1, 0)
    assert [r.code for r in progress.items[0].reasons] == ["changed_since"]
    assert progress.items[0].instance_id == cases[1]
    assert mover.version(cases[1]) == 1


def test_a_worker_that_is_killed_is_gone_on_from_and_nothing_is_counted_twice(
    mover: Mover, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(mover, 8)
    preview, real, parts = asked(mover), preview_job.store, []

    class Killed(BaseException):
        pass

    def killed(*given: Any) -> bool:
        parts.append(given)
        if len(parts) == 2:
            raise Killed
        return real(*given)

    monkeypatch.setattr(preview_job, "store", killed)
    monkeypatch.setattr(preview_job, "release", lambda *_: None)  # nobody is left to do it
    with pytest.raises(Killed):
        mover.engine.previews.run()
    monkeypatch.undo()
    monkeypatch.setattr(preview_job, "PART", 3)
    assert stored(mover, preview).looked == 3
    assert not mover.engine.previews.run()  # the lease of the dead one holds
    handlers = mover.engine.jobs.worker().handlers
    clock.advance(preview_job.LEASE + timedelta(seconds=3))
    handlers.sweep()
    with database_of(mover.engine).reading() as connection:
        kinds = {job.kind for job in handlers.overdue(connection, clock.now())}
    assert preview_job.KIND in kinds
    handlers.by_kind[preview_job.KIND]({})
    found = made(mover, preview)
    assert (found.looked, [g.size for g in found.groups]) == (8, [8])


def test_two_workers_make_it_once(mover: Mover) -> None:
    begun(mover, 10)
    preview = asked(mover)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(8):
                mover.engine.previews.run(seconds=0)
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    found = made(mover, preview)
    assert errors == []
    assert (found.whole, found.looked, [g.size for g in found.groups]) == (10, 10, [10])
    with database_of(mover.engine).reading() as connection:
        assert connection.scalar(select(func.count()).select_from(PreviewItemTable)) == 10


def test_a_part_that_another_worker_has_stored_is_not_stored_again(
    mover: Mover, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(mover, 4)
    preview, real, outcomes = asked(mover), preview_job.store, []

    def twice(*given: Any) -> bool:
        outcomes.extend([real(*given), real(*given)])
        return outcomes[-1]

    monkeypatch.setattr(preview_job, "store", twice)
    with database_of(mover.engine).writing() as connection:
        assert preview_job.claim(connection, mover.clock.now()) is not None
    assert not mover.engine.previews.run()  # it is another's
    with database_of(mover.engine).writing() as connection:
        preview_job.release(connection, preview)
    assert mover.engine.previews.run()
    assert outcomes == [True, False]
    assert stored(mover, preview).looked == 3


def test_it_is_not_started_before_it_is_whole_nor_by_staff(mover: Mover) -> None:
    begun(mover, 2)
    preview = asked(mover)
    with pytest.raises(Conflict) as caught:
        moved(mover, preview, "x")
    assert caught.value.error_code == "preview_unfinished"
    found = made(mover, preview)
    with pytest.raises(Invalid):
        moved(mover, preview)
    staff = mover.desk.people["inkop"].actor
    with pytest.raises(NotAllowed):
        mover.engine.previews.start(staff, preview, [found.groups[0].key], key="no")
    for ask in (
        lambda: mover.engine.previews.get(staff, preview),
        lambda: mover.engine.previews.create(staff, "work", 2, key="no"),
        lambda: mover.engine.previews.of_process(staff, "work"),
    ):
        with pytest.raises(NotAllowed):
            ask()
    with pytest.raises(NotFound):
        mover.engine.previews.get(mover.owner, "nothing")


def test_there_may_be_nothing_to_look_at(mover: Mover) -> None:
    mover.desk.deploy(OLD)
    mover.desk.deploy(NEW)
    found = made(mover, asked(mover))
    assert (found.whole, found.looked, found.groups) == (0, 0, ())
    assert found.finished_at is not None


def test_old_previews_are_forgotten(mover: Mover, clock: FakeClock) -> None:
    begun(mover, 2)
    made(mover, asked(mover))
    clock.advance(preview_job.KEPT_FOR - timedelta(hours=1))
    young = asked(mover)
    made(mover, young)
    clock.advance(timedelta(hours=2))
    with database_of(mover.engine).writing() as connection:
        preview_job.forget(connection, clock.now())
        assert list(connection.scalars(select(PreviewTable.id))) == [young]
        assert set(connection.scalars(select(PreviewGroupTable.preview_id))) == {young}
        assert set(connection.scalars(select(PreviewItemTable.preview_id))) == {young}
