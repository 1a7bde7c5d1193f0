"""The running application: gunicorn in this process, and the clockwork that fires timers."""

from __future__ import annotations

import ipaddress
import logging
import secrets
import socket
import threading
from typing import Any, Final

import click
from gunicorn.app.base import BaseApplication

from engine import Config, Engine, ServiceplanError, Unavailable
from web import create_app

log = logging.getLogger(__name__)

THREADS: Final = 8
SECONDS_BETWEEN_LOOKS: Final = 5.0
"""How late a timer may be. People plan by days; a look at an idle database costs nearly nothing."""


class Clockwork(threading.Thread):
    """Asks the engine every few seconds to fire what is due. Several may run: each timer fires
    once, for whoever is first."""

    def __init__(self, engine: Engine, seconds: float = SECONDS_BETWEEN_LOOKS):
        super().__init__(name="clockwork", daemon=True)
        self._engine = engine
        self._seconds = seconds
        self._stop_asked = threading.Event()

    def run(self) -> None:
        while not self._stop_asked.wait(self._seconds):
            try:
                self._engine.fire_due()
            except ServiceplanError as error:
                # A database that is away, or a process that failed and is an incident by now:
                # what is still due is due at the next look too.
                log.warning("timers wait: %s", error)
            except Exception:
                # Whatever it is, the other timers must not stop for good.
                log.exception("timers wait")

    def stop(self) -> None:
        self._stop_asked.set()
        self.join()


class _Server(BaseApplication):
    def __init__(self, config: Config, workers: int):
        self._config = config
        self._workers = workers
        # Made before the processes part, so that each can read what another one has signed.
        self._secret = secrets.token_bytes(32)
        super().__init__()

    def load_config(self) -> None:
        web = self._config.web
        settings: dict[str, Any] = {
            "bind": f"[{web.host}]:{web.port}" if ":" in web.host else f"{web.host}:{web.port}",
            "workers": self._workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": 60,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "proc_name": "serviceplan",
            "control_socket_disable": True,
            "when_ready": lambda _: announce(self._config),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        # In each worker by itself: no connection is shared between processes.
        engine = Engine.open(self._config.database.url, config=self._config)
        Clockwork(engine).start()
        return create_app(self._config, engine, secret=self._secret)


def run(config: Config, *, workers: int = 1) -> None:
    """Serve until the process is told to stop."""
    _Server(config, workers).run()


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
