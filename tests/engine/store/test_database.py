"""Databases of every age: empty, as it should be, older, newer, and not ours."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from engine import Config, Engine
from engine.errors import ConfigError, DatabaseNewer, Unavailable
from engine.store.database import Database

Change = Callable[[str], None]


@pytest.fixture
def run(database_url: str) -> Change:
    """Run a statement on the database."""

    def change(statement: str) -> None:
        database = Database(database_url)
        with database.writing() as connection:
            connection.execute(text(statement))
        database.close()

    return change


def test_an_empty_database_migrates_itself(database_url: str) -> None:
    assert Engine.versions(database_url)[0] is None
    Engine.open(database_url).close()
    at, needed = Engine.versions(database_url)
    assert at == needed


def test_a_newer_database_is_refused_and_says_what_to_do(database_url: str, run: Change) -> None:
    Engine.open(database_url).close()
    run("UPDATE alembic_version SET version_num = '9999'")
    for migrate in (False, True):
        with pytest.raises(DatabaseNewer) as caught:
            Engine.open(database_url, migrate=migrate)
        assert "9999" in caught.value.message
    assert Engine.versions(database_url)[0] == "9999"


def test_an_older_database_names_the_command(database_url: str, run: Change) -> None:
    run("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    with pytest.raises(Unavailable) as caught:
        Engine.open(database_url)
    assert caught.value.error_code == "database_older"
    assert "serviceplan db upgrade" in caught.value.message
    Engine.open(database_url, migrate=True).close()


@pytest.mark.parametrize("url", ["mysql://x/y", "not a url", "sqlite+pysqlcipher:///x", ""])
def test_a_url_that_cannot_be_used_is_the_configurations_error(url: str) -> None:
    config = Config()
    with pytest.raises(ConfigError):
        Database(url)
    assert config.database.url


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        Engine.open(f"sqlite:///{tmp_path / 'new.db'}").close()
    finally:
        os.umask(before)
    assert (tmp_path / "new.db").stat().st_mode & 0o077 == 0


def test_a_folder_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'dtaa' / 'more' / 'x.db'}"
    for ask in (Engine.open, Engine.versions):
        with pytest.raises(Unavailable) as caught:
            ask(url)
        assert caught.value.error_code == "no_folder"
        assert f"mkdir -p {tmp_path / 'dtaa' / 'more'}" in caught.value.message
    assert list(tmp_path.iterdir()) == []


def test_a_relative_path_is_named_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Unavailable, match=re.escape(f"There is no folder {tmp_path / 'dtaa'} ")):
        Engine.open("sqlite:///dtaa/x.db")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="There is no folder"):
        Engine.open(f"sqlite:///{tmp_path / 'file' / 'x.db'}")


def test_to_ask_for_versions_makes_no_file(tmp_path: Path) -> None:
    assert Engine.versions(f"sqlite:///{tmp_path / 'x.db'}")[0] is None
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_answer_is_told_soon() -> None:
    with pytest.raises(Unavailable):
        Engine.open("postgresql://nobody@127.0.0.1:1/none")


@pytest.fixture
def mute() -> Iterator[int]:
    """A port where somebody takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        yield listening.getsockname()[1]


def test_a_server_that_never_says_a_word_is_told_within_two_seconds(mute: int) -> None:
    database = Database(f"postgresql://nobody@127.0.0.1:{mute}/none")
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(Unavailable, match="does not answer"), database.glancing():
            pass
        assert time.monotonic() - began < 2
    database.close()


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_of_several_servers_the_one_that_answers_is_used(database_url: str, mute: int) -> None:
    url = make_url(database_url)
    asked = dict(url.query)
    host, port = asked.pop("host", url.host), asked.pop("port", url.port or 5432)
    both = asked | {"host": f"127.0.0.1,{host}", "port": f"{mute},{port}"}
    several = url.set(host=None, port=None, query=both)
    database = Database(several.render_as_string(hide_password=False))
    with database.glancing() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    database.close()


def test_a_fact_that_failed_leaves_no_trace(database_url: str) -> None:
    Engine.open(database_url).close()
    database = Database(database_url)

    def fail() -> None:
        with database.writing() as connection:
            connection.execute(text("INSERT INTO counter (name, value) VALUES ('x', 1)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM counter")) == 0
    database.close()
