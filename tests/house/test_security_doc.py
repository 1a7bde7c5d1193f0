"""docs/security.md names a test for what it says is stopped, and each of them is there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.files import PROJECT

DOCUMENT = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", DOCUMENT)))


def test_the_document_names_tests() -> None:
    assert len(NAMED) > 40


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_named_test_is_there(path: str, name: str) -> None:
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_what_is_said_to_be_stopped_has_a_test_and_what_is_not_says_so() -> None:
    for line in DOCUMENT.partition("## What an attack found")[2].splitlines():
        if line.startswith("|") and not line.startswith(("|---", "| finding", "| attack")):
            assert "::test_" in line or "**open**" in line, line
