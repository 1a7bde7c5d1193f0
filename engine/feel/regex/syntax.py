"""Pattern → tree."""

from __future__ import annotations

from dataclasses import dataclass

from engine.feel.regex import classes
from engine.feel.regex.classes import CharacterTest

FLAGS = frozenset("smixq")
"""The flags of XPath's patterns."""
DEEPEST_GROUP = 32
"""Groups within groups that a pattern may have: the parser calls itself for each."""
_CONTROL_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
"""Characters that a letter behind a backslash stands for."""
_ESCAPABLE = frozenset("\\|.?*+(){}-[]^$")
"""Characters that a backslash takes their meaning from."""
_SPACES = frozenset(" \t\n\r")
"""White space that the flag x takes out of a pattern."""


class PatternError(Exception):
    """The pattern or its flags cannot be read."""


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """One character that is in a set."""

    test: CharacterTest


@dataclass(frozen=True, slots=True)
class Anchor:
    """``^``, or ``$`` when it is no start."""

    start: bool


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Parts that must match one after the other."""

    parts: tuple[PatternPart, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    """Branches of which one must match, the first that can."""

    branches: tuple[PatternPart, ...]


@dataclass(frozen=True, slots=True)
class CapturingGroup:
    """A group that remembers what it matched, by its number from 1."""

    number: int
    body: PatternPart


@dataclass(frozen=True, slots=True)
class Repetition:
    """A part that must match ``least`` to ``most`` times (without end when that is None), as often
    as it can if ``greedy``."""

    body: PatternPart
    least: int
    most: int | None
    greedy: bool


PatternPart = CharacterSet | Anchor | Concatenation | Alternation | CapturingGroup | Repetition
"""Any part of a pattern's tree."""


class PatternReader:
    """Reads one pattern into a tree."""

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

    def read(self) -> PatternPart:
        """The tree of the whole pattern; PatternError for one that is malformed."""
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

    def _choice(self) -> PatternPart:
        self.depth += 1
        if self.depth > DEEPEST_GROUP:
            raise PatternError("nested too deep")
        branches = [self._sequence()]
        while self._skip("|"):
            branches.append(self._sequence())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else Alternation(tuple(branches))

    def _sequence(self) -> PatternPart:
        parts: list[PatternPart] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return Concatenation(tuple(parts))

    def _repeated(self, atom: PatternPart) -> PatternPart:
        bounds = self._bounds()
        if bounds is None:
            return atom
        if isinstance(atom, Anchor):
            raise PatternError("an edge cannot be repeated")
        least, most = bounds
        greedy = not self._skip("?")
        if self._next() in ("?", "*", "+", "{"):
            raise PatternError("two quantifiers")
        return Repetition(atom, least, most, greedy)

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

    def _atom(self) -> PatternPart:
        char = self._take()
        if char == "(":
            return self._group()
        if char == "[":
            return CharacterSet(self._class())
        if char == ".":
            return CharacterSet(classes.any_character if self.dot_all else classes.not_line_end)
        if char in "^$":
            return Anchor(char == "^")
        if char == "\\":
            return CharacterSet(self._escape())
        if char in "?*+{}]":
            raise PatternError(f"{char} needs something before it")
        return CharacterSet(self._one(char))

    def _one(self, char: str) -> CharacterTest:
        return (
            classes.one_character_in_any_case(char)
            if self.ignore_case
            else classes.one_character(char)
        )

    def _group(self) -> PatternPart:
        number = 0
        if not self._skip("?:"):
            self.groups += 1
            number = self.groups
        body = self._choice()
        if not self._skip(")"):
            raise PatternError("a group has no end")
        return CapturingGroup(number, body) if number else body

    def _escape(self) -> CharacterTest:
        char = self._take()
        if char in _CONTROL_ESCAPES:
            return self._one(_CONTROL_ESCAPES[char])
        if char in _ESCAPABLE:
            return self._one(char)
        if char in classes.ESCAPES:
            return classes.ESCAPES[char]
        if char in "pP" and self._skip("{"):
            end = self.text.find("}", self.at)
            test = classes.named_set(self.text[self.at : end]) if end > 0 else None
            if test is None:
                raise PatternError("unknown category")
            self.at = end + 1
            return classes.complement(test) if char == "P" else test
        # A digit would be a back-reference, which cannot be matched in linear time.
        raise PatternError(f"\\{char} has no meaning")

    def _class(self) -> CharacterTest:
        """The inside of ``[…]``, whose opening bracket has been read."""
        opposite = self._skip("^")
        tests: list[CharacterTest] = []
        taken: CharacterTest | None = None
        while not self._skip("]"):
            if tests and self._skip("-["):
                taken = self._class()
                if not self._skip("]"):
                    raise PatternError("nothing may follow a subtraction")
                break
            tests.append(self._class_item())
        if not tests:
            raise PatternError("an empty class")
        test = classes.union(tests)
        if opposite:
            test = classes.complement(test)
        return test if taken is None else classes.difference(test, taken)

    def _class_item(self) -> CharacterTest:
        """A character, an escape, or a range."""
        first = self._take()
        if first == "[":
            raise PatternError("[ must be escaped in a class")
        if first == "\\":
            escaped = self._next()
            test = self._escape()
            if escaped not in _ESCAPABLE and escaped not in _CONTROL_ESCAPES:
                return test
            first = _CONTROL_ESCAPES.get(escaped, escaped)
        if self._next() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", "[", ""):
            return self._one(first)
        self.at += 1
        last = self._take()
        if last == "\\":
            last = self._take()
            last = _CONTROL_ESCAPES.get(last, last)
        if last < first:
            raise PatternError("a range runs backwards")
        test = classes.character_span(first, last)
        return classes.in_any_case(test) if self.ignore_case else test


def _without_spaces(text: str) -> str:
    """The pattern without white space outside its classes (flag x)."""
    remaining: list[str] = []
    inside = 0
    escaped = False
    for char in text:
        if not escaped:
            inside += (char == "[") - (char == "]")
        if inside > 0 or char not in _SPACES:
            remaining.append(char)
        escaped = char == "\\" and not escaped
    return "".join(remaining)
