"""FEEL by chance: every rule of the grammar, every built-in function, and text that is neither."""

from __future__ import annotations

import string
from collections.abc import Callable

from hypothesis import strategies as st

from engine.feel.builtins import BUILTINS
from tests.fuzz.choices import Choices

NAMES = ("x", "y", "text", "xs", "rows", "c", "d", "t", "dt", "dur", "ym", "r", "f", "missing")
"""The variables that a target's expressions may know (``targets.CONTEXT``)."""
DEEPEST = 5
_ATOMS = (
    *("1", "x", "0", "-1", "2.5", "0.1", "1e3", "1E400", "99999999999999999999999999999999999"),
    *("true", "false", "null", "?", "item", "partial", "[]", "{}", "[1..3]", "(1..3)", "now()"),
    *('""', '"a"', '"åäö🐎"', r'"\u00e5\n\""', '"(a+)+$"', '"2026-02-30"', '"P1D"', '"12"'),
    *('@"2026-01-31"', '@"10:00:00Z"', '@"P1M"', '@"-P3DT4H"', '@"x"', '@"P999999999Y"', "-0"),
    *('@"2026-10-25T02:30:00@Europe/Stockholm"', '@"-999999999-01-01"', "today()", "1e-400"),
    *("< 3", ">= x", "[..3]", "]1..2[", "x.y", "c.a", "rows.a", "c.b.c", "x[1]", "xs[-1]"),
    *("{a: 1, b: {c: 2}}", '{"a b": 1}', "[[1, 2], [3]]", "[{a: 1}, {a: null}]", '["b", 1]'),
    *('@"999999999-12-31T23:59:59"', '@"23:59:60"', '"\\U01F40E"', '"yyyy"', '"."', '","', "1.0"),
    *NAMES,
)
_OPERATORS = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in")
_FUNCTIONS = tuple(sorted(BUILTINS))
_TYPES = (
    *("number", "string", "boolean", "date", "time", "date and time", "days and time duration"),
    *("years and months duration", "list<number>", "context<a: number>", "range<date>", "Any"),
    *("function<number> -> string", "list<list<Any>>", "nothing"),
)
_CHARACTERS = string.digits + " abcxyz.-:TPZ\\n\u00e5\U0001f40e'+" + '\\"'


class Grammar:
    """Writes one expression, taking its decisions from ``choices``."""

    def __init__(self, choices: Choices):
        self._choices = choices

    def expression(self, depth: int = 0) -> str:
        if depth >= DEEPEST or self._choices.spent:
            return self._choices.of(_ATOMS)
        rule = self._choices.number(len(_RULES) + 12)
        if rule < 4:
            return self._choices.of(_ATOMS)
        if rule < 12:
            return self._call(depth + 1)
        return _RULES[rule - 12](self, lambda: self.expression(depth + 1))

    def several(self, inner: Callable[[], str]) -> str:
        return ", ".join(inner() for _ in range(self._choices.number(5)))

    def operation(self, inner: Callable[[], str]) -> str:
        return f"{inner()} {self._choices.of(_OPERATORS)} {inner()}"

    def _call(self, depth: int) -> str:
        name = self._choices.of(_FUNCTIONS)
        parameters = BUILTINS[name].signatures[0].names
        count = (len(parameters), len(parameters), self._choices.number(5))[self._choices.number(3)]
        arguments = [self.expression(depth) for _ in range(count)]
        if self._choices.number(6) == 1:
            pairs = zip(parameters, arguments, strict=False)
            arguments = [f"{n.strip()}: {a}" for n, a in pairs]
        return f"{name}({', '.join(arguments)})"

    def type(self) -> str:
        return self._choices.of(_TYPES)

    def name(self) -> str:
        return self._choices.of(NAMES)

    def text(self, _inner: Callable[[], str]) -> str:
        letters = (self._choices.of(_CHARACTERS) for _ in range(self._choices.number(12)))
        return f'"{"".join(letters)}"'

    def literal(self, _inner: Callable[[], str]) -> str:
        number = self._choices.number(2**63)
        return str(number) if number % 2 else f"{number % 1000}.{number >> 20}"


_RULES: tuple[Callable[[Grammar, Callable[[], str]], str], ...] = (
    Grammar.text,
    Grammar.literal,
    Grammar.operation,
    Grammar.operation,
    lambda g, e: f"({g.operation(e)})",
    lambda g, e: f"({e()})[{e()}]",
    lambda g, e: f"(if {e()} then {e()} else {e()})",
    lambda g, e: f"for {g.name()} in {e()} return {e()}",
    lambda g, e: f"(for i in {e()}..{e()} return {e()})",
    lambda g, e: f"(for i in {e()}, j in {e()} return {e()} + i)",
    lambda g, e: f"(some i in {e()} satisfies {e()})",
    lambda g, e: f"(every i in {e()} satisfies {e()} = i)",
    lambda g, e: f"({e()} between {e()} and {e()})",
    lambda g, e: f"({e()} in ({g.several(e)}))",
    lambda g, e: f"[{g.several(e)}]",
    lambda g, e: f"{{a: {e()}, b c: {e()}, d: a}}",
    lambda g, e: f"({e()}).a",
    lambda g, e: f"[{e()}..{e()})",
    lambda g, e: f"({e()} instance of {g.type()})",
    lambda g, e: f"(function(p, q: number) {e()})({e()}, 2)",
    lambda g, e: f"(function({g.name()}) {e()})",
    lambda g, e: f"sort({e()}, function(a, b) {e()})",
    lambda g, e: f"-{e()}",
    lambda g, e: f"not({g.several(e)})",
    lambda g, e: g.several(e),
)
_WORDS = """( ) [ ] { } , : . .. + - * / ** = != < <= > >= and or not in between if then else for
some every satisfies return instance of function true false null ? x y item partial -> external
list date and time number string @"P1D" "a" 1 2.5 -1 1e9 // /* */ @ å 🐎 \\ " ' # $ % & | ; ^ ~
external java class method signature days years months duration""".split()
_CODES = (" ", "(", ")", '"', "\\", "\n", "\u200b", "\u2028", "\ud800", "\x00", "é", "0", "e")


def expression(data: bytes) -> str:
    return Grammar(Choices(data)).expression()


def text(data: bytes) -> str:
    """An expression; one with damages; or words in a row."""
    choices = Choices(data)
    kind = choices.number(4)
    if kind == 3:
        return " ".join(choices.of(_WORDS) for _ in range(choices.number(40)))
    made = Grammar(choices).expression()
    for _ in range(choices.number(5) if kind == 2 else 0):
        at = choices.number(65536) * len(made) >> 16
        instead = choices.of((_WORDS, _CODES)[choices.number(2)])
        made = made[:at] + instead + made[at + choices.number(4) :]
    return made


TEXTS = st.binary(max_size=100).map(text)
"""What might be given for FEEL."""
