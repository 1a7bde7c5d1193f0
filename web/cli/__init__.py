"""The ``serviceplan`` command.

Every command opens the engine, does one thing and closes it. An error is one line on standard
error: exit status 1 when something could not be done, 2 when it was asked for wrongly.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine import ConfigError, Invalid, Rejected, ServiceplanError
from web.cli import (
    checkpoints,
    decisions,
    diagrams,
    init,
    migration,
    operation,
    people,
    sheet,
    tokens,
)
from web.cli.common import Settings, finding_line
from web.command import NAME


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="The settings' file. [default: config.toml of this folder, else the installed one]",
)
@click.version_option(package_name=NAME)
@click.pass_context
def group(context: click.Context, config_file: Path | None) -> None:
    """Serviceplan: customer contracts as processes that run.

    To begin: `serviceplan init FOLDER` writes the settings and the plan's diagrams into a folder,
    and `serviceplan serve` in that folder starts the application, at first with an example company.
    """
    context.obj = Settings(config_file)


MODULES = (
    init, operation, checkpoints, diagrams, decisions, people, tokens, migration, sheet,
)  # fmt: skip
"""The modules with commands."""
for module in MODULES:
    for command in module.COMMANDS:
        group.add_command(command)


def main() -> None:
    """The entry point of ``serviceplan``; errors that a user can cause show no traceback."""
    try:
        group(standalone_mode=False)
    except click.Abort:
        _fail("stopped", status=130)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ServiceplanError as error:
        _fail(*_lines(error), status=2 if isinstance(error, ConfigError) else 1)
    except FileNotFoundError as error:
        _fail(f"there is no file or folder {error.filename}", status=1)
    except PermissionError as error:
        _fail(f"{error.filename} may not be read or written", status=1)
    except BrokenPipeError:
        # The reader (head, less) has seen enough; nothing more may be written on the way out.
        sys.stdout = None
    except KeyboardInterrupt:
        sys.exit(130)


def _lines(error: ServiceplanError) -> list[str]:
    if isinstance(error, Rejected):
        return [_refused(error), *map(finding_line, error.findings)]
    if isinstance(error, Invalid):
        return [f"{p.field}: {p.message}" if p.field else p.message for p in error.problems]
    return [error.message]


def _refused(error: Rejected) -> str:
    """The first line of a refusal: whether diagrams, decision models or both cannot be used."""
    wrong = {f.filename for f in error.findings if f.severity == "error"}
    models = {name for name in wrong if name.lower().endswith(".dmn")}
    kinds = [("diagram", len(wrong - models)), ("decision model", len(models))]
    named = [word if number == 1 else f"{word}s" for word, number in kinds if number]
    return (
        f"the {' and '.join(named)} cannot be used as {'it is' if len(wrong) == 1 else 'they are'}"
    )


def _fail(*lines: str, status: int) -> None:
    for number, line in enumerate(lines):
        click.echo(line if number else f"serviceplan: {line}", err=True)
    sys.exit(status)
