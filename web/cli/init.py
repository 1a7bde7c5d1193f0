"""The command ``init``: a folder of one's own with the settings and the plan."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import click

from engine import Conflict
from web.cli.common import DEFAULT, INSTALLED, PLAN, Settings
from web.command import command_path


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.pass_obj
def init(settings: Settings, folder: Path) -> None:
    """Write config.toml and the plan's diagrams into a folder, to be made your own.

    FOLDER is this one unless it is named, and is made if it is not there. A file that is there
    already is never overwritten.
    """
    if settings.file is not None:
        raise click.UsageError(f"init reads no settings, it writes {DEFAULT}: leave --config out.")
    taken = [name for name in (DEFAULT, PLAN) if os.path.lexists(folder / name)]
    if taken:
        names = " and ".join(str(folder / name) for name in taken)
        raise Conflict(f"already there: {names}; nothing was written", code="exists")
    shutil.copytree(INSTALLED / PLAN, folder / PLAN, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(INSTALLED / DEFAULT, folder / DEFAULT)
    click.echo(f"{folder / DEFAULT}: every setting with its default, and the roles")
    click.echo(f"{folder / PLAN}/: the diagrams of the plan")
    step = f"{command_path(folder)} serve"
    if folder.resolve() != Path.cwd():
        step = f"cd {shlex.quote(str(folder))} && {step}"
    click.echo(f"Change what is yours, or start with an example company as it is:\n  {step}")


COMMANDS = (init,)
"""The commands of this module, which web/cli/__init__.py adds to `serviceplan`."""
