"""A process that is killed amid its work: what it acknowledged is there, once, and nothing half."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import func, select

from engine import Config, Engine, FakeClock
from engine.store.tables import ReceiptTable, SignatureTable, TaskTable
from tests.support.databases import SqliteDatabases, database_of
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, start, task
from tests.support.ground import START
from tests.support.people import Account, add_people

TIMES = 3
TASKS = 60
AT_LEAST = 8
"""Acknowledged completions before the process is killed."""


def work(url: str, who: Account, tasks: list[str], answers: Connection) -> None:
    """Complete tasks and tell the parent of each one, until killed."""
    engine = Engine.open(url, clock=FakeClock(START))
    for task_id in tasks:
        engine.tasks.complete(
            who.actor,
            task_id,
            answers={},
            ticks={},
            password=who.password,
            key=f"key-{task_id}",
        )
        answers.send(task_id)


def kill_amid(url: str, who: Account, tasks: list[str]) -> list[str]:
    """The tasks that a process acknowledged before it was killed."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(url, who, tasks, theirs))
    process.start()
    theirs.close()
    acknowledged = []
    try:
        while len(acknowledged) < AT_LEAST:
            assert mine.poll(60), "the process answers nothing"
            acknowledged.append(mine.recv())
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(30)
        while mine.poll():
            acknowledged.append(mine.recv())
    except EOFError:
        # What had been sent before the end has been read.
        pass
    finally:
        process.kill()
        process.join(30)
        process.close()
        mine.close()
    return acknowledged


def test_a_killed_process_loses_nothing_it_acknowledged_and_doubles_nothing(
    tmp_path: Path, config: Config, key: Callable[[], str]
) -> None:
    databases = SqliteDatabases(tmp_path)
    url = databases.fresh()
    with Engine.open(url, config=config, clock=FakeClock(START)) as engine:
        people = add_people(engine, config)
        desk = Desk(engine, people, key)
        steps = (start(), task("act", sign=True), end(), chain("start", "act", "end"))
        desk.deploy(diagram("work", *steps, lanes={"ekonomi": ["act"]}))
        tasks = [desk.task(desk.case("work")) for _ in range(TASKS)]
    acknowledged: list[str] = []
    for _ in range(TIMES):
        left = [t for t in tasks if t not in acknowledged]
        acknowledged += kill_amid(url, people["ekonomi"], left)
    assert len(acknowledged) == len(set(acknowledged)) >= TIMES * AT_LEAST
    with Engine.open(url, config=config, clock=FakeClock(START)) as engine:
        with database_of(engine).reading() as connection:
            done = set(
                connection.scalars(select(TaskTable.id).where(TaskTable.state == "completed"))
            )
            signed = connection.scalars(select(SignatureTable.task_id)).all()
            receipts = connection.scalar(
                select(func.count()).where(ReceiptTable.method == "complete_task")
            )
        assert done >= set(acknowledged)
        # One completion may have been kept and not told each time: its key says so.
        assert len(done) <= len(acknowledged) + TIMES
        assert sorted(signed) == sorted(done)
        assert receipts == len(done)
        assert engine.history.verify(people["manager"].actor).ok
        assert len(
            engine.cases.search(people["manager"].actor, state="running", limit=100).items
        ) == (TASKS - len(done))
