"""Patterns of XPath and XML Schema, as FEEL's matches, replace and split take them.

Python's own ``re`` tries alternatives one after the other and can take time exponential in the
text, so it is given no pattern from outside. Here a pattern becomes a small program whose
alternatives all run side by side (Thompson, 1968; Pike's submatches), so that the time is at most
the pattern's size times the text's length; each step is charged to the evaluation's budget.

Understood: alternatives, groups ``( )`` and ``(?: )``, ``? * + {n,m}`` greedy and reluctant, ``.``,
``^ $``, classes with ranges, negation and subtraction, ``\\d \\w \\s \\i \\c`` and their opposites,
``\\p{…}`` with categories and the common blocks, the flags ``s m i x q``. Back-references need
backtracking and are refused, as XML Schema does. Source: XQuery and XPath Functions 3.1, 5.6. Why
no library does it: docs/decisions/0018.
"""

from __future__ import annotations

from engine.feel.regex.machine import Pattern, PatternMatch, pattern
from engine.feel.regex.syntax import PatternError

__all__ = ["Pattern", "PatternError", "PatternMatch", "pattern"]
