"""Circles in graphs, without recursion: diagrams may be long chains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

V = TypeVar("V")
"""A node of the graph: any hashable value."""


def circles(vertices: Iterable[V], successors: Callable[[V], Iterable[V]]) -> list[list[V]]:
    """The strongly connected parts that hold a circle, among ``vertices`` only (R. Tarjan,
    Depth-first search and linear graph algorithms, 1972)."""
    return _Tarjan(vertices, successors).run()


class _Tarjan(Generic[V]):
    def __init__(self, vertices: Iterable[V], successors: Callable[[V], Iterable[V]]):
        self._vertices = list(vertices)
        self._wanted = set(self._vertices)
        self._successors = successors
        self._number: dict[V, int] = {}
        self._low: dict[V, int] = {}
        self._path: list[V] = []
        self._place: dict[V, int] = {}
        self._on_path: set[V] = set()
        self._work: list[tuple[V, Iterator[V]]] = []

    def run(self) -> list[list[V]]:
        """The strongly connected components (R. Tarjan, 1972), each as a list of nodes."""
        components: list[list[V]] = []
        for root in self._vertices:
            if root in self._number:
                continue
            self._enter(root)
            while self._work:
                part = self._step()
                if len(part) > 1 or (part and part[0] in self._successors(part[0])):
                    components.append(part)
        return components

    def _enter(self, vertex: V) -> None:
        self._number[vertex] = self._low[vertex] = len(self._number)
        self._place[vertex] = len(self._path)
        self._path.append(vertex)
        self._on_path.add(vertex)
        self._work.append((vertex, iter(self._successors(vertex))))

    def _step(self) -> list[V]:
        """Follow one edge; the part that is complete when the vertex has no more, else []."""
        vertex, rest = self._work[-1]
        following = next((v for v in rest if v in self._wanted), None)
        if following is None:
            return self._leave(vertex)
        if following not in self._number:
            self._enter(following)
        elif following in self._on_path:
            self._low[vertex] = min(self._low[vertex], self._number[following])
        return []

    def _leave(self, vertex: V) -> list[V]:
        self._work.pop()
        if self._work:
            before = self._work[-1][0]
            self._low[before] = min(self._low[before], self._low[vertex])
        if self._low[vertex] != self._number[vertex]:
            return []
        part = self._path[self._place[vertex] :]
        del self._path[self._place[vertex] :]
        self._on_path.difference_update(part)
        return part
