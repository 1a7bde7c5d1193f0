"""Functions of ranges and points: Allen's relations (10.3.4.10), and ranges from text.

A range's end points are taken as cuts of the ordered values: ``[5`` cuts just before 5, ``(5``
just after it, ``5]`` just after and ``5)`` just before. A point is the range from just before to
just after itself. Then every relation of the standard's table is a comparison of cuts, open and
closed ends, ranges and points alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel import nodes
from engine.feel.arithmetic import negate
from engine.feel.budget import Run
from engine.feel.builtins.registry import BuiltinLibrary
from engine.feel.compare import kind, order
from engine.feel.errors import FeelError
from engine.feel.lexer import SIGN, tokenize
from engine.feel.parser import Parser
from engine.feel.temporal import parse_literal
from engine.feel.values import FeelRange

LIBRARY = BuiltinLibrary()
"""The built-in functions of ranges, as they are declared below."""

_OPENING = {"[": True, "(": False, "]": False}
"""Signs with which the text of a range begins, and whether its start belongs to it."""
_CLOSING = {"]": True, ")": False, "[": False}
"""Signs with which the text of a range ends, and whether its end belongs to it."""
_WRITING = frozenset({"date", "time", "date and time", "duration"})
"""Functions that write a value, as @"…" does, and so may stand in the text of a range."""

BEFORE, AFTER = -1, 1
"""The two sides of a value on which a cut may lie."""


class _Unordered(Exception):
    """Two values have no order."""


class _Cut:
    """A place between the values: just before or just after one, or beyond all of them."""

    __slots__ = ("side", "value")

    def __init__(self, value: Any, side: int):
        self.value = value
        self.side = side

    def compared(self, other: _Cut) -> int:
        """-1, 0 or 1 as this cut comes before, at or after the other."""
        if self.value is None or other.value is None:
            mine = self.side if self.value is None else 0
            theirs = other.side if other.value is None else 0
            return (mine > theirs) - (mine < theirs)
        ordered = order(self.value, other.value)
        if ordered is None:
            raise _Unordered
        return ordered or (self.side > other.side) - (self.side < other.side)


class _Span:
    """A range or a point as two cuts."""

    __slots__ = ("end", "start")

    def __init__(self, value: Any):
        if not isinstance(value, FeelRange):
            self.start, self.end = _Cut(value, BEFORE), _Cut(value, AFTER)
            return
        if value.negated or value.unknown:
            raise _Unordered
        opening = BEFORE if value.start is None or value.start_included else AFTER
        closing = AFTER if value.end is None or value.end_included else BEFORE
        self.start, self.end = _Cut(value.start, opening), _Cut(value.end, closing)


SpanRelation = Callable[[_Span, _Span], bool]
"""Whether a relation of the standard's table holds between two spans."""


def _before(one: _Span, other: _Span) -> bool:
    """Whether all of the one span lies before the other."""
    return one.end.compared(other.start) <= 0


def _meets(one: _Span, other: _Span) -> bool:
    """Whether the one range ends with the point that the other begins with, and both have it."""
    if one.end.value is None or one.end.side == BEFORE or other.start.side == AFTER:
        return False
    return order(one.end.value, other.start.value) == 0


def _overlaps(one: _Span, other: _Span) -> bool:
    """Whether the two ranges have a value in common."""
    return one.end.compared(other.start) > 0 and one.start.compared(other.end) < 0


def _overlaps_before(one: _Span, other: _Span) -> bool:
    """Whether the one range begins before the other and ends in it."""
    return (
        one.start.compared(other.start) < 0
        and one.end.compared(other.start) > 0
        and one.end.compared(other.end) <= 0
    )


def _finishes(one: _Span, other: _Span) -> bool:
    """Whether the one span ends where the other does, and lies within it."""
    return one.end.compared(other.end) == 0 and one.start.compared(other.start) >= 0


def _includes(one: _Span, other: _Span) -> bool:
    """Whether the one span holds all of the other."""
    return one.start.compared(other.start) <= 0 and one.end.compared(other.end) >= 0


def _starts(one: _Span, other: _Span) -> bool:
    """Whether the one span begins where the other does, and lies within it."""
    return one.start.compared(other.start) == 0 and one.end.compared(other.end) <= 0


def _coincides(one: _Span, other: _Span) -> bool:
    """Whether the two spans have the same ends."""
    return one.start.compared(other.start) == 0 and one.end.compared(other.end) == 0


