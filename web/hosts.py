"""The host names that the application answers to.

A page on another site may point a name of its own at this machine (DNS rebinding): its browser then
takes the application for that site. So requests for names that are not ours are refused.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from engine import Config

_HOST: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?")
HEALTH: Final = "/health/"
"""What the paths begin with that proxies and machines ask by whatever name; they show nothing."""


API: Final = "/api/"
"""What the paths of the API begin with, which says of a NUL in a parameter that it cannot be."""


class WrongHost(HTTPException):
    """A request for a host name that the application does not have (RFC 9110, 15.5.20)."""

    code = 421


def is_ours(host: str, config: Config) -> bool:
    """Whether the value of a Host header is a name of ours: of the loopback, an IP address (which
    no name points anywhere), ``web.address`` or ``web.hosts``. No value at all is: no browser sends
    none."""
    if not host:
        return True
    match = _HOST.fullmatch(host.lower())
    if match is None:
        return False
    name = match["name"].strip("[]").removesuffix(".")
    if name == "localhost" or name == (urlsplit(config.web.address).hostname or "localhost"):
        return True
    if name == config.web.host or _is_address(name):
        return True
    return any(
        each in ("*", name) or (each.startswith(".") and f".{name}".endswith(each))
        for each in config.web.hosts
    )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def init(app: Flask, config: Config) -> None:
    """Refuse requests for pages by other names. (The API does it by itself.)"""

    def check() -> None:
        host = request.environ.get("HTTP_HOST", "")
        if not is_ours(host, config) and not request.path.startswith(HEALTH):
            raise WrongHost(host)

    app.before_request(check)


def without_nul(application: Callable[..., Any]) -> Callable[..., Any]:
    """The WSGI application with the replacement character for each NUL of an address, but for
    the parameters of the API: no row has one, and PostgreSQL takes none, not even to look for
    it."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if "\0" in environ.get("PATH_INFO", ""):
            environ["PATH_INFO"] = environ["PATH_INFO"].replace("\0", "\xef\xbf\xbd")
        if "%00" in environ.get("QUERY_STRING", "") and not environ["PATH_INFO"].startswith(API):
            environ["QUERY_STRING"] = environ["QUERY_STRING"].replace("%00", "%EF%BF%BD")
        return application(environ, start_response)

    return answer
