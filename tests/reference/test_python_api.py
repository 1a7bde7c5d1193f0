"""``docs/python.md`` is what the engine does: its examples run, its tables are of today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import Engine
from engine.service.transactions import Part
from tests.reference.__main__ import PYTHON
from tests.reference.python_api import parts, public, written_into
from tests.support.files import PROJECT
from tests.support.pages import blocks

SAID = re.compile(r"^ *print\(.*\)  # (.+)$", re.M)


def test_the_page_has_todays_tables() -> None:
    page = PYTHON.read_text("utf-8")
    assert page == written_into(page), "run `make docs`"


def test_every_part_and_every_method_is_on_it(engine: Engine) -> None:
    theirs = {noun: type(part) for noun, part in vars(engine).items() if isinstance(part, Part)}
    assert parts() == theirs
    page = PYTHON.read_text("utf-8")
    for noun, part in parts().items():
        assert f"**`engine.{noun}`**" in page
        assert [name for name in public(part) if f"| `{name}(" not in page] == []


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
def test_its_examples_run_as_they_stand(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SERVICEPLAN_DATABASE", raising=False)
    program = "\n".join(blocks(PROJECT / page))
    exec(compile(program, page, "exec"), {})  # noqa: S102 - the page's own examples
    printed, said = capsys.readouterr().out.splitlines(), SAID.findall(program)
    # In the README a date is printed too, which is another one tomorrow.
    assert said
    assert printed[-len(said) :] == said
    assert page == "README.md" or len(printed) == len(said)
