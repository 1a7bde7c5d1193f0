"""FEEL, the expression language of DMN 1.4: conditions, calculations, defaults, decision cells.

    compile(text) → Expression            Expression.evaluate({"beslut": "accept"}) → value
    compile_unary_tests(text) → UnaryTests     UnaryTests.matches(value, context) → bool
    to_json / from_json / plain           values ↔ JSON, see ``wire.py``

What is here may read text and make values, within a budget (``budget.py``). It never runs Python
from text, opens nothing, knows no clock and no database, and imports nothing of the engine but
its errors. The order of the files, each using those before it: errors, budget, values,
extended_dates, temporal, kinds (types) · lexer, names, nodes, parser · compare, arithmetic,
access, show, builtins · scope, convert, closures, expression, wire.
"""

from __future__ import annotations

from engine.feel.budget import Budget
from engine.feel.errors import FeelBudgetError, FeelError, FeelNameError, FeelSyntaxError
from engine.feel.expression import Expression, UnaryTests, compile_unary_tests
from engine.feel.expression import compile_expression as compile  # noqa: A004 - it reads FEEL
from engine.feel.kinds import Type
from engine.feel.values import FeelRange, Function, YearsMonthsDuration
from engine.feel.wire import StoredValues, from_json, plain, to_json

__all__ = [
    "Budget",
    "Expression",
    "FeelBudgetError",
    "FeelError",
    "FeelNameError",
    "FeelRange",
    "FeelSyntaxError",
    "Function",
    "StoredValues",
    "Type",
    "UnaryTests",
    "YearsMonthsDuration",
    "compile",
    "compile_unary_tests",
    "from_json",
    "plain",
    "to_json",
]
