"""The command ``history export``: the history as a file."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from engine import LOG_FORMATS, SYSTEM, Config
from web.cli.common import Settings, database_option, opened


@click.group()
def history() -> None:
    """What has happened."""


@history.command()
@click.option(
    "--format", "form", type=click.Choice(LOG_FORMATS), default="xes", show_default=True,
    help="XES (IEEE 1849-2016), or OCEL 2.0 as JSON or SQLite.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The file to write."
)
@click.option("--case", metavar="NUMBER", help="Only this case.")
@click.option("--person", metavar="NAME", help="Only what this person (user name) did.")
@click.option("--type", "kind", metavar="TYPE", help="Only facts of this type, as task.signed.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="To this day, included.")
@database_option
@click.pass_obj
def export(
    settings: Settings,
    form: str,
    output: Path,
    case: str | None,
    person: str | None,
    kind: str | None,
    since: datetime | None,
    until: datetime | None,
    database: str | None,
) -> None:
    """Write the history, or what the filters leave of it, for process mining.

    CSV is what the history's page gives: it is for people, in their language.
    """
    config = settings.load(database)
    with opened(config) as engine:
        pieces = engine.history.event_log(
            SYSTEM,
            form,  # type: ignore[arg-type]
            case_id=case,
            person=person,
            type=kind,
            since=_midnight(config, since.date()) if since else None,
            until=_midnight(config, until.date() + timedelta(days=1)) if until else None,
        )
        with output.open("wb") as file:
            file.writelines(pieces)
    click.echo(f"{output}: {output.stat().st_size:,} bytes")


def _midnight(config: Config, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(config.calendar.zone)).astimezone(UTC)


COMMANDS = (history,)
"""The commands of this module, which web/cli/__init__.py adds to `serviceplan`."""
