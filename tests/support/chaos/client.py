"""A program that uses the REST API as such programs should: what was not answered is sent again
under the same key, until it is."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

LOST = 0
"""The status of a request that was never answered."""
TIMEOUT = 30.0
"""Seconds after which a request counts as not answered."""
PAUSE = 0.1
NEW = 0
"""The revision of a task that nobody has written to."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    seconds: float


class Client:
    """Asks the server on ``port`` with a token. May be used by many threads: each request has a
    connection of its own, as after a server's death there is none left."""

    def __init__(self, port: int, secret: str):
        self._port, self._secret = port, secret

    def get(self, path: str, *, timeout: float = TIMEOUT) -> Answer:
        return self._send("GET", path, None, "", timeout)

    def post(
        self, path: str, body: Mapping[str, Any], *, key: str, timeout: float = TIMEOUT
    ) -> Answer:
        return self._send("POST", path, json.dumps(body), key, timeout)

    def _send(self, method: str, path: str, body: str | None, key: str, timeout: float) -> Answer:
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout)
        try:
            connection.request(method, f"/api/v1{path}", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            return Answer(LOST, None, time.monotonic() - began)
        finally:
            connection.close()
        return Answer(status, json.loads(text) if text else None, time.monotonic() - began)


@dataclass
class Signers:
    """Threads that complete tasks, each task once, and keep book of what they were told."""

    client: Client
    signature: Callable[[str], Mapping[str, Any]]
    """The body of the request that completes a task."""
    tasks: Sequence[str]
    threads: int = 4
    patience: float = 120.0
    acknowledged: dict[str, Any] = field(default_factory=dict)
    """The answers of all tasks for which the server said 200."""
    statuses: Counter[int] = field(default_factory=Counter)
    gave_up: threading.Event = field(default_factory=threading.Event)

    def complete(self, task_id: str) -> None:
        body = self.signature(task_id)
        deadline = time.monotonic() + self.patience
        while not self.gave_up.is_set():
            answer = self.client.post(f"/tasks/{task_id}/complete", body, key=f"key-{task_id}")
            self.statuses[answer.status] += 1
            if answer.status == 200:
                self.acknowledged[task_id] = answer.body
                return
            # 429: a password whose check was killed counts as a wrong one until the next right one.
            assert answer.status in (LOST, 429, 503), answer
            assert time.monotonic() < deadline, f"{task_id} is not completed: {answer}"
            time.sleep(PAUSE)

    def all(self, amid: Callable[[Signers], None]) -> None:
        """Complete all tasks while ``amid`` does its worst in this thread."""
        with ThreadPoolExecutor(self.threads) as pool:
            works = [pool.submit(self.complete, task_id) for task_id in self.tasks]
            try:
                amid(self)
            except BaseException:
                self.gave_up.set()
                raise
            for work in works:
                work.result()
        assert set(self.acknowledged) == set(self.tasks)

    def wait_for(self, count: int) -> None:
        """Until so many tasks are acknowledged."""
        deadline = time.monotonic() + self.patience
        while len(self.acknowledged) < count:
            assert time.monotonic() < deadline, f"{len(self.acknowledged)} of {count}"
            time.sleep(0.005)
