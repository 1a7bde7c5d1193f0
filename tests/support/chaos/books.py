"""What a test has prepared, and whether the database tells the same story as those who worked."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine import SYSTEM, TOKEN_SCOPES, Config, Engine
from engine.store.tables import HistoryTable, InstanceTable, ReceiptTable, SignatureTable, TaskTable
from tests.support.chains import chains_hold
from tests.support.chaos.client import NEW
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import call, chain, diagram, end, start, task
from tests.support.people import People, add_people

WORK = diagram(
    "work",
    start(),
    task("act", sign=True),
    call("after", "review"),
    end(),
    chain("start", "act", "after", "end"),
    lanes={"ekonomi": ["act"]},
)
"""A signed task, after which an instance of another process begins."""
REVIEW = diagram("review", start(), task("look"), end(), chain("start", "look", "end"))


def key() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Prepared:
    people: People
    tasks: list[str]
    secret: str
    """A token of the person in the finance department."""
    shown: dict[str, str]
    """The ``shown_sha256`` of each task."""

    def signature(self, task_id: str) -> dict[str, Any]:
        """The body of a request that signs the task as it is when nobody has written to it."""
        given = {"password": self.password}
        return {"signature": given, "shown_sha256": self.shown[task_id], "revision": NEW}

    @property
    def password(self) -> str:
        return self.people["ekonomi"].password


def prepare(url: str, config: Config, count: int) -> Prepared:
    """Fill a new database with ``count`` cases, each of which waits for a signature."""
    with Engine.open(url, config=config) as engine:
        people = add_people(engine, config)
        desk = Desk(engine, people, key)
        desk.deploy(REVIEW, WORK)
        cases = [desk.case("work") for _ in range(count)]
        secret = token(engine, people, "ekonomi")
        with database_of(engine).reading() as connection:
            found = connection.scalars(
                select(TaskTable.id).where(TaskTable.case_id.in_(cases), TaskTable.state == "open")
            )
            tasks = list(found)
        clerk = people["ekonomi"].actor
        shown = {id: engine.tasks.get(clerk, id).shown_sha256 for id in tasks}
    assert len(tasks) == count
    return Prepared(people, tasks, secret, shown)


def token(engine: Engine, people: People, who: str) -> str:
    username = people[who].username
    return engine.tokens.add(SYSTEM, username, "chaos", scopes=TOKEN_SCOPES, key=key()).secret


def check(
    url: str, config: Config, acknowledged: Iterable[str], *, all_of: Collection[str]
) -> None:
    """Nothing that was acknowledged is lost, nothing is there twice, the chains hold.

    :param all_of: the tasks that there were; what nobody acknowledged may be done or not, but
        wholly
    """
    with Engine.open(url, config=config) as engine:
        with database_of(engine).reading() as connection:
            rows = connection.execute(
                select(TaskTable.id, TaskTable.case_id, TaskTable.state).where(
                    TaskTable.id.in_(list(all_of))
                )
            ).all()
            signed = Counter(connection.scalars(select(SignatureTable.task_id)))
            told = Counter(
                connection.scalars(
                    select(HistoryTable.case_id).where(
                        HistoryTable.type == "task.completed", HistoryTable.element_id == "act"
                    )
                )
            )
            children = Counter(
                connection.scalars(
                    select(InstanceTable.case_id).where(InstanceTable.parent_id.is_not(None))
                )
            )
            receipts = connection.scalars(
                select(ReceiptTable.key).where(ReceiptTable.method == "complete_task")
            ).all()
        done = {row.id: row.case_id for row in rows if row.state == "completed"}
        assert {row.state for row in rows} <= {"completed", "open"}
        assert set(acknowledged) <= set(done), "an acknowledged completion is lost"
        assert signed == dict.fromkeys(done, 1)
        assert told == dict.fromkeys(done.values(), 1)
        assert children == dict.fromkeys(done.values(), 1)
        assert sorted(receipts) == sorted(f"key-{task_id}" for task_id in done)
        assert chains_hold(engine)
