"""A proxy before several nodes, by the rules of deploy/nginx.conf.

No node is left out for a failure before, who refuses a connection is passed over, and what was sent
without an answer is sent to the next node when it is safe or has an idempotency key.
"""

from __future__ import annotations

import http.client
import json
import select
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from tests.support.chaos.client import LOST, TIMEOUT, Answer

SAFE = ("GET", "HEAD")


class Balancer:
    """Asks the nodes on ``ports`` in turn with a token; each thread keeps its connections."""

    def __init__(self, ports: Sequence[int], secret: str) -> None:
        self._ports, self._secret = ports, secret
        self._turn = count()
        self._of_thread = threading.local()
        self.lost = 0
        """Requests that were sent and got no answer from their node."""
        self.refused = 0
        self.answered: Counter[int] = Counter()
        """Answers by the node's port."""

    def get(self, path: str) -> Answer:
        return self._send("GET", path, None, "")

    def post(self, path: str, body: Mapping[str, Any], *, key: str, timeout: float = 0) -> Answer:
        return self._send("POST", path, json.dumps(body), key)

    def _send(self, method: str, path: str, body: str | None, key: str) -> Answer:
        first = next(self._turn)
        for number in range(len(self._ports)):
            port = self._ports[(first + number) % len(self._ports)]
            connection = self._connection(port)
            try:
                if connection.sock is None:
                    connection.connect()
            except OSError:
                self.refused += 1
                continue
            answer = self._ask(connection, method, path, body, key)
            if answer is not None:
                self.answered[port] += 1
                return answer
            self.lost += 1
            if method not in SAFE and not key:
                break
        return Answer(LOST, None, 0)

    def _connection(self, port: int) -> http.client.HTTPConnection:
        mine = self._of_thread.__dict__.setdefault("connections", {})
        if port not in mine:
            mine[port] = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        kept: http.client.HTTPConnection = mine[port]
        # What can be read before anything was asked is the node's end of an idle connection.
        if kept.sock is not None and select.select([kept.sock], [], [], 0)[0]:
            kept.close()
        return kept

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: str | None,
        key: str,
    ) -> Answer | None:
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            connection.request(method, f"/api/v1{path}", body, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return None
        return Answer(answer.status, json.loads(text) if text else None, 0)

    def hang_up(self) -> None:
        """Close the connections of this thread."""
        for connection in self._of_thread.__dict__.get("connections", {}).values():
            connection.close()
