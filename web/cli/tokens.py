"""The command ``token``: bearer tokens, by which programs use the API in a person's name."""

from __future__ import annotations

from datetime import datetime

import click

from engine import SYSTEM, TOKEN_SCOPES, Engine, NotFound, Token
from web.cli.common import Settings, database_option, new_key, opened, table


@click.group()
def token() -> None:
    """Bearer tokens of the API."""


@token.command("add")
@click.argument("username")
@click.option("--name", default="api", show_default=True, help="What the token is for.")
@click.option(
    "--expires",
    default="P1Y",
    show_default=True,
    metavar="DURATION",
    help='After how long it ends (ISO 8601, such as P90D), or "never".',
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(TOKEN_SCOPES),
    help="What it can be used for; may be repeated.  [default: everything]",
)
@database_option
@click.pass_obj
def add(
    settings: Settings,
    username: str,
    name: str,
    expires: str,
    scopes: tuple[str, ...],
    database: str | None,
) -> None:
    """Make a token for a person, and print its secret, once.

    The secret is the only thing on standard output. It can do what the person may do, but never
    sign: that takes the person's password each time.
    """
    with opened(settings.load(database)) as engine:
        issued = engine.tokens.add(
            SYSTEM,
            username,
            name,
            scopes=scopes or TOKEN_SCOPES,
            expires=None if expires == "never" else expires,
            key=new_key(),
        )
    made = issued.token
    until = f"until {_moment(made.expires_at)}" if made.expires_at else "until it is revoked"
    scopes_made = ", ".join(s for s in TOKEN_SCOPES if s in made.scopes)
    click.echo(f"{made.id}: speaks for {made.person.name}, {until} ({scopes_made}).", err=True)
    click.echo("The secret is shown this once:", err=True)
    click.echo(issued.secret)


@token.command("list")
@click.argument("username", required=False)
@database_option
@click.pass_obj
def list_tokens(settings: Settings, username: str | None, database: str | None) -> None:
    """List the tokens of a person, or of everybody."""
    with opened(settings.load(database)) as engine:
        listed = engine.tokens.all(SYSTEM, username)
        now = engine.now()
    rows = [
        (
            t.id,
            t.person.username,
            t.name,
            f"{t.prefix}…",
            ", ".join(s for s in TOKEN_SCOPES if s in t.scopes),
            _moment(t.created_at),
            _moment(t.last_used_at),
            _state(t, now),
        )
        for t in listed
    ]
    head = ("id", "user name", "name", "begins", "scopes", "made", "last used", "state")
    click.echo(table(head, rows))


@token.command("revoke")
@click.argument("token_id", metavar="ID")
@database_option
@click.pass_obj
def revoke(settings: Settings, token_id: str, database: str | None) -> None:
    """End a token at once and for good. ID is its id, or how its secret begins."""
    with opened(settings.load(database)) as engine:
        revoked = _token(engine, token_id)
        engine.tokens.revoke(SYSTEM, revoked.id, key=new_key())
    click.echo(f"{revoked.name} of {revoked.person.name} is revoked.")


def _token(engine: Engine, given: str) -> Token:
    matches = [t for t in engine.tokens.all(SYSTEM) if given in (t.id, t.prefix)]
    if len(matches) != 1:
        raise NotFound(f"there is no token {given}")
    return matches[0]


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _state(token: Token, now: datetime) -> str:
    if token.revoked_at:
        return f"revoked {_moment(token.revoked_at)}"
    if token.expires_at and token.expires_at <= now:
        return f"expired {_moment(token.expires_at)}"
    return f"until {_moment(token.expires_at)}" if token.expires_at else "never ends"


COMMANDS = (token,)
"""The commands of this module, which web/cli/__init__.py adds to `serviceplan`."""
