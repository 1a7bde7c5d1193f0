"""2. PostgreSQL is killed with SIGKILL amid completions, again and again; the serving processes
stay, and find their way back to it by themselves.

5. The database is gone: whoever asks is told so at once, and is served again soon after it is
back, by the same processes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine import Config
from tests.support.chaos.books import Prepared, check, prepare
from tests.support.chaos.client import Answer, Client, Signers
from tests.support.chaos.postgresql import PrivatePostgres
from tests.support.chaos.scale import scale
from tests.support.chaos.serving import Server

TASKS = scale(40, 2000)
KILLS = scale(2, 30)
AWAY = scale(4.0, 60.0)
"""Seconds for which the database is gone."""
TOLD_WITHIN = 2.0
BACK_WITHIN = 10.0


@pytest.mark.postgresql
def test_postgresql_that_is_killed_amid_completions_loses_and_doubles_nothing(
    postgres: PrivatePostgres, config: Config, tmp_path: Path
) -> None:
    url = postgres.fresh()
    prepared = prepare(url, config, TASKS)
    with Server(url, tmp_path, workers=2) as server:
        processes = {process.pid for process in server.processes()}
        client = Client(server.port, prepared.secret)
        signers = Signers(client, prepared.signature, prepared.tasks)

        def amid(signers: Signers) -> None:
            for number in range(KILLS):
                signers.wait_for((number + 1) * TASKS // (KILLS + 2))
                postgres.kill()
                postgres.start()
                check(url, config, list(signers.acknowledged), all_of=prepared.tasks)

        signers.all(amid)
        assert {process.pid for process in server.processes()} == processes
    check(url, config, signers.acknowledged, all_of=prepared.tasks)
    assert 500 not in signers.statuses


@pytest.mark.postgresql
def test_a_database_that_is_gone_or_hangs_is_said_at_once_and_found_again_soon(
    postgres: PrivatePostgres, config: Config, tmp_path: Path
) -> None:
    url = postgres.fresh()
    prepared = prepare(url, config, 3)
    with Server(url, tmp_path) as server:
        processes = {process.pid for process in server.processes()}
        client = Client(server.port, prepared.secret)
        _complete(client, prepared, 0)
        postgres.kill()
        _without_database(client, prepared, 1)
        postgres.start()
        _back_again(client, prepared, 1)
        postgres.freeze()
        try:
            _without_database(client, prepared, 2)
        finally:
            postgres.freeze(go_on=True)
        _back_again(client, prepared, 2)
        assert {process.pid for process in server.processes()} == processes
    check(url, config, prepared.tasks, all_of=prepared.tasks)


def _without_database(client: Client, prepared: Prepared, number: int) -> None:
    ends = time.monotonic() + AWAY
    while time.monotonic() < ends:
        for answer in (client.get("/tasks"), _send(client, prepared, number)):
            assert answer.status == 503
            assert answer.seconds < TOLD_WITHIN


def _back_again(client: Client, prepared: Prepared, number: int) -> None:
    back = time.monotonic()
    while client.get("/tasks").status != 200:
        assert time.monotonic() - back < BACK_WITHIN
    _complete(client, prepared, number)


def _send(client: Client, prepared: Prepared, number: int) -> Answer:
    task_id = prepared.tasks[number]
    body = prepared.signature(task_id)
    return client.post(f"/tasks/{task_id}/complete", body, key=f"key-{task_id}")


def _complete(client: Client, prepared: Prepared, number: int) -> None:
    answer = _send(client, prepared, number)
    assert answer.status == 200, answer
