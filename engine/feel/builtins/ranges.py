"""Functions of ranges and points: Allen's relations (10.3.4.10)."""

from __future__ import annotations

from engine.feel.builtins.registry import Library

LIBRARY = Library()
