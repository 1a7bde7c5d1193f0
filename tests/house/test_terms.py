"""The glossary (docs/terms.md): every term has a meaning and stands where it says."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.files import PROJECT

ROW = re.compile(r"^\| (?P<term>[^|]+) \| (?P<meaning>[^|]+) \| (?P<where>`[^|]+`) \|$", re.M)
TERMS = [
    match.groupdict() for match in ROW.finditer((PROJECT / "docs/terms.md").read_text("utf-8"))
]


def test_the_glossary_has_terms() -> None:
    assert len(TERMS) > 40


def test_no_term_stands_twice() -> None:
    terms = [term.strip() for row in TERMS for term in row["term"].split(",")]
    assert sorted(terms) == sorted(set(terms))


@pytest.mark.parametrize("row", TERMS, ids=lambda row: row["term"])
def test_a_term_stands_where_the_glossary_says(row: dict[str, str]) -> None:
    path, *name = re.findall(r"`([^`]+)`", row["where"])
    file = PROJECT / path
    assert file.is_file()
    if name:
        tree = ast.parse(file.read_text("utf-8"))
        assert name[0] in _names(tree), f"{path} has no {name[0]}"


def _names(tree: ast.Module) -> set[str]:
    """The names that a module defines at its top."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names
