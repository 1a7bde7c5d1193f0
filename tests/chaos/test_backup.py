"""16. A backup is made while people work: it has everything that was acknowledged before it
began, verifies, and can be worked on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from engine import Config
from tests.support.chaos.books import Prepared, check, prepare
from tests.support.chaos.client import Client, Signers
from tests.support.chaos.postgresql import PrivatePostgres
from tests.support.chaos.scale import scale
from tests.support.chaos.serving import COMMAND, Server

TASKS = scale(40, 2000)
BACKUPS = scale(2, 20)


def test_a_backup_of_sqlite_under_load_is_whole_and_can_be_worked_on(
    sqlite_url: str, config: Config, tmp_path: Path
) -> None:
    prepared = prepare(sqlite_url, config, TASKS)
    copies = [tmp_path / f"backup-{number}.db" for number in range(BACKUPS)]
    known: list[list[str]] = []
    with Server(sqlite_url, tmp_path) as server:

        def amid(signers: Signers) -> None:
            for number, copy in enumerate(copies):
                signers.wait_for((number + 1) * TASKS // (BACKUPS + 2))
                known.append(list(signers.acknowledged))
                command = [*COMMAND, "backup", str(copy), "--database", sqlite_url]
                told = subprocess.run(command, check=False, capture_output=True, text=True)
                assert told.returncode == 0, told.stderr
                assert "unbroken" in told.stdout

        _signers(server, prepared).all(amid)
    for copy, acknowledged in zip(copies, known, strict=True):
        check(f"sqlite:///{copy}", config, acknowledged, all_of=prepared.tasks)
    _work_on(f"sqlite:///{copies[0]}", config, tmp_path, prepared)


@pytest.mark.postgresql
def test_a_dump_of_postgresql_under_load_is_whole_and_can_be_worked_on(
    postgres: PrivatePostgres, config: Config, tmp_path: Path
) -> None:
    url, copy = postgres.fresh(), postgres.fresh()
    prepared = prepare(url, config, TASKS)
    known: list[str] = []
    with Server(url, tmp_path) as server:

        def amid(signers: Signers) -> None:
            signers.wait_for(TASKS // 3)
            known.extend(signers.acknowledged)
            dump = postgres.run("pg_dump", "--format=custom", "--dbname", url)
            postgres.run("pg_restore", "--dbname", copy, given=dump)

        _signers(server, prepared).all(amid)
    check(copy, config, known, all_of=prepared.tasks)
    _work_on(copy, config, tmp_path, prepared)


def _signers(server: Server, prepared: Prepared) -> Signers:
    return Signers(Client(server.port, prepared.secret), prepared.signature, prepared.tasks)


def _work_on(url: str, config: Config, folder: Path, prepared: Prepared) -> None:
    """On the copy: what was done is done, the rest can be."""
    with Server(url, folder) as server:
        _signers(server, prepared).all(lambda signers: None)
    check(url, config, prepared.tasks, all_of=prepared.tasks)
