"""Finding text, the same on every database, and sorting it the Swedish way.

Cases and people are found by an index of their words (``engine/store/words.py``), everything else
by looking through texts, of which there must be few.

SQLite folds only ASCII in ``LIKE`` and ``lower``, PostgreSQL only what its locale knows, so neither
finds "Åberg" by "åberg" everywhere. Instead each letter becomes the set of its own cases:
``GLOB '*[åÅ][bB]*'`` on SQLite, ``~ '[åÅ][bB]'`` on PostgreSQL. Both are plain substring searches
without backtracking, and need neither a function nor a collation of the database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from engine.store import words as stored
from engine.store.tables import CaseTable, CaseWordTable, PersonWordTable

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
    connection: Connection, wanted: Sequence[str], columns: Sequence[Text]
) -> list[ColumnElement[bool]]:
    """Conditions: every one of the ``wanted`` words stands in one of ``columns``."""
    sqlite = connection.dialect.name == "sqlite"
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


# ---------------------------------------------------------------- by an index of words

FEW = 1_000
"""Cases that are named one by one when a list is read from them."""
LOOKED_AT = 1_000
"""Cases of which a page asks what no index leads to, the latest first."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index of words, and of whom or what they are."""

    owner: InstrumentedAttribute[str]
    word: InstrumentedAttribute[str]

    def has(self, owner: Text, word: str) -> ColumnElement[bool]:
        """The owner has words that begin as the parts of ``word`` do. Asked row by row: without the
        OFFSET, PostgreSQL might first read all that have them."""
        each = (
            select(self.word).where(self.owner == owner, self._begins(part)).offset(0).exists()
            for part in stored.parts(word)
        )
        return and_(*each) if stored.parts(word) else false()

    def few(self, connection: Connection, word: str, most: int | None = None) -> list[str] | None:
        """All whom ``has`` would find, None when they are many: when each part begins more than
        ``most`` (``FEW``) words."""
        most = FEW if most is None else most
        parts = sorted(stored.parts(word), key=len, reverse=True)
        if not parts:
            return []
        for first in parts:
            listed = select(self.owner).where(self._begins(first)).limit(most + 1)
            ids = list(connection.scalars(listed))
            if len(ids) <= most:
                return self._with(connection, ids, [part for part in parts if part != first])
        return None

    def some(self, connection: Connection, word: str) -> list[str]:
        """Some of those whom ``has`` would find."""
        first, *others = sorted(stored.parts(word), key=len, reverse=True)
        listed = select(self.owner).where(self._begins(first)).limit(FEW)
        return self._with(connection, list(connection.scalars(listed)), others)

    def _with(self, connection: Connection, ids: list[str], parts: Sequence[str]) -> list[str]:
        ids = list(dict.fromkeys(ids))
        for part in parts:
            also = select(self.owner).where(self.owner.in_(ids), self._begins(part)).distinct()
            ids = list(connection.scalars(also))
        return ids

    def _begins(self, part: str) -> ColumnElement[bool]:
        return and_(self.word >= part, self.word < part + chr(0x10FFFF))


CASES = Index(CaseWordTable.case_id, CaseWordTable.word)
PEOPLE = Index(PersonWordTable.person_id, PersonWordTable.word)


def latest_cases(
    connection: Connection, word: str, most: int, before: datetime | None = None
) -> list[str]:
    """The ``most`` cases found by ``word`` that started last (``before`` a time). Of a word of very
    many cases those among the ``LOOKED_AT`` that started last of all; if there are none, others."""
    order = CaseTable.started_at.desc(), CaseTable.id.desc()
    soon = [] if before is None else [CaseTable.started_at < before]
    newest = select(CaseTable.id).where(*soon).order_by(*order)
    few = CASES.few(connection, word)
    if few is None:
        latest = newest.add_columns(CaseTable.started_at).limit(LOOKED_AT).subquery()
        found = select(latest.c.id).where(CASES.has(latest.c.id, word))
        latest_first = latest.c.started_at.desc(), latest.c.id.desc()
        few = list(connection.scalars(found.order_by(*latest_first).limit(most)))
        few = few or CASES.some(connection, word)
    if not few:
        return []
    these = named(few)
    order = these.started_at.desc(), these.id.desc()
    soon = [] if before is None else [these.started_at < before]
    return list(connection.scalars(select(these.id).where(*soon).order_by(*order).limit(most)))


def named(ids: Sequence[str]) -> type[CaseTable]:
    """A few cases, to be read by their ids: which, when and in which state. Without the OFFSET,
    a database might look for the first of them along the order."""
    columns = select(CaseTable.id, CaseTable.started_at, CaseTable.state)
    return aliased(CaseTable, columns.where(CaseTable.id.in_(ids)).offset(0).subquery())


def texts_with(texts: Iterable[str | None], word: str) -> list[str]:
    """Those of a few texts that the word stands in, also inside."""
    wanted = stored.folded(word)
    return [text for text in texts if text and wanted in stored.folded(text)]


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
