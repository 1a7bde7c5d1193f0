"""Sets of characters: what one atom of a pattern matches."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

CharacterTest = Callable[[str], bool]
"""Whether a character is in a set."""

_CATEGORIES = frozenset(
    group + detail
    for group, details in (
        ("L", ("", "u", "l", "t", "m", "o")),
        ("M", ("", "n", "c", "e")),
        ("N", ("", "d", "l", "o")),
        ("P", ("", "c", "d", "s", "e", "i", "f", "o")),
        ("Z", ("", "s", "l", "p")),
        ("S", ("", "m", "c", "k", "o")),
        ("C", ("", "c", "f", "o", "n")),
    )
    for detail in details
)
"""Unicode's categories of characters, and the letters that stand for several."""
_BLOCKS = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F),
    "IPAExtensions": (0x0250, 0x02AF),
    "CombiningDiacriticalMarks": (0x0300, 0x036F),
    "Greek": (0x0370, 0x03FF),
    "GreekandCoptic": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "Armenian": (0x0530, 0x058F),
    "Hebrew": (0x0590, 0x05FF),
    "Arabic": (0x0600, 0x06FF),
    "Devanagari": (0x0900, 0x097F),
    "Thai": (0x0E00, 0x0E7F),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7AF),
}
"""The blocks of characters that a pattern may name, by their first and last character."""
_NAME_START = (
    (0xC0, 0xD6),
    (0xD8, 0xF6),
    (0xF8, 0x2FF),
    (0x370, 0x37D),
    (0x37F, 0x1FFF),
    (0x200C, 0x200D),
    (0x2070, 0x218F),
    (0x2C00, 0x2FEF),
    (0x3001, 0xD7FF),
    (0xF900, 0xFDCF),
    (0xFDF0, 0xFFFD),
    (0x10000, 0xEFFFF),
)
"""Characters beyond ASCII with which an XML name may begin, in spans."""
_NAME_MORE = ((0x300, 0x36F), (0x203F, 0x2040), (0xB7, 0xB7))
"""Characters beyond ASCII that an XML name may go on with, in spans."""


def one_character(char: str) -> CharacterTest:
    """The set of just this character."""
    return lambda tested: tested == char


def one_character_in_any_case(char: str) -> CharacterTest:
    """The set of this character, small and capital."""
    lower, upper = char.lower(), char.upper()
    return lambda tested: tested == char or tested.lower() == lower or tested.upper() == upper


def character_span(first: str, last: str) -> CharacterTest:
    """The set of the characters from one to another."""
    return lambda tested: first <= tested <= last


def complement(test: CharacterTest) -> CharacterTest:
    """The set of all characters that are not in this one."""
    return lambda tested: not test(tested)


def union(tests: list[CharacterTest]) -> CharacterTest:
    """The set of the characters that are in any of the sets."""
    if len(tests) == 1:
        return tests[0]
    return lambda tested: any(test(tested) for test in tests)


def difference(test: CharacterTest, taken: CharacterTest) -> CharacterTest:
    """The set of the characters that are in one set and not in another."""
    return lambda tested: test(tested) and not taken(tested)


def in_any_case(test: CharacterTest) -> CharacterTest:
    """The set of these characters, small and capital; twice there and back, for such as the Kelvin
    sign, whose small letter is a k."""

    def tested(char: str) -> bool:
        lower, upper = char.lower(), char.upper()
        others = {char, lower, upper, lower.upper(), upper.lower()}
        return any(len(other) == 1 and test(other) for other in others)

    return tested


def _name_start(char: str) -> bool:
    if char.isascii():
        return char.isalpha() or char in "_:"
    return any(first <= ord(char) <= last for first, last in _NAME_START)


def _name_char(char: str) -> bool:
    if char.isascii():
        return char.isalnum() or char in "_:-."
    return _name_start(char) or any(first <= ord(char) <= last for first, last in _NAME_MORE)


ESCAPES: dict[str, CharacterTest] = {
    "d": lambda char: unicodedata.category(char) == "Nd",
    "w": lambda char: unicodedata.category(char)[0] not in "PZC",
    "s": lambda char: char in " \t\n\r",
    "i": _name_start,
    "c": _name_char,
}
"""The sets that a letter behind a backslash stands for; a capital is all that the small one is
not."""
ESCAPES.update({letter.upper(): complement(test) for letter, test in tuple(ESCAPES.items())})


def named_set(name: str) -> CharacterTest | None:
    r"""The set of ``\p{name}``: a category such as Lu, or a block such as IsBasicLatin; None for an
    unknown name."""
    if name in _CATEGORIES:
        return lambda char: unicodedata.category(char).startswith(name)
    if name.startswith("Is") and name[2:] in _BLOCKS:
        first, last = _BLOCKS[name[2:]]
        return lambda char: first <= ord(char) <= last
    return None


def not_line_end(char: str) -> bool:
    """Whether ``.`` matches the character without the flag s."""
    return char not in "\n\r"


def any_character(char: str) -> bool:
    """Whether ``.`` matches the character with the flag s: any."""
    return True
