"""Requests for other names than the application's are refused (DNS rebinding)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from engine import Config, ConfigError, Engine, load_config
from web import create_app
from web.hosts import is_ours


@pytest.fixture
def open_to_all(config: Config, engine: Engine) -> Flask:
    web = replace(config.web, hosts=("plan.example", ".inre.example"), address="https://x.example")
    return create_app(replace(config, web=web), engine)


@pytest.mark.parametrize("path", ["/metrics", "/login", "/tasks", "/static/app.css", "/nowhere"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example"])
def test_a_page_is_not_shown_by_a_strange_name(app: Flask, path: str, host: str) -> None:
    answer = app.test_client().get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert "web.hosts" in answer.text
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("path", ["/api/v1/tasks", "/api/v1/openapi.json"])
def test_the_api_does_not_answer_to_a_strange_name(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json["type"]) == (421, "/problems/wrong-host")


@pytest.mark.parametrize("host", ["", "localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:80"])
def test_the_names_of_this_machine_are_known(app: Flask, host: str) -> None:
    assert app.test_client().get("/login", headers={"Host": host}).status_code == 200
    assert app.test_client().get("/metrics", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_a_proxy_may_ask_how_it_is_by_any_name(app: Flask, path: str) -> None:
    assert app.test_client().get(path, headers={"Host": "10.0.0.5:8000"}).status_code == 200
    assert app.test_client().get(path, headers={"Host": "web-1.cluster"}).status_code == 200


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("plan.example", True), ("PLAN.example:443", True), ("plan.example.", True),
        ("a.inre.example", True), ("inre.example", True), ("xinre.example", False),
        ("x.example", True), ("notplan.example", False), ("plan.example.evil.example", False),
        ("192.168.1.4:8000", True), ("a b", False), ("plan.example@evil.example", False),
        ("evil.example/plan.example", False), ("plan.example:99999999", False),
        ("å.example", False),
    ],
)  # fmt: skip
def test_a_name_is_ours_or_not(open_to_all: Flask, host: str, ours: bool) -> None:
    assert is_ours(host, open_to_all.extensions["config"]) is ours


def test_behind_a_proxy_the_name_that_the_browser_has_asked_counts(
    config: Config, engine: Engine
) -> None:
    web = replace(config.web, hosts=("plan.example",), trusted_proxies=1)
    client = create_app(replace(config, web=web), engine).test_client()
    told = {"Host": "10.1.1.1", "X-Forwarded-Host": "plan.example", "X-Forwarded-For": "1.2.3.4"}
    assert client.get("/login", headers=told).status_code == 200
    told["X-Forwarded-Host"] = "evil.example"
    assert client.get("/login", headers=told).status_code == 421


@pytest.mark.parametrize("hosts", ['"a"', '["a b"]', '["https://a"]', '["a:80"]', "[1]", '[""]'])
def test_what_is_no_host_name_is_refused_in_the_settings(tmp_path, hosts: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "config.toml"
    path.write_text(f"[web]\nhosts = {hosts}\n")
    with pytest.raises(ConfigError, match="host names"):
        load_config(path)
