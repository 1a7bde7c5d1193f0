"""The commands ``plan`` (prints the plan of diagrams), ``check`` and ``deploy``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from engine import (
    SYSTEM,
    Activity,
    CheckReport,
    Config,
    Engine,
    Finding,
    Phase,
    Source,
    read_plan,
)
from web.cli.common import (
    Settings,
    database_option,
    diagrams,
    finding_line,
    json_option,
    new_key,
    opened,
    plan_folder,
    table,
    terminal_width,
)
from web.texts.due_dates import due_rule

FILES = click.Path(exists=True, path_type=Path)
"""An argument that is an existing file or folder."""
HEAD: Final = ("ATT GÖRA", "ATT TÄNKA PÅ", "ANSVARIG", "KLART DEN", "SIGN")
"""The columns of the paper form."""
ROOMY: Final = 110
"""The width of a terminal, in characters, from which every column has room for whole words."""


@click.command()
@click.argument("path", type=FILES, required=False)
@json_option
@click.pass_obj
def plan(settings: Settings, path: Path | None, as_json: bool) -> None:
    """Print the plan as the diagrams have it: six sheets and their activities.

    PATH is a folder of diagrams or one diagram. No database is read.
    """
    config = settings.load()
    drawn = [s for s in diagrams([path or plan_folder()]) if not s.filename.endswith(".dmn")]
    phases = read_plan(drawn, roles=config.roles)
    if as_json:
        click.echo(json.dumps([_phase_json(p) for p in phases], ensure_ascii=False, indent=2))
        return
    if not phases:
        raise click.UsageError("These diagrams have no sheet: no process carries an sp:phase.")
    for phase in phases:
        click.echo(_sheet(phase, config))


def _phase_json(phase: Phase) -> dict[str, object]:
    fields = ("id", "name", "role", "due", "checklist", "signature", "form")
    return {
        "key": phase.key,
        "title": phase.title,
        "process_id": phase.process_id,
        "activities": [{f: _plain(getattr(a, f)) for f in fields} for a in phase.activities],
    }


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _sheet(phase: Phase, config: Config) -> str:
    """One sheet as the paper form shows it."""
    width = terminal_width()
    wide = [24, 0, 19, 20, 7] if width >= ROOMY else [16, 0, 14, 13, 4]
    wide[1] = width - sum(wide) - 3 * (len(wide) - 1)
    rows = [
        (
            activity.name,
            "\n".join(map(_bullet, activity.checklist)),
            _role(activity, config),
            due_rule(activity.due, str),
            "_" * wide[-1] if activity.signature else "",
        )
        for activity in phase.activities
    ]
    title = f"{phase.key} – {phase.title}".upper()
    return f"\n{title.center(width).rstrip()}\n\n{table(HEAD, rows, widths=wide)}\n"


def _bullet(point: str) -> str:
    head, *parts = point.splitlines()
    return "\n".join((f"- {head}", *(f"  {part}" for part in parts)))


def _role(activity: Activity, config: Config) -> str:
    role = config.roles.get(activity.role or "")
    return role.sv if role else activity.role or ""


# ---------------------------------------------------------------- check and deploy


@click.command()
@click.argument("files", type=FILES, nargs=-1, required=True)
@json_option
@database_option
@click.pass_obj
def check(settings: Settings, files: tuple[Path, ...], as_json: bool, database: str | None) -> None:
    """Say everything that is wrong or doubtful in diagrams; exit status 1 on an error.

    FILES are diagrams and decision models (DMN), or folders of them. Processes and decisions
    that are live in the database are known.
    """
    report = _check(settings.load(database), diagrams(files))
    if as_json:
        click.echo(json.dumps([asdict(f) for f in report.findings], ensure_ascii=False, indent=2))
    else:
        _print_findings(report.findings)
        _print_summary(report)
    if any(f.severity == "error" for f in report.findings):
        sys.exit(1)


def _check(config: Config, sources: list[Source]) -> CheckReport:
    url = config.database.url
    path = url.removeprefix("sqlite:///")
    # A check creates no database: without one, diagrams are checked by themselves.
    known = path == url or Path(path).is_file()
    with closing(Engine.open(url if known else "sqlite://", config=config)) as engine:
        return engine.definitions.check(sources)


def _print_findings(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        click.echo(finding_line(finding))


def _print_summary(report: CheckReport) -> None:
    errors = sum(f.severity == "error" for f in report.findings)
    warnings = sum(f.severity == "warning" for f in report.findings)
    counted = [_counted(len(report.process_ids), "process", "processes")]
    drawings = len(report.drawings) + len(report.decision_drawings)
    if drawings:
        counted.append(_counted(drawings, "drawing"))
    if report.decision_ids:
        counted.append(_counted(len(report.decision_ids), "decision"))
    counted += [_counted(errors, "error"), _counted(warnings, "warning")]
    click.echo(", ".join(counted))


def _counted(number: int, one: str, more: str | None = None) -> str:
    return f"{number} {one if number == 1 else more or one + 's'}"


@click.command()
@click.argument("files", type=FILES, nargs=-1, required=True)
@database_option
@click.pass_obj
def deploy(settings: Settings, files: tuple[Path, ...], database: str | None) -> None:
    """Make diagrams live: new cases start on them, running cases stay on their version."""
    config = settings.load(database)
    with opened(config, new=True) as engine:
        deployment = engine.definitions.deploy(SYSTEM, diagrams(files), key=new_key())
    _print_findings(deployment.findings)
    for definition in deployment.definitions:
        note = "" if definition.startable else " (kept as a drawing, cannot be started)"
        click.echo(f"{definition.process_id} version {definition.version}: {definition.name}{note}")
    for decision in deployment.decisions:
        note = "" if decision.runnable else " (kept as a drawing, cannot be made)"
        click.echo(f"{decision.decision_id} version {decision.version}: {decision.name}{note}")
    if not deployment.new:
        click.echo("These diagrams were live already; nothing has changed.")


COMMANDS = (plan, check, deploy)
"""The commands of this module, which web/cli/__init__.py adds to `serviceplan`."""
