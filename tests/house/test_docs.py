"""The documentation points at things that are there, and leaves no command out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.support.files import PROJECT, files, name
from web.cli import group

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
NAMED = re.compile(r"`((?:tests|engine|web|workflows|scripts|docs)/[\w./-]+)`")
PAGES = [path for path in files() if path.suffix == ".md"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [t for t in targets if not (page.parent / t).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    targets = NAMED.findall(page.read_text(encoding="utf-8"))
    assert [t for t in targets if not (PROJECT / t).exists()] == []


@pytest.mark.parametrize(
    "record", sorted((PROJECT / "docs/decisions").glob("0*.md")), ids=lambda path: path.stem
)
def test_every_decision_says_why_what_and_what_confirms_it(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    parts = ("**Context.**", "**Choice.**", "**Confirmation.**")
    assert [part for part in parts if part not in text] == []
    assert record.name in (record.parent / "README.md").read_text(encoding="utf-8")


def test_operations_names_every_command_and_every_option_of_serve() -> None:
    text = (PROJECT / "docs/operations.md").read_text(encoding="utf-8")
    commands = dict(_commands(group, "serviceplan"))
    missing = [path for path in commands if f"`{path}" not in text]
    options = [o for p in commands["serviceplan serve"].params for o in p.opts if o[:2] == "--"]
    assert missing + [option for option in options if f"`{option}`" not in text] == []


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for key, part in command.commands.items():
            yield from _commands(part, f"{path} {key}")
    else:
        yield path, command
