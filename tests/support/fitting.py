"""Whether what is kept of running work fits together: rows and tokens, tasks and history."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, select

from engine import Engine
from engine.definitions.library import DefinitionLibrary
from engine.runtime.running_instance import RUNNING
from engine.runtime.step import load_instance
from engine.store.tables import (
    CaseTable,
    HistoryTable,
    InstanceTable,
    MessageTable,
    ReceiptTable,
    SubscriptionTable,
    TaskTable,
    TimerTable,
)
from tests.support.databases import database_of


def misfits(engine: Engine) -> list[tuple[Any, ...]]:
    """Everything that does not fit: what, where, what should be and what is."""
    with database_of(engine).reading() as connection:
        return [
            *_waits(engine, connection),
            *_ended(connection),
            *_messages(connection),
            *_completions(connection),
        ]


def _waits(engine: Engine, connection: Connection) -> Iterator[tuple[Any, ...]]:
    """Every token that waits has its row, and every row its token."""
    library = DefinitionLibrary(engine.config, engine.now)
    for row in connection.execute(select(InstanceTable.id, InstanceTable.state)).all():
        waits = []
        if row.state in RUNNING:
            live = load_instance(connection, library, row.id)
            waits = list(live.executor.waits(live.process))

        def tokens(*kinds: str, waits: list[Any] = waits) -> list[str]:
            return [w.token for w in waits if w.kind in kinds]

        there = {
            "tasks": (
                tokens("user"),
                select(TaskTable.token).where(
                    TaskTable.instance_id == row.id, TaskTable.state == "open"
                ),
            ),
            "timers": (
                tokens("timer"),
                select(TimerTable.token).where(TimerTable.instance_id == row.id),
            ),
            "subscriptions": (
                tokens("message", "signal"),
                select(SubscriptionTable.token).where(SubscriptionTable.instance_id == row.id),
            ),
            "children": (
                tokens("call", "undo"),
                select(InstanceTable.parent_token).where(
                    InstanceTable.parent_id == row.id, InstanceTable.state.in_(RUNNING)
                ),
            ),
        }
        for what, (wanted, statement) in there.items():
            yield from _unlike(what, row.id, wanted, connection.scalars(statement).all())


def _ended(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """A case runs as long as its own instance."""
    both = select(CaseTable.id, CaseTable.state, InstanceTable.state.label("root")).join(
        InstanceTable, InstanceTable.id == CaseTable.id
    )
    for row in connection.execute(both):
        if (row.state in RUNNING) != (row.root in RUNNING):
            yield "case", row.id, row.root, row.state


def _messages(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """No message is kept for later while somebody waits for it."""
    lost = select(MessageTable.name, MessageTable.case_id).join(
        SubscriptionTable,
        (SubscriptionTable.case_id == MessageTable.case_id)
        & (SubscriptionTable.name == MessageTable.name),
    )
    for row in connection.execute(lost):
        yield "a message is kept and waited for", row.case_id, row.name


def _completions(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """Each completed task has one fact, and each completion one receipt."""
    done = connection.scalars(select(TaskTable.id).where(TaskTable.state == "completed")).all()
    details = connection.scalars(
        select(HistoryTable.detail).where(HistoryTable.type == "task.completed")
    )
    yield from _unlike("completed", "", done, [json.loads(d)["task"] for d in details])
    method = ReceiptTable.method == "complete_task"
    receipts = connection.scalars(select(ReceiptTable.key).where(method)).all()
    if len(receipts) != len(done):
        yield "receipts", "", len(done), len(receipts)


def _unlike(
    what: str, where: str, wanted: Iterable[str], found: Iterable[Any]
) -> Iterator[tuple[Any, ...]]:
    should, is_ = Counter(wanted), Counter(found)
    if should != is_:
        yield what, where, should - is_, is_ - should
