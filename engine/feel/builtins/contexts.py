"""Functions of contexts (10.3.4.9)."""

from __future__ import annotations

from typing import Any

from engine.feel.budget import Run
from engine.feel.builtins.registry import BuiltinLibrary

LIBRARY = BuiltinLibrary()
"""The built-in functions of contexts, as they are declared below."""


@LIBRARY.declare("get value", "m: context, key: string")
def get_value(run: Run, context: dict[str, Any], key: str) -> Any:
    """The value of a context's entry, null when there is none of that name."""
    return context.get(key)


@LIBRARY.declare("get value", "m: context, keys: list")
def get_value_along(run: Run, context: dict[str, Any], keys: list[Any]) -> Any:
    """The value at the end of a path of keys through contexts within contexts."""
    value: Any = context
    for key in keys:
        if not isinstance(value, dict) or not isinstance(key, str):
            return None
        value = value.get(key)
    return value if keys else None


@LIBRARY.declare("get entries", "m: context")
def get_entries(run: Run, m: dict[str, Any]) -> list[Any]:
    """A context's entries as a list of contexts of key and value."""
    run.charge(len(m))
    return [{"key": key, "value": value} for key, value in m.items()]


@LIBRARY.declare("context", "entries: list")
def context(run: Run, entries: list[Any]) -> dict[str, Any] | None:
    """A context made of contexts of key and value; null for a missing or repeated key."""
    run.charge(len(entries))
    made: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry:
            return None
        key = entry.get("key")
        if not isinstance(key, str) or key in made:
            return None
        made[key] = entry["value"]
    return made


@LIBRARY.declare("context put", "context: context, key: string, value: any|null")
def context_put(run: Run, context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """The context with the value of one entry set."""
    run.charge(len(context))
    return {**context, key: value}


@LIBRARY.declare("context put", "context: context, keys: list, value: any|null")
def context_put_along(
    run: Run, context: dict[str, Any], keys: list[Any], value: Any
) -> dict[str, Any] | None:
    """The context with the value at the end of a path of keys set; null when the path leads
    nowhere."""
    if not keys or not all(isinstance(key, str) for key in keys):
        return None
    run.charge(len(context) + len(keys))
    if len(keys) == 1:
        return {**context, keys[0]: value}
    run.check_nesting(len(keys))
    inner = context.get(keys[0])
    if not isinstance(inner, dict):
        return None
    put = context_put_along(run, inner, keys[1:], value)
    return None if put is None else {**context, keys[0]: put}


@LIBRARY.declare("context merge", "contexts: list")
def context_merge(run: Run, contexts: list[Any]) -> dict[str, Any] | None:
    """All entries of the contexts in one; of those with the same key the last stays."""
    merged: dict[str, Any] = {}
    for one in contexts:
        if not isinstance(one, dict):
            return None
        run.charge(len(one))
        merged.update(one)
    run.check_length(len(merged))
    return merged
