"""The command from a built wheel, in a virtual environment and an empty folder of its own: what
``pipx`` and ``uv tool install`` give."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.files import PROJECT
from tests.support.pages import blocks
from tests.support.served import Served

GOOD = """
from serviceplan.engine import SYSTEM, Engine, Receipt

def start(engine: Engine) -> Receipt:
    return engine.cases.start(SYSTEM, process_id="review", key="1")
"""
WRONG = """
from serviceplan.engine import SYSTEM, Engine

def start(engine: Engine) -> int:
    return engine.cases.start(SYSTEM, process_id=7, key="1")
"""
IMPORT_ALL = """
import importlib, pkgutil, sys
import serviceplan

for module in pkgutil.walk_packages(serviceplan.__path__, "serviceplan."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
ours = {name: sys.modules[name].__file__ for name in sys.modules if name.startswith("serviceplan.")}
print(len(ours))
print(*sorted({"engine", "web"} & set(sys.modules)))
print(*[file for file in ours.values() if not file.startswith(serviceplan.__path__[0])])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    [file] = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def command(wheel: Path) -> Path:
    """The installed ``serviceplan``. Its packages are those of the tests; it itself is the
    wheel's."""
    folder = wheel.parent
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
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


def test_it_has_one_name(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names))
    assert {name.split("/")[0] for name in names} == {
        "serviceplan",
        f"serviceplan-{version('serviceplan')}.dist-info",
    }
    assert {"serviceplan/py.typed", "serviceplan/config.toml"} <= set(names)
    assert "serviceplan/engine.py" not in names


def python(command: Path, folder: Path, *words: str | Path) -> list[str]:
    """What the installed Python prints, line by line."""
    ran = subprocess.run(
        [command.with_name("python"), *words],
        check=False, cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.splitlines()


def test_all_of_it_is_below_that_name(command: Path, folder: Path) -> None:
    modules, old, elsewhere = python(command, folder, "-c", IMPORT_ALL)
    assert int(modules) > 350
    assert (old, elsewhere) == ("", "")


def test_it_differs_from_the_sources_in_names_only(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        for place in ("engine/service/tasks.py", "web/server.py"):
            built = archive.read(f"serviceplan/{place}").decode("utf-8")
            source = (PROJECT / place).read_text("utf-8")
            assert built != source
            assert built.replace("from serviceplan.", "from ") == source


def test_a_program_of_somebody_elses_is_checked_against_its_types(
    command: Path, folder: Path
) -> None:
    (folder / "good.py").write_text(GOOD, "utf-8")
    (folder / "wrong.py").write_text(WRONG, "utf-8")
    checker = ["-m", "mypy", "--strict", "--python-executable", command.with_name("python")]
    ran = subprocess.run(
        [sys.executable, *checker, "good.py", "wrong.py"],
        check=False, cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    errors = re.findall(r"^(.+):\d+: error: .*\[(.+)\]$", ran.stdout, re.M)
    assert errors == [("wrong.py", "return-value"), ("wrong.py", "arg-type")], ran.stdout


def test_the_engines_example_runs_on_it(command: Path, folder: Path) -> None:
    [example] = [code for code in blocks(PROJECT / "README.md") if "Engine.open" in code]
    (folder / "example.py").write_text(example, "utf-8")
    for _ in range(2):
        assert python(command, folder, "example.py")[-1] == "completed"


def test_a_newcomer_begins_in_a_folder_of_their_own(command: Path, folder: Path, port: int) -> None:
    def typed(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command, *words], check=False, cwd=folder, capture_output=True, text=True
        )

    assert "serviceplan init FOLDER" in " ".join(typed("--help").stdout.split())
    begun = typed("init", "our plan")
    assert (begun.returncode, begun.stderr) == (0, "")
    assert begun.stdout.splitlines()[-1] == f"  cd 'our plan' && {command} serve"
    made = folder / "our plan"
    assert (made / "config.toml").read_bytes() == (PROJECT / "config.toml").read_bytes()
    served = Served(port, "--empty", command=[str(command)], cwd=made)
    try:
        served.wait_for("Stop with Ctrl+C")
        assert served.get("/login")[0] == 200
    finally:
        served.stop()
    assert (made / "data" / "serviceplan.db").is_file()
