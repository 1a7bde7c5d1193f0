"""What the commands share: the settings, an open engine, reading diagrams, printing tables."""

from __future__ import annotations

import shlex
import shutil
import textwrap
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from engine import Config, ConfigError, Engine, Finding, Source, Unavailable, load_config
from web import security_log
from web.command import command_path

DEFAULT = "config.toml"
PLAN = "workflows"


@dataclass
class Settings:
    """The settings' file; read when a command asks for it. None: config.toml of this folder, if
    any."""

    file: Path | None

    def load(self, database: str | None = None) -> Config:
        """The settings, with ``database`` (a URL, or the path of an SQLite file) before their
        own. Without any role a warning is printed."""
        file = self.file or settings_file()
        config = load_config(file)
        if not config.roles:
            text = f"serviceplan: {file} has no [roles.…]: no lane of a diagram can name one"
            click.echo(text, err=True)
        if database:
            url = database if "://" in database else f"sqlite:///{database}"
            config = replace(config, database=replace(config.database, url=url, owner_url=""))
        return config

    def command(self, *words: str, database: str | None = None) -> str:
        """The line for a shell in this folder that runs another command on the same settings and
        ``database`` (as ``load`` takes it). ``words`` stand in it as they are."""
        own = ["--config", shlex.quote(str(self.file))] if self.file else []
        at = ["--database", shlex.quote(database)] if database else []
        return " ".join([command_path(), *own, *words, *at])


database_option = click.option(
    "--database", metavar="URL", help="A database URL or the path of an SQLite file."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def opened(config: Config, *, new: bool = False) -> Iterator[Engine]:
    """The engine on the database of ``config``, closed when the block ends.

    :param new: make an SQLite database that is not there. Only commands that add something do:
        for others a missing file means a wrong path.
    :raises Unavailable: when the database is not there
    """
    path = config.database.url.removeprefix("sqlite:///")
    if new:
        make_data_folder(config)
    elif path != config.database.url and not Path(path).is_file():
        raise Unavailable(f"there is no database {path}")
    if config.log.security_file:
        security_log.configure(config)
    engine = Engine.open(config.database.url, config=config)
    try:
        yield engine
    finally:
        engine.close()


def make_data_folder(config: Config) -> None:
    """Make ``data/`` in this folder, where the database is unless the settings say otherwise. Any
    other folder is made by whoever named it: the name may be mistyped."""
    if config.database == Config().database:
        Path(config.database.url.removeprefix("sqlite:///")).parent.mkdir(exist_ok=True)


def new_key() -> str:
    """A new idempotency key: a command that is typed twice is meant twice."""
    return f"cli-{uuid.uuid4().hex}"


# ---------------------------------------------------------------- files


def diagrams(paths: Iterable[Path]) -> list[Source]:
    """The contents of the diagrams and decision models at ``paths``; a folder stands for every
    ``.bpmn`` and ``.dmn`` file in it.

    :raises click.UsageError: when a folder has none, or a file cannot be read
    """
    sources: list[Source] = []
    for path in paths:
        inside = (f for f in path.glob("*") if f.suffix in (".bpmn", ".dmn") and f.is_file())
        files = sorted(inside) if path.is_dir() else [path]
        if not files:
            raise click.UsageError(f"There is no .bpmn or .dmn file in {path}.")
        for file in files:
            try:
                sources.append(Source(file.name, file.read_bytes()))
            except OSError as error:
                raise click.UsageError(f"{file} cannot be read: {error.strerror}.") from error
    return sources


INSTALLED = Path(__file__).parents[2]
"""Where the plan and its settings stand: the project's root, or the package of an installed
wheel."""


def plan_folder() -> Path:
    """The folder of the company's plan: ``workflows`` here, else that installed with the
    command."""
    here = Path(PLAN)
    return here if here.is_dir() else INSTALLED / PLAN


def settings_file() -> Path:
    """The settings: ``config.toml`` of this folder, else the one installed with the command.

    :raises ConfigError: when there is neither
    """
    known = (Path(DEFAULT), INSTALLED / DEFAULT)
    file = next((file for file in known if file.is_file()), None)
    if file is None:
        raise ConfigError(
            f"there is no {DEFAULT} in {Path.cwd()}, and none came with the command: copy the "
            "project's one here, or name one with --config",
            file=DEFAULT,
        )
    return file


def finding_line(finding: Finding) -> str:
    """A finding as ``file.bpmn:12: error: sentence``, the form of compilers, which editors can
    read."""
    place = ":".join(str(part) for part in (finding.filename, finding.line) if part)
    return f"{place}: {finding.severity}: {finding.en}".removeprefix(": ")


# ---------------------------------------------------------------- tables


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, widths: Sequence[int] | None = None
) -> str:
    """A text table with a head; ``widths`` are the columns' widths in characters, 0 for
    unlimited."""
    cells = [[_wrapped(c, widths[i] if widths else 0) for i, c in enumerate(r)] for r in rows]
    top = [[title] for title in head]
    columns = range(len(head))
    wide = [max(len(line) for row in [top, *cells] for line in row[i] or [""]) for i in columns]
    if widths:
        wide = [max(w, len(h)) for w, h in zip(widths, head, strict=True)]
    rule = "─┼─".join("─" * w for w in wide)
    lines = [_row(top, wide), rule]
    for number, row in enumerate(cells):
        # Rows of one line each need no line between them.
        if number and any(len(cell) > 1 for cell in (*row, *cells[number - 1])):
            lines.append(rule.replace("─", "┈").replace("┼", "│"))
        lines.append(_row(row, wide))
    return "\n".join(lines)


def _wrapped(text: str, width: int) -> list[str]:
    parts = text.splitlines() or [""]
    if not width:
        return parts
    lines = [textwrap.wrap(p, width, subsequent_indent=_indent(p)) for p in parts]
    return [line for part in lines for line in part or [""]]


def _indent(text: str) -> str:
    """The indent of a wrapped point's further lines: they begin under its first word."""
    marks = len(text) - len(text.lstrip(" -–"))
    return " " * marks


def _row(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> str:
    height = max(len(cell) for cell in cells)
    return "\n".join(
        " │ ".join(
            (cell[line] if line < len(cell) else "").ljust(width)
            for cell, width in zip(cells, widths, strict=True)
        ).rstrip()
        for line in range(height)
    )


def terminal_width(most: int = 160) -> int:
    """The terminal's width in characters, between 80 and ``most``; 120 when it is unknown."""
    return max(80, min(most, shutil.get_terminal_size((120, 40)).columns))
