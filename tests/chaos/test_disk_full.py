"""6. The disk is full: nobody is told that something was done when it was not, everything can be
read, and when there is room again the work goes on."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine import Config, Engine
from engine.identity.sessions import SEEN_EVERY
from engine.store.tables import SessionTable
from tests.support.chaos.books import Prepared, check, prepare
from tests.support.chaos.client import Answer, Client
from tests.support.chaos.disks import no_room, small_disk
from tests.support.chaos.scale import scale
from tests.support.chaos.serving import Server
from tests.support.databases import database_of

TASKS = scale(12, 200)


@pytest.fixture(params=["the disk", "the limit of a file"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, bool]]:
    """A folder, and whether it is a disk of its own."""
    folder = tmp_path / "disk"
    if request.param == "the disk":
        with small_disk(folder) as made:
            yield folder, made
    else:
        folder.mkdir()
        yield folder, False


def complete(client: Client, prepared: Prepared, task_id: str) -> Answer:
    body = prepared.signature(task_id)
    return client.post(f"/tasks/{task_id}/complete", body, key=f"key-{task_id}")


def test_a_full_disk_is_no_false_success_and_no_end_of_reading(
    disk: tuple[Path, bool], config: Config, tmp_path: Path
) -> None:
    folder, own = disk
    url = f"sqlite:///{folder / 'chaos.db'}"
    prepared = prepare(url, config, TASKS)
    before, amid = prepared.tasks[: TASKS // 3], prepared.tasks[TASKS // 3 :]
    acknowledged = []
    with Server(url, tmp_path) as server:
        client = Client(server.port, prepared.secret)
        for task_id in before:
            assert complete(client, prepared, task_id).status == 200
            acknowledged.append(task_id)
        with no_room(folder, server, own_disk=own):
            for task_id in amid:
                answer = complete(client, prepared, task_id)
                # The last free page may have been there for one of them.
                assert answer.status in (200, 503), answer
                acknowledged += [task_id] if answer.status == 200 else []
                assert client.get("/tasks").status == 200
                assert client.get(f"/tasks/{task_id}").status == 200
            assert len(acknowledged) < TASKS
            check(url, config, acknowledged, all_of=prepared.tasks)
        for task_id in amid:
            assert complete(client, prepared, task_id).status == 200
    check(url, config, prepared.tasks, all_of=prepared.tasks)


def test_somebody_who_is_signed_in_reads_on_while_the_disk_is_full(
    disk: tuple[Path, bool], config: Config, tmp_path: Path
) -> None:
    """The use of a session is written down now and then; that must not keep a page away."""
    folder, own = disk
    url = f"sqlite:///{folder / 'chaos.db'}"
    prepared = prepare(url, config, 1)
    clerk = prepared.people["ekonomi"]
    with Engine.open(url, config=config) as engine:
        session = engine.sessions.sign_in(clerk.username, clerk.password)
        long_ago = engine.now() - 2 * SEEN_EVERY
        with database_of(engine).writing() as connection:
            connection.execute(update(SessionTable).values(seen_at=long_ago))
    with Server(url, tmp_path) as server:
        with no_room(folder, server, own_disk=own):
            assert page(server.port, session.token) == 200
            assert seen_at(url, config) == long_ago
        assert page(server.port, session.token) == 200
    assert seen_at(url, config) > long_ago + timedelta(seconds=1)


def page(port: int, token: str) -> int:
    """The status of the inbox for whoever has the session."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", "/tasks", headers={"Cookie": f"serviceplan={token}"})
        return connection.getresponse().status


def seen_at(url: str, config: Config) -> datetime:
    with (
        Engine.open(url, config=config) as engine,
        database_of(engine).reading() as connection,
    ):
        return connection.execute(select(SessionTable.seen_at)).scalar_one()
