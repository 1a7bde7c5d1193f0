"""1. The server is killed with SIGKILL amid completions, again and again: what it has acknowledged
is there, nothing is there twice, and it comes back by itself."""

from __future__ import annotations

from pathlib import Path

from engine import Config
from tests.support.chaos.books import check, prepare
from tests.support.chaos.client import Client, Signers
from tests.support.chaos.postgresql import PrivatePostgres
from tests.support.chaos.scale import scale
from tests.support.chaos.serving import Server

TASKS = scale(60, 2000)
KILLS = scale(3, 40)


def kill_again_and_again(url: str, config: Config, folder: Path, *, workers: int = 1) -> Signers:
    prepared = prepare(url, config, TASKS)
    with Server(url, folder, workers=workers) as server:
        client = Client(server.port, prepared.secret)
        signers = Signers(client, prepared.signature, prepared.tasks)

        def amid(signers: Signers) -> None:
            for number in range(KILLS):
                signers.wait_for((number + 1) * TASKS // (KILLS + 2))
                if number % 2:
                    # All of it, as by a lack of memory; then the machine starts it anew.
                    server.kill()
                    check(url, config, list(signers.acknowledged), all_of=prepared.tasks)
                    server.start()
                else:
                    server.kill_who_answers()

        signers.all(amid)
    check(url, config, signers.acknowledged, all_of=prepared.tasks)
    assert 500 not in signers.statuses
    return signers


def test_a_server_that_is_killed_amid_completions_loses_and_doubles_nothing(
    sqlite_url: str, config: Config, tmp_path: Path
) -> None:
    signers = kill_again_and_again(sqlite_url, config, tmp_path)
    assert signers.statuses[200] == TASKS


def test_on_postgresql_several_processes_killed_at_once_lose_and_double_nothing(
    postgres: PrivatePostgres, config: Config, tmp_path: Path
) -> None:
    signers = kill_again_and_again(postgres.fresh(), config, tmp_path, workers=2)
    assert signers.statuses[200] == TASKS
