"""What runs when nobody asks for it: in the transaction, once, by whichever worker is there."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from engine import SYSTEM, Engine, FakeClock
from engine.errors import DatabaseNewer, NotAllowed, NotFound
from engine.job_queue import Job, span_of, timer_job
from engine.jobs import failed, outbox, sqlite_queue
from engine.jobs.outbox import OutboundMessage
from engine.jobs.queue import DatabaseQueue
from engine.jobs.sqlite_queue import MOST_ATTEMPTS
from engine.runtime import timers
from engine.store import tables
from tests.support.chains import chains_hold
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import catch, chain, diagram, end, start, task
from tests.support.ground import START
from tests.support.incidents import damage
from tests.support.threads import at_once, until
from tests.support.workers import fired, kill_at_random, left, now, waiting_cases


@pytest.fixture
def live_engine(database_url: str) -> Iterator[Engine]:
    """An engine on the machine's clock, as a worker's process has it."""
    with Engine.open(database_url) as engine:
        yield engine


def queued(engine: Engine) -> dict[str, tuple[str, datetime, dict[str, Any]]]:
    """The jobs that wait, by key."""
    with database_of(engine).reading() as connection:
        if connection.dialect.name == "sqlite":
            row = tables.JobTable
            columns = (row.key, row.kind, row.at, row.payload)
            found = connection.execute(select(*columns).where(row.key.is_not(None)))
        else:
            found = connection.execute(
                text(
                    "SELECT queueing_lock, task_name, scheduled_at, args FROM procrastinate_jobs "
                    "WHERE status = 'todo'"
                )
            )
        return {key: (kind, at.astimezone(UTC), payload) for key, kind, at, payload in found}


def wait_for(timer: str) -> Any:
    flows = chain("start", "wait", "act", "end")
    return diagram("waiting", start(), catch("wait", timer=timer), task("act"), end(), flows)


# ---------------------------------------------------------------- written with what it is for


def test_a_timer_brings_its_wake_up_in_the_same_transaction(bare_desk: Desk) -> None:
    bare_desk.deploy(wait_for("PT10M"))
    bare_desk.case("waiting")
    due = START + timedelta(minutes=10)
    assert queued(bare_desk.engine) == {f"timers:{due.isoformat()}": ("timers", due, {})}


def test_a_rollback_takes_the_job_back(bare_engine: Engine) -> None:
    class Undone(Exception):
        pass

    def fail() -> None:
        with database_of(bare_engine).writing() as connection:
            DatabaseQueue().put(connection, [Job("timers", "timers:x", START)])
            raise Undone

    with pytest.raises(Undone):
        fail()
    assert queued(bare_engine) == {}


def test_a_key_waits_once_and_the_transaction_goes_on(bare_engine: Engine) -> None:
    job = Job("timers", "timers:x", START, {"a": 1})
    for _ in range(2):
        with database_of(bare_engine).writing() as connection:
            DatabaseQueue().put(connection, [job, job, Job("timers", "timers:y", START)])
            DatabaseQueue().put(connection, [job])
    assert sorted(queued(bare_engine)) == ["timers:x", "timers:y"]


def test_two_transactions_that_ask_for_the_same_look_both_go_through(
    bare_engine: Engine, database_kind: str
) -> None:
    """On PostgreSQL the second waits for the first; on SQLite writers are alone in any case."""

    def put() -> None:
        for number in range(20):
            with database_of(bare_engine).writing() as connection:
                jobs = [Job("timers", f"timers:{n}", START) for n in (number, number + 1)]
                DatabaseQueue().put(connection, random.sample(jobs, 2))

    assert at_once([put] * 4) == [None] * 4
    assert len(queued(bare_engine)) == 21


@pytest.mark.parametrize(
    ("ahead", "kind", "first"),
    [
        (timedelta(seconds=-5), "timers", START),
        (timedelta(seconds=90, microseconds=1), "timers", START + timedelta(seconds=91)),
        (timedelta(minutes=60), "timers", START + timedelta(minutes=60)),
        (timedelta(minutes=61), "horizon", START + timedelta(minutes=60)),
        (timedelta(hours=24), "horizon", START + timedelta(hours=24)),
        (timedelta(hours=30), "horizon", datetime(2026, 3, 3, tzinfo=UTC)),
        (timedelta(days=900), "horizon", datetime(2028, 8, 18, tzinfo=UTC)),
    ],
)
def test_a_timer_far_ahead_is_looked_at_again_when_its_day_and_its_hour_begin(
    ahead: timedelta, kind: str, first: datetime
) -> None:
    job = timer_job(START + ahead, START)
    assert (job.kind, job.at) == (kind, first)
    if kind == "horizon":
        begins, ends = span_of(job.payload)
        assert begins <= START + ahead < ends


def test_a_timer_of_years_comes_down_from_day_to_hour_to_second(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    desk.deploy(wait_for("P2Y"))
    desk.case("waiting")
    handlers = desk.engine.jobs.worker().handlers.by_kind
    seen: list[str] = []
    kinds = []
    for _ in range(3):
        [(key, (kind, moment, payload))] = [
            (k, job) for k, job in queued(desk.engine).items() if k not in seen
        ]
        seen.append(key)
        kinds.append(kind)
        clock.set(moment)
        handlers[kind](payload)
    assert kinds == ["horizon", "horizon", "timers"]
    assert clock.now() == datetime(2028, 3, 2, 8, 0, tzinfo=UTC)
    assert left(desk.engine) == 0


# ---------------------------------------------------------------- whose timer it is


def claim(engine: Engine, limit: int) -> list[str]:
    """The ids of due timers that are this caller's now."""
    with database_of(engine).writing() as connection:
        return timers.claim_due(connection, engine.now(), limit)


