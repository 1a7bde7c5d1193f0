"""The order of names in lists: the Swedish one, the same on every database."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

PLACE_LENGTH: Final = 100
"""The most characters of a stored place: the size of its column."""
_SWEDISH: Final = {ord("å"): "{a", ord("ä"): "{b", ord("ö"): "{c", ord("æ"): "{b", ord("ø"): "{c"}


def swedish(text: str) -> tuple[str, str]:
    """The sort key of a text in Swedish order: case and accents do not count, and å ä ö come last
    in that order."""
    composed = unicodedata.normalize("NFC", text)
    folded = composed.casefold().translate(_SWEDISH)
    plain = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return plain, composed


def place_of(name: str) -> str:
    """Where a name stands in a list that is ordered by code points."""
    return swedish(name)[0][:PLACE_LENGTH]


def place_of_row(context: Any) -> str:
    """The place of a row that is inserted with a ``name``, as the default of its column."""
    return place_of(context.get_current_parameters()["name"])
