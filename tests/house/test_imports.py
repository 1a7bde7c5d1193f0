"""Imports: no module needs itself through others. Which package may import which is checked by
import-linter (pyproject.toml)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import grimp


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph("engine", "web", cache_dir=None)
    imports = {m: graph.find_modules_directly_imported_by(m) - {m} for m in graph.modules}
    assert [sorted(circle) for circle in circles(imports)] == []


def test_a_circle_would_be_found() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}
    assert [sorted(circle) for circle in circles(imports)] == [["b", "c"]]


def circles(imports: Mapping[str, set[str]]) -> Iterator[set[str]]:
    """The groups of modules of which each can be reached from each other."""
    reach = {module: _reachable(module, imports) for module in imports}
    seen: set[str] = set()
    for module in sorted(imports):
        circle = {other for other in reach[module] if module in reach.get(other, ())}
        if circle and module not in seen:
            seen |= circle
            yield circle


def _reachable(start: str, imports: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = list(imports.get(start, ()))
    while ahead:
        module = ahead.pop()
        if module not in found:
            found.add(module)
            ahead += imports.get(module, ())
    return found