def test_claimed_timers_are_nobody_elses_until_the_lease_ends(
    bare_engine: Engine, clock: FakeClock
) -> None:
    waiting_cases(bare_engine, 5, due=START)
    assert len(claim(bare_engine, 3)) == 3
    assert len(claim(bare_engine, 3)) == 2
    assert claim(bare_engine, 3) == []
    clock.advance(timers.LEASE)
    assert len(claim(bare_engine, 9)) == 5


def test_a_clock_that_is_set_back_keeps_no_lease_for_ever(
    bare_engine: Engine, clock: FakeClock
) -> None:
    waiting_cases(bare_engine, 1, due=START - timedelta(days=2))
    clock.advance(timedelta(days=1))
    assert len(claim(bare_engine, 1)) == 1
    clock.advance(timedelta(days=-1))
    assert len(claim(bare_engine, 1)) == 1


def test_a_clock_that_is_a_little_behind_takes_nothing_from_others(
    bare_engine: Engine, clock: FakeClock
) -> None:
    """Another machine's clock, or a thread's that has waited for its turn since it looked."""
    waiting_cases(bare_engine, 1, due=START - timedelta(days=2))
    letter = OutboundMessage("webhook", "event", "https://receiver.example", {})
    with database_of(bare_engine).writing() as connection:
        connection.execute(
            insert(tables.JobTable).values(kind="odd", payload={}, at=START, attempts=0)
        )
        outbox.post(connection, [letter], START)
        [letter_id] = outbox.due(connection, START, 1)

    def taken() -> tuple[bool, bool, bool]:
        timer = bool(claim(bare_engine, 1))
        with database_of(bare_engine).writing() as connection:
            now = bare_engine.now()
            job = sqlite_queue.claim(connection, now) is not None
            return timer, job, outbox.claim(connection, letter_id, now) is not None

    clock.advance(timedelta(seconds=5))
    assert taken() == (True, True, True)
    clock.advance(timedelta(seconds=-1))
    assert taken() == (False, False, False)
    clock.advance(timedelta(hours=1))
    assert taken() == (True, True, True)


