"""Other engines on the same machine in the same run: one user task completed and stored.

They are installed into ``build/bench/peers``, never into the project. What is not equal is said in
their rows: none of them keeps rights, idempotency, a hash chain or a history as ours does, and
none was tuned by whoever knows it best.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench import ground
from tests.bench.ground import BUILD, TASKS

HERE = Path(__file__).parent
FOLDER = BUILD / "peers"
LATER = "not installed yet: make bench does"
PATIENCE = 180
"""Seconds for an installation."""
Row = tuple[str, str, str]


def rows(*, install: bool) -> Iterator[Row]:
    """A row for each peer; one that cannot be installed here says why.

    :param install: fetch those that are not there; else they are only told
    """
    yield from _ours()
    yield _peer(
        "django-viewflow",
        _python("django-viewflow", install),
        "viewflow_peer.py",
        "Django ORM; a flow in Python, no diagram, no history chain; assign and execute",
    )
    yield _peer(
        "bpmn-engine (Node)",
        _node("bpmn-engine", install),
        "bpmn_engine_peer.cjs",
        "the whole state as JSON, recovered for each task; no history, no rights",
    )
    found = _python("camunda-python", install)
    note = found if isinstance(found, str) else "installed; its task service is not driven here"
    yield "camunda-python", "–", note


def _ours() -> Iterator[Row]:
    from engine import Engine
    from tests.bench.others import milliseconds

    found = ground.prepare(ground.sqlite_url("peer"), TASKS)
    ids = found.open_tasks()
    with Engine.open(found.url, config=ground.CONFIG) as engine:

        def step(number: int) -> None:
            engine.tasks.complete(
                found.worker, ids[number], answers={}, ticks={}, key=f"peer{number}"
            )

        yield "Serviceplan", f"{milliseconds(step, TASKS):.2f} ms", "with rights and hash chain"


def _peer(name: str, command: list[str] | str, script: str, note: str) -> Row:
    if isinstance(command, str):
        return name, "–", command
    given = [*command, str(HERE / script), str(FOLDER), str(TASKS)]
    done = subprocess.run(given, capture_output=True, text=True, cwd=FOLDER, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it failed"])[-1]
        return name, "–", f"does not run here: {last[:120]}"
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return f"{name} {found['version']}", f"{found['ms']:.2f} ms", note


def _python(package: str, install: bool) -> list[str] | str:
    """Its own environment's Python, or why there is none."""
    home = FOLDER / package
    python = home / "bin" / "python"
    installed = home / "installed"
    if installed.exists():
        return [str(python)]
    if not install:
        return LATER
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        done = subprocess.run(
            [*pip, package], capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return f"pip was not done within {PATIENCE} seconds"
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        # Which Python it wants says more than that no version was left.
        wants = [line for line in errors if "Requires-Python" in line]
        return f"pip: {(wants or errors[-1:] or ['it failed'])[0].strip()[:180]}"
    installed.touch()
    return [str(python)]


def _node(package: str, install: bool) -> list[str] | str:
    node, npm = ground.tool("node"), ground.tool("npm")
    if node is None or npm is None:
        return "node is not installed"
    if (FOLDER / "node_modules" / package).exists():
        return [node]
    if not install:
        return LATER
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(FOLDER)]
    done = subprocess.run([*command, package], capture_output=True, text=True, check=False)
    return [node] if done.returncode == 0 else f"npm cannot install {package} here"
