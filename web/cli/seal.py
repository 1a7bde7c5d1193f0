"""The commands of the seal on PDFs."""

from __future__ import annotations

from pathlib import Path

import click

from engine import new_seal_key
from web.cli.common import Settings


@click.group()
def seal() -> None:
    """The company's seal on PDFs."""


@seal.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def new(settings: Settings, folder: Path) -> None:
    """Make a key (P-256) and a self-signed certificate in FOLDER, for trying.

    Readers of PDFs trust a seal whose certificate comes from an authority that they know.
    """
    try:
        key, certificate = new_seal_key(folder, settings.load().company.name)
    except OSError as error:
        raise click.ClickException(f"{error.filename or folder}: {error.strerror}.") from error
    click.echo(f'[seal]\nkey_file = "{key}"\ncertificate_file = "{certificate}"')
    click.echo("These lines in config.toml seal every PDF. Keep the key to yourself.", err=True)


COMMANDS = (seal,)
"""The commands of this module, which web/cli/__init__.py adds to `serviceplan`."""
