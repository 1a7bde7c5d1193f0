"""How the tests lie: what they share is in tests/support; one file reaches under the engine."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.files import PROJECT, files, name

TESTS = [p for p in files() if p.suffix == ".py" and p.is_relative_to(PROJECT / "tests")]
INSIDE = "_transactions"
"""The attribute of an engine under which its database lies."""


def test_helpers_of_tests_come_from_the_support_folder() -> None:
    """No test module and no conftest is imported; the modules of a program may be."""
    wrong = [
        f"{name(path)}: {module}"
        for path in TESTS
        for module in imported(path.read_text("utf-8"))
        if not is_helper(module)
    ]
    assert wrong == []


def test_the_database_of_an_engine_is_opened_by_one_helper() -> None:
    knowing = [name(path) for path in TESTS if INSIDE in names(path.read_text("utf-8"))]
    assert knowing == ["tests/support/databases.py"]


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("from tests.engine.test_walk import start", "tests.engine.test_walk"),
        ("from tests.web import conftest", "tests.web.conftest"),
        ("def f():\n    import tests.web.conftest", "tests.web.conftest"),
    ],
)
def test_a_helper_elsewhere_would_be_found(text: str, module: str) -> None:
    assert [m for m in imported(text) if not is_helper(m)] == [module]


def imported(text: str) -> Iterator[str]:
    """The modules of ``tests`` that a file imports."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("tests."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tests":
            module = str(node.module)
            # From a package, a name is a module of it, or stands in the package itself.
            inner = [f"{module}.{alias.name}" for alias in node.names]
            yield from {one if _file(one).is_file() else module for one in inner}


def is_helper(module: str) -> bool:
    """Whether tests may import this module: it is there to be shared, or part of a program."""
    if module.startswith("tests.support."):
        return True
    file = _file(module)
    if file.name.startswith("test_") or file.name == "conftest.py" or not file.is_file():
        return False
    folder = PROJECT / "tests" / module.split(".")[1]
    return (folder / "__main__.py").is_file() or '"__main__"' in file.read_text("utf-8")


def names(text: str) -> set[str]:
    """The attributes that a file reads or writes."""
    return {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}


def _file(module: str) -> Path:
    path = PROJECT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
