"""For machines that watch: is it alive, is it ready, how is it going (Prometheus).

``/health/*`` says nothing but yes or no and is open. ``/metrics`` is for this machine, asked
directly, and for whoever shows the token of ``[metrics]``.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Histogram, generate_latest, values
from prometheus_client import Counter as PrometheusCounter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from engine import Config, Engine, ServiceplanError
from web.context import config, engine

blueprint = Blueprint("monitoring", __name__)
MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


# ---------------------------------------------------------------- health


@blueprint.get("/health/live")
def live() -> ResponseReturnValue:
    """This process answers."""
    return jsonify(status="ok")


@blueprint.get("/health/ready")
def ready() -> ResponseReturnValue:
    """The database answers and fits this program, and jobs are being done."""
    checks = readiness(engine(), config())
    wrong = [name for name, fine in checks.items() if not fine]
    answer = jsonify(status="unavailable" if wrong else "ok", checks=checks)
    return answer, 503 if wrong else 200


def readiness(engine: Engine, config: Config) -> dict[str, bool]:
    """What must be so before people are sent here."""
    checks = {"database": False, "version": False, "jobs": False}
    try:
        engine.operations.check_version()
        checks["version"] = True
        lag = engine.operations.pulse().job_lag_seconds
        checks["database"] = True
        checks["jobs"] = lag <= config.metrics.most_lag_seconds
    except ServiceplanError as error:
        checks["database"] = error.error_code in ("database_older", "database_newer")
    return checks


# ---------------------------------------------------------------- figures


class Meters:
    """What is counted in this process. With several processes each writes a file of its own
    (the library's multiprocess mode), and whoever is asked adds them up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.steps = PrometheusCounter(
            "serviceplan_steps", "Facts written, by type", ["type"], registry=self.registry
        )
        self.requests = Histogram(
            "serviceplan_request_seconds",
            "How long an answer took",
            ["method", "endpoint", "status"],
            buckets=BUCKETS,
            registry=self.registry,
        )

    def count(self, types: Iterable[str]) -> None:
        """Facts have been written."""
        for type, number in Counter(types).items():
            self.steps.labels(type).inc(number)

    def text(self, engine: Engine) -> bytes:
        """Everything in Prometheus' text format."""
        registry = self.registry
        if os.environ.get(MULTIPROCESS):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        state = CollectorRegistry()
        state.register(_Pulse(engine))
        return generate_latest(registry) + generate_latest(state)


class _Pulse:
    """Figures of the database, read when they are asked for."""

    def __init__(self, engine: Engine):
        self._engine = engine

    def collect(self) -> Iterator[GaugeMetricFamily]:
        pulse = self._engine.operations.pulse()
        for name, what, value in (
            ("incidents_open", "Open incidents", pulse.incidents),
            ("timers_due", "Timers whose time has come", pulse.due_timers),
            ("job_lag_seconds", "How long the oldest due work has waited", pulse.job_lag_seconds),
            ("outbox_unsent", "Mails and webhooks on their way", pulse.unsent),
            ("outbox_dead", "Mails and webhooks that did not arrive", pulse.dead),
            ("jobs_failed", "Jobs that are tried no more", pulse.failed_jobs),
        ):
            yield GaugeMetricFamily(f"serviceplan_{name}", what, value=value)


def count_together(folder: str) -> None:
    """From now on this process, and those that come from it, write their counts into ``folder``.
    To be said before the first count. The library looks at its variable when it is imported, which
    is long before it is known how many processes there will be: it is made to look again."""
    os.environ[MULTIPROCESS] = folder
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]


@cache
def meters() -> Meters:
    """This process's; made when first asked for, after the processes have parted."""
    return Meters()


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Prometheus' text format."""
    if not _may_read():
        return Response("the token of [metrics] is needed\n", 403, mimetype="text/plain")
    return Response(meters().text(engine()), mimetype="text/plain; version=0.0.4")


def _may_read() -> bool:
    token = config().metrics.token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    # What came by a proxy comes from anywhere, whatever address the proxy has.
    forwarded = any(h in request.headers for h in ("X-Forwarded-For", "Forwarded"))
    return not forwarded and _is_loopback(request.remote_addr)


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def observe(method: str, where: str, status: int, seconds: float) -> None:
    """Measure an answer."""
    meters().requests.labels(method, where, f"{status // 100}xx").observe(seconds)


def init(app: Flask, engine: Engine) -> None:
    """Measure every answer, and count what the engine writes."""
    engine.operations.watch(meters().count)

    def begin() -> None:
        g.measured_from = time.perf_counter()

    def end(response: Response) -> Response:
        begun: Any = getattr(g, "measured_from", None)
        if begun is not None and request.endpoint != "monitoring.metrics":
            seconds = time.perf_counter() - begun
            observe(request.method, request.endpoint or "none", response.status_code, seconds)
        return response

    app.before_request(begin)
    app.after_request(end)
