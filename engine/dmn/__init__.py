"""Decisions by the standard: DMN 1.2 to 1.5 (and what 1.1 shares with them), conformance level 3.

    DmnModel.read(data, filename) → model
    model.evaluate("Rabatt", {"Belopp": 1200}) → value
    model.decide("Rabatt", {...}) → DecisionResult: value, decisions made, rules that held, notes
    model.problems() → what cannot be read, element by element

Nothing here runs Python from a file, fetches anything, knows a clock or a database. Expressions
are FEEL's, on one budget for the whole evaluation. The order of the files, each using those
before it: errors, boxed, model (plain data) · reader_boxed, reader (XML → plain data) · run,
types, compiler, hits, tables (plain data → functions) · module, evaluation,
checks, decisions.
"""

from __future__ import annotations

from engine.dmn.decisions import DecisionResult, DmnModel
from engine.dmn.errors import DecisionError, DecisionNote
from engine.dmn.run import RuleHit

__all__ = ["DecisionError", "DecisionNote", "DecisionResult", "DmnModel", "RuleHit"]