def test_a_timer_that_fails_is_an_incident_and_the_others_fire(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    ids = waiting_cases(desk.engine, 4, due=START)
    damage(desk.engine, ids[1])
    assert desk.engine.jobs.fire_due() == 4
    assert left(desk.engine) == 1
    assert [i.case_id for i in desk.engine.incidents.newest(desk.manager.actor)] == [ids[1]]


# ---------------------------------------------------------------- workers


def test_a_worker_fires_what_becomes_due_while_it_runs(live_engine: Engine) -> None:
    live_engine.definitions.deploy(SYSTEM, [wait_for("PT1S")], key="deploy")
    worker = live_engine.jobs.worker(sweep_seconds=60)
    worker.start()
    try:
        live_engine.cases.start(SYSTEM, process_id="waiting", key="the only one")
        until(lambda: left(live_engine) == 0)
    finally:
        worker.stop()


def test_the_sweep_finds_what_no_job_was_there_for(live_engine: Engine) -> None:
    waiting_cases(live_engine, 120, due=now() - timedelta(hours=1))
    with database_of(live_engine).writing() as connection:
        table = "job" if connection.dialect.name == "sqlite" else "procrastinate_jobs"
        connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - one of two words
    worker = live_engine.jobs.worker(sweep_seconds=0.1)
    worker.start()
    try:
        until(lambda: left(live_engine) == 0)
    finally:
        worker.stop()
    assert set(fired(live_engine).values()) == {1}


def test_workers_killed_at_random_fire_every_timer_once(
    live_engine: Engine, database_url: str
) -> None:
    ids = waiting_cases(live_engine, 2_000, due=now())
    killed = kill_at_random(database_url, live_engine, count=2, kills=2, chance=random.Random(4))  # noqa: S311 - to kill by
    assert killed == 2
    assert fired(live_engine) == dict.fromkeys(ids, 1)
    with database_of(live_engine).reading() as connection:
        opened = connection.scalars(select(tables.TaskTable.case_id)).all()
    assert sorted(opened) == sorted(ids)
    assert chains_hold(live_engine)


def test_a_job_that_fails_is_tried_again_later(
    live_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.jobs.sqlite_queue.pause", lambda attempts: timedelta(0))
    worker = live_engine.jobs.worker(sweep_seconds=60)
    tries: list[Any] = []

    def fail_twice(payload: Any) -> None:
        tries.append(dict(payload))
        if len(tries) < 3:
            raise RuntimeError("not yet")

    worker.handlers.by_kind = {"odd": fail_twice}  # type: ignore[misc]
    # The sweep would ask for other jobs, sooner or later.
    monkeypatch.setattr(worker.handlers, "sweep", lambda: None)
    with database_of(live_engine).writing() as connection:
        DatabaseQueue().put(connection, [Job("odd", "odd:1", now(), {"what": "this"})])
    worker.start()
    try:
        until(lambda: len(tries) == 3)
    finally:
        worker.stop()
    assert tries == [{"what": "this"}] * 3
    assert queued(live_engine) == {}


@contextmanager
def working(engine: Engine, handler: Callable[[Any], None]) -> Iterator[None]:
    """A worker that knows one kind of job, ``odd``, and does not sweep."""
    worker = engine.jobs.worker(sweep_seconds=60)
    worker.handlers.by_kind = {"odd": handler}  # type: ignore[misc]
    worker.handlers.sweep = lambda: None  # type: ignore[method-assign]
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def test_a_job_that_fails_for_good_is_listed_counted_and_tried_again_by_a_manager(
    live_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.jobs.sqlite_queue.pause", lambda attempts: timedelta(0))
    engine = live_engine

    def errors() -> list[str]:
        return [job.error for job in engine.jobs.failed(SYSTEM)]

    def fail_at(day: str) -> None:
        def fail(payload: Any) -> None:
            raise RuntimeError(f"not on {day}")

        with database_of(engine).writing() as connection:
            DatabaseQueue().put(connection, [Job("odd", f"odd:{day}", now(), {"what": "this"})])
        with working(engine, fail):
            until(lambda: errors() == [f"RuntimeError: not on {day}"])

    fail_at("Monday")
    # What looks at the same is listed once, however often it fails.
    fail_at("Tuesday")
    assert queued(engine) == {}
    [job] = engine.jobs.failed(SYSTEM)
    assert (job.kind, job.payload, job.attempts) == ("odd", {"what": "this"}, MOST_ATTEMPTS)
    assert engine.operations.pulse().failed_jobs == 1
    assert engine.operations.pulse().job_lag_seconds < 60

    done: list[Any] = []
    engine.jobs.retry(SYSTEM, job.id, key="again")
    assert engine.jobs.failed(SYSTEM) == ()
    with working(engine, done.append):
        until(lambda: done == [{"what": "this"}])
    assert (engine.jobs.failed(SYSTEM), queued(engine)) == ((), {})
    with pytest.raises(NotFound):
        engine.jobs.retry(SYSTEM, job.id, key="once more")
    with pytest.raises(NotFound):
        engine.jobs.retry(SYSTEM, "none", key="nothing")


def test_failed_jobs_are_a_managers(bare_desk: Desk) -> None:
    desk = bare_desk
    with database_of(desk.engine).writing() as connection:
        failed.add(connection, "tidy", {}, MOST_ATTEMPTS, "RuntimeError: no", START)
    [job] = desk.engine.jobs.failed(desk.manager.actor)
    assert desk.engine.jobs.failed(desk.seller.actor) == ()
    with pytest.raises(NotAllowed):
        desk.engine.jobs.retry(desk.seller.actor, job.id, key="no")
    desk.engine.jobs.retry(desk.manager.actor, job.id, key="yes")
    assert [kind for kind, _, _ in queued(desk.engine).values()] == ["tidy"]


def test_a_running_worker_stops_when_the_database_is_upgraded_under_it(
    live_engine: Engine,
) -> None:
    with database_of(live_engine).writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNewer, match="make setup"):
        live_engine.jobs.worker(sweep_seconds=0.1).run()


def test_the_queues_library_is_the_one_that_the_tables_were_made_for() -> None:
    """A newer one may bring tables of its own: then a migration must bring them too."""
    from pathlib import Path

    from procrastinate.schema import SchemaManager

    steps = sorted(p.name for p in Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    assert steps[-1] == "03.04.00_50_post_add_retry_failed_job_procedure.sql"
