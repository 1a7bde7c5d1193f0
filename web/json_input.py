"""JSON that somebody has sent in a parameter or an input of a form."""

from __future__ import annotations

import json
from typing import Any, Final

LEVELS: Final = 100
"""How deep arrays and objects may be nested: far below the depth at which programs overflow."""


def read(text: str) -> Any:
    """The value of a JSON text.

    :raises ValueError: for anything else, for what is nested too deep, for numbers beyond all
        bounds, and for half a character (a lone surrogate, which no database can hold)
    """
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    level = [value]
    for _ in range(LEVELS):
        inner = [each.values() if isinstance(each, dict) else each for each in level]
        level = [each for one in inner if not isinstance(one, _PLAIN) for each in one]
        if not level:
            break
    else:
        raise ValueError("nested too deep")
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return value


_PLAIN: Final = (str, int, float, type(None))
