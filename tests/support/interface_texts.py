"""The Swedish texts of the interface, as they stand in ``web/``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from babel.messages.extract import extract

from tests.support.files import files, name

KEYWORDS: Final = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "count": (1, 2)}
"""The functions that texts are given to; with the places of singular and plural."""
Message = str | tuple[str, ...]
"""A text, or one with its plural."""


def swedish_texts() -> Iterator[tuple[Message, str]]:
    """Every text, with a place where it stands."""
    for path in files():
        if not name(path).startswith("web/") or path.suffix not in (".py", ".html"):
            continue
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        options = {"silent": "false", "newstyle_gettext": "true"}
        with path.open("rb") as file:
            found = list(extract(method, file, KEYWORDS, ("NB:",), options))
        for line, message, _comments, _context in found:
            text = message if isinstance(message, str) else tuple(message)
            yield text, f"{name(path)}:{line}"
