"""How the ``serviceplan`` command is called, for messages that say what to do next."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

NAME: Final = "serviceplan"
"""The command's name."""


def command_path(folder: Path = Path()) -> str:
    """How a shell in ``folder`` (this one unless it is named) calls this command: ``serviceplan``
    where it is installed for all, else the path of its file."""
    called = Path(sys.argv[0])
    if called.name != NAME:  # run as a module, or by a test
        return NAME
    everywhere = shutil.which(NAME)
    if everywhere and Path(everywhere).resolve() == called.resolve():
        return NAME
    path, here = called.absolute(), folder.resolve()
    if path.is_relative_to(here):
        path = path.relative_to(here)
    return shlex.quote(str(path) if len(path.parts) > 1 else f"./{path}")
