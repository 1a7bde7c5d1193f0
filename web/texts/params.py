"""The parameters of a text; one that is missing leaves a dash."""

from __future__ import annotations

from typing import Any


class TextParams(dict[str, Any]):
    """What the ``%(name)s`` of a text are filled with: a missing name gives "–", never an error,
    because a fact of an old program version may lack what today's text asks for."""

    def __missing__(self, key: str) -> str:
        return "–"
