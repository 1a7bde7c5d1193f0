"""The commands of operation: ``serve``, ``worker``, ``verify``, ``db``, ``backup``, ``fire-
due``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import click

from engine import SYSTEM, Engine, NotFound, Verification
from web import first_start, server
from web.cli.common import Settings, database_option, json_option, make_data_folder, opened


@click.command()
@click.option("--host", help="The address to listen on; 0.0.0.0 for the whole network.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option(
    "--workers",
    type=click.IntRange(1, 32),
    default=1,
    show_default=True,
    help="Processes that answer; more than one pays on PostgreSQL only.",
)
@click.option("--empty", is_flag=True, help="A new database gets no example company.")
@database_option
@click.pass_obj
def serve(
    settings: Settings,
    host: str | None,
    port: int | None,
    workers: int,
    empty: bool,
    database: str | None,
) -> None:
    """Start the application.

    A new database gets the plan of workflows/ and, unless --empty is given, an example company.
    """
    config = settings.load(database)
    config = replace(
        config,
        web=replace(config.web, host=host or config.web.host, port=port or config.web.port),
    )
    # A database that this program cannot use is said before a port that another one holds: a
    # newer program that answers there may well be the reason.
    state = first_start.look(config)
    server.check_address(config)
    if state == "new":
        first_start.fill(config, with_example=not empty)
    if state == "nobody" or (state == "new" and empty):
        first_step = settings.command(*first_start.ADD_FIRST, database=database)
        click.echo(f"Nobody can sign in yet. The first administrator:\n  {first_step}")
    # The login page is everybody's, and a server's URL may have a password.
    public = "URL" if database and "://" in database else database
    first_step = settings.command(*first_start.ADD_FIRST, database=public)
    server.run(config, workers=workers, first_step=first_step)


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 64), help="Jobs at the same time.")
@click.option(
    "--metrics-port", type=click.IntRange(1, 65535), help="Where Prometheus reads, on 127.0.0.1."
)
@database_option
@click.pass_obj
def worker(
    settings: Settings, concurrency: int | None, metrics_port: int | None, database: str | None
) -> None:
    """Do what nobody asks for: timers, reminders, mails, webhooks.

    Any number of workers may run, on PostgreSQL on any number of machines. `serve` does the same
    beside its pages unless jobs.in_server is false.
    """
    config = settings.load(database)
    jobs = replace(config.jobs, concurrency=concurrency or config.jobs.concurrency)
    server.run_worker(replace(config, jobs=jobs), metrics_port=metrics_port)


@click.command()
@click.option("--case", "number", metavar="NUMBER", help="Only this case.")
@click.option(
    "--checkpoint",
    "notes",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    help="A checkpoint that was published, mailed or printed: the history must contain it.",
)
@json_option
@database_option
@click.pass_obj
def verify(
    settings: Settings,
    number: str | None,
    notes: tuple[Path, ...],
    as_json: bool,
    database: str | None,
) -> None:
    """Compare entries, signatures, rows and checkpoints with the history.

    Each fault names the row, the column, and the entry that says otherwise. Exit status 1 when
    something is not as it was written. On a terminal it says how far it is.
    """
    progress = _say_progress if sys.stderr.isatty() else None
    published = {str(file): file.read_text(encoding="utf-8", errors="replace") for file in notes}
    with opened(settings.load(database)) as engine:
        case_id = _case(engine, number) if number else None
        result = engine.history.verify(
            SYSTEM, case_id=case_id, published=published, progress=progress
        )
    if progress is not None:
        click.echo("\r\033[K", nl=False, err=True)
    told = json.dumps(asdict(result) | {"ok": result.ok}, default=str)
    click.echo(told if as_json else _report(result))
    if not result.ok:
        sys.exit(1)


def _say_progress(what: str, count: int) -> None:
    click.echo(f"\r\033[K{what}: {count:,}", nl=False, err=True)


def _report(result: Verification) -> str:
    lines = [
        f"BROKEN chain {fault.chain or '-'}, entry {fault.seq}: {fault.problem}"
        for fault in result.faults
    ]
    if result.more_faults:
        lines.append(f"and {result.more_faults} faults more")
    if result.since_upgrade:
        lines.append(
            f"{result.since_upgrade} rows are older than database version 0021 and unchanged since "
            "the upgrade to it: the history vouches for them from there on"
        )
    counted = (
        f"{result.entries} entries in {result.chains} chains, {result.signatures} signatures, "
        f"{result.rows} rows"
    )
    if result.old_signatures:
        counted += f" ({result.old_signatures} of format 1: valid, but old)"
    number = len(result.faults) + result.more_faults
    lines.append(f"{counted}: {'unbroken' if result.ok else f'{number} faults'}")
    if result.complete_to is not None:
        upto = result.complete_to
        told = f"{upto.size} entries, {upto.at:%Y-%m-%d %H:%M:%S} UTC"
        lines.append(f"complete up to checkpoint {upto.id} ({told})")
    return "\n".join(lines)


def _case(engine: Engine, number: str) -> str:
    for row in engine.cases.search(SYSTEM, q=number, state="all").items:
        if number in (row.number, row.id):
            return row.id
    raise NotFound(f"there is no case {number}")


@click.group()
def db() -> None:
    """The database's tables."""


@db.command()
@database_option
@click.pass_obj
def upgrade(settings: Settings, database: str | None) -> None:
    """Bring the database to what this version of the program needs."""
    config = settings.load(database)
    make_data_folder(config)
    before, after = Engine.upgrade(config)
    click.echo(
        f"upgraded from {before or 'empty'} to {after}" if before != after else f"at {after}"
    )


@db.command()
@database_option
@click.pass_obj
def version(settings: Settings, database: str | None) -> None:
    """Say which version the database is at, and which the program needs."""
    config = settings.load(database)
    at, needed = Engine.versions(config.database.url)
    click.echo(f"database {at or 'empty'}, program {needed}")


@db.command()
@click.option("--role", metavar="NAME", help="The account; that of database.url unless named.")
@click.option("--apply", is_flag=True, help="Run the statements with database.owner_url's account.")
@database_option
@click.pass_obj
def grants(settings: Settings, role: str | None, apply: bool, database: str | None) -> None:
    """Print the statements that give an account of PostgreSQL the rights of the application.

    It may then neither change nor remove entries of the history, signatures and deployed diagrams.
    """
    for statement in Engine.grants(settings.load(database), role, apply=apply):
        click.echo(f"{statement};")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@database_option
@click.pass_obj
def backup(settings: Settings, path: Path, database: str | None) -> None:
    """Copy the SQLite database to PATH while it is in use, and check the copy.

    Exit status 1 when the copy is damaged, or a chain or signature in it is broken.
    """
    with opened(settings.load(database)) as engine:
        result = engine.operations.backup(path)
    counted = f"{result.entries} entries, {result.signatures} signatures"
    click.echo(f"{path}: {counted}, {'unbroken' if result.ok else 'BROKEN: serviceplan verify'}")
    if not result.ok:
        sys.exit(1)


@click.command("fire-due")
@database_option
@click.pass_obj
def fire_due(settings: Settings, database: str | None) -> None:
    """Fire the timers that are due, once; `serve` does it every few seconds by itself."""
    with opened(settings.load(database)) as engine:
        click.echo(f"{engine.jobs.fire_due()} timers fired")


COMMANDS = (serve, worker, verify, db, backup, fire_due)
"""The commands of this module, which web/cli/__init__.py adds to `serviceplan`."""
