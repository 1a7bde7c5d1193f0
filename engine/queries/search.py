"""Finding text, the same on every database, and sorting it the Swedish way.

Cases are found by an index of their words (``engine/store/words.py``), everything else by looking
through texts, of which there must be few.

SQLite folds only ASCII in ``LIKE`` and ``lower``, PostgreSQL only what its locale knows, so neither
finds "Åberg" by "åberg" everywhere. Instead each letter becomes the set of its own cases:
``GLOB '*[åÅ][bB]*'`` on SQLite, ``~ '[åÅ][bB]'`` on PostgreSQL. Both are plain substring searches
without backtracking, and need neither a function nor a collation of the database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from engine.store import words as stored
from engine.store.models import Case, CaseWord

Text = ColumnElement[Any] | InstrumentedAttribute[Any]

LONGEST = 100
"""Characters of a search that count."""
MOST_WORDS = 8
_UNSEEN = ("Cc", "Cf", "Cs")


def words(q: str) -> list[str]:
    """The words of a search, composed (NFC), without unseen characters."""
    clean = "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in q[: LONGEST * 2])
    return unicodedata.normalize("NFC", clean)[:LONGEST].split()[:MOST_WORDS]


def found(
    conn: Connection, wanted: Sequence[str], columns: Sequence[Text]
) -> list[ColumnElement[bool]]:
    """Conditions: every one of the ``wanted`` words stands in one of ``columns``."""
    sqlite = conn.dialect.name == "sqlite"
    operator = "GLOB" if sqlite else "~"
    return [
        or_(
            *(
                func.coalesce(column, "").bool_op(operator)(_glob(w) if sqlite else _regex(w))
                for column in columns
            )
        )
        for w in wanted
    ]


# ---------------------------------------------------------------- by the index of words

FEW = 1_000
"""Cases that are named one by one when a list is read from them."""


def of_cases(word: str, case_id: Text) -> ColumnElement[bool]:
    """The case has words that begin as the parts of ``word`` do. Asked row by row."""
    parts = stored.parts(word)
    return (
        and_(
            *(
                select(CaseWord.word).where(CaseWord.case_id == case_id, _begins(p)).exists()
                for p in parts
            )
        )
        if parts
        else false()
    )


def few_cases(conn: Connection, word: str) -> list[str] | None:
    """The cases that ``of_cases`` would find, None when they are more than ``FEW``."""
    parts = sorted(stored.parts(word), key=len, reverse=True)
    if not parts:
        return []
    first, *others = parts
    listed = select(CaseWord.case_id).where(_begins(first)).limit(FEW + 1)
    ids = list(dict.fromkeys(conn.scalars(listed)))
    if len(ids) > FEW:
        return None
    for part in others:
        also = select(CaseWord.case_id).where(CaseWord.case_id.in_(ids), _begins(part)).distinct()
        ids = list(conn.scalars(also))
    return ids


def latest_cases(conn: Connection, word: str, most: int) -> list[str]:
    """The ``most`` cases found by ``word`` that started last."""
    newest = select(Case.id).order_by(Case.started_at.desc(), Case.id.desc()).limit(most)
    few = few_cases(conn, word)
    return list(
        conn.scalars(newest.where(of_cases(word, Case.id) if few is None else Case.id.in_(few)))
    )


def texts_with(texts: Iterable[str | None], word: str) -> list[str]:
    """Those of a few texts that the word stands in, also inside."""
    wanted = stored.folded(word)
    return [text for text in texts if text and wanted in stored.folded(text)]


def _begins(part: str) -> ColumnElement[bool]:
    return and_(CaseWord.word >= part, CaseWord.word < part + chr(0x10FFFF))


# ---------------------------------------------------------------- letters


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
