"""The built-in functions of the standard, by theme (DMN 1.4, 10.3.4)."""

from __future__ import annotations

from engine.feel.builtins import (
    contexts,
    conversion,
    lists,
    numbers,
    patterns,
    ranges,
    statistics,
    strings,
    temporal,
)
from engine.feel.builtins.registry import Builtin

_THEMES = (
    *(contexts, conversion, lists, numbers, patterns),
    *(ranges, statistics, strings, temporal),
)
"""The modules that declare built-in functions, by theme."""
BUILTINS: dict[str, Builtin] = {
    name: function for theme in _THEMES for name, function in theme.LIBRARY.functions().items()
}
"""All built-in functions by their names."""

__all__ = ["BUILTINS"]
