"""The first start: a new database gets the plan and, unless ``--empty``, the example company."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Final, Literal

import click

from engine import SYSTEM, Config, Engine
from web import example
from web.cli.common import diagrams, make_data_folder, plan_folder, table
from web.command import command_path
from web.example import Login

ADD_FIRST: Final = (
    "user", "add", "NAME", "--name", '"First Last"', "--right", "administrator"
)  # fmt: skip
"""The words of the command that adds the first person who may sign in."""


def look(config: Config) -> Literal["new", "nobody", "ready"]:
    """Whether the configured database is to be filled first (``new``: it is not there, or empty),
    knows nobody who could sign in (``nobody``), or may be used as it is (``ready``).

    Raises what ``Engine.open`` raises.
    """
    path = _file(config)
    if path is not None and not path.exists():
        make_data_folder(config)
        Engine.versions(config.database.url)
        return "new"
    with closing(Engine.open(config.database.url, config=config)) as engine:
        if engine.people.exist():
            return "ready"
        return "nobody" if engine.definitions.all(SYSTEM) else "new"


def fill(config: Config, *, with_example: bool) -> None:
    """Fill the new database, and print the passwords that were made.

    Raises what ``Engine.open`` and ``engine.definitions.deploy`` raise.
    """
    path = _file(config)
    if path is None or path.exists():
        logins = _fill(config, config.database.url, with_example)
    else:
        # Filled beside its place and then moved there, so that a start that is interrupted
        # leaves no half-made company behind.
        unfinished = path.with_name(f"{path.name}.new")
        unfinished.unlink(missing_ok=True)
        logins = _fill(config, f"sqlite:///{unfinished}", with_example)
        # Hashes of passwords are in it: nobody else on this machine needs to read them.
        unfinished.chmod(0o600)
        os.replace(unfinished, path)
    if logins:
        _show(config, logins)


def _file(config: Config) -> Path | None:
    """The file of an SQLite database."""
    url = config.database.url
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _fill(config: Config, url: str, with_example: bool) -> tuple[Login, ...]:
    click.echo(f"A new database: {config.database.shown_url}")
    sources = diagrams([plan_folder()])
    if with_example:
        click.echo("Making an example company with customers and history (some seconds) …")
        return example.make(url, config, sources, report=lambda text: click.echo(f"  {text}"))
    with closing(Engine.open(url, config=config)) as engine:
        engine.definitions.deploy(SYSTEM, sources, key="plan")
    return ()


def _show(config: Config, logins: tuple[Login, ...]) -> None:
    rows = [(x.name, x.username, x.password, _titles(x, config)) for x in logins]
    click.echo(
        "\nThe example's people. The passwords were made for this database and are shown this "
        f"once;\n`{command_path()} user password NAME` makes a new one.\n"
    )
    click.echo(table(("name", "user name", "password", "roles and rights"), rows))
    click.echo()


def _titles(login: Login, config: Config) -> str:
    return ", ".join([*(config.roles[r].sv for r in login.roles), *login.rights])
