"""Many running instances move to a new version of their process: how long it takes, and how much
of that is work.

    python -m tests.bench.migration [URL] [N]

The database must be new; without a URL it is an SQLite file in a temporary folder. The instances
stand at three places of a process with a form, a timer, a parallel block and a plan; the new
version has another form, a step before and a step after each place. One in ten is taken back.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, select

from engine import SYSTEM, Actor, Engine, Source
from engine.store.base import new_id
from engine.store.tables import TaskTable
from tests.support.databases import database_of
from tests.support.diagrams import boundary, chain, diagram, end, field, gateway, start, task

INSTANCES = 1000
PLACES: tuple[tuple[str, ...], ...] = ((), ("write",), ("write", "left"))
"""What has been completed of the first, second and third case, and so on."""
PHASE = '<sp:phase key="A" title="Work" order="1"/>'


def source(version: int) -> Source:
    newer = version > 1
    form = field("report") + (field("extra") if newer else "")
    ways = ["first", "write", "late_check", "split"] if newer else ["write", "split"]
    added = (task("first", due="P1D"), task("late_check")) if newer else ()
    made = diagram(
        "moved",
        start(),
        task("write", form=form, points=("p", "q"), due="P9D" if newer else "P5D"),
        boundary("late", "write", timer="P30D", interrupting=False),
        task("remind"),
        gateway("split", "parallel"),
        task("left"),
        task("right", due="P3D"),
        gateway("join", "parallel"),
        task("check"),
        end(),
        *added,
        chain("start", *ways, "left", "join", "check", "end"),
        chain("split", "right", "join"),
        chain("late", "remind", "end"),
    )
    tag = b"<bpmn:extensionElements>"
    return Source(made.filename, made.data.replace(tag, tag + PHASE.encode(), 1))


def prepare(engine: Engine, count: int) -> None:
    """Cases on the first version, a third each at "write", in the block and at the join."""
    engine.definitions.deploy(SYSTEM, [source(1)], key=new_id())
    person = engine.people.add(
        SYSTEM, "mia", "Mia", rights=["manager"], password="for the measuring", key=new_id()
    )
    actor = Actor(str(person.id), "Mia", frozenset(), frozenset({"manager"}))
    for number in range(count):
        case = engine.cases.start(SYSTEM, process_id="moved", key=new_id()).id
        for name in PLACES[number % 3]:
            _complete(engine, actor, str(case), name)
    engine.definitions.deploy(SYSTEM, [source(2)], key=new_id())


def _complete(engine: Engine, actor: Actor, case: str, element: str) -> None:
    with database_of(engine).reading() as connection:
        wanted = select(TaskTable.id).where(
            TaskTable.case_id == case, TaskTable.element_id == element, TaskTable.state == "open"
        )
        task_id = str(connection.scalar(wanted))
    written = element == "write"
    engine.tasks.complete(
        actor,
        task_id,
        answers={"report": "Done"} if written else {},
        ticks={"p": True, "q": True} if written else {},
        key=new_id(),
    )


def measure(url: str, count: int) -> dict[str, Any]:
    """The figures of one run on a new database."""
    with Engine.open(url) as engine:
        begun = time.perf_counter()
        prepare(engine, count)
        made = time.perf_counter() - begun
        looked, looking = _timed(lambda: engine.migrations.preview(SYSTEM, "moved", 2, most=count))
        with _statements(engine) as said:
            receipt, moving = _timed(
                lambda: engine.migrations.start(SYSTEM, "moved", 2, key=new_id())
            )
        moving["cpu_s_per_1000"] = round(moving["cpu_s"] * 1000 / count, 2)
        moving["statements"] = round(len(said) * 1000 / count)
        found = engine.migrations.get(SYSTEM, str(receipt.id), limit=count)
        backs = [item.instance_id for item in found.items if item.can_go_back][: count // 10]
        _, undoing = _timed(
            lambda: [engine.migrations.take_back(SYSTEM, found.id, i, key=new_id()) for i in backs]
        )
        return {
            "database": "SQLite" if database_of(engine).is_sqlite else "PostgreSQL",
            "instances": count,
            "made_s": round(made, 1),
            "safe": sum(v.status == "safe" for v in looked.instances),
            "preview": looking,
            "moved": found.done,
            "failed": found.failed,
            "move": moving,
            "taken_back": len(backs),
            "back": undoing,
        }


@contextmanager
def _statements(engine: Engine) -> Iterator[list[None]]:
    """As many as the database is told meanwhile."""
    said: list[None] = []

    def note(*_: Any) -> None:
        said.append(None)

    event.listen(database_of(engine)._engine, "before_cursor_execute", note)
    yield said
    event.remove(database_of(engine)._engine, "before_cursor_execute", note)


def _timed(work: Any) -> tuple[Any, dict[str, float]]:
    """What ``work`` gives, with the seconds by the clock and of this process's CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    given = work()
    spent = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    return given, {name: round(value, 2) for name, value in spent.items()}


def main() -> None:
    given = sys.argv[1:]
    count = int(given[1]) if len(given) > 1 else INSTANCES
    with tempfile.TemporaryDirectory() as folder:
        url = given[0] if given else f"sqlite:///{folder}/migration.db"
        print(json.dumps(measure(url, count), indent=2))


if __name__ == "__main__":
    main()
