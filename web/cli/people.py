"""The command ``user``: people who may sign in, their passwords, addresses, roles and rights."""

from __future__ import annotations

import sys

import click

from engine import SYSTEM, Config, Engine, NotFound, Person
from web.cli.common import Settings, database_option, new_key, opened, table
from web.passwords import new_password

RIGHTS = ("process_owner", "manager", "administrator")
"""The application's rights."""

roles_option = click.option(
    "--role", "roles", multiple=True, metavar="KEY", help="A role of config.toml; may be repeated."
)
rights_option = click.option(
    "--right",
    "rights",
    multiple=True,
    type=click.Choice(RIGHTS),
    help="An application right; may be repeated.",
)
email_option = click.option("--email", metavar="ADDRESS", help="Where reminders go.")
generate_option = click.option(
    "--generate", is_flag=True, help="Make a password and print it once, without asking."
)


@click.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help='First name and surname, such as "Åsa Öberg".')
@roles_option
@rights_option
@email_option
@generate_option
@database_option
@click.pass_obj
def add(
    settings: Settings,
    username: str,
    name: str,
    roles: tuple[str, ...],
    rights: tuple[str, ...],
    email: str | None,
    generate: bool,
    database: str | None,
) -> None:
    """Add a person."""
    config = settings.load(database)
    _check_roles(config, roles)
    with opened(config, new=True) as engine:
        if username in engine.people.named(SYSTEM, [username]):
            raise click.UsageError(f"There is already somebody with the user name {username}.")
        password, made = _password(generate)
        engine.people.add(
            SYSTEM,
            username,
            name,
            roles=roles,
            rights=rights,
            email=email,
            password=password,
            key=new_key(),
        )
    _say(f"{name} can sign in as {username}.", made and password)


@user.command("password")
@click.argument("username")
@generate_option
@database_option
@click.pass_obj
def password(settings: Settings, username: str, generate: bool, database: str | None) -> None:
    """Give a person a new password; their sessions end."""
    with opened(settings.load(database)) as engine:
        person = _person(engine, username)
        new, made = _password(generate)
        engine.people.set_password(SYSTEM, person.username, new, key=new_key())
    _say(f"{person.name} has a new password.", made and new)


@user.command("email")
@click.argument("username")
@click.argument("address", required=False)
@database_option
@click.pass_obj
def set_email(settings: Settings, username: str, address: str | None, database: str | None) -> None:
    """Say where a person's reminders go, or set it; "" takes the address away."""
    with opened(settings.load(database)) as engine:
        person = _person(engine, username)
        if address is not None:
            engine.people.change(SYSTEM, person.username, email=address, key=new_key())
            person = _person(engine, username)
    click.echo(f"{person.name}: {person.email or 'no address'}")


@user.command("list")
@database_option
@click.pass_obj
def list_people(settings: Settings, database: str | None) -> None:
    """List everybody, with roles and rights."""
    with opened(settings.load(database)) as engine:
        people = engine.people.all(SYSTEM)
    rows = [
        (
            p.username,
            p.name,
            ", ".join(sorted(p.roles)),
            ", ".join(sorted(p.rights)),
            "" if p.active else "closed",
        )
        for p in people
    ]
    click.echo(table(("user name", "name", "roles", "rights", "account"), rows))


@user.command("roles")
@click.argument("username")
@roles_option
@rights_option
@database_option
@click.pass_obj
def set_roles(
    settings: Settings,
    username: str,
    roles: tuple[str, ...],
    rights: tuple[str, ...],
    database: str | None,
) -> None:
    """Give a person exactly these roles and rights; without any, show what they have."""
    config = settings.load(database)
    _check_roles(config, roles)
    with opened(config) as engine:
        person = _person(engine, username)
        if roles or rights:
            engine.people.change(SYSTEM, person.username, roles=roles, rights=rights, key=new_key())
            person = _person(engine, username)
    names = ", ".join(sorted(person.roles)) or "none"
    click.echo(f"{person.name}: roles {names}; rights {', '.join(sorted(person.rights)) or 'none'}")


def _person(engine: Engine, username: str) -> Person:
    found = engine.people.named(SYSTEM, [username]).get(username)
    if found is None:
        raise NotFound(f"there is nobody with the user name {username}")
    return found


def _check_roles(config: Config, roles: tuple[str, ...]) -> None:
    for role in roles:
        if role not in config.roles:
            known = ", ".join(config.roles)
            raise click.UsageError(f"There is no role {role}; the roles are {known}.")


def _password(generate: bool) -> tuple[str, bool]:
    """A password that is typed or generated, and whether it was generated (to be shown once)."""
    if generate or not sys.stdin.isatty():
        return new_password(), True
    typed = click.prompt(
        "Password (empty to have one made)",
        default="",
        hide_input=True,
        show_default=False,
        confirmation_prompt="Once more",
    )
    return (typed, False) if typed else (new_password(), True)


def _say(text: str, shown_once: str | bool) -> None:
    click.echo(text)
    if shown_once:
        click.echo(f"Password (shown this once): {shown_once}")


COMMANDS = (user,)
"""The commands of this module, which web/cli/__init__.py adds to `serviceplan`."""
