"""The command ``sheet``: a case as a PDF."""

from __future__ import annotations

from pathlib import Path

import click

from engine import SYSTEM
from web.cli.common import Settings, database_option, opened
from web.i18n import LANGUAGES
from web.printed import paper


@click.command()
@click.argument("case", metavar="CASE")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write.")
@click.option("--task", metavar="ID", help="Only this task of the case.")
@click.option("--lang", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
@database_option
@click.pass_obj
def sheet(
    settings: Settings,
    case: str,
    output: Path | None,
    task: str | None,
    lang: str,
    database: str | None,
) -> None:
    """Write a case, by its number or id, as a PDF: the paper form with all that was signed."""
    config = settings.load(database)
    with opened(config) as engine:
        printed = engine.printed.case(SYSTEM, case)
        page = f"cases/{printed.case_id}"
        if task is not None:
            printed, page = engine.printed.task(SYSTEM, task), f"tasks/{task}"
        site = config.web.address
        address = f"{site}/{page}" if site else None
        data = paper.made(engine, printed, address=address, language=lang)
    file = output or Path(paper.file_name(printed))
    file.write_bytes(data)
    click.echo(f"{file}: {len(data):,} bytes, {len(printed.files)} attached files")


COMMANDS = (sheet,)
"""The commands of this module, which web/cli/__init__.py adds to `serviceplan`."""
