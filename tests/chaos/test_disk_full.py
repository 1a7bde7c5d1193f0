"""6. The disk is full: nobody is told that something was done when it was not, everything can be
read, and when there is room again the work goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Config
from tests.chaos.books import Prepared, check, prepare
from tests.chaos.client import Answer, Client
from tests.chaos.disks import no_room, small_disk
from tests.chaos.scale import scale
from tests.chaos.serving import Server

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
    body = {"signature": {"password": prepared.password}}
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
