"""The project's own files, as git knows them (new ones that it does not ignore included)."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[2]
TEXT = {
    ".bpmn", ".css", ".dmn", ".html", ".ini", ".js", ".json", ".lock", ".mako", ".md", ".mjs",
    ".po", ".py", ".sh", ".sql", ".svg", ".toml", ".txt", ".xml", ".yaml", ".yml", "",
}  # fmt: skip


@cache
def files() -> tuple[Path, ...]:
    """Every file, absolute."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return tuple(
        sorted(p for name in listed.split("\0") if name and (p := PROJECT / name).is_file())
    )


def texts() -> list[tuple[Path, str]]:
    """Every text file with what it says. (A diagram may declare another encoding than UTF-8.)"""
    return [(p, p.read_text("utf-8", errors="replace")) for p in files() if p.suffix in TEXT]


def product() -> list[Path]:
    """The Python files of the product itself: no tests, and no migrations, which are written once
    and then never touched."""
    return [
        path
        for path in files()
        if path.suffix == ".py"
        and path.relative_to(PROJECT).parts[0] in ("engine", "web", "serviceplan", "scripts")
        and "versions" not in path.parts
    ]


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()
