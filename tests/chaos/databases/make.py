"""Writes a database with running cases as the checked-out version of the product makes it, row by
row, so that later versions can be tried on it.

    cd CHECKOUT && PYTHONPATH=. python …/tests/chaos/databases/make.py 0001.json.gz

Run once for every version of the tables, in a checkout of that version; the files are kept.
"""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import sys
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine import SYSTEM, Engine, FakeClock, load_config
from tests.support.desk import REPORT, TICKED, Desk
from tests.support.diagrams import (
    boundary,
    call,
    catch,
    chain,
    diagram,
    end,
    field,
    message,
    start,
    task,
)
from tests.support.people import add_people
from tests.support.plan import plan_sources

BEGINS = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CHILD = diagram(
    "child",
    start(),
    task("act", form=field("amount", "integer"), points=["first"], sign=True),
    catch("paid", message="Paid"),
    task("thank"),
    end(),
    chain("start", "act", "paid", "thank", "end"),
    lanes={"ekonomi": ["act", "thank"]},
    messages=[message("Paid", roles="ekonomi")],
)
PARENT = diagram(
    "parent",
    start(),
    call("sub", "child"),
    end(),
    chain("start", "sub", "end"),
    boundary("late", "sub", timer="R/P7D", interrupting=False),
    task("remind"),
    end("end2"),
    chain("late", "remind", "end2"),
)


def live(url: str) -> dict[str, Any]:
    """Cases in every state on the way; who the people are."""
    config = load_config(Path("config.toml"))
    clock = FakeClock(BEGINS)
    engine = Engine.open(url, config=config, clock=clock)
    people = add_people(engine, config)
    desk = Desk(engine, people, lambda: uuid.uuid4().hex)
    engine.definitions.deploy(SYSTEM, plan_sources(), key="plan")
    desk.deploy(CHILD, PARENT)
    ekonomi = desk.people["ekonomi"]
    desk.complete(desk.seller, desk.task(desk.case()), REPORT, TICKED)
    for steps in range(5):
        case_id = desk.case("parent")
        if steps > 0:
            desk.complete(ekonomi, desk.task(case_id), {"amount": 12}, {"first": True})
        if steps > 1:
            engine.cases.deliver(desk.manager.actor, "Paid", case_id, key=desk.key())
        if steps > 2:
            desk.complete(ekonomi, desk.task(case_id))
    clock.advance(timedelta(days=7))
    engine.jobs.fire_due()
    engine.close()
    return {
        name: {
            "id": who.id,
            "name": who.name,
            "username": who.username,
            "password": who.password,
            "roles": sorted(who.actor.roles),
            "rights": sorted(who.actor.rights),
        }
        for name, who in people.items()
    }


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    return value


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "old.db"
        people = live(f"sqlite:///{path}")
        connection = sqlite3.connect(path)
        names = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        tables = {}
        for name in names:
            found = connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - its own tables
            columns = [column[0] for column in found.description]
            tables[name] = {"columns": columns, "rows": [list(map(plain, r)) for r in found]}
        connection.close()
    [[version]] = tables.pop("alembic_version")["rows"]
    text = json.dumps({"version": version, "people": people, "tables": tables})
    Path(sys.argv[1]).write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
