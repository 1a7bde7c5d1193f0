"""Hatchling's hook for a wheel: ``engine`` and ``web`` get into it as ``serviceplan.engine`` and
``serviceplan.web``. Why: docs/decisions/0020-one-name-when-installed.md."""

from __future__ import annotations

import ast
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME: Final = "serviceplan"
MOVED: Final = ("engine", "web")
"""The packages of the sources that stand below ``serviceplan`` in a wheel."""


class OneName(BuildHookInterface[Any]):
    """Puts the Python files into a wheel, with their imports of each other by the names there.

    What else belongs to the packages is mapped by ``pyproject.toml``. An editable installation
    runs the sources as they are.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self._folder = Path(tempfile.mkdtemp(prefix="serviceplan-wheel-"))
        root = Path(self.root)
        files = [Path(NAME, "__main__.py")]
        files += [file.relative_to(root) for each in MOVED for file in (root / each).rglob("*.py")]
        for file in files:
            place = file if file.parts[0] == NAME else NAME / file
            written = self._folder / place
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(renamed((root / file).read_text("utf-8"), str(file)), "utf-8")
            build_data["force_include"][str(written)] = place.as_posix()

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            shutil.rmtree(self._folder)


def renamed(source: str, file: str) -> str:
    """The text of a module, with ``from engine…`` and ``from web…`` below ``serviceplan``. Every
    line stays where it is, so that a traceback names the line of the sources.

    :raises ValueError: for an import that would bind the old name (``import engine``)
    """
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import) and any(_moved(alias.name) for alias in node.names):
            raise ValueError(f"{file}:{node.lineno}: write `from … import …`, which has a new name")
        if isinstance(node, ast.ImportFrom) and not node.level and _moved(node.module or ""):
            line, at = lines[node.lineno - 1], node.col_offset
            if not line.startswith(f"from {node.module} ", at):
                raise ValueError(f"{file}:{node.lineno}: an import that cannot be read")
            lines[node.lineno - 1] = f"{line[:at]}from {NAME}.{line[at + len('from ') :]}"
    return "".join(lines)


def _moved(module: str) -> bool:
    return module.partition(".")[0] in MOVED
