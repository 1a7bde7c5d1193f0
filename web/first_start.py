"""The first start: a new database gets the plan and, unless ``--empty``, the example company."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import click

from engine import SYSTEM, Config, Engine
from web import example
from web.cli.common import diagrams, plan_folder, table
from web.example import Login


def prepare(config: Config, *, with_example: bool) -> None:
    """Fill the configured database when it is new, and print the passwords that were made.

    Raises what ``Engine.open`` and ``engine.definitions.deploy`` raise.
    """
    url = config.database.url
    path = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    if path is not None and not path.exists():
        # Filled beside its place and then moved there, so that a start that is interrupted
        # leaves no half-made company behind.
        unfinished = path.with_name(f"{path.name}.new")
        unfinished.unlink(missing_ok=True)
        logins = _fill(config, f"sqlite:///{unfinished}", with_example)
        # Hashes of passwords are in it: nobody else on this machine needs to read them.
        unfinished.chmod(0o600)
        os.replace(unfinished, path)
        _show(config, logins)
        return
    with closing(Engine.open(url, config=config)) as engine:
        new = not engine.people.all(SYSTEM) and not engine.definitions.all(SYSTEM)
    if new:
        _show(config, _fill(config, url, with_example))


def _fill(config: Config, url: str, with_example: bool) -> tuple[Login, ...]:
    click.echo(f"A new database: {config.database.url}")
    sources = diagrams([plan_folder()])
    if with_example:
        click.echo("Making an example company with customers and history (some seconds) …")
        return example.make(url, config, sources, report=lambda text: click.echo(f"  {text}"))
    with closing(Engine.open(url, config=config)) as engine:
        engine.definitions.deploy(SYSTEM, sources, key="plan")
    return ()


def _show(config: Config, logins: tuple[Login, ...]) -> None:
    if not logins:
        click.echo(
            "Nobody can sign in yet. The first administrator:\n"
            '  serviceplan user add NAME --name "First Last" --right administrator'
        )
        return
    rows = [(x.name, x.username, x.password, _titles(x, config)) for x in logins]
    click.echo(
        "\nThe example's people. The passwords were made for this database and are shown this "
        "once;\n`serviceplan user password NAME` makes a new one.\n"
    )
    click.echo(table(("name", "user name", "password", "roles and rights"), rows))
    click.echo()


def _titles(login: Login, config: Config) -> str:
    return ", ".join([*(config.roles[r].sv for r in login.roles), *login.rights])
