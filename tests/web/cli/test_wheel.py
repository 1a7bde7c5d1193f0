"""The command from a built wheel, in a virtual environment and an empty folder of its own: what
``pipx`` and ``uv tool install`` give."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.files import PROJECT
from tests.support.served import Served


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed ``serviceplan``. Its packages are those of the tests; it itself is the
    wheel's."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    [wheel] = folder.glob("*.whl")
    install = ["-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index"]
    subprocess.run([sys.executable, *install, str(wheel)], check=True, capture_output=True)
    # A path file within that folder is not read, so the editable sources stay out.
    [packages] = folder.glob("venv/lib/python*/site-packages")
    (packages / "tests.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return python.with_name("serviceplan")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.delenv("SERVICEPLAN_DATABASE", raising=False)
    return tmp_path


@pytest.fixture
def served(command: Path, folder: Path, port: int) -> Iterator[Served]:
    started = Served(port, "--empty", command=[str(command)], cwd=folder)
    yield started
    started.stop()


def test_the_plan_comes_with_the_command(command: Path, folder: Path) -> None:
    ran = subprocess.run(
        [command, "plan", "--json"], cwd=folder, check=True, capture_output=True, text=True
    )
    assert '"utse_kundansvarig"' in ran.stdout
    assert ran.stderr == ""
    assert list(folder.iterdir()) == []


def test_the_command_serves_from_an_empty_folder(served: Served, folder: Path) -> None:
    served.wait_for("Stop with Ctrl+C")
    status, page = served.get("/login")
    assert status == 200
    styles = re.findall(r'href="([^"]+\.css[^"]*)"', page)
    assert styles
    assert {served.get(style)[0] for style in styles} == {200}
    assert (folder / "data" / "serviceplan.db").is_file()


def test_nothing_of_it_comes_from_the_sources(command: Path, folder: Path) -> None:
    show = "import engine, web; print(engine.__file__); print(web.__file__)"
    ran = subprocess.run(
        [command.with_name("python"), "-c", show],
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for line in ran.stdout.splitlines():
        assert Path(line).is_relative_to(command.parents[1])
