"""Finding text, the same on every database, and sorting it the Swedish way.

SQLite folds only ASCII in ``LIKE`` and ``lower``, PostgreSQL only what its locale knows, so neither
finds "Åberg" by "åberg" everywhere. Instead each letter becomes the set of its own cases:
``GLOB '*[åÅ][bB]*'`` on SQLite, ``~ '[åÅ][bB]'`` on PostgreSQL. Both are plain substring searches
without backtracking, and need neither a function nor a collation of the database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_
from sqlalchemy.orm import InstrumentedAttribute

Text = ColumnElement[Any] | InstrumentedAttribute[Any]

LONGEST = 100
"""Characters of a search that count."""
MOST_WORDS = 8
_UNSEEN = ("Cc", "Cf", "Cs")


def words(q: str) -> list[str]:
    """The words of a search, composed (NFC), without unseen characters."""
    clean = "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in q[: LONGEST * 2])
    return unicodedata.normalize("NFC", clean)[:LONGEST].split()[:MOST_WORDS]


def found(conn: Connection, q: str, columns: Sequence[Text]) -> list[ColumnElement[bool]]:
    """Conditions: every word of ``q`` stands in one of ``columns``. None when ``q`` is empty."""
    sqlite = conn.dialect.name == "sqlite"
    operator = "GLOB" if sqlite else "~"
    return [
        or_(
            *(
                func.coalesce(column, "").bool_op(operator)(_glob(w) if sqlite else _regex(w))
                for column in columns
            )
        )
        for w in words(q)
    ]


def all_found(conn: Connection, q: str, columns: Sequence[Text]) -> ColumnElement[bool] | None:
    """``found`` as one condition, None when ``q`` is empty."""
    conditions = found(conn, q, columns)
    return and_(*conditions) if conditions else None


def _cases(letter: str) -> str:
    forms = dict.fromkeys((letter, letter.lower(), letter.upper(), letter.title()))
    return "".join(f for f in forms if len(f) == 1)


def _glob(word: str) -> str:
    parts = (f"[{_cases(c)}]" if c.isalpha() or c in "*?[" else c for c in word)
    return "*" + "".join(parts) + "*"


def _regex(word: str) -> str:
    parts = (
        f"[{_cases(c)}]" if c.isalpha() else c if c.isalnum() or not c.isascii() else "\\" + c
        for c in word
    )
    return "".join(parts)


_SWEDISH = {ord("å"): "{a", ord("ä"): "{b", ord("ö"): "{c", ord("æ"): "{b", ord("ø"): "{c"}


def swedish(text: str) -> tuple[str, str]:
    """A sort key: case does not count, accents do not count, å ä ö come last in that order."""
    composed = unicodedata.normalize("NFC", text)
    folded = composed.casefold().translate(_SWEDISH)
    plain = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return plain, composed