def _turned(relation: SpanRelation) -> SpanRelation:
    """The relation seen from the other side: ``after`` is ``before`` turned."""
    return lambda one, other: relation(other, one)


def _declare(name: str, relation: SpanRelation, *shapes: str) -> None:
    """Declare the relation between the shapes given: ``p`` for a point, ``r`` for a range."""
    for shape in shapes:
        one, other = shape[0], shape[1]
        # With one of each they are called point and range, else they are numbered.
        first, second = ("1", "2") if one == other else ("", "")
        types = {"p": "any", "r": "range"}
        names = {"p": "point", "r": "range"}
        LIBRARY.declare(
            name,
            f"{names[one]}{first}: {types[one]}, {names[other]}{second}: {types[other]}",
        )(_worked(relation, shape))


def _worked(relation: SpanRelation, shape: str) -> Callable[[Run, Any, Any], Any]:
    """The relation as a built-in function's work; null for what has no order or another shape."""

    def work(run: Run, one: Any, other: Any) -> bool | None:
        if not (_fits(one, shape[0]) and _fits(other, shape[1])):
            return None
        try:
            return relation(_Span(one), _Span(other))
        except _Unordered:
            return None

    return work


def _fits(value: Any, shape: str) -> bool:
    """Whether a value has the shape: a point is neither a range nor null."""
    return shape == "r" or (not isinstance(value, FeelRange) and kind(value) != "null")


_declare("before", _before, "rr", "rp", "pr", "pp")
_declare("after", _turned(_before), "rr", "rp", "pr", "pp")
_declare("meets", _meets, "rr")
_declare("met by", _turned(_meets), "rr")
_declare("overlaps", _overlaps, "rr")
_declare("overlaps before", _overlaps_before, "rr")
_declare("overlaps after", _turned(_overlaps_before), "rr")
_declare("finishes", _finishes, "rr", "pr")
_declare("finished by", _turned(_finishes), "rr", "rp")
_declare("includes", _includes, "rr", "rp")
_declare("during", _turned(_includes), "rr", "pr")
_declare("starts", _starts, "rr", "pr")
_declare("started by", _turned(_starts), "rr", "rp")
_declare("coincides", _coincides, "rr", "pp")


@LIBRARY.declare("range", "from: string")
def range_from_text(run: Run, text: str) -> FeelRange | None:
    """``[1..10)`` as a range of values that are written out; an end left out must be open."""
    text = text.strip()
    if len(text) < 4 or text[0] not in _OPENING or text[-1] not in _CLOSING:
        return None
    included = _OPENING[text[0]], _CLOSING[text[-1]]
    try:
        ends = _ends(text[1:-1], run)
    except FeelError:
        return None
    if ends is None or ends == (None, None):
        return None
    if any(closed and end is None for end, closed in zip(ends, included, strict=True)):
        return None
    if None not in ends and order(*ends) not in (-1, 0):
        return None
    return FeelRange(*ends, *included)


def _ends(inside: str, run: Run) -> tuple[Any, Any] | None:
    """The values on both sides of the two points; None for a side that is empty."""
    for token in tokenize(inside):
        if token.text == ".." and token.kind == SIGN:
            start, end = inside[: token.start], inside[token.end :]
            return _value(start, run), _value(end, run)
    return None


def _value(text: str, run: Run) -> Any:
    """A value that is written out; FeelError for anything that would have to be calculated."""
    if not text.strip():
        return None
    node = Parser(text, run.budget, _WRITING).whole_expression()
    negative = isinstance(node, nodes.NegationNode)
    if isinstance(node, nodes.NegationNode):
        node = node.operand
    value: Any = None
    if isinstance(node, nodes.LiteralNode):
        value = node.value
    elif isinstance(node, nodes.CallNode) and isinstance(node.function, nodes.NameNode):
        value = _called(node.function.name, node.arguments)
    if value is None:
        raise FeelError("the end of a range must be written out")
    return negate(value) if negative else value


def _called(name: str, arguments: tuple[nodes.SyntaxNode, ...]) -> Any:
    """The value of a call that writes one, such as ``date("2026-01-31")``; null for any other
    call."""
    if (
        name not in _WRITING
        or len(arguments) != 1
        or not isinstance(arguments[0], nodes.LiteralNode)
    ):
        return None
    text = arguments[0].value
    return parse_literal(text) if isinstance(text, str) else None
