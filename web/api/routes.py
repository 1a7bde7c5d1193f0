"""The table of all operations of the API, and the search for the one of a request."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from web.api import cases, definitions, sheets, tasks
from web.api.call import BASE, Route
from web.api.problems import Refused

ROUTES: Final = (*tasks.ROUTES, *cases.ROUTES, *sheets.ROUTES, *definitions.ROUTES)
"""All operations, in the order of the documentation."""
ANY: Final = "{id}"
"""The part of a path that stands for any id."""

Methods = Mapping[str, Route]
"""The operations of one path by HTTP method."""


def _tree() -> Mapping[tuple[str, ...], Methods]:
    tree: dict[tuple[str, ...], dict[str, Route]] = {}
    for route in ROUTES:
        tree.setdefault(tuple(route.path.split("/")[1:]), {})[route.method] = route
    return MappingProxyType(tree)


TREE: Final = _tree()
"""Operations by the parts of their path, then by HTTP method."""


def find(method: str, path: str) -> tuple[Route, str]:
    """The operation of a request and the id in its path ("" when it has none).

    Raises Refused: not-found or method-not-allowed.
    """
    parts = path[len(BASE) + 1 :].split("/") if path.startswith(f"{BASE}/") else [""]
    id = ""
    methods = TREE.get(tuple(parts))
    if methods is None and len(parts) > 1:
        id = parts[1]
        methods = TREE.get((parts[0], ANY, *parts[2:]))
    if methods is None or id == ANY or (ANY in parts) or (len(parts) > 1 and not id.isprintable()):
        raise Refused("not-found", "There is nothing at this path.")
    route = methods.get("GET" if method == "HEAD" else method)
    if route is None:
        allowed = ", ".join(sorted({*methods, *(["HEAD"] if "GET" in methods else [])}))
        raise Refused("method-not-allowed", f"This takes {allowed}.", ("Allow", allowed))
    return route, id
