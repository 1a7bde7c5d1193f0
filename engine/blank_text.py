"""Text that nobody can see is no text."""

from __future__ import annotations

import unicodedata
from typing import Final

INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Unicode's categories of characters that leave no mark: controls, formats, blanks."""
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters of other categories that leave no mark: fillers, and the empty Braille pattern."""


def is_blank(text: str) -> bool:
    """Whether a text has nothing that can be seen: it is empty, or made of blanks, of characters
    without width and of marks that stand on nothing."""
    return not text.strip() or not any(_is_seen(c) for c in text)


def _is_seen(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind not in INVISIBLE and kind != "Mn" and character not in _FILLERS
