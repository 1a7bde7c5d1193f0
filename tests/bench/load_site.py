"""A company under load: a database that is filled and served by a checkout of the project, and what
its people ask. Nothing of the checkout is imported here: it is used by its command and by
HTTP, so that two checkouts can be compared, whatever stands in them."""

from __future__ import annotations

import html
import json
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from engine.identity.credentials import hash_password
from tests.bench.ground import BUILD, connect
from tests.bench.load_client import Ask
from tests.support.diagrams import chain, diagram, end, field, flow, gateway, start, task

MIX: Final[Mapping[str, int]] = {
    "inbox": 30,
    "task": 25,
    "sign": 15,
    "case": 10,
    "cases": 5,
    "history": 5,
    "overview": 5,
    "api completion": 5,
}
"""Of a hundred requests; fifteen of the ``task`` pages are those whose form is then signed."""
ROLE: Final = "saljare"
PEOPLE: Final = 10
PASSWORD: Final = "belastning belastning"
PLAIN_CASES: Final = 30
SIGNED_CASES: Final = 120
"""Cases that ask for a task again and again, so that there is always something to be done."""
REFILL: Final = 40
"""Tasks that are looked for at once when none is known to be open."""


def process(name: str, *, sign: bool) -> bytes:
    """A process that asks for one user task again and again: with a field, two points and a
    signature, or with nothing, for programs."""
    work = task("work", form=field("result", required="true"), points=("seen", "told"), sign=True)
    steps = (
        start(),
        gateway("again"),
        work if sign else task("work"),
        gateway("done", default="done_to_again"),
        end(),
        chain("start", "again", "work", "done"),
        flow("done", "again"),
        flow("done", "end", "=enough"),
    )
    lanes = {ROLE: ["start", "again", "work", "done"]}
    return diagram(name, *steps, lanes=lanes, variables={"enough": "=false"}).data


@dataclass(frozen=True)
class Checkout:
    """A folder with the project, and what it is called in the table."""

    name: str
    folder: Path

    def run(self, *arguments: str) -> str:
        """What ``python -m`` of the checkout prints."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{self.name}: {arguments[:3]}: {done.stderr[-2000:]}")
        return done.stdout

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}


def fill(checkout: Checkout, url: str, cases: int) -> None:
    """Fill an empty database: the example company with many cases, and the two processes that are
    worked on, with one password for everybody."""
    checkout.run("tests.bench.data", url, "--cases", str(cases))
    for name, sign in (("load_signed", True), ("load_plain", False)):
        file = BUILD / f"{name}.bpmn"
        file.write_bytes(process(name, sign=sign))
        checkout.run("serviceplan", "deploy", str(file), "--database", url)
    mark = "?" if url.startswith("sqlite") else "%s"
    with connect(url) as connection:
        connection.execute(
            f"UPDATE person SET password_hash = {mark}",
            (hash_password(PASSWORD),),
        )
        connection.commit()


@contextmanager
def served(checkout: Checkout, url: str, workers: int) -> Iterator[Site]:
    """The checkout's own server on this database, with its production settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["serviceplan", "serve", "--workers", str(workers), "--port", str(port)]
    with (BUILD / f"serve-{checkout.name}.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *command, "--database", url],
            cwd=checkout.folder,
            env=checkout.environment(),
            stdout=log,
            stderr=log,
        )
    try:
        _wait(port, server)
        yield Site(checkout, url, port, server.pid)
    finally:
        server.terminate()
        server.wait(30)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("the server did not start")
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/health/live")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


