"""Names of several words: which tokens belong together.

DMN lets a name hold spaces and the signs . / - ' + *, and says that the names in scope decide how
text is read (10.3.1.2 and 10.3.1.4), the longest first. ``Vocabulary`` holds those names that are
more than one word; it grows and shrinks with the scope as the parser goes along.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import NUMBER, SIGN, WORD, LexicalToken, tokenize

RESERVED = frozenset(
    {"and", "or", "in", "between", "if", "then", "else", "for", "return", "some", "every"}
    | {"satisfies", "function", "true", "false", "null", "external"}
)
"""Words that end a name which nobody has declared."""
NAME_SIGNS = frozenset("./-'’+*")
"""Signs that a name may have in it (rule 30)."""
_NEVER_IN_NAMES = frozenset("(){}[],:")
"""Signs that no name has in it."""


def normal(name: str) -> str:
    """A name with each run of its white space as one space."""
    return " ".join(name.split())


# The built-in functions' names are asked for each time that an expression is read.
@lru_cache(maxsize=1024)
def _parts(name: str) -> tuple[str, ...]:
    """The tokens that write the name; none for one that is no FEEL name, which can never be
    written, only be in a context."""
    try:
        return tuple(token.text for token in tokenize(name)[:-1])
    except FeelSyntaxError:
        return ()


class Vocabulary:
    """Known names of more than one token, by their first."""

    __slots__ = ("_by_first",)

    def __init__(self) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}

    def add(self, name: str) -> None:
        """Make a name known to the parser; those of a single word need not be."""
        parts = _parts(name)
        if len(parts) > 1:
            entries = self._by_first.setdefault(parts[0], [])
            entries.append((parts, name))
            entries.sort(key=lambda entry: -len(entry[0]))

    def remove(self, name: str) -> None:
        """Forget one earlier ``add`` of the name."""
        for entries in self._by_first.values():
            for index, (_, known) in enumerate(entries):
                if known == name:
                    del entries[index]
                    return

    def match(self, tokens: Sequence[LexicalToken], index: int) -> tuple[str, int] | None:
        """The longest known name that begins at ``index``, and how many tokens it takes."""
        for parts, name in self._by_first.get(tokens[index].text, ()):
            end = index + len(parts)
            if end < len(tokens) and all(
                token.text == part and token.kind in (WORD, NUMBER, SIGN)
                for token, part in zip(tokens[index:end], parts, strict=True)
            ):
                return name, len(parts)
        return None


def joined(tokens: Sequence[LexicalToken], index: int) -> tuple[str, int]:
    """The words from ``index`` on that can only be one undeclared name: ``first name``."""
    words = [tokens[index].text]
    following = index + 1
    while tokens[following].kind == WORD and not _ends_name(tokens, following):
        words.append(tokens[following].text)
        following += 1
    return " ".join(words), following - index


def _ends_name(tokens: Sequence[LexicalToken], index: int) -> bool:
    word = tokens[index].text
    if word == "instance":
        return tokens[index + 1].text == "of"
    return word in RESERVED


def written(tokens: Sequence[LexicalToken], index: int, text: str, stop: str) -> str | None:
    """The name that the tokens from ``index`` up to the sign ``stop`` declare, or None."""
    first = tokens[index]
    if first.kind != WORD:
        return None
    for position in range(index + 1, len(tokens)):
        token = tokens[position]
        if token.kind == SIGN and token.text == stop:
            return normal(text[first.start : tokens[position - 1].end])
        if token.kind not in (WORD, NUMBER, SIGN) or token.text in _NEVER_IN_NAMES:
            return None
    return None
