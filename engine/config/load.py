"""Reading the settings from a TOML file and from the environment."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from engine.config.settings import (
    AccessSettings,
    AttachmentSettings,
    CalendarSettings,
    CaseSettings,
    CheckpointSettings,
    CompanySettings,
    Config,
    DatabaseSettings,
    JobSettings,
    LimitSettings,
    LogSettings,
    MailSettings,
    MetricSettings,
    OpenidSettings,
    PasskeySettings,
    SealSettings,
    SignatureSettings,
    WebhookSettings,
    WebSettings,
)
from engine.errors import ConfigError
from engine.views import Role

DATABASE_VARIABLE: Final = "SERVICEPLAN_DATABASE"
"""The environment variable that overrides ``database.url``."""
OWNER_VARIABLE: Final = "SERVICEPLAN_DATABASE_OWNER"
"""The environment variable that overrides ``database.owner_url``."""
SECRET_VARIABLE: Final = "SERVICEPLAN_SECRET"  # noqa: S105 - a variable's name
"""The environment variable that overrides ``web.secret``."""
MAIL_PASSWORD_VARIABLE: Final = "SERVICEPLAN_MAIL_PASSWORD"  # noqa: S105 - a variable's name
"""The environment variable that overrides ``mail.password``."""
CHECKPOINT_KEY_VARIABLE: Final = "SERVICEPLAN_CHECKPOINT_KEY"
"""The environment variable that overrides ``checkpoints.key``."""
SEAL_PASSWORD_VARIABLE: Final = "SERVICEPLAN_SEAL_PASSWORD"  # noqa: S105 - a variable's name
"""The environment variable that overrides ``seal.password``."""
OPENID_SECRET_VARIABLE: Final = "SERVICEPLAN_OPENID_SECRET"  # noqa: S105 - a variable's name
"""The environment variable that overrides ``openid.client_secret``."""
DEFAULT_FILE: Final = Path("config.toml")
"""The file that is read when none is named, relative to the working folder."""

T = TypeVar("T")


def load_config(path: Path | str | None = None) -> Config:
    """Read the settings: the environment overrides the TOML file, which overrides the defaults.

    ``path`` None reads ``config.toml`` of the working folder, if there is one. Raises ConfigError
    when the named file is missing, is not TOML, has a key that does not exist (``key``,
    ``nearest`` in its params) or a value that is not accepted (``key``, ``value``, ``expected``).
    """
    file = Path(path) if path is not None else DEFAULT_FILE
    content = _toml(file) if path is not None or file.is_file() else {}
    _check_keys(content, (f.name for f in fields(Config)), "")
    _check_second_factor_roles(content)
    database = _section(DatabaseSettings, "database", content)
    if url := os.environ.get(DATABASE_VARIABLE, "").strip():
        database = replace(database, url=url)
    if owner := os.environ.get(OWNER_VARIABLE, "").strip():
        database = replace(database, owner_url=owner)
    return Config(
        company=_section(CompanySettings, "company", content),
        database=database,
        calendar=_section(CalendarSettings, "calendar", content),
        roles=_roles(_table(content, "roles")),
        plan=MappingProxyType(_plan(_table(content, "plan"), "plan")),
        cases=_section(CaseSettings, "cases", content),
        limits=_section(LimitSettings, "limits", content),
        jobs=_section(JobSettings, "jobs", content),
        checkpoints=_checkpoints(content),
        seal=_seal(content),
        mail=_mail(content),
        webhooks=_webhooks(content.get("webhooks", [])),
        attachments=_section(AttachmentSettings, "attachments", content),
        metrics=_section(MetricSettings, "metrics", content),
        log=_section(LogSettings, "log", content),
        web=_web(content),
        access=_section(AccessSettings, "access", content),
        passkeys=_section(PasskeySettings, "passkeys", content),
        openid=_openid(content),
        signatures=_section(SignatureSettings, "signatures", content),
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


def _check_second_factor_roles(content: Mapping[str, Any]) -> None:
    """A misspelt role would leave somebody without the second factor that is meant for them."""
    known = {*_table(content, "roles"), *RIGHTS}
    for name in _section(AccessSettings, "access", content).second_factor_roles:
        if name not in known:
            raise _misfit("access.second_factor_roles", name, "a role of this file or a right")


RIGHTS: Final = ("process_owner", "manager", "administrator")
"""The application rights (``engine.access.actions.RIGHTS``, which stands on a higher floor)."""


def _web(content: Mapping[str, Any]) -> WebSettings:
    web = _section(WebSettings, "web", content)
    secret = os.environ.get(SECRET_VARIABLE)
    return web if secret is None else replace(web, secret=secret)


def _checkpoints(content: Mapping[str, Any]) -> CheckpointSettings:
    checkpoints = _section(CheckpointSettings, "checkpoints", content)
    key = os.environ.get(CHECKPOINT_KEY_VARIABLE)
    return checkpoints if key is None else replace(checkpoints, key=key.strip())


def _seal(content: Mapping[str, Any]) -> SealSettings:
    seal = _section(SealSettings, "seal", content)
    password = os.environ.get(SEAL_PASSWORD_VARIABLE)
    return seal if password is None else replace(seal, password=password)


def _openid(content: Mapping[str, Any]) -> OpenidSettings:
    openid = _section(OpenidSettings, "openid", content)
    roles = _table(content, "roles")
    for value, role in openid.roles.items():
        if role not in roles:
            raise _misfit(f"openid.roles.{value}", role, "a role of this file")
    if openid.issuer and not openid.client_id:
        raise _misfit("openid.client_id", None, "the identifier that the provider has given us")
    secret = os.environ.get(OPENID_SECRET_VARIABLE)
    return openid if secret is None else replace(openid, client_secret=secret)


def _mail(content: Mapping[str, Any]) -> MailSettings:
    mail = _section(MailSettings, "mail", content)
    password = os.environ.get(MAIL_PASSWORD_VARIABLE)
    return mail if password is None else replace(mail, password=password)


def _webhooks(tables: Any) -> tuple[WebhookSettings, ...]:
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise _misfit("webhooks", tables, "tables, each begun by [[webhooks]]")
    webhooks = []
    for number, table in enumerate(tables, 1):
        place = f"webhooks.{number}"
        for key in ("url", "secret"):
            if key not in table:
                raise _misfit(f"{place}.{key}", None, "a text in quotes")
        webhooks.append(_section(WebhookSettings, place, {place: table}))
    return tuple(webhooks)


SOFT_HYPHEN: Final = "\u00ad"
"""Where a role's title may be parted at the end of a line; pages alone show it so."""


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
        parted = {name: text.strip() for name, text in titles.items() if SOFT_HYPHEN in text}
        sv, en = (titles[name].replace(SOFT_HYPHEN, "").strip() for name in ("sv", "en"))
        roles[key] = Role(key, sv, en, parted)
    return MappingProxyType(roles)


def _plan(table: Mapping[str, Any], place: str) -> dict[str, Any]:
    for key in table:
        if not re.fullmatch(r"[^\W\d]\w*", key):
            raise _misfit(f"{place}.{key}", key, "a key of letters, digits and _")
    return {key: _plan_value(value, f"{place}.{key}") for key, value in table.items()}


def _plan_value(value: Any, place: str) -> Any:
    """A TOML value as a FEEL value: numbers as Decimal, tables as contexts."""
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
    given = "nothing" if value is None else repr(value)
    return ConfigError(
        f"{key} is {given}; expected is {expected}", key=key, value=value, expected=expected
    )
