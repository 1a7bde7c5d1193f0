"""``docs/verify.py``, as an auditor runs it: a file of standard-library Python, without ours."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from tests.support.files import PROJECT

SCRIPT = PROJECT / "docs/verify.py"


class Verdict(NamedTuple):
    """The exit status, and all that was printed."""

    status: int
    text: str


def run(*arguments: str | Path) -> Verdict:
    """Run it as a program: isolated from this environment's packages and from this folder."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    return Verdict(done.returncode, done.stdout + done.stderr)


def loaded() -> ModuleType:
    """The script as a module, for many runs; it does the same work once."""
    found = importlib.util.spec_from_file_location("verify_script", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    for name in ("ed25519", "canonical"):
        setattr(module, name, lru_cache(maxsize=1000)(getattr(module, name)))
    return module


def run_loaded(module: ModuleType, *arguments: str | Path) -> Verdict:
    """Run the loaded script."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = module.main(list(map(str, arguments)))
    return Verdict(status, printed.getvalue())
