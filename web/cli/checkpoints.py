"""The commands about checkpoints: ``checkpoints show``, ``make``, ``rotate-key``, ``restart``,
``export``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from engine import SYSTEM, CheckpointStatus, Engine, NotFound
from web.cli.common import Settings, database_option, new_key, opened

ZONE = "UTC"


@click.group()
def checkpoints() -> None:
    """Signed checkpoints of the history (docs/evidence.md)."""


@checkpoints.command()
@database_option
@click.pass_obj
def show(settings: Settings, database: str | None) -> None:
    """Say which checkpoint is the newest, the key's fingerprint, and who has vouched for it.

    Exit status 1 when no checkpoint can be made.
    """
    with opened(settings.load(database)) as engine:
        status = engine.checkpoints.status(SYSTEM)
    for line in _lines(status):
        click.echo(line)
    if status.problem not in ("", "off"):
        sys.exit(1)


def _lines(status: CheckpointStatus) -> list[str]:
    lines = []
    if status.newest:
        at = f"{status.newest.at:%Y-%m-%d %H:%M:%S} {ZONE}"
        lines.append(f"checkpoint {status.newest.id}: {status.newest.size} entries, {at}")
        lines.append(f"root: {status.newest.root}")
    else:
        lines.append("no checkpoint yet")
    if status.waiting:
        lines.append("entries wait for the next checkpoint")
    if status.key:
        lines += [f"key: {status.key}", f"fingerprint (SHA-256): {status.fingerprint}"]
    lines.append(f"the private key: {status.place}")
    lines.append(f"published to: {status.folder or 'no folder (checkpoints.folder)'}")
    for each in status.evidence:
        lines.append(
            f"{each.kind} by {each.source}: {each.size} entries, {each.at:%Y-%m-%d %H:%M:%S} {ZONE}"
        )
    if status.problem:
        lines.append(f"NO CHECKPOINTS ({status.problem}): {status.message}".rstrip(": "))
    if status.publishing:
        lines.append(f"NOT PUBLISHED: {status.publishing}")
    return lines


@checkpoints.command()
@database_option
@click.pass_obj
def make(settings: Settings, database: str | None) -> None:
    """Make a checkpoint now, publish it, and print its note."""
    with opened(settings.load(database)) as engine:
        made = engine.checkpoints.make()
    click.echo(made.note if made else "nothing to make a checkpoint of", nl=not made)


@checkpoints.command("rotate-key")
@click.option("--lost", is_flag=True, help="The old key is lost: it cannot sign over the new one.")
@database_option
@click.pass_obj
def rotate_key(settings: Settings, lost: bool, database: str | None) -> None:
    """Sign with a new key from now on. The old one signs over it, and the history has both."""
    with opened(settings.load(database)) as engine:
        receipt = engine.checkpoints.rotate_key(SYSTEM, lost=lost, key=new_key())
        engine.checkpoints.make()
    click.echo(f"the new key: {receipt.result['key']}")
    click.echo(f"fingerprint (SHA-256): {receipt.result['fingerprint']}")
    click.echo("Tell those who check the history, and keep a copy of the key's file elsewhere.")


@checkpoints.command()
@click.option("--reason", required=True, help="Why; it stands in the history.")
@database_option
@click.pass_obj
def restart(settings: Settings, reason: str, database: str | None) -> None:
    """Begin a log of another origin, after the database was set back to a backup.

    What was published of the old one is kept beside it: with that everybody sees what is missing.
    """
    with opened(settings.load(database)) as engine:
        receipt = engine.checkpoints.restart(SYSTEM, reason, key=new_key())
        engine.checkpoints.make()
    click.echo(f"the log is called {receipt.result['origin']} from now on")
    click.echo(f"its key: {receipt.result['key']}")


@checkpoints.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--case", "number", metavar="NUMBER", help="Only this case, with its proofs.")
@database_option
@click.pass_obj
def export(settings: Settings, file: Path, number: str | None, database: str | None) -> None:
    """Write the evidence to FILE (- for standard output): the history, its signatures and its
    checkpoints as JSON lines, which docs/verify.py checks."""
    with opened(settings.load(database)) as engine:
        if engine.config.checkpoints.enabled:
            engine.checkpoints.make()
        case_id = _case(engine, number) if number else None
        if str(file) == "-":
            for block in engine.checkpoints.export(SYSTEM, case_id):
                sys.stdout.buffer.write(block)
            return
        # Personal data: readable by whoever has asked for it.
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened_file:
            for block in engine.checkpoints.export(SYSTEM, case_id):
                opened_file.write(block)
    click.echo(f"{file}: check it with python3 verify.py {file}")


def _case(engine: Engine, number: str) -> str:
    for row in engine.cases.search(SYSTEM, q=number, state="all").items:
        if number in (row.number, row.id):
            return row.id
    raise NotFound(f"there is no case {number}")


COMMANDS = (checkpoints,)
"""The commands of this module, which web/cli/__init__.py adds to `serviceplan`."""
