"""The command ``decide``: a decision of a DMN file, without a database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from engine import DecisionOutcome, Source, decide_file
from web.cli.common import Settings, json_option

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
"""An argument that is an existing file."""


@click.command()
@click.argument("file", type=FILE)
@click.argument("decision")
@click.option(
    "--input",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="What the decision is given: text, or JSON (12.5, true, [1, 2]). May be repeated.",
)
@click.option(
    "--import",
    "imported",
    type=FILE,
    multiple=True,
    help="A file that FILE imports. May be repeated.",
)
@json_option
@click.pass_obj
def decide(
    settings: Settings,
    file: Path,
    decision: str,
    given: tuple[str, ...],
    imported: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Make DECISION (an id or a name) of the DMN model in FILE. No database is read."""
    outcome = decide_file(
        _source(file),
        decision,
        _inputs(given),
        imported=[_source(path) for path in imported],
        config=settings.load(),
    )
    if as_json:
        click.echo(json.dumps(asdict(outcome), ensure_ascii=False, indent=2))
        return
    for line in _lines(outcome):
        click.echo(line)


def _source(path: Path) -> Source:
    try:
        return Source(path.name, path.read_bytes())
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _inputs(given: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise click.UsageError(f"--input {text}: write it as NAME=VALUE.")
        try:
            values[name.strip()] = json.loads(value)
        except ValueError:
            values[name.strip()] = value
    return values


def _lines(outcome: DecisionOutcome) -> list[str]:
    lines = [json.dumps(outcome.value, ensure_ascii=False)]
    for matched in outcome.matched:
        rules = ", ".join(map(str, matched.rules)) or "none"
        lines.append(f"{matched.element}: rule {rules}")
    return lines + [f"note: {note}" for note in outcome.notes]


COMMANDS = (decide,)
"""The commands of this module, which web/cli/__init__.py adds to `serviceplan`."""
