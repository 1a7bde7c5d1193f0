"""What a completion costs, counted where counting gives the same on every machine: statements and
stored bytes, never time."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from engine import Engine
from engine.store.tables import InstanceTable
from tests.support.caller import Caller
from tests.support.databases import database_of
from tests.support.diagrams import chain, diagram, end, flow, gateway, start, task
from tests.support.ground import Keys
from tests.support.people import People
from tests.support.statements import statements

STATEMENTS = {"sqlite": 7, "postgresql": 3}
"""Who asks; the task with its case, its instance and the end of its chain; then the task, the next
task, the instance, the history and the receipt, which are one statement on PostgreSQL. It is a
transaction by itself: nothing begins one, and nothing commits."""
STATE_BYTES = 4_096
ROUNDS = 200


def endless() -> Any:
    parts = (
        start(),
        gateway("again"),
        task("work"),
        gateway("done", default="done_to_again"),
        end(),
        chain("start", "again", "work", "done"),
        flow("done", "again"),
        flow("done", "end", "=enough"),
    )
    lanes = {"saljare": ["again", "work", "done"]}
    return diagram("endless", *parts, lanes=lanes, variables={"enough": "=false"})


def stored(engine: Engine, case_id: str) -> int:
    """Bytes of all that the instance keeps."""
    with database_of(engine).reading() as connection:
        row = connection.execute(select(InstanceTable).where(InstanceTable.id == case_id)).one()
    kept = [row.variables, row.written, row.passed]
    return len(row.state_blob) + sum(len(json.dumps(each)) for each in kept)


def test_a_completion_through_the_api_takes_few_statements_and_stays_small(
    engine: Engine, people: People, seller: Caller, key: Keys
) -> None:
    engine.definitions.deploy(people["process_owner"].actor, [endless()], key=key())
    case = engine.cases.start(people["manager"].actor, process_id="endless", key=key()).id
    counts, sizes = set(), []
    for number in range(ROUNDS):
        listed = engine.tasks.search(people["saljare"].actor, show="role").items
        [task] = [row for row in listed if row.case_id == case]
        body = {"revision": task.revision}
        with statements(engine) as sent:
            answer = seller.post(f"/tasks/{task.id}/complete", body, key=key())
        assert answer.status_code == 200, answer.text
        if number:  # the first one writes down that the token was used, and reads the diagram
            counts.add(len(sent))
            sizes.append(stored(engine, str(case)))
    assert counts == {STATEMENTS[database_of(engine)._engine.dialect.name]}, sent
    assert max(sizes) <= STATE_BYTES
    assert sizes[-1] - sizes[0] < 16  # only the digits of a few numbers grow
