"""Addresses of pages, whichever way they are made."""

from __future__ import annotations

from typing import Any

import flask
import pytest

from engine import Config, Engine
from web import create_app
from web.context import url_for

ID = "0123456789abcdef" * 2


@pytest.mark.parametrize("root", ["", "/plan"])
@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("tasks.inbox", {}),
        ("tasks.show", {"task_id": ID}),
        ("tasks.show", {"task_id": "0" * 32}),
        ("tasks.show", {"task_id": "a task/of ours"}),
        ("tasks.show", {"task_id": ID, "back": "/tasks?q=a&show=all"}),
        ("tasks.inbox", {"q": ID}),
        ("tasks.inbox", {"cursor": None}),
    ],
)
def test_an_address_is_what_flask_makes_it(
    engine: Engine, config: Config, root: str, endpoint: str, values: dict[str, Any]
) -> None:
    app = create_app(config, engine)
    with app.test_request_context("/tasks", environ_overrides={"SCRIPT_NAME": root}):
        made = [url_for(endpoint, **values) for _ in range(2)]
        assert made == [flask.url_for(endpoint, **values)] * 2
        assert made[0].startswith(f"{root}/tasks")
