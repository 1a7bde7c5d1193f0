"""A case that goes round and round costs what is open in it, not what has been."""

from __future__ import annotations

from sqlalchemy import select

from engine.store.tables import InstanceTable
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import boundary, chain, diagram, gateway, start, task


def test_the_stored_state_does_not_grow_with_the_rounds(bare_desk: Desk) -> None:
    desk = bare_desk
    steps = (
        start(),
        gateway("again"),
        task("first"),
        task("second"),
        boundary("late", "second", timer="P10D", interrupting=True),
        chain("start", "again", "first", "second", "again"),
        chain("late", "again"),
    )
    desk.deploy(diagram("round", *steps))
    case_id = desk.case("round")
    sizes = []
    for _ in range(40):
        desk.complete(desk.manager, desk.task(case_id))
        with database_of(desk.engine).reading() as connection:
            row = connection.execute(
                select(InstanceTable.state_blob, InstanceTable.passed).where(
                    InstanceTable.id == case_id
                )
            ).one()
        sizes.append(len(row.state_blob))
    assert sizes[-2:] == sizes[:2]
    assert max(sizes) <= 4096
    assert row.passed["first"] == row.passed["second"] == 20
