"""``serviceplan sheet``: a case as a PDF."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import SYSTEM, Config, Engine
from tests.support.command import Run
from tests.support.diagrams import chain, diagram, end, start, task
from tests.support.pdf import text_of


@pytest.fixture
def number(config: Config, tmp_path: Path) -> str:
    """The number of a case in the command's database."""
    work = diagram("work", start(), task("write"), end(), chain("start", "write", "end"))
    with Engine.open(f"sqlite:///{tmp_path / 'cli.db'}", config=config) as engine:
        engine.definitions.deploy(SYSTEM, [work], key="work")
        made = engine.cases.start(SYSTEM, process_id="work", title="Städdag", key="case")
        return str(made.result["number"])


def test_a_case_is_written_to_a_file(run: Run, number: str, tmp_path: Path) -> None:
    file = tmp_path / "out.pdf"
    ran = run("sheet", number, "-o", file, "--lang", "en")
    assert (ran.status, ran.err) == (0, "")
    assert str(file) in ran.out
    text = text_of(file.read_bytes())
    assert "TO DO" in text
    assert f"{number} · Städdag" in text


def test_without_a_name_the_file_is_called_like_the_case(
    run: Run, number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("sheet", number).status == 0
    assert (tmp_path / f"serviceplan-{number}.pdf").read_bytes().startswith(b"%PDF")


def test_a_case_that_is_not_there(run: Run, number: str) -> None:
    ran = run("sheet", "2026-9999")
    assert (ran.status, ran.out) == (1, "")
