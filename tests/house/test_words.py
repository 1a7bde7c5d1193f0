"""The words of the interface (docs/words.md): one for each thing, none that the list forbids."""

from __future__ import annotations

import re
from functools import cache

import pytest

from engine.bpmn.catalogue import TEXTS
from tests.support.files import PROJECT
from tests.support.interface_texts import swedish_texts

ROW = re.compile(
    r"^\| (?P<sv>[^|]+) \| (?P<en>[^|]+) \| (?P<meaning>[^|]+) \| (?P<not>[^|]*)\|$", re.M
)
ROWS = [m.groupdict() for m in ROW.finditer((PROJECT / "docs/words.md").read_text("utf-8"))][1:]
FORBIDDEN = sorted({w.strip() for row in ROWS for w in row["not"].split(",") if w.strip()})
STRAIGHT = re.compile(r"(?<![=\w\\])[\"'](?=\w)|(?<=\w)[\"'](?![\w=])")
"""A quotation mark of a typewriter beside a word."""


@cache
def interface() -> tuple[tuple[str, str], ...]:
    """Every Swedish text of the pages, with where it stands."""
    return tuple(
        (text, place)
        for message, place in swedish_texts()
        for text in ([message] if isinstance(message, str) else message)
    )


@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_word_that_we_have_another_for_is_on_no_page(word: str) -> None:
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    assert [(place, text) for text, place in interface() if pattern.search(text)] == []


def test_the_list_has_a_word_of_both_languages_in_every_row() -> None:
    assert len(ROWS) > 30
    words = [w.strip() for row in ROWS for w in row["sv"].split(",")]
    assert sorted(words) == sorted(set(words))
    assert not set(words) & set(FORBIDDEN)


def test_texts_have_the_quotation_marks_of_print() -> None:
    ours = [*interface(), *((swedish, code) for code, (_, swedish, _) in TEXTS.items())]
    assert [(place, text) for text, place in ours if STRAIGHT.search(text)] == []


def test_no_text_has_two_spaces_or_a_space_before_a_sign() -> None:
    wrong = re.compile(r"  | [.,;:!?](?:\s|$)|\s$|^\s")
    assert [(place, text) for text, place in interface() if wrong.search(text)] == []
