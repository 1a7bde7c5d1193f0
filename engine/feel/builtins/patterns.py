"""Functions with patterns: matches, replace, split (10.3.4.3). See ``engine.feel.regex``."""

from __future__ import annotations

import re

from engine.feel.budget import Run
from engine.feel.builtins.registry import BuiltinLibrary
from engine.feel.regex import PatternError, PatternMatch, pattern

LIBRARY = BuiltinLibrary()
"""The built-in functions that take patterns, as they are declared below."""

_REFERENCE = re.compile(r"\$([0-9]+)|\\([\\$])|[\\$]")
r"""What has a meaning in a replacement: $1, an escaped \ or $; and one of the two alone, which has
none."""


@LIBRARY.declare("matches", "input: string, pattern: string, flags: string?|null")
def matches(run: Run, text: str, wanted: str, flags: str | None) -> bool | None:
    """Whether the pattern is found anywhere in the text; null for a malformed pattern."""
    try:
        return pattern(wanted, flags or "").search(text, run) is not None
    except PatternError:
        return None


@LIBRARY.declare(
    "replace", "input: string, pattern: string, replacement: string, flags: string?|null"
)
def replace(run: Run, text: str, wanted: str, replacement: str, flags: str | None) -> str | None:
    """The text with all matches replaced; ``$1`` stands for what the first group matched.

    Null for a malformed pattern or replacement, and for a pattern that matches nothing at all.
    """
    try:
        looked_for = pattern(wanted, flags or "")
        if looked_for.matches_empty(run):
            return None
        literal = "q" in (flags or "")
        pieces: list[str] = []
        position = 0
        for match in looked_for.all(text, run):
            new = replacement if literal else _filled(replacement, match, text)
            pieces += (text[position : match.start], new)
            run.charge(1)
            position = match.end
        if not literal:
            _filled(replacement, None, text)
    except PatternError:
        return None
    run.check_text(sum(map(len, pieces)) + len(text) - position)
    return "".join(pieces) + text[position:]


def _filled(replacement: str, match: PatternMatch | None, text: str) -> str:
    """The replacement for one match; PatternError when it is malformed."""

    def part(reference: re.Match[str]) -> str:
        if reference[2]:
            return reference[2]
        if not reference[1]:
            raise PatternError("a single $ or \\ in the replacement")
        if match is None:
            return ""
        digits = reference[1]
        # As many digits as there are groups; the others are text.
        length = len(digits)
        while length > 1 and int(digits[:length]) >= len(match.spans):
            length -= 1
        number = int(digits[:length])
        if number >= len(match.spans):
            return digits[length:]
        start, end = match.spans[number]
        return (text[start:end] if start >= 0 else "") + digits[length:]

    return _REFERENCE.sub(part, replacement)


@LIBRARY.declare("split", "string: string, delimiter: string")
def split(run: Run, text: str, delimiter: str) -> list[str] | None:
    """The pieces between the matches of the pattern; null for one that matches nothing at all."""
    try:
        looked_for = pattern(delimiter, "")
        if looked_for.matches_empty(run):
            return None
        pieces: list[str] = []
        position = 0
        for match in looked_for.all(text, run):
            pieces.append(text[position : match.start])
            run.charge(1)
            run.check_length(len(pieces) + 1)
            position = match.end
    except PatternError:
        return None
    return [*pieces, text[position:]]