class Site:
    """A served company: people who are signed in, what they look at, what they work on."""

    def __init__(self, checkout: Checkout, url: str, port: int, pid: int) -> None:
        self.checkout, self.url, self.port, self.pid = checkout, url, port, pid
        self._chance = random.Random(7)  # noqa: S311 - not for secrets
        self._forms: deque[tuple[str, str, bytes]] = deque()
        self._open: dict[str, deque[str]] = {"load_signed": deque(), "load_plain": deque()}
        self._taken: set[str] = set()
        self._kinds = [kind for kind, share in MIX.items() for _ in range(share)]
        self._prepare()

    # ------------------------------------------------------------ people and places

    def _prepare(self) -> None:
        sellers = self._rows(
            "SELECT username FROM person WHERE username LIKE '%-%' AND active "
            f"AND CAST(roles AS text) LIKE '%{ROLE}%' ORDER BY username LIMIT {PEOPLE}"
        )
        managers = self._rows(
            "SELECT username FROM person WHERE CAST(rights AS text) LIKE '%manager%' "
            "AND active ORDER BY username LIMIT 1"
        )
        self.cookies = [self._sign_in(name) for name in sellers]
        self.manager = self._sign_in(managers[0])
        token = self.checkout.run("serviceplan", "token", "add", sellers[0], "--name",
                                  f"load {uuid4().hex}", "--database", self.url)  # fmt: skip
        self._secret = token.split()[-1]
        known = set(
            self._rows("SELECT DISTINCT process_id FROM task WHERE process_id LIKE 'load%'")
        )
        for name, count in (("load_signed", SIGNED_CASES), ("load_plain", PLAIN_CASES)):
            for _ in range(0 if name in known else count):
                self._start(name)
        self.cases = self._seen("/cases/", self._rows(
            "SELECT id FROM process_case WHERE number LIKE 'K-%' ORDER BY id LIMIT 60"
        ))  # fmt: skip
        self.tasks = self._seen("/tasks/", self._rows(
            "SELECT id FROM task WHERE state = 'open' AND process_id NOT LIKE 'load%' "
            f"AND role = '{ROLE}' ORDER BY id LIMIT 60"
        ))  # fmt: skip

    def _rows(self, statement: str) -> list[str]:
        with connect(self.url) as connection:
            return [row[0] for row in connection.execute(statement).fetchall()]

    def _fetch(
        self, method: str, path: str, body: str = "", **headers: str
    ) -> tuple[int, Any, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()

    def _sign_in(self, username: str) -> str:
        """The cookie of a new session."""
        _, headers, page = self._fetch("GET", "/login")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None, "the login page has no form"
        fields = {"csrf_token": token[1], "username": username, "password": PASSWORD}
        form = "application/x-www-form-urlencoded"
        status, headers, _ = self._fetch(
            "POST", "/login", urlencode(fields), Cookie=_cookies(headers), **{"Content-Type": form}
        )
        if status != 302:
            raise RuntimeError(f"{username} cannot sign in: {status}")
        return _cookies(headers)

    def _start(self, process_id: str) -> None:
        status, _, text = self._fetch(
            "POST", "/api/v1/cases", json.dumps({"process_id": process_id}),
            **self._api_headers(), **{"Content-Type": "application/json"},
        )  # fmt: skip
        if status != 201:
            raise RuntimeError(f"a case could not be started: {status} {text[:300]}")

    def _seen(self, path: str, ids: list[str]) -> list[tuple[str, str]]:
        """Who may look at what: the first person who gets the page."""
        found = []
        for number, id in enumerate(ids):
            for cookie in self.cookies[number % PEOPLE :][:3]:
                if self._fetch("GET", path + id, Cookie=cookie)[0] == 200:
                    found.append((cookie, path + id))
                    break
        if not found:
            raise RuntimeError(f"nobody may see any of {path}")
        return found

    def _api_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._secret}", "Idempotency-Key": uuid4().hex}

    # ------------------------------------------------------------ what is asked

    def next_ask(self) -> Ask:
        """The next request of the mix, drawn by chance."""
        kind = self._chance.choice(self._kinds)
        if kind == "sign" and not self._forms:
            kind = "task"
        if kind == "task":
            return self._task()
        if kind == "sign":
            return self._sign()
        if kind == "api completion":
            return self._api_completion()
        if kind == "case":
            cookie, path = self._chance.choice(self.cases)
            return _page(kind, path, cookie)
        if kind == "overview":
            return _page(kind, "/overview/", self.manager)
        path = {"inbox": "/tasks", "cases": "/cases/", "history": "/history/"}[kind]
        return _page(kind, path, self._chance.choice(self.cookies))

    def _task(self) -> Ask:
        """Often one that somebody is about to sign, else any."""
        if self._chance.randrange(MIX["task"]) >= MIX["sign"]:
            cookie, path = self._chance.choice(self.tasks)
            return _page("task", path, cookie)
        task_id = self._work_of("load_signed")
        cookie = self._chance.choice(self.cookies)

        def keep(_status: int, _head: bytes, body: bytes) -> str | None:
            fields = _fields(body.decode())
            if fields is None:
                return "no form"
            self._forms.append((cookie, f"/tasks/{task_id}", urlencode(fields).encode()))
            return None

        return _page("task", f"/tasks/{task_id}", cookie, keep)

    def _sign(self) -> Ask:
        cookie, path, body = self._forms.popleft()

        def signed(_status: int, head: bytes, _body: bytes) -> str | None:
            return None if re.search(rb"(?i)\r\nlocation: [^\r]+done=", head) else "refused"

        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded",
                   "Sec-Fetch-Site": "same-origin"}  # fmt: skip
        return Ask("sign", _bytes("POST", path, headers, body), (302, 303), signed)

    def _api_completion(self) -> Ask:
        task_id = self._work_of("load_plain")
        headers = {**self._api_headers(), "Content-Type": "application/json"}
        path = f"/api/v1/tasks/{task_id}/complete"
        data = _bytes("POST", path, headers, b'{"answers": {}, "revision": 0}')
        return Ask("api completion", data)

    def _work_of(self, process_id: str) -> str:
        """An open task that nobody has been given yet, found in the database itself."""
        known = self._open[process_id]
        if not known:
            taken = self._taken
            found = self._rows(
                "SELECT id FROM task WHERE state = 'open' "
                f"AND process_id = '{process_id}' AND element_id = 'work'"
            )
            taken &= set(found) | {i for f in self._forms for i in (f[1].rpartition("/")[2],)}
            known += [id for id in found if id not in taken][:REFILL]
            if not known:
                raise RuntimeError(f"no open task of {process_id} is left: start more cases")
        self._taken.add(known[0])
        return known.popleft()


def _cookies(headers: Any) -> str:
    pairs = (value.split(";")[0] for value in headers.get_all("Set-Cookie", []))
    return "; ".join(pair for pair in pairs if not pair.endswith("="))


def _page(kind: str, path: str, cookie: str, then: Any = None) -> Ask:
    headers = {"Cookie": cookie, "Accept-Encoding": "gzip", "Accept-Language": "sv"}
    return Ask(kind, _bytes("GET", path, headers), (200,), then)


def _bytes(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def _fields(page: str) -> dict[str, str] | None:
    """What the form of a task sends when everything is ticked, answered and signed."""
    form = re.search(r'<form id="uppgift".*?</form>', page, re.S)
    if form is None:
        return None
    sent = {}
    for tag in re.findall(r"<input\b[^>]*>|<textarea\b[^>]*>", form[0]):
        held = {k: html.unescape(v) for k, v in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        name, kind = held.get("name"), held.get("type", "text")
        if not name or kind == "file":
            continue
        sent[name] = held.get("value", "on" if kind == "checkbox" else "")
        if name.endswith("result"):
            sent[name] = "Utfört enligt plan"
    return {**sent, "password": PASSWORD, "action": "complete"}
