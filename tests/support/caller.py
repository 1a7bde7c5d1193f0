"""A program that uses the API: sends JSON with a token and reads what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.test import Client, TestResponse

BASE = "/api/v1"


class Caller:
    """One program with its token. It has no cookies."""

    def __init__(self, app: Flask, secret: str | None):
        self.client = Client(app, use_cookies=False)
        self.secret = secret

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.send("POST", path, body, **options)

    def write(
        self,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        """Write to a task, ``/tasks/{id}/draft`` or ``…/complete``, as it is just now."""
        seen = self.get(path.rpartition("/")[0])
        etag = seen.headers.get("ETag", '"0"')
        if isinstance(body, dict) and body.get("signature") and seen.status_code == 200:
            body = {"shown_sha256": seen.json["shown_sha256"], **body}
        return self.post(path, body, headers={"If-Match": etag, **(headers or {})}, **options)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        given = dict(headers or {})
        if self.secret is not None:
            given.setdefault("Authorization", f"Bearer {self.secret}")
        if key is not None:
            given["Idempotency-Key"] = key
        if body is not None:
            options["data"] = json.dumps(body)
            options.setdefault("content_type", "application/json")
        options.setdefault("environ_overrides", {}).setdefault("REMOTE_ADDR", "127.0.0.1")
        return self.client.open(
            path if path.startswith("/") and "/api" in path else BASE + path,
            method=method,
            headers=given,
            **options,
        )


Calling = Callable[..., Caller]
"""Gives a program that speaks for somebody: ``calling(people["saljare"])``."""


def problem(answer: TestResponse) -> str:
    """The name of the answer's problem, which must be a whole one."""
    assert answer.mimetype == "application/problem+json", answer.text
    told = answer.json
    assert told["status"] == answer.status_code
    assert told["title"]
    assert told["detail"]
    assert told["type"].startswith("/problems/")
    return str(told["type"].removeprefix("/problems/"))


Document = dict[str, Any]
"""The API's description of itself."""


def operations(document: Document) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation, by its id."""
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
