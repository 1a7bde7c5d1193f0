"""The settings: one frozen class for each section of ``config.toml``, every field with a default.

A section's class is called like the section, in the singular, with ``Settings`` behind it.
``config.toml`` in the project's root has all of them and explains each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from engine.config.accepts import (
    address,
    address_or_none,
    any_text,
    clock_time,
    country,
    dates,
    extensions,
    flag,
    host_names,
    integer,
    issuer,
    names,
    one_of,
    patterns,
    scanner,
    secret,
    setting,
    some_of,
    text,
    url,
    url_or_none,
    witnesses,
    words,
    zone,
)
from engine.config.shown import shown_url
from engine.views import Role


@dataclass(frozen=True, slots=True)
class CompanySettings:
    """The company whose contracts run here; ``name`` stands on pages, exports and mails."""

    name: str = text("Serviceplan")


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where everything is stored: ``url`` is an SQLAlchemy URL of SQLite or PostgreSQL (psycopg
    3), ``owner_url`` the same database with the account that owns its tables and upgrades them;
    empty where that is the same account. One process opens at most so many ``connections``, and
    who needs one waits for it at most so many seconds."""

    url: str = text("sqlite:///data/serviceplan.db", "a database URL in quotes")
    owner_url: str = setting("", any_text, "a database URL in quotes, or empty")
    connections: int = integer(15, 1, 1_000)
    connection_wait_seconds: int = integer(10, 1, 60)

    @property
    def shown_url(self) -> str:
        """The URL as it may be shown: without its password."""
        return shown_url(self.url)


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """Where and when people work: the time zone (an IANA name), the country whose public holidays
    are days off (ISO 3166), and the company's own days off. ``engine.calendar`` calculates with
    them."""

    zone: str = setting(
        "Europe/Stockholm", zone, "a time zone of the IANA database, such as Europe/Stockholm"
    )
    country: str = setting("SE", country, "a country's ISO 3166 code, such as SE")
    company_days: tuple[date, ...] = setting(
        (), dates, "a list of dates without quotes, such as [2026-12-23]"
    )


@dataclass(frozen=True, slots=True)
class CaseSettings:
    """``first_process`` is the id of the process that is offered first when a case is started, and
    meant when none is named; empty for none."""

    first_process: str = setting("", any_text, "a process id in quotes, or empty")


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """The most that a diagram, an instance or an upload may cost; ``config.toml`` says of each what
    it counts. Names that end in ``_bytes`` are in bytes, all others are numbers of things."""

    steps: int = integer(5000, 1)
    tokens: int = integer(1000, 1)
    children: int = integer(1000, 1)
    nesting: int = integer(16, 1, 64)
    variable_bytes: int = integer(262_144, 1)
    xml_bytes: int = integer(2_000_000, 1)
    xml_elements: int = integer(20_000, 1)
    xml_depth: int = integer(64, 1, 200)
    xml_attributes: int = integer(50, 1)
    process_nodes: int = integer(1_000, 1)
    attachment_bytes: int = integer(10_000_000, 1)
    request_bytes: int = integer(1_000_000, 1_000)


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Background jobs: whether the serving processes do them too, and how many at the same time."""

    in_server: bool = flag(True)
    concurrency: int = integer(2, 1, 64)


@dataclass(frozen=True, slots=True)
class CheckpointSettings:
    """Signed checkpoints of the history: how often they are made, where the key is, and who gets
    them. ``key`` (the key itself, for many nodes) goes before ``key_file``; ``witnesses`` are
    verifier keys with the addresses of their witnesses. ``config.toml`` explains each."""

    enabled: bool = flag(True)
    seconds: int = integer(1, 1, 3_600)
    origin: str = setting("", any_text, "a name without spaces, such as example.com/history")
    key: str = field(default="", repr=False, metadata={"read": any_text, "expects": "a text"})
    key_file: str = setting("", any_text, "the path of a file, or empty")
    folder: str = setting("", any_text, "the path of a folder, or empty")
    archive_minutes: int = integer(60, 1, 1_440)
    mail_to: str = setting("", address_or_none, "a mail address, or empty")
    stamp_url: str = setting("", url_or_none, "an address that begins with https:// or http://")
    stamp_roots: str = setting("", any_text, "the path of a PEM file, or empty")
    stamp_minutes: int = integer(60, 1, 10_080)
    witnesses: tuple[tuple[str, str], ...] = setting(
        (), witnesses, 'a list such as ["name+id+key https://witness.example.com"]'
    )
    witness_minutes: int = integer(10, 1, 10_080)


@dataclass(frozen=True, slots=True)
class SealSettings:
    """The seal on PDFs: the files of its key and its certificate (PEM; no seal when one is empty),
    the ``password`` of the key, and the time stamp authority (RFC 3161)."""

    key_file: str = setting("", any_text, "the path of a file in quotes, or empty")
    certificate_file: str = setting("", any_text, "the path of a file in quotes, or empty")
    password: str = field(default="", repr=False, metadata={"read": any_text, "expects": "a text"})
    stamp_url: str = setting("", url_or_none, "an address that begins with https:// or http://")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Mail by SMTP. ``remind_at`` is a time on the wall clock of the calendar's zone; empty for no
    reminders."""

    enabled: bool = flag(False)
    host: str = text("localhost")
    port: int = integer(25, 1, 65535)
    security: str = setting("none", one_of("none", "starttls", "tls"), "none, starttls or tls")
    ca_file: str = setting("", any_text, "the path of a PEM file, or empty")
    username: str = setting("", any_text, "a text in quotes")
    password: str = setting("", any_text, "a text in quotes")
    sender: str = setting(
        "serviceplan@localhost", address, "a mail address, such as plan@example.com"
    )
    language: str = setting("sv", one_of("sv", "en"), "sv or en")
    remind_at: str = setting("07:00", clock_time, 'a time such as "07:00", or empty')


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """A receiver of webhooks: its ``url``, the types of facts that it gets (``*`` stands for any
    text), and the ``secret`` that its messages are signed with."""

    url: str = setting("", url, "an address that begins with https:// or http://")
    events: tuple[str, ...] = setting(("*",), patterns, 'a list of types, such as ["task.*"]')
    secret: str = setting("", secret, "a secret of at least 16 characters")


