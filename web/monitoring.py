"""Health checks (``/health/live``, ``/health/ready``) and figures for Prometheus (``/metrics``).

The health checks are open to everybody and answer yes or no. ``/metrics`` answers requests that
come directly from this machine, and those that carry the token of ``[metrics]``. Every request of
a page is given an id, logged and measured here.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import os
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Histogram, generate_latest, values
from prometheus_client import Counter as PrometheusCounter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from engine import Config, Engine, ServiceplanError
from web.context import config, engine
from web.request_ids import REQUEST_ID

blueprint = Blueprint("monitoring", __name__)
MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that names the library's folder for counts of several processes."""
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram of answer times, in seconds."""


# ---------------------------------------------------------------- health


log = logging.getLogger("serviceplan.requests")


@blueprint.get("/health/live")
def live() -> ResponseReturnValue:
    """200: this process answers."""
    return jsonify(status="ok")


@blueprint.get("/health/ready")
def ready() -> ResponseReturnValue:
    """200 when every check of ``readiness`` holds, else 503; the body names the checks."""
    checks = readiness(engine(), config())
    ok = all(checks.values())
    return jsonify(status="ok" if ok else "unavailable", checks=checks), 200 if ok else 503


def readiness(engine: Engine, config: Config) -> dict[str, bool]:
    """What must hold before a proxy sends requests here: the database answers, its version fits
    this program, due jobs have waited for less than ``metrics.most_lag_seconds``."""
    checks = {"database": False, "version": False, "jobs": False}
    try:
        engine.operations.check_version()
        checks["version"] = True
        lag = engine.operations.job_lag()
        checks["database"] = True
        checks["jobs"] = lag <= config.metrics.most_lag_seconds
    except ServiceplanError as error:
        checks["database"] = error.error_code in ("database_older", "database_newer")
    return checks


# ---------------------------------------------------------------- figures


class Meters:
    """The counts of this process.

    Of several processes each writes a file of its own (the library's multiprocess mode), and the
    one that is asked adds them up.
    """

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
        """Count facts that have been written, by type."""
        for type, number in Counter(types).items():
            self.steps.labels(type).inc(number)

    def text(self, engine: Engine) -> bytes:
        """All figures in Prometheus' text format."""
        registry = self.registry
        if os.environ.get(MULTIPROCESS):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        state = CollectorRegistry()
        state.register(_Pulse(engine))
        return generate_latest(registry) + generate_latest(state)


class _Pulse:
    """A collector of figures that are read from the database when they are asked for."""

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
    """Have this process and those that it forks write their counts into ``folder``.

    To be called before the first count. The library reads its variable when it is imported, before
    the number of processes is known, so it is made to read it again.
    """
    os.environ[MULTIPROCESS] = folder
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]


@cache
def meters() -> Meters:
    """This process's counts; made at the first call, which is after the fork."""
    return Meters()


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """All figures in Prometheus' text format; 403 for strangers."""
    if not _may_read():
        return Response("the token of [metrics] is needed\n", 403, mimetype="text/plain")
    return Response(meters().text(engine()), mimetype="text/plain; version=0.0.4")


def _may_read() -> bool:
    token = config().metrics.token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    # A proxy on this machine passes on requests from anywhere.
    forwarded = any(h in request.headers for h in ("X-Forwarded-For", "Forwarded"))
    return not forwarded and _is_loopback(request.remote_addr)


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def observe(method: str, endpoint: str, status: int, seconds: float) -> None:
    """Record how long an answer took."""
    meters().requests.labels(method, endpoint, f"{status // 100}xx").observe(seconds)


def init(app: Flask, engine: Engine) -> None:
    """Give every request an id (the proxy's ``X-Request-ID``, else a new one), log and measure the
    answer of every page, and count the facts that the engine writes."""
    engine.operations.watch(meters().count)
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.request_begun = time.perf_counter()


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = getattr(g, "request_id", "")
    begun: float | None = getattr(g, "request_begun", None)
    seconds = None if begun is None else time.perf_counter() - begun
    if log.isEnabledFor(logging.INFO):
        log.info(
            "%s %s %s",
            request.method,
            request.endpoint or "-",
            response.status_code,
            extra={"milliseconds": seconds and round(1000 * seconds, 1)},
        )
    if seconds is not None and request.endpoint != "monitoring.metrics":
        observe(request.method, request.endpoint or "none", response.status_code, seconds)
    return response
