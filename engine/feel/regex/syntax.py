"""Pattern → tree."""

from __future__ import annotations

from dataclasses import dataclass

from engine.feel.regex import classes
from engine.feel.regex.classes import Test

FLAGS = frozenset("smixq")
DEEPEST = 32
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPABLE = frozenset("\\|.?*+(){}-[]^$")
_SPACES = frozenset(" \t\n\r")


class PatternError(Exception):
    """The pattern or its flags cannot be read."""


@dataclass(frozen=True, slots=True)
class Char:
    """One character of a set."""

    test: Test


@dataclass(frozen=True, slots=True)
class Edge:
    """``^`` or ``$``."""

    start: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    branches: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group that remembers what it matched, by its number from 1."""

    number: int
    body: Part


@dataclass(frozen=True, slots=True)
class Repeat:
    """``least`` to ``most`` times; ``most`` None means without end."""

    body: Part
    least: int
    most: int | None
    greedy: bool


Part = Char | Edge | Sequence | Choice | Group | Repeat


class Reader:
    """Reads one pattern."""

    def __init__(self, text: str, flags: str):
        if not FLAGS.issuperset(flags):
            raise PatternError("unknown flag")
        self.text = text
        self.at = 0
        self.depth = 0
        self.groups = 0
        self.dot_all = "s" in flags
        self.ignore_case = "i" in flags
        if "x" in flags:
            self.text = _without_spaces(text)

    def read(self) -> Part:
        """The whole pattern."""
        part = self._choice()
        if self.at < len(self.text):
            raise PatternError("a closing bracket too many")
        return part

    def _next(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _take(self) -> str:
        char = self._next()
        if not char:
            raise PatternError("the pattern ends too soon")
        self.at += 1
        return char

    def _skip(self, expected: str) -> bool:
        if self.text.startswith(expected, self.at):
            self.at += len(expected)
            return True
        return False

    def _choice(self) -> Part:
        self.depth += 1
        if self.depth > DEEPEST:
            raise PatternError("nested too deep")
        branches = [self._sequence()]
        while self._skip("|"):
            branches.append(self._sequence())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return Sequence(tuple(parts))

    def _repeated(self, atom: Part) -> Part:
        bounds = self._bounds()
        if bounds is None:
            return atom
        if isinstance(atom, Edge):
            raise PatternError("an edge cannot be repeated")
        least, most = bounds
        greedy = not self._skip("?")
        if self._next() in ("?", "*", "+", "{"):
            raise PatternError("two quantifiers")
        return Repeat(atom, least, most, greedy)

    def _bounds(self) -> tuple[int, int | None] | None:
        if self._skip("?"):
            return 0, 1
        if self._skip("*"):
            return 0, None
        if self._skip("+"):
            return 1, None
        if not self._skip("{"):
            return None
        least = self._count()
        most: int | None = least
        if self._skip(","):
            most = None if self._next() == "}" else self._count()
        if not self._skip("}") or (most is not None and most < least):
            raise PatternError("malformed quantifier")
        return least, most

    def _count(self) -> int:
        start = self.at
        while self._next().isascii() and self._next().isdigit():
            self.at += 1
        if not 0 < self.at - start <= 6:
            raise PatternError("malformed quantifier")
        return int(self.text[start : self.at])

    def _atom(self) -> Part:
        char = self._take()
        if char == "(":
            return self._group()
        if char == "[":
            return Char(self._class())
        if char == ".":
            return Char(classes.everything if self.dot_all else classes.not_line_end)
        if char in "^$":
            return Edge(char == "^")
        if char == "\\":
            return Char(self._escape())
        if char in "?*+{}]":
            raise PatternError(f"{char} needs something before it")
        return Char(self._one(char))

    def _one(self, char: str) -> Test:
        return classes.one_in_any_case(char) if self.ignore_case else classes.one(char)

    def _group(self) -> Part:
        number = 0
        if not self._skip("?:"):
            self.groups += 1
            number = self.groups
        body = self._choice()
        if not self._skip(")"):
            raise PatternError("a group has no end")
        return Group(number, body) if number else body

    def _escape(self) -> Test:
        char = self._take()
        if char in _PLAIN_ESCAPES:
            return self._one(_PLAIN_ESCAPES[char])
        if char in _ESCAPABLE:
            return self._one(char)
        if char in classes.ESCAPES:
            return classes.ESCAPES[char]
        if char in "pP" and self._skip("{"):
            end = self.text.find("}", self.at)
            test = classes.named(self.text[self.at : end]) if end > 0 else None
            if test is None:
                raise PatternError("unknown category")
            self.at = end + 1
            return classes.negated(test) if char == "P" else test
        # A digit would be a back-reference, which cannot be matched in linear time.
        raise PatternError(f"\\{char} has no meaning")

    def _class(self) -> Test:
        """The inside of ``[…]``, whose opening bracket has been read."""
        opposite = self._skip("^")
        tests: list[Test] = []
        taken: Test | None = None
        while not self._skip("]"):
            if tests and self._skip("-["):
                taken = self._class()
                if not self._skip("]"):
                    raise PatternError("nothing may follow a subtraction")
                break
            tests.append(self._class_item())
        if not tests:
            raise PatternError("an empty class")
        test = classes.any_of(tests)
        if opposite:
            test = classes.negated(test)
        return test if taken is None else classes.without(test, taken)

    def _class_item(self) -> Test:
        """A character, an escape, or a range."""
        first = self._take()
        if first == "[":
            raise PatternError("[ must be escaped in a class")
        if first == "\\":
            escaped = self._next()
            test = self._escape()
            if escaped not in _ESCAPABLE and escaped not in _PLAIN_ESCAPES:
                return test
            first = _PLAIN_ESCAPES.get(escaped, escaped)
        if self._next() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", "[", ""):
            return self._one(first)
        self.at += 1
        last = self._take()
        if last == "\\":
            last = self._take()
            last = _PLAIN_ESCAPES.get(last, last)
        if last < first:
            raise PatternError("a range runs backwards")
        test = classes.between(first, last)
        return classes.ignoring_case(test) if self.ignore_case else test


def _without_spaces(text: str) -> str:
    """The pattern without white space outside its classes (flag x)."""
    kept: list[str] = []
    inside = 0
    escaped = False
    for char in text:
        if not escaped:
            inside += (char == "[") - (char == "]")
        if inside > 0 or char not in _SPACES:
            kept.append(char)
        escaped = char == "\\" and not escaped
    return "".join(kept)
