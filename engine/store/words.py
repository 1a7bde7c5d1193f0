"""The words that cases and people are found by, in tables with an index: finding one among a
hundred thousand costs what finding one among ten does. A search finds the beginnings of words.

Not a database's own text search: SQLite's and PostgreSQL's cut and fold words differently, and a
search should find the same on both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert

from engine.store.tables import CaseWordTable, PersonWordTable

WORD_LENGTH = 60
_WORD = re.compile(r"\w+")


def of_text(text: str) -> set[str]:
    """The words of a text as they are stored: composed (NFC), in small letters. What is written
    in parts, such as ``556677-8899``, is found by its parts and as a whole (``5566778899``)."""
    found: set[str] = set()
    for piece in folded(text).split():
        parts = _WORD.findall(piece)
        found.update(parts)
        if len(parts) > 1:
            found.add("".join(parts))
    return {word[:WORD_LENGTH] for word in found}


def parts(word: str) -> list[str]:
    """What a word that is searched for must begin with: each of its parts."""
    return [part[:WORD_LENGTH] for part in _WORD.findall(folded(word))]


def folded(text: str) -> str:
    """Composed, and without a difference between large and small letters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def keep_case(connection: Connection, case_id: str, texts: Iterable[str | None]) -> None:
    """From now on the case is found by the words of ``texts``, and by no others."""
    connection.execute(delete(CaseWordTable).where(CaseWordTable.case_id == case_id))
    if found := _of_texts(texts):
        connection.execute(
            insert(CaseWordTable), [{"case_id": case_id, "word": word} for word in found]
        )


def keep_person(connection: Connection, person_id: str, username: str, name: str) -> None:
    """From now on the person is found by the words of these names, and by no others."""
    connection.execute(delete(PersonWordTable).where(PersonWordTable.person_id == person_id))
    if found := _of_texts((username, name)):
        connection.execute(
            insert(PersonWordTable), [{"person_id": person_id, "word": word} for word in found]
        )


def _of_texts(texts: Iterable[str | None]) -> list[str]:
    return sorted(set().union(*(of_text(text) for text in texts if text)))
