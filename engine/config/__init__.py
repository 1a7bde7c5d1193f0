"""The settings: frozen values read from a TOML file, every one with a default.

``config.toml`` in the project's root names them all and says what each is for.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from engine.config.accepts import (
    address,
    any_text,
    clock_time,
    country,
    dates,
    flag,
    integer,
    one_of,
    patterns,
    secret,
    setting,
    text,
    url,
    url_or_none,
    zone,
)
from engine.errors import ConfigError
from engine.views import Role

DATABASE_VARIABLE: Final = "SERVICEPLAN_DATABASE"
SECRET_VARIABLE: Final = "SERVICEPLAN_SECRET"  # noqa: S105 - a variable's name
MAIL_PASSWORD_VARIABLE: Final = "SERVICEPLAN_MAIL_PASSWORD"  # noqa: S105 - a variable's name
DEFAULT_FILE: Final = Path("config.toml")

T = TypeVar("T")


# ---------------------------------------------------------------- the settings


@dataclass(frozen=True, slots=True)
class Company:
    name: str = text("Serviceplan")


@dataclass(frozen=True, slots=True)
class Database:
    """``url`` is an SQLAlchemy URL of SQLite or PostgreSQL (psycopg 3)."""

    url: str = text("sqlite:///data/serviceplan.db", "a database URL in quotes")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where and when people work: see ``engine.runtime.calendar``."""

    zone: str = setting(
        "Europe/Stockholm", zone, "a time zone of the IANA database, such as Europe/Stockholm"
    )
    country: str = setting("SE", country, "a country's ISO 3166 code, such as SE")
    company_days: tuple[date, ...] = setting(
        (), dates, "a list of dates without quotes, such as [2026-12-23]"
    )


@dataclass(frozen=True, slots=True)
class Cases:
    """``first_process`` is the id of the process that is offered first when a case is started, and
    meant when none is named; empty for none."""

    first_process: str = setting("", any_text, "a process id in quotes, or empty")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a diagram, an instance or an upload may cost; ``*_bytes`` in bytes."""

    steps: int = integer(5000, 1)
    tokens: int = integer(1000, 1)
    children: int = integer(1000, 1)
    nesting: int = integer(16, 1, 64)
    variable_bytes: int = integer(262_144, 1)
    xml_bytes: int = integer(2_000_000, 1)
    xml_elements: int = integer(20_000, 1)
    xml_depth: int = integer(64, 1, 200)
    xml_attributes: int = integer(50, 1)
    process_nodes: int = integer(250, 1)
    attachment_bytes: int = integer(10_000_000, 1)
    request_bytes: int = integer(1_000_000, 1_000)


@dataclass(frozen=True, slots=True)
class Jobs:
    """What runs when nobody asks for it."""

    in_server: bool = flag(True)
    concurrency: int = integer(2, 1, 64)


@dataclass(frozen=True, slots=True)
class Mail:
    """Mail by SMTP. ``remind_at`` is a wall clock time, empty for no reminders."""

    enabled: bool = flag(False)
    host: str = text("localhost")
    port: int = integer(25, 1, 65535)
    security: str = setting("none", one_of("none", "starttls", "tls"), "none, starttls or tls")
    username: str = setting("", any_text, "a text in quotes")
    password: str = setting("", any_text, "a text in quotes")
    sender: str = setting(
        "serviceplan@localhost", address, "a mail address, such as plan@example.com"
    )
    language: str = setting("sv", one_of("sv", "en"), "sv or en")
    remind_at: str = setting("07:00", clock_time, 'a time such as "07:00", or empty')


@dataclass(frozen=True, slots=True)
class Webhook:
    """Somebody who is told of facts. ``events`` are types of facts; * stands for anything."""

    url: str = setting("", url, "an address that begins with https:// or http://")
    events: tuple[str, ...] = setting(("*",), patterns, 'a list of types, such as ["task.*"]')
    secret: str = setting("", secret, "a secret of at least 16 characters")


@dataclass(frozen=True, slots=True)
class Metrics:
    """Who may read the figures of ``/metrics``: this machine, and whoever shows the token."""

    token: str = setting("", any_text, "a text in quotes")
    most_lag_seconds: int = integer(900, 10)


@dataclass(frozen=True, slots=True)
class Log:
    format: str = setting("plain", one_of("plain", "json"), "plain or json")
    level: str = setting(
        "warning", one_of("debug", "info", "warning", "error"), "debug, info, warning or error"
    )


@dataclass(frozen=True, slots=True)
class Web:
    host: str = text("127.0.0.1")
    port: int = integer(8000, 1, 65535)
    https: bool = flag(False)
    trusted_proxies: int = integer(0, 0, 10)
    session_idle_minutes: int = integer(60, 1)
    session_hours: int = integer(12, 1)
    page_size: int = integer(25, 1, 200)
    secret: str = setting("", any_text, "a text in quotes")
    address: str = setting("", url_or_none, "an address that begins with https:// or http://")


NO_ROLES: Final[Mapping[str, Role]] = MappingProxyType({})
NO_PLAN: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. ``roles`` keeps the file's order; ``plan`` is what FEEL sees as ``config``
    (numbers are ``Decimal``). Both are a company's own: they have no default."""

    company: Company = field(default_factory=Company)
    database: Database = field(default_factory=Database)
    calendar: Calendar = field(default_factory=Calendar)
    roles: Mapping[str, Role] = field(default_factory=lambda: NO_ROLES)
    plan: Mapping[str, Any] = field(default_factory=lambda: NO_PLAN)
    cases: Cases = field(default_factory=Cases)
    limits: Limits = field(default_factory=Limits)
    jobs: Jobs = field(default_factory=Jobs)
    mail: Mail = field(default_factory=Mail)
    webhooks: tuple[Webhook, ...] = ()
    metrics: Metrics = field(default_factory=Metrics)
    log: Log = field(default_factory=Log)
    web: Web = field(default_factory=Web)


