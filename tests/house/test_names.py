"""Names of the product: one class has one name, and no name is a word that says nothing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.files import PROJECT, name, product

EMPTY_WORDS = frozenset({"found", "kept", "told", "these"})
"""What was found, kept or told is what a name should say."""


def test_no_two_classes_of_the_engine_share_a_name() -> None:
    places = defaultdict(list)
    for path in _files("engine"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{name(path)}:{node.lineno}")
    assert {known: where for known, where in places.items() if len(where) > 1} == {}


@pytest.mark.parametrize("package", ["engine", "web"])
def test_no_module_class_or_function_is_named_by_an_empty_word(package: str) -> None:
    files = _files(package)
    modules = [name(path) for path in files if empty(path.stem)]
    defined = [
        f"{name(path)}:{line} {known}"
        for path in files
        for line, known in definitions(path.read_text("utf-8"))
        if empty(known)
    ]
    assert modules + defined == []


@pytest.mark.parametrize(
    ("known", "is_empty"),
    [
        ("_found", True),
        ("kept_rows", True),
        ("Told", True),
        ("FoundSession", True),
        ("foundation", False),
        ("NotFound", False),
        ("not_found", False),
    ],
)
def test_an_empty_word_is_known_by_itself_and_inside_a_name(known: str, is_empty: bool) -> None:
    assert empty(known) is is_empty


def definitions(text: str) -> Iterator[tuple[int, str]]:
    """Line and name of every class and function, inner ones too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name


def empty(known: str) -> bool:
    """Whether an empty word is part of a name. HTTP's "not found" is the field's own term."""
    apart = "".join(f"_{c}" if c.isupper() else c for c in known).lower()
    words = [word for word in apart.split("_") if word]
    return bool(EMPTY_WORDS.intersection(words)) and words[-2:] != ["not", "found"]


def _files(package: str) -> list[Path]:
    return [path for path in product() if path.is_relative_to(PROJECT / package)]
