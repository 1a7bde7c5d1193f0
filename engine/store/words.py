"""The index of words that cases, people and customers are searched by.

The words are rows of tables with an index, so that searching a hundred thousand cases costs what
searching ten does. A search matches the beginnings of words. The databases' own text searches are
not used: SQLite and PostgreSQL split and fold words differently, and a search should have the same
result on both (docs/decisions/0017).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert

from engine.store.names import place_of
from engine.store.tables import CaseWordTable, CustomerWordTable, PersonRoleTable, PersonWordTable

WORD_LENGTH = 60
"""The most characters of a stored word: the size of its column; longer words are cut."""
_WORD = re.compile(r"\w+")


def of_text(text: str) -> set[str]:
    """The words of a text as they are stored: composed (NFC) and case-folded. A word with other
    characters inside, such as ``556677-8899``, gives its parts and the whole (``5566778899``)."""
    words: set[str] = set()
    for piece in folded(text).split():
        parts = _WORD.findall(piece)
        words.update(parts)
        if len(parts) > 1:
            words.add("".join(parts))
    return {word[:WORD_LENGTH] for word in words}


def parts(word: str) -> list[str]:
    """The parts of a word that is searched for, as stored words may begin with them."""
    return [part[:WORD_LENGTH] for part in _WORD.findall(folded(word))]


def folded(text: str) -> str:
    """A text in the form in which texts are compared: composed (NFC) and case-folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def index_case(connection: Connection, case_id: str, texts: Iterable[str | None]) -> None:
    """Store the words of ``texts`` as those that a case is searched by, in place of earlier
    ones."""
    connection.execute(delete(CaseWordTable).where(CaseWordTable.case_id == case_id))
    if words := _of_texts(texts):
        rows = [{"case_id": case_id, "word": word} for word in words]
        connection.execute(insert(CaseWordTable), rows)


def index_person(connection: Connection, person_id: str, username: str, name: str) -> None:
    """Store the words of the names as those that a person is searched by, in place of earlier
    ones."""
    connection.execute(delete(PersonWordTable).where(PersonWordTable.person_id == person_id))
    if words := _of_texts((username, name)):
        rows = [{"person_id": person_id, "word": word} for word in words]
        connection.execute(insert(PersonWordTable), rows)


def index_customer(connection: Connection, customer_id: str, name: str, org_number: str) -> None:
    """Store the words that a new customer is searched by."""
    if words := _of_texts((name, org_number)):
        rows = [{"customer_id": customer_id, "word": word} for word in words]
        connection.execute(insert(CustomerWordTable), rows)


def index_roles(connection: Connection, person_id: str, name: str, roles: Iterable[str]) -> None:
    """Store the roles that a person is listed under, in place of earlier ones: all that they hold,
    and none when the account is closed."""
    connection.execute(delete(PersonRoleTable).where(PersonRoleTable.person_id == person_id))
    place = place_of(name)
    if rows := [{"person_id": person_id, "role": role, "place": place} for role in sorted(roles)]:
        connection.execute(insert(PersonRoleTable), rows)


def _of_texts(texts: Iterable[str | None]) -> list[str]:
    return sorted(set().union(*(of_text(text) for text in texts if text)))
