"""What the files say, and what they must not say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.support.files import PROJECT, files, name, texts

# The words are put together here so that this file does not hold what it looks for.
REGISTRY = re.compile(
    r"https?://[\w.-]*(?:py" + r"pi|npm" + r"js|pythonhos" + r"ted|deb" + r"ian)\.\w+"
)
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
LEFT_OUT = re.compile(
    r"pytest\.(?:sk" + r"ip|xf" + r"ail)|mark\.(?:sk" + r"ip|xf" + r"ail)|importors" + r"kip"
)


def _where(pattern: re.Pattern[str], suffixes: set[str] | None = None) -> list[str]:
    return [
        f"{name(path)}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        if suffixes is None or path.suffix in suffixes
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert _where(REGISTRY) == []


def test_nothing_is_marked_as_unfinished() -> None:
    assert (
        _where(UNFINISHED, {".py", ".html", ".js", ".mjs", ".css", ".sh", ".toml", ".bpmn"}) == []
    )


def test_no_test_is_left_out() -> None:
    assert _where(LEFT_OUT, {".py"}) == []


def test_every_folder_with_files_says_what_it_is_for() -> None:
    """By a README, or by the docstring of its package."""
    mute = [name(folder) for folder in sorted(_folders()) if not _explained(folder)]
    assert mute == []


def _folders() -> set[Path]:
    # A folder of data (templates, pictures, diagrams of a test) is explained by the one above.
    code = {p.parent for p in files() if p.suffix == ".py" and p.parent.name != "versions"}
    top = {PROJECT / p.relative_to(PROJECT).parts[0] for p in files() if p.parent != PROJECT}
    return {f for f in code | top if not f.name.startswith(".")}


def _explained(folder: Path) -> bool:
    if (folder / "README.md").is_file():
        return True
    package = folder / "__init__.py"
    return package.is_file() and bool(ast.get_docstring(ast.parse(package.read_text("utf-8"))))
