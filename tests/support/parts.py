"""The public methods of all of an engine's parts, found in the engine itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from engine import SYSTEM, Engine
from engine.service.transactions import Part

Method = Callable[..., Any]


def methods(engine: Engine) -> Iterator[tuple[str, Method]]:
    """Every public method of every part, under the name that a caller writes."""
    for noun, part in vars(engine).items():
        if isinstance(part, Part) and not noun.startswith("_"):
            for name, method in inspect.getmembers(part, inspect.ismethod):
                if not name.startswith("_"):
                    yield f"{noun}.{name}", method


def anything(method: Method) -> dict[str, Any]:
    """Arguments for all parameters that a method must be given: the engine itself as the actor, and
    a text that names nothing."""
    wanted = inspect.signature(method).parameters.values()
    return {
        each.name: SYSTEM if each.name == "actor" else "x"
        for each in wanted
        if each.default is inspect.Parameter.empty
    }
