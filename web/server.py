"""Running the application: gunicorn with the pages and the API, or a worker that only does jobs."""

from __future__ import annotations

import gc
import ipaddress
import os
import secrets
import signal
import socket
import sys
import tempfile
from contextlib import ExitStack
from typing import Any, Final

import click
from gunicorn.app.base import BaseApplication
from prometheus_client import multiprocess, start_http_server

from engine import Config, Engine, Unavailable
from web import admission, create_app, logs, longest_body, monitoring
from web.command import NAME, command_path
from web.gunicorn_worker import ThreadedWorker

THREADS: Final = 8
"""Threads of a serving process: most of them wait for the database at any time."""
SWITCH_SECONDS: Final = 0.0005
"""How long a thread of Python may run while others wait, a tenth of Python's default."""


class _Server(BaseApplication):
    """gunicorn with this application and its settings."""

    def __init__(self, config: Config, workers: int, first_step: str):
        self._config = config
        self._first_step = first_step
        self._workers = workers
        # Made before gunicorn forks, so that each process can read what another one has signed.
        self._secret = config.web.secret.encode() or secrets.token_bytes(32)
        super().__init__()

    def load_config(self) -> None:
        web = self._config.web
        settings: dict[str, Any] = {
            "bind": f"[{web.host}]:{web.port}" if ":" in web.host else f"{web.host}:{web.port}",
            "workers": self._workers,
            "worker_class": worker_class(self._config),
            "threads": THREADS,
            "timeout": 60,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "proc_name": NAME,
            "control_socket_disable": True,
            "when_ready": lambda _: announce(self._config),
            "child_exit": lambda _, worker: mark_process_dead(worker.pid),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        logs.configure(self._config)
        # Opened in each process by itself: no connection may be shared between processes.
        engine = Engine.open(self._config.database.url, config=self._config)
        if self._config.jobs.in_server:
            engine.jobs.worker().start()
        app = create_app(self._config, engine, secret=self._secret, first_step=self._first_step)
        settle()
        return app


def worker_class(config: Config) -> type[ThreadedWorker]:
    """The class of the serving processes, with the limits of the configuration."""

    class Worker(ThreadedWorker):
        # Behind a proxy all connections come from it: it counts them itself (deploy/).
        per_address = 0 if config.web.trusted_proxies else config.web.connections_per_address
        largest_body = longest_body(config)
        admits = staticmethod(admission.admits)

    return Worker


def run(config: Config, *, workers: int = 1, first_step: str = "") -> None:
    """Serve with this number of processes until a signal stops this one.

    :param first_step: the shell's line that adds a person, for a database without any
    """
    with ExitStack() as stack:
        if workers > 1:
            # The processes write their counts here; the one that is asked for them adds them up.
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="serviceplan-"))
            monitoring.count_together(folder)
        _Server(config, workers, first_step).run()


def settle() -> None:
    """Tune a process that has loaded everything and is about to serve.

    The loaded objects (some hundred thousand) live as long as the process: they are frozen, so that
    the garbage collector does not walk through them in the middle of requests. Threads take turns
    more often, so that one that comes back from the database, where others may wait for its lock,
    does not wait for up to 5 ms (Python's default) while another calculates.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)


def mark_process_dead(pid: int) -> None:
    """Tell the metrics that a serving process has ended: its counts stay, its gauges do not."""
    if os.environ.get(monitoring.MULTIPROCESS):
        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def run_worker(config: Config, *, metrics_port: int | None = None) -> None:
    """Do jobs until a signal (SIGTERM, SIGINT) stops the process; jobs under way are finished.

    :param metrics_port: where this machine's Prometheus reads the worker's own counts
    :raises Unavailable: when the database is older or newer than this program
    """
    logs.configure(config)
    with Engine.open(config.database.url, config=config) as engine:
        engine.operations.watch(monitoring.meters().count)
        if metrics_port is not None:
            start_http_server(metrics_port, "127.0.0.1", monitoring.meters().registry)
        worker = engine.jobs.worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.ask_to_stop())
        click.echo("Serviceplan's worker runs. Stop with Ctrl+C.")
        worker.run()


def check_address(config: Config) -> None:
    """Check that the configured address can be listened on.

    :raises Unavailable: when it cannot, with what to do
    """
    web = config.web
    try:
        family, _, _, _, address = socket.getaddrinfo(
            web.host, web.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable(
            f"cannot listen on {web.host} port {web.port}: {reason}. "
            f"Is it running already? Another port: {command_path()} serve --port 8001"
        ) from error


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def announce(config: Config) -> None:
    """Print the addresses of the application, and a warning when passwords travel unencrypted."""
    web = config.web
    for host in _names(web.host):
        click.echo(f"Serviceplan answers on http://{host}:{web.port}")
    if not is_loopback(web.host) and not web.https:
        click.secho(
            "Warning: it can be reached from other machines without TLS, so passwords travel "
            "unencrypted.\nPut a proxy with TLS before it for more than a try "
            "(docs/operations.md), and set web.https.",
            fg="yellow",
            err=True,
        )
    click.echo("Stop with Ctrl+C.")


def _names(host: str) -> list[str]:
    """The hosts to write into a browser; for "all addresses" this machine's own, and its address in
    the network."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not listened on
        return ["127.0.0.1", *_network_address()]
    return [f"[{host}]" if ":" in host else host]


def _network_address() -> list[str]:
    # To connect a UDP socket sends nothing, but chooses the address that others see. 192.0.2.1 is
    # reserved for documentation (RFC 5737).
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return []
        return [probe.getsockname()[0]]