@dataclass(frozen=True, slots=True)
class AttachmentSettings:
    """Attached files: which ``extensions`` may come (``*``: any; the content must agree with it in
    any case), and how many bytes a task, a case and all together may have. ``clamav`` is where a
    virus scanner answers (empty: none); without an answer a file is refused when it is
    ``clamav_required``."""

    extensions: tuple[str, ...] = setting(
        ("*",), extensions, 'a list of extensions, such as ["pdf", "docx"], or ["*"]'
    )
    task_bytes: int = integer(100_000_000, 1)
    case_bytes: int = integer(1_000_000_000, 1)
    all_bytes: int = integer(100_000_000_000, 1)
    clamav: str = setting("", scanner, "tcp://HOST:PORT, unix:/PATH or empty")
    clamav_required: bool = flag(True)
    clamav_seconds: int = integer(20, 1, 300)


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """Who may read ``/metrics``: this machine, and clients with the bearer ``token`` (empty: none).
    ``most_lag_seconds``: with a job that has waited longer, ``/health/ready`` reports a failure."""

    token: str = setting("", any_text, "a text in quotes")
    most_lag_seconds: int = integer(900, 10)


@dataclass(frozen=True, slots=True)
class LogSettings:
    """How the log is written: its format and the lowest level that it contains. The security log
    is always written, to ``security_file`` (empty: standard error)."""

    format: str = setting("plain", one_of("plain", "json"), "plain or json")
    level: str = setting(
        "warning", one_of("debug", "info", "warning", "error"), "debug, info, warning or error"
    )
    security_file: str = setting("", any_text, "the path of a file, or empty")


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The web application: its address, its proxies, its sessions and its lists. ``secret`` signs
    the cookie of the sign-in form and encrypts the secrets of one-time codes (``old_secrets``:
    those before it), ``address`` is the URL in mails; ``config.toml`` explains the others."""

    host: str = text("127.0.0.1")
    port: int = integer(8000, 1, 65535)
    hosts: tuple[str, ...] = setting(
        (), host_names, 'a list of host names, such as ["plan.example.com"]'
    )
    https: bool = flag(False)
    trusted_proxies: int = integer(0, 0, 10)
    connections_per_address: int = integer(100, 0, 100_000)
    session_idle_minutes: int = integer(60, 1)
    session_hours: int = integer(12, 1)
    page_size: int = integer(25, 1, 200)
    secret: str = setting("", any_text, "a text in quotes")
    old_secrets: tuple[str, ...] = setting((), words, "a list of texts without spaces")
    address: str = setting("", url_or_none, "an address that begins with https:// or http://")


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """What people must sign in with: those of the ``second_factor_roles`` (roles and rights) with a
    second factor."""

    second_factor_roles: tuple[str, ...] = setting(
        (), words, 'a list of roles and rights, such as ["administrator"]'
    )


@dataclass(frozen=True, slots=True)
class PasskeySettings:
    """Which site passkeys belong to: the ``rp_id`` is its host or a domain above it, the
    ``origins`` are the addresses that they may be used from. Empty: those of each request."""

    rp_id: str = setting("", any_text, "a host in quotes, such as plan.example.com, or empty")
    origins: tuple[str, ...] = setting((), words, "a list of addresses that begin with https://")


@dataclass(frozen=True, slots=True)
class OpenidSettings:
    """The OpenID provider that people may sign in at; none with an empty ``issuer``. ``roles``
    gives a value of the ``role_claim`` its role; ``config.toml`` explains each."""

    issuer: str = setting("", issuer, "an address that begins with https://, or empty")
    client_id: str = setting("", any_text, "a text in quotes")
    client_secret: str = setting("", any_text, "a text in quotes")
    name: str = text("OpenID Connect")
    scopes: tuple[str, ...] = setting(("openid", "profile"), words, "a list of scopes")
    acr_values: str = setting("", any_text, "a text in quotes")
    algorithms: tuple[str, ...] = setting(
        ("RS256", "PS256", "ES256"),
        some_of(
            "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
        ),
        'a list of signatures\' algorithms, such as ["RS256"]',
    )
    role_claim: str = setting("", any_text, "a claim's name in quotes, or empty")
    roles: Mapping[str, str] = field(
        default_factory=lambda: NO_NAMES,
        metadata={"read": names, "expects": "a table of roles by the claim's values"},
    )
    create_accounts: bool = flag(False)
    second_factor: bool = flag(False)
    passwords: bool = flag(True)
    timeout_seconds: int = integer(5, 1, 30)


SIGNING_METHODS: Final = ("password", "passkey")
"""What a signature can be given with."""


@dataclass(frozen=True, slots=True)
class SignatureSettings:
    """What people may sign with (``methods``)."""

    methods: tuple[str, ...] = setting(
        SIGNING_METHODS, some_of(*SIGNING_METHODS), "a list of password and passkey"
    )


NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})
"""No values of a claim."""
NO_ROLES: Final[Mapping[str, Role]] = MappingProxyType({})
"""Roles are a company's own: they have no default."""
NO_PLAN: Final[Mapping[str, Any]] = MappingProxyType({})
"""What diagrams read of the settings is a company's own: it has no default."""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. ``roles`` are in the file's order, by key; ``plan`` is what FEEL expressions
    read as ``config`` (numbers are ``Decimal``)."""

    company: CompanySettings = field(default_factory=CompanySettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    calendar: CalendarSettings = field(default_factory=CalendarSettings)
    roles: Mapping[str, Role] = field(default_factory=lambda: NO_ROLES)
    plan: Mapping[str, Any] = field(default_factory=lambda: NO_PLAN)
    cases: CaseSettings = field(default_factory=CaseSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    jobs: JobSettings = field(default_factory=JobSettings)
    checkpoints: CheckpointSettings = field(default_factory=CheckpointSettings)
    seal: SealSettings = field(default_factory=SealSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    webhooks: tuple[WebhookSettings, ...] = ()
    attachments: AttachmentSettings = field(default_factory=AttachmentSettings)
    metrics: MetricSettings = field(default_factory=MetricSettings)
    log: LogSettings = field(default_factory=LogSettings)
    web: WebSettings = field(default_factory=WebSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    passkeys: PasskeySettings = field(default_factory=PasskeySettings)
    openid: OpenidSettings = field(default_factory=OpenidSettings)
    signatures: SignatureSettings = field(default_factory=SignatureSettings)
