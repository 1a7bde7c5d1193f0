"""Who has read the history of a case is noted, after the answer, and shown to managers."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Connection

from engine import Engine, FakeClock, NotAllowed, NotFound
from engine.errors import Unavailable
from engine.records.reads import ReadLog
from tests.support.databases import database_of, reads_of, reopened
from tests.support.desk import Desk
from tests.support.statements import statements


def flush(engine: Engine) -> None:
    reads_of(engine).flush()


def test_whoever_reads_the_history_of_a_case_is_noted(desk: Desk) -> None:
    engine, case_id = desk.engine, desk.case()
    other = desk.case()
    for _ in range(2):
        engine.history.search(desk.manager.actor, case_id=case_id)
    engine.cases.page(desk.seller.actor, case_id, choose=lambda tabs: None)
    assert list(engine.history.export(desk.seller.actor, case_id=case_id))
    flush(engine)
    noted = {
        (read.reader_name, read.how, read.times)
        for read in engine.history.readers(desk.manager.actor, case_id)
    }
    assert {
        (desk.manager.name, "history", 2),
        (desk.seller.name, "case", 1),
    } <= noted
    assert (desk.seller.name, "export") in {(name, how) for name, how, _ in noted}
    assert engine.history.readers(desk.manager.actor, other) == ()


def test_reading_costs_no_statement_more(desk: Desk) -> None:
    engine, case_id = desk.engine, desk.case()
    engine.history.search(desk.manager.actor, case_id=case_id)
    with statements(engine) as sent:
        engine.history.search(desk.manager.actor, case_id=case_id)
    # The case and its facts.
    assert sum(statement.startswith("SELECT") for statement in sent) == 2
    assert not any("history_read" in statement for statement in sent)


def test_what_was_read_is_noted_when_the_engine_closes(desk: Desk, clock: FakeClock) -> None:
    case_id = desk.case()
    with reopened(desk.engine, clock) as other:
        other.history.search(desk.seller.actor, case_id=case_id)
    [read] = desk.engine.history.readers(desk.manager.actor, case_id)
    assert (read.reader_id, read.how, read.times) == (desk.seller.id, "history", 1)


def test_what_cannot_be_written_waits(desk: Desk) -> None:
    engine, case_id = desk.engine, desk.case()
    broken = ReadLog(_unavailable)
    broken.add(desk.seller.actor, [case_id], "history", engine.now())
    with pytest.raises(Unavailable):
        broken.flush()
    broken._writing = database_of(engine).writing
    broken.close()
    [read] = engine.history.readers(desk.manager.actor, case_id)
    assert read.reader_id == desk.seller.id


def _unavailable() -> AbstractContextManager[Connection]:
    raise Unavailable("The database does not answer.")


def test_only_managers_see_who_has_read(desk: Desk) -> None:
    case_id = desk.case()
    with pytest.raises(NotAllowed):
        desk.engine.history.readers(desk.seller.actor, case_id)
    with pytest.raises(NotFound):
        desk.engine.history.readers(desk.manager.actor, "0" * 32)
