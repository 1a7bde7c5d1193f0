"""What several processes count is added up, and nothing of it is gone with a process that is
killed and started anew."""

from __future__ import annotations

import http.client
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.chaos.postgresql import PrivatePostgres
from tests.support.chaos.serving import Server

COUNTED = 'serviceplan_request_seconds_count{endpoint="accounts.login",method="GET",status="2xx"}'


def get(port: int, path: str) -> str:
    # A connection of its own: any of the processes may answer.
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()


def counted(port: int) -> float:
    lines = get(port, "/metrics").splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(COUNTED))


def who_counts(folder: Path) -> int:
    return len({file.stem for file in folder.glob("serviceplan-*/histogram_*.db")})


def test_the_figures_of_all_processes_are_one_sum_and_outlive_each_of_them(
    postgres: PrivatePostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Server(postgres.fresh(), tmp_path, workers=3) as server:
        asked = 0
        while asked < 30 or who_counts(tmp_path) < 3:
            get(server.port, "/login")
            asked += 1
            assert asked < 3000
        # Whoever is asked answers for all.
        assert {counted(server.port) for _ in range(10)} == {asked}
        server.kill_who_answers()
        server.wait()
        get(server.port, "/login")
        assert {counted(server.port) for _ in range(10)} == {asked + 1}
