"""Text search that gives the same result on every database.

Cases, people and customers are looked up in an index of their words (``engine/store/words.py``);
everything else is searched by reading the texts themselves, of which there must be few.

SQLite folds only ASCII in ``LIKE`` and ``lower``, PostgreSQL only what its locale knows, so neither
finds "Åberg" by "åberg" everywhere. Instead each letter becomes the set of its own cases:
``GLOB '*[åÅ][bB]*'`` on SQLite, ``~ '[åÅ][bB]'`` on PostgreSQL. Both are plain substring searches
without backtracking, and need neither a function nor a collation of the database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from engine.store import words as stored
from engine.store.tables import (
    CaseTable,
    CaseWordTable,
    CustomerWordTable,
    InstanceWordTable,
    PersonWordTable,
)

V = TypeVar("V")
TextColumn = ColumnElement[Any] | InstrumentedAttribute[Any]
"""A column that is searched."""

MAX_CHARACTERS = 100
"""Characters of a search text that are used; the rest is ignored, so that a statement stays short.
"""
MAX_WORDS = 8
"""Words of a search text that are used; the rest is ignored, so that a statement stays short."""
_INVISIBLE = ("Cc", "Cf", "Cs")
"""Unicode categories without a glyph: control, format and surrogate characters."""


def words(q: str) -> list[str]:
    """The words of a search text, composed (NFC), without invisible characters."""
    visible = "".join(
        " " if unicodedata.category(c) in _INVISIBLE else c for c in q[: MAX_CHARACTERS * 2]
    )
    return unicodedata.normalize("NFC", visible)[:MAX_CHARACTERS].split()[:MAX_WORDS]


def contains_words(
    connection: Connection, wanted: Sequence[str], columns: Sequence[TextColumn]
) -> list[ColumnElement[bool]]:
    """One SQL condition for each of the ``wanted`` words: it stands in one of ``columns``."""
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
"""The most cases that a list names by their ids: more of them are read along an index instead."""
LOOKED_AT = 1_000
"""How many cases one page tests, the latest first, for a condition that no index covers: a page
costs the same however rare the condition is."""


@dataclass(frozen=True, slots=True)
class WordIndex:
    """A table of words: ``owner`` is the column with the id of the case, person or customer that
    a row's ``word`` belongs to."""

    owner: InstrumentedAttribute[str]
    word: InstrumentedAttribute[str]

    def has(self, owner: TextColumn, word: str) -> ColumnElement[bool]:
        """The condition that the owner has words that begin as the parts of ``word`` do. It is
        tested row by row: without the OFFSET, PostgreSQL might first read all owners of them."""
        each = (
            select(self.word).where(self.owner == owner, self._begins(part)).offset(0).exists()
            for part in stored.parts(word)
        )
        return and_(*each) if stored.parts(word) else false()

    def owners(
        self, connection: Connection, word: str, most: int | None = None
    ) -> list[str] | None:
        """Ids of all owners for which ``has`` is true; None when they are too many, which is when
        each part of ``word`` begins more than ``most`` (``FEW`` when None) words."""
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

    def some_owners(self, connection: Connection, word: str) -> list[str]:
        """Ids of at most ``FEW`` owners for which ``has`` is true."""
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


CASES = WordIndex(CaseWordTable.case_id, CaseWordTable.word)
"""The words of cases: number, title, the customer's name and organisation number."""
INSTANCES = WordIndex(InstanceWordTable.instance_id, InstanceWordTable.word)
"""The words of the titles of instances, such as what a customer has complained of."""
CASES_OF_INSTANCES = WordIndex(InstanceWordTable.case_id, InstanceWordTable.word)
"""The same words, by the case that an instance belongs to."""
PEOPLE = WordIndex(PersonWordTable.person_id, PersonWordTable.word)
"""The words of people: user name and name."""
CUSTOMERS = WordIndex(CustomerWordTable.customer_id, CustomerWordTable.word)
"""The words of customers: name and organisation number."""


def latest_cases(
    connection: Connection, word: str, most: int, before: datetime | None = None
) -> list[str]:
    """Ids of the ``most`` cases with ``word`` that started last (``before`` a time, if given).

    When very many cases have the word, only the ``LOOKED_AT`` cases that started last of all are
    looked through; if none of them has it, some other cases with it are returned.
    """
    order = CaseTable.started_at.desc(), CaseTable.id.desc()
    soon = [] if before is None else [CaseTable.started_at < before]
    newest = select(CaseTable.id).where(*soon).order_by(*order)
    case_ids = CASES.owners(connection, word)
    if case_ids is None:
        latest = newest.add_columns(CaseTable.started_at).limit(LOOKED_AT).subquery()
        with_word = select(latest.c.id).where(CASES.has(latest.c.id, word))
        latest_first = latest.c.started_at.desc(), latest.c.id.desc()
        case_ids = list(connection.scalars(with_word.order_by(*latest_first).limit(most)))
        case_ids = case_ids or CASES.some_owners(connection, word)
    if not case_ids:
        return []
    cases = cases_by_ids(case_ids)
    order = cases.started_at.desc(), cases.id.desc()
    soon = [] if before is None else [cases.started_at < before]
    return list(connection.scalars(select(cases.id).where(*soon).order_by(*order).limit(most)))


def cases_by_ids(ids: Sequence[str]) -> type[CaseTable]:
    """The cases with these ids as a table to select from, with its columns ``id``, ``started_at``,
    ``state`` and ``process_id``. Without the OFFSET, a database might walk the whole index in order
    instead."""
    columns = select(CaseTable.id, CaseTable.started_at, CaseTable.state, CaseTable.process_id)
    return aliased(CaseTable, columns.where(CaseTable.id.in_(ids)).offset(0).subquery())


def texts_with(texts: Iterable[str | None], word: str) -> list[str]:
    """Those of a few texts that contain the word, at any place; case does not matter."""
    wanted = stored.folded(word)
    return [text for text in texts if text and wanted in stored.folded(text)]


def meant(text: str, found: Sequence[V], texts: Callable[[V], Iterable[str]]) -> V | None:
    """Which of those that were found is meant: the only one, or the only one that has exactly this
    text; None when it may be several."""
    whole = " ".join(stored.folded(text).split())
    exact = [each for each in found if whole in map(stored.folded, texts(each))]
    of = exact or found
    return of[0] if len(of) == 1 else None


# ---------------------------------------------------------------- patterns


def _upper_and_lower(letter: str) -> str:
    forms = dict.fromkeys((letter, letter.lower(), letter.upper(), letter.title()))
    return "".join(f for f in forms if len(f) == 1)


def _glob(word: str) -> str:
    parts = (f"[{_upper_and_lower(c)}]" if c.isalpha() or c in "*?[" else c for c in word)
    return "*" + "".join(parts) + "*"


def _regex(word: str) -> str:
    parts = (
        f"[{_upper_and_lower(c)}]"
        if c.isalpha()
        else c
        if c.isalnum() or not c.isascii()
        else "\\" + c
        for c in word
    )
    return "".join(parts)
