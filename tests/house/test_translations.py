"""Every Swedish text of the interface has its English twin, and no twin is left over."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.support.files import PROJECT
from tests.support.interface_texts import Message, swedish_texts

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (PROJECT / "web/translations/en.po").open("rb") as file:
        return read_po(file, locale="en")


@pytest.fixture(scope="module")
def swedish() -> dict[Message, str]:
    """Every text that the interface can show, with a place where it stands."""
    return dict(swedish_texts())


def test_every_text_has_an_english_twin(swedish: dict[Message, str], english: Catalog) -> None:
    missing = []
    for message, place in swedish.items():
        entry = english.get(message if isinstance(message, str) else message[0])
        strings = (
            []
            if entry is None
            else [entry.string]
            if isinstance(message, str)
            else list(entry.string)
        )
        if entry is None or entry.fuzzy or not strings or not all(strings):
            missing.append(f"{place}: {message!r}")
    assert missing == []


def test_no_english_text_is_left_over(swedish: dict[Message, str], english: Catalog) -> None:
    known = {m if isinstance(m, str) else m[0] for m in swedish}
    ids = [m.id if isinstance(m.id, str) else m.id[0] for m in english if m.id]
    assert [text for text in ids if text not in known] == []


def test_twins_have_the_same_placeholders(english: Catalog) -> None:
    wrong = []
    for entry in english:
        ids = [entry.id] if isinstance(entry.id, str) else list(entry.id)
        strings = [entry.string] if isinstance(entry.string, str) else list(entry.string)
        wanted = {p for text in ids for p in PLACEHOLDER.findall(text)}
        if entry.id and {p for text in strings for p in PLACEHOLDER.findall(text)} != wanted:
            wrong.append(ids[0])
    assert wrong == []
