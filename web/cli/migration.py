"""The command ``migrate``: running instances of a process go to another version of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from engine import SYSTEM, Engine, InstanceVerdict, MigrationNote
from web.cli.common import Settings, database_option, new_key, opened


@click.command()
@click.argument("process")
@click.option(
    "--to", "version", type=click.IntRange(1), required=True, help="The version to go to."
)
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="OLD=NEW",
    help="The step OLD, which is gone, goes on as NEW. Can be given several times.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@database_option
@click.pass_obj
def migrate(
    settings: Settings,
    process: str,
    version: int,
    pairs: tuple[str, ...],
    dry_run: bool,
    database: str | None,
) -> None:
    """Move running instances of PROCESS to another version.

    Those that can move do; the others stay, and are listed with the reason. Exit status 1 when
    some stay.
    """
    mapping = _mapping(pairs)
    with opened(settings.load(database)) as engine:
        stay = _print_preview(engine, process, version, mapping)
        if not dry_run:
            stay = _migrate(engine, process, version, mapping)
    if stay:
        sys.exit(1)


def _mapping(pairs: Sequence[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        old, equals, new = pair.partition("=")
        if not (old and equals and new):
            raise click.UsageError(f"--map {pair}: write it as OLD=NEW.")
        mapping[old.strip()] = new.strip()
    return mapping


def _print_preview(engine: Engine, process: str, version: int, mapping: dict[str, str]) -> int:
    """Print what a migration would do, by groups; return how many instances would stay."""
    cursor, stay, any_group = None, 0, False
    while True:
        preview = engine.migrations.preview(
            SYSTEM, process, version, mapping=mapping, cursor=cursor
        )
        for group in preview.groups():
            one = group[0]
            stay += len(group) if one.status != "safe" else 0
            at = f" at {', '.join(one.at)}" if one.at else ""
            click.echo(f"{len(group)} on version {one.version}{at}: {one.status}")
            for line in _lines(one):
                click.echo(f"  {line}")
        any_group = any_group or bool(preview.groups())
        cursor = preview.cursor
        if cursor is None:
            if not any_group:
                click.echo(f"There is nothing to move: no instance of {process} runs elsewhere.")
            return stay


def _lines(one: InstanceVerdict) -> list[str]:
    lines = [_line(note) for note in (*one.reasons, *one.notes)]
    for question in one.questions:
        targets = ", ".join(t.element_id for t in question.targets)
        lines.append(f"{question.element_id} is gone; it can go on at: {targets} (--map)")
    lines += [f"not run: {step.element_id} ({step.name})" for step in one.not_run]
    return lines


def _line(note: MigrationNote) -> str:
    params = ", ".join(f"{name} {value}" for name, value in note.params.items() if value)
    place = f" {note.element_id}" if note.element_id else ""
    return f"{note.code}{place}{f' ({params})' if params else ''}"


def _migrate(engine: Engine, process: str, version: int, mapping: dict[str, str]) -> int:
    """Migrate every instance that can; return how many stayed."""
    receipt = engine.migrations.start(SYSTEM, process, version, mapping=mapping, key=new_key())
    job = engine.migrations.get(SYSTEM, receipt.id or "", state="failed", limit=200)
    for item in job.items:
        reasons = "; ".join(map(_line, item.reasons))
        click.echo(f"stays: {item.case_number} {item.instance_id}: {reasons}")
    click.echo(f"{job.done} of {job.whole} moved to version {job.to_version}, migration {job.id}")
    return job.whole - job.done


COMMANDS = (migrate,)
"""The commands of this module, which web/cli/__init__.py adds to `serviceplan`."""
