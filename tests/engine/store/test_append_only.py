"""The database refuses to change or to take away what has happened, whoever of ours asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DatabaseError

from engine import Config, ConfigError, Engine, FakeClock, Unavailable
from engine.store import append_only
from tests.support.databases import Databases, database_of
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, field, start, task
from tests.support.ground import Keys
from tests.support.people import add_people

CHANGED = [
    "UPDATE history SET type = 'other'",
    "UPDATE history SET detail = detail",
    "DELETE FROM history",
    "UPDATE signature SET meaning = 'Läst'",
    "DELETE FROM signature",
    "UPDATE attachment SET filename = 'annan.pdf'",
    "DELETE FROM attachment",
]
OF_ONE_KIND = {
    "sqlite": ["INSERT OR REPLACE INTO history SELECT * FROM history"],
    "postgresql": ["TRUNCATE history", "TRUNCATE signature", "TRUNCATE attachment"],
}
FOR_THE_OWNER = [
    "ALTER TABLE history DISABLE TRIGGER ALL",
    "DROP TRIGGER serviceplan_keeps_history_update ON history",
    "UPDATE resource SET data = 'x'",
    "UPDATE definition SET name = 'x'",
    "DELETE FROM person",
    "UPDATE alembic_version SET version_num = '0001'",
    "CREATE TABLE mine (id int)",
    "SET session_replication_role = replica",
]
TABLES = ("history", "signature", "attachment")


def run(engine: Engine, statement: str) -> None:
    with database_of(engine).writing() as connection:
        connection.execute(text(statement))


def rows(engine: Engine) -> list[Sequence[object]]:
    with database_of(engine).reading() as connection:
        return [
            connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).all()  # noqa: S608
            for table in TABLES
        ]


def filed(desk: Desk, *, signed: bool) -> str:
    """A task with a file, completed or open; its id."""
    steps = (start(), task("file", form=field("papers", "attachment")), end())
    desk.deploy(diagram("filing", *steps, chain("start", "file", "end")))
    task_id = desk.task(desk.case("filing"))
    given = (task_id, "papers", "a.txt", "text/plain", b"a")
    desk.engine.tasks.attach(desk.manager.actor, *given, key=desk.key())
    if signed:
        desk.complete(desk.manager, task_id)
    return task_id


def test_what_has_happened_is_neither_changed_nor_taken_away(
    bare_desk: Desk, database_kind: str
) -> None:
    filed(bare_desk, signed=True)
    before = rows(bare_desk.engine)
    assert all(before)
    for statement in (*CHANGED, *OF_ONE_KIND[database_kind]):
        with pytest.raises(DatabaseError, match=r"never changed|has been signed"):
            run(bare_desk.engine, statement)
    assert rows(bare_desk.engine) == before


def test_a_file_of_an_open_task_may_go(bare_desk: Desk) -> None:
    task_id = filed(bare_desk, signed=False)
    desk = bare_desk
    [file] = desk.engine.tasks.get(desk.manager.actor, task_id).attachments["papers"]
    desk.engine.tasks.detach(desk.manager.actor, task_id, file.id, key=desk.key())
    assert not desk.engine.tasks.get(desk.manager.actor, task_id).attachments.get("papers")


def test_an_upgrade_puts_the_triggers_back(bare_engine: Engine, database_kind: str) -> None:
    database = database_of(bare_engine)
    with database.writing() as connection:
        assert append_only.missing(connection) == ()
        append_only.lift(connection)
        gone = append_only.missing(connection)
    assert {table for table, _ in gone} >= set(TABLES)
    operations = {"update", "delete"} | ({"truncate"} if database_kind == "postgresql" else set())
    assert {operation for _, operation in gone} == operations
    database.upgrade()
    with database.reading() as connection:
        assert append_only.missing(connection) == ()


def test_a_copy_of_the_database_has_the_triggers_too(
    bare_desk: Desk, database_kind: str, tmp_path: Path
) -> None:
    if database_kind == "postgresql":  # its own tools take triggers along
        with database_of(bare_desk.engine).reading() as connection:
            functions = text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'serviceplan_keeps%'")
            assert connection.scalar(functions) == 2
        return
    filed(bare_desk, signed=True)
    bare_desk.engine.operations.backup(tmp_path / "copy.db")
    with (
        Engine.open(f"sqlite:///{tmp_path / 'copy.db'}") as copy,
        pytest.raises(DatabaseError, match="never changed"),
    ):
        run(copy, CHANGED[0])


# ---------------------------------------------------------------- an account of least rights


@pytest.fixture
def least(config: Config, databases: Databases, database_url: str, database_kind: str) -> Config:
    """Settings with two accounts: the tables' owner, and one without any right yet."""
    if database_kind == "sqlite":
        return replace(config, database=replace(config.database, url=database_url))
    name = f"app_{make_url(database_url).database}"
    owner = database_url.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'quoted \"word\"'")
    url = make_url(database_url).set(username=name, password='quoted "word"')
    stored = replace(
        config.database, url=url.render_as_string(hide_password=False), owner_url=database_url
    )
    return replace(config, database=stored)


def test_sqlite_has_no_accounts(least: Config, database_kind: str) -> None:
    if database_kind == "sqlite":
        with pytest.raises(ConfigError, match="no accounts"):
            Engine.grants(least)
    else:
        statements = Engine.grants(least, "somebody")
        assert 'REVOKE UPDATE, DELETE ON "public".history FROM "somebody"' in statements


def test_the_applications_account_does_its_work_and_no_more(
    least: Config, key: Keys, clock: FakeClock, database_kind: str
) -> None:
    if database_kind == "postgresql":
        with pytest.raises(Unavailable, match="owner_url"):
            Engine.open(least.database.url, config=least)
    assert Engine.upgrade(least)[0] is None
    with Engine.open(least.database.url, config=least, clock=clock) as engine:
        desk = Desk(engine, add_people(engine, least), key)
        filed(desk, signed=True)
        assert desk.engine.people.search(desk.manager.actor).items
        before = rows(engine)
        for statement in (*CHANGED, *(FOR_THE_OWNER if database_kind == "postgresql" else ())):
            with pytest.raises(DatabaseError):
                run(engine, statement)
        assert rows(engine) == before
        assert engine.history.verify(desk.manager.actor).ok
    # An upgrade finds the owner by itself, and leaves the account its rights.
    assert Engine.upgrade(least) == (Engine.versions(least.database.url)[0],) * 2
    if database_kind == "postgresql":
        assert Engine.grants(least, apply=True) == Engine.grants(least)
