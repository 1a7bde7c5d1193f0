"""Ceilings. Raise one only with a reason in the commit; to split is nearly always better."""

from __future__ import annotations

import ast

from tests.support.files import name, product

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 50


def test_no_file_is_longer_than_its_ceiling() -> None:
    lengths = {name(p): len(p.read_text(encoding="utf-8").splitlines()) for p in product()}
    assert {f: n for f, n in lengths.items() if n > LINES_OF_A_FILE} == {}


def test_no_function_is_longer_than_its_ceiling() -> None:
    long = {}
    for path in product():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LINES_OF_A_FUNCTION:
                    long[f"{name(path)}:{node.lineno} {node.name}"] = length
    assert long == {}
