"""The running application: gunicorn in this process with a worker beside it, or a worker alone."""

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
from web import create_app, logs, monitoring

THREADS: Final = 8
SWITCH_SECONDS: Final = 0.0005


class _Server(BaseApplication):
    def __init__(self, config: Config, workers: int):
        self._config = config
        self._workers = workers
        # Made before the processes part, so that each can read what another one has signed.
        self._secret = config.web.secret.encode() or secrets.token_bytes(32)
        super().__init__()

    def load_config(self) -> None:
        web = self._config.web
        settings: dict[str, Any] = {
            "bind": f"[{web.host}]:{web.port}" if ":" in web.host else f"{web.host}:{web.port}",
            "workers": self._workers,
            "worker_class": "web.threads.Threads",
            "threads": THREADS,
            "timeout": 60,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "proc_name": "serviceplan",
            "control_socket_disable": True,
            "when_ready": lambda _: announce(self._config),
            "child_exit": lambda _, worker: mark_process_dead(worker.pid),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        logs.configure(self._config)
        # In each worker by itself: no connection is shared between processes.
        engine = Engine.open(self._config.database.url, config=self._config)
        if self._config.jobs.in_server:
            engine.jobs.worker().start()
        app = create_app(self._config, engine, secret=self._secret)
        settle()
        return app


def run(config: Config, *, workers: int = 1) -> None:
    """Serve until the process is told to stop."""
    with ExitStack() as stack:
        if workers > 1:
            # Where the processes write their counts, for whichever is asked for all of them.
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="serviceplan-"))
            monitoring.count_together(folder)
        _Server(config, workers).run()


def settle() -> None:
    """Make a process, in which everything has been loaded, one that serves.

    What has been loaded lives as long as the process: some hundred thousand objects, which the
    collector would else walk through again and again, in the middle of requests. And a thread that
    comes back from the database, where others may wait for it, gets its turn at once: Python would
    have it wait for up to 5 ms while another calculates.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)


def mark_process_dead(pid: int) -> None:
    """A serving process has ended: its counts stay, its gauges do not."""
    if os.environ.get(monitoring.MULTIPROCESS):
        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def run_worker(config: Config, *, metrics_port: int | None = None) -> None:
    """Do jobs until the process is told to stop; those under way are finished.

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
    """:raises Unavailable: when the address cannot be listened on, with what to do"""
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
            "Is it running already? Another port: serviceplan serve --port 8001"
        ) from error


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def announce(config: Config) -> None:
    """Print where the application answers, and warn when passwords travel in the clear."""
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
    """The names to write into a browser: for "everyone" this machine's own, and its address in
    the network."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not listened on
        return ["127.0.0.1", *_network_address()]
    return [f"[{host}]" if ":" in host else host]


def _network_address() -> list[str]:
    # Choosing a route tells which address others see; nothing is sent. 192.0.2.1 is for examples.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return []
        return [probe.getsockname()[0]]
