"""19. Nodes are restarted one after the other, a few seconds apart, while programs work: no request
fails, and none that was sent is left without an answer by its node."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine import Config
from tests.support.chaos.balancer import Balancer
from tests.support.chaos.books import check, prepare
from tests.support.chaos.scale import scale
from tests.support.chaos.serving import Server

TASKS = scale(20, 500)
REQUESTS = scale(1_000, 20_000)
ROUNDS = scale(1, 10)
THREADS = 6


def test_no_request_fails_while_both_nodes_are_restarted(
    postgresql_url: str, config: Config, tmp_path: Path
) -> None:
    prepared = prepare(postgresql_url, config, TASKS)
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    with (
        Server(postgresql_url, folders[0]) as one,
        Server(postgresql_url, folders[1], workers=2) as other,
    ):
        balancer = Balancer((one.port, other.port), prepared.secret)
        restarted, tasks = threading.Event(), list(prepared.tasks)
        statuses: list[int] = []

        def work() -> None:
            while not restarted.is_set() or len(statuses) < REQUESTS:
                statuses.append(balancer.get(f"/tasks/{prepared.tasks[0]}").status)
                if len(statuses) % 20 == 0 and tasks:
                    task_id = tasks.pop()
                    path = f"/tasks/{task_id}/complete"
                    statuses.append(
                        balancer.post(
                            path, prepared.signature(task_id), key=f"key-{task_id}"
                        ).status
                    )
            balancer.hang_up()

        with ThreadPoolExecutor(THREADS) as pool:
            working = [pool.submit(work) for _ in range(THREADS)]
            try:
                for _ in range(ROUNDS):
                    for node in (one, other):
                        node.stop()
                        node.start()
            finally:
                restarted.set()
            for each in working:
                each.result()
    assert len(statuses) >= REQUESTS
    assert [status for status in statuses if status != 200] == []
    assert balancer.lost == 0
    assert balancer.refused > 0
    assert min(balancer.answered[one.port], balancer.answered[other.port]) > 0
    acknowledged = [task_id for task_id in prepared.tasks if task_id not in tasks]
    check(postgresql_url, config, acknowledged, all_of=prepared.tasks)