# ---------------------------------------------------------------- reading


def load_config(path: Path | str | None = None) -> Config:
    """The settings of a TOML file over the defaults, and of the environment over the file.

    ``path`` None reads ``config.toml`` of the working folder when there is one. Raises
    ConfigError when the named file is missing, is not TOML, has a key that does not exist
    (``key``, ``nearest`` in its params) or a value that does not fit (``key``, ``value``,
    ``expected``).
    """
    file = Path(path) if path is not None else DEFAULT_FILE
    content = _toml(file) if path is not None or file.is_file() else {}
    _check_keys(content, (f.name for f in fields(Config)), "")
    database = _section(Database, "database", content)
    if url := os.environ.get(DATABASE_VARIABLE, "").strip():
        database = Database(url)
    return Config(
        company=_section(Company, "company", content),
        database=database,
        calendar=_section(Calendar, "calendar", content),
        roles=_roles(_table(content, "roles")),
        plan=MappingProxyType(_plan(_table(content, "plan"), "plan")),
        cases=_section(Cases, "cases", content),
        limits=_section(Limits, "limits", content),
        jobs=_section(Jobs, "jobs", content),
        mail=_mail(content),
        webhooks=_webhooks(content.get("webhooks", [])),
        metrics=_section(Metrics, "metrics", content),
        log=_section(Log, "log", content),
        web=_web(content),
    )


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise ConfigError(
            f"{file}: the configuration cannot be read: {error.strerror}", file=str(file)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not a TOML file: {error}", file=str(file)) from error


def _table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = content.get(name, {})
    if not isinstance(value, dict):
        raise _misfit(name, value, f"a table, such as [{name}]")
    return value


def _section(kind: type[T], name: str, content: Mapping[str, Any]) -> T:
    table = _table(content, name)
    settings = {f.name: f.metadata for f in fields(kind)}  # type: ignore[arg-type]
    _check_keys(table, settings, f"{name}.")
    values = {}
    for key, value in table.items():
        try:
            values[key] = settings[key]["read"](value)
        except ValueError:
            raise _misfit(f"{name}.{key}", value, settings[key]["expects"]) from None
    return kind(**values)


def _web(content: Mapping[str, Any]) -> Web:
    web = _section(Web, "web", content)
    secret = os.environ.get(SECRET_VARIABLE)
    return web if secret is None else replace(web, secret=secret)


def _mail(content: Mapping[str, Any]) -> Mail:
    mail = _section(Mail, "mail", content)
    password = os.environ.get(MAIL_PASSWORD_VARIABLE)
    return mail if password is None else replace(mail, password=password)


def _webhooks(tables: Any) -> tuple[Webhook, ...]:
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise _misfit("webhooks", tables, "tables, each begun by [[webhooks]]")
    found = []
    for number, table in enumerate(tables, 1):
        place = f"webhooks.{number}"
        for key in ("url", "secret"):
            if key not in table:
                raise _misfit(f"{place}.{key}", None, "a text in quotes")
        found.append(_section(Webhook, place, {place: table}))
    return tuple(found)


def _roles(table: Mapping[str, Any]) -> Mapping[str, Role]:
    roles = {}
    for key in table:
        place = f"roles.{key}"
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", key):
            raise _misfit(place, key, "a key of small letters a-z, digits and _")
        titles = _table(table, key) if isinstance(table[key], dict) else None
        if titles is None:
            raise _misfit(place, table[key], f"a table [{place}] with the titles sv and en")
        _check_keys(titles, ("sv", "en"), f"{place}.")
        for language in ("sv", "en"):
            title = titles.get(language)
            if not isinstance(title, str) or not title.strip():
                raise _misfit(f"{place}.{language}", title, "the role's title in quotes")
        roles[key] = Role(key, titles["sv"].strip(), titles["en"].strip())
    return MappingProxyType(roles)


def _plan(table: Mapping[str, Any], place: str) -> dict[str, Any]:
    for key in table:
        if not re.fullmatch(r"[^\W\d]\w*", key):
            raise _misfit(f"{place}.{key}", key, "a key of letters, digits and _")
    return {key: _plan_value(value, f"{place}.{key}") for key, value in table.items()}


def _plan_value(value: Any, place: str) -> Any:
    """A TOML value as FEEL knows it: numbers as Decimal, tables as contexts."""
    if isinstance(value, dict):
        return _plan(value, place)
    if isinstance(value, list):
        return [_plan_value(item, place) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, Decimal) and not value.is_finite():
        raise _misfit(place, value, "a finite number")
    return value


# ---------------------------------------------------------------- errors


def _check_keys(table: Mapping[str, Any], known: Iterable[str], prefix: str) -> None:
    known = list(known)
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
            nearest = prefix + near[0] if near else None
            raise ConfigError(
                f"there is no setting {prefix}{key}"
                + (f"; the nearest one is {nearest}" if nearest else ""),
                key=prefix + key,
                nearest=nearest,
            )


def _misfit(key: str, value: Any, expected: str) -> ConfigError:
    found = "nothing" if value is None else repr(value)
    return ConfigError(
        f"{key} is {found}; expected is {expected}", key=key, value=value, expected=expected
    )
