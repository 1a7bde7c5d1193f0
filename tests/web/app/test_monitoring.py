"""For machines that watch: health, figures, the log, the copy of the database."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from engine import SYSTEM, Config, Engine, FakeClock
from engine.errors import Conflict
from engine.jobs import failed
from tests.support.databases import database_of
from tests.support.desk import a_customer
from tests.support.people import People
from tests.support.tampering import as_owner
from tests.support.visitor import SignedIn
from web import create_app, logs


def values(page: str) -> dict[str, float]:
    lines = (line.rsplit(" ", 1) for line in page.splitlines() if line and line[0] != "#")
    return {name: float(value) for name, value in lines}


def test_who_watches_needs_no_session(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/health/live").get_json() == {"status": "ok"}
    ready = client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.get_json()["checks"] == {"database": True, "version": True, "jobs": True}


def test_a_newer_database_is_not_ready(app: Flask, engine: Engine) -> None:
    with database_of(engine).writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 503
    checks = answer.get_json()["checks"]
    assert (checks["database"], checks["version"]) == (True, False)


def test_jobs_that_nobody_does_are_not_ready(app: Flask, engine: Engine, clock: FakeClock) -> None:
    from engine.job_queue import Job
    from engine.jobs.queue import DatabaseQueue

    with database_of(engine).writing() as connection:
        DatabaseQueue().put(connection, [Job("timers", "timers:x", clock.now())])
    assert app.test_client().get("/health/ready").status_code == 200
    clock.advance(timedelta(minutes=16))
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["jobs"] is False


def test_the_figures_count_steps_requests_and_what_waits(
    app: Flask, engine: Engine, people: People
) -> None:
    client = app.test_client()
    before = values(client.get("/metrics").text).get(
        'serviceplan_steps_total{type="instance.started"}', 0.0
    )
    engine.cases.start(people["manager"].actor, customer_id=a_customer(engine), key="one")
    client.get("/login")
    found = values(client.get("/metrics").text)
    assert found['serviceplan_steps_total{type="instance.started"}'] > before
    requests = (
        'serviceplan_request_seconds_count{endpoint="accounts.login",method="GET",status="2xx"}'
    )
    assert found[requests] >= 1
    assert found["serviceplan_incidents_open"] == 0
    assert found["serviceplan_timers_due"] == 0
    assert {"serviceplan_job_lag_seconds", "serviceplan_outbox_dead"} <= set(found)
    assert found["serviceplan_jobs_failed"] == 0
    with database_of(engine).writing() as connection:
        failed.add(connection, "tidy", {}, 10, "RuntimeError: no", engine.now())
    assert values(client.get("/metrics").text)["serviceplan_jobs_failed"] == 1


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 403),
        ("192.0.2.7", {"Authorization": "Bearer a token for machines"}, 200),
        ("192.0.2.7", {"Authorization": "Bearer another"}, 403),
        ("192.0.2.7", {"Authorization": "Bearer "}, 403),
    ],
)
def test_the_figures_are_for_this_machine_and_for_the_token(
    config: Config, engine: Engine, address: str, headers: dict[str, str], status: int
) -> None:
    metrics = replace(config.metrics, token="a token for machines")
    client = create_app(replace(config, metrics=metrics), engine).test_client()
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status


def test_without_a_token_an_empty_one_opens_nothing(app: Flask) -> None:
    answer = app.test_client().get(
        "/metrics", headers={"Authorization": "Bearer "}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert answer.status_code == 403


# ---------------------------------------------------------------- the log


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the log has written, as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(logs._with_context)
    handler.setFormatter(logs.JsonLines())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    monkeypatch.setattr(root, "level", logging.INFO)
    logging.getLogger("serviceplan.requests").setLevel(logging.INFO)
    return stream


def test_a_line_says_request_actor_and_case_and_no_names(
    lines: io.StringIO, signed_in: SignedIn, people: People, case_id: str, app: Flask
) -> None:
    visitor = signed_in(people["manager"])
    answer = visitor.open(f"/cases/{case_id}")
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    [line] = [t for t in told if t["message"] == "GET cases.show 200"]
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert (line["actor_id"], line["case_id"]) == (people["manager"].id, case_id)
    assert people["manager"].name not in lines.getvalue()
    assert people["manager"].password not in lines.getvalue()


def test_the_proxys_request_id_is_kept_and_a_strange_one_is_not(app: Flask) -> None:
    client = app.test_client()
    kept = client.get("/login", headers={"X-Request-ID": "abc-123-def-456"})
    assert kept.headers["X-Request-ID"] == "abc-123-def-456"
    for strange in ("x", "a b c d e f g h", "x" * 65, "<script>alert"):
        answer = client.get("/login", headers={"X-Request-ID": strange})
        assert answer.headers["X-Request-ID"] != strange


def test_an_error_tells_its_place_and_not_what_somebody_typed(lines: io.StringIO) -> None:
    try:
        int("någons lösenord")
    except ValueError:
        logging.getLogger("x").exception("failed")
    line = json.loads(lines.getvalue())
    assert line["error"] == "ValueError"
    assert "test_monitoring.py" in line["stack"][0]
    assert "lösenord" not in lines.getvalue()


# ---------------------------------------------------------------- the copy


def test_a_copy_is_whole_and_checked(engine: Engine, people: People, tmp_path: Path) -> None:
    engine.cases.start(people["manager"].actor, customer_id=a_customer(engine), key="one")
    copy = tmp_path / "copy.db"
    result = engine.operations.backup(copy)
    assert result.ok
    assert result.entries > 0
    assert copy.stat().st_mode & 0o077 == 0
    with Engine.open(f"sqlite:///{copy}") as restored:
        assert len(restored.cases.search(SYSTEM).items) == 1
    with pytest.raises(Conflict):
        engine.operations.backup(copy)


def test_a_copy_of_a_falsified_history_says_so(
    engine: Engine, people: People, tmp_path: Path
) -> None:
    engine.cases.start(people["manager"].actor, customer_id=a_customer(engine), key="one")
    with as_owner(database_of(engine)) as connection:
        connection.execute(text("UPDATE history SET actor_name = 'Någon annan' WHERE id = 3"))
    assert not engine.operations.backup(tmp_path / "copy.db").ok
