"""A case brought further along without anybody's hands: for pages that show what comes later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from engine import SYSTEM, Engine, FakeClock, TaskDetail
from tests.support.people import Account, People
from tests.support.walk import Walk, answers_to


def walk(engine: Engine, clock: FakeClock, people: People, case_id: str) -> Walk:
    """A walk whose tasks the engine itself completes, unsigned: no password costs its time."""

    def complete(who: Account, task: TaskDetail, wanted: Mapping[str, Any]) -> None:
        engine.tasks.complete(
            SYSTEM,
            task.row.id,
            answers=answers_to(task, wanted, who.username),
            ticks={point.id: True for point in task.checklist},
            password=None,
            key=uuid4().hex,
        )

    def send(who: Account, case_id: str, message: str, payload: Mapping[str, Any]) -> None:
        engine.cases.deliver(who.actor, message, case_id, payload, key=uuid4().hex)

    return Walk(engine, clock, people, case_id, complete, send)


def into_operation(engine: Engine, clock: FakeClock, people: People, case_id: str) -> Walk:
    """The same case with A and both B done, at the first day of C."""
    going = walk(engine, clock, people, case_id)
    going.prepare()
    going.start_up()
    return going


def rows(text: str, activity: str) -> list[str]:
    """The rows of the paper table that are about one activity: one for each open round."""
    parts = re.findall(r'<tbody class="act.*?</tbody>', text, re.S)
    return [part for part in parts if activity in part]


def cells(text: str, activity: str) -> str:
    """The part of the paper table that is about one activity."""
    found = re.search(rf'<tbody class="act[^>]*>(?:(?!<tbody).)*?{activity}.*?</tbody>', text, re.S)
    assert found, f"no row for {activity}"
    return found[0]
