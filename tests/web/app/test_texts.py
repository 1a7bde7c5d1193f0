"""What the pages say, as people read it: no ids, no codes of the program, no English on Swedish
pages, and a word of ours where we have one (docs/words.md).

The pages are those of a company in which much has happened, found by following links.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from lxml import html

from engine import INCIDENT_KINDS, Config, Engine
from tests.support.people import People
from tests.support.visitor import Visitor
from web import create_app

READERS = ("cecilia", "mats", "johanna", "nora")
"""A manager, a process owner, somebody of the staff, an administrator."""
MOST = 3
"""Pages that are looked at of each kind of address and reader."""
FACTS = 3
"""The same of pages of the history."""
HIDDEN = {"script", "style", "svg", "textarea", "code", "pre"}
CODE = re.compile(
    r"""
    \b-?P(?:\d+[YMWD]|T\d)        # a duration of ISO 8601
    | \b\w+_\w+\b                 # an id
    | \d\dT\d\d                   # a moment of ISO 8601
    | \b(?:True|False|None|null)\b
    | \{["']|["']:                # JSON
    | [0-9a-f]{20,}               # an id of ours, a checksum
    """,
    re.VERBOSE,
)
OWN_NAME = re.compile(r"^[”“]\w+”: ")
"""A corrected value that no form has a label for has its own name only, in quotes."""
FILE = re.compile(r"\S+\.(?:bpmn|dmn)\b")
ENGLISH_WORDS = """
    the and of is are was were not be been cannot can with without this which from an has have had
    must no its it interrupted error failed failure missing unknown invalid expected value task
    case running completed cancelled terminated open closed working calendar latest true false
    none late done waiting line column expression variable sub-process gateway event flow due
    required string number boolean date time duration any there who what when
"""
ENGLISH = {*ENGLISH_WORDS.split(), *INCIDENT_KINDS}
SWEDISH_TOO = {"an"}


@dataclass(frozen=True)
class Piece:
    """A text on a page, with its language and what it stands in."""

    text: str
    lang: str
    where: str


def pieces(page: bytes) -> Iterator[Piece]:
    document = html.fromstring(page.decode().replace("\u00ad", ""))
    yield from _inside(document.body, document.get("lang", ""))


def _inside(element: html.HtmlElement, lang: str) -> Iterator[Piece]:
    if not isinstance(element.tag, str) or element.tag in HIDDEN:
        return
    classes = (element.get("class") or "").split()
    # Ids for whoever draws stand in the face of a typewriter; findings name what has no name.
    if {"mono", "finding"} & set(classes):
        return
    lang = element.get("lang", lang)
    where = ".".join([element.tag, *classes])
    for attribute in ("title", "aria-label", "placeholder", "alt", "data-label"):
        if text := element.get(attribute):
            yield Piece(text, lang, f"{where}@{attribute}")
    if element.text and element.text.strip():
        yield Piece(" ".join(element.text.split()), lang, where)
    for child in element:
        yield from _inside(child, lang)
        if child.tail and child.tail.strip():
            yield Piece(" ".join(child.tail.split()), lang, where)


@pytest.fixture(scope="module")
def app(config: Config, lived_in: tuple[Engine, People]) -> Flask:
    application = create_app(config, lived_in[0])
    application.testing = True
    return application


def pages(app: Flask, people: People, lang: str) -> Iterator[tuple[str, bytes]]:
    """The pages that the readers can reach in a language, by their addresses."""
    for name in READERS:
        reader = Visitor(app)
        reader.sign_in(people[name])
        todo, seen, kinds = [f"/tasks?lang={lang}"], set(), Counter[str]()
        while todo:
            address = todo.pop(0)
            answer = reader.open(address)
            if answer.status_code in (302, 303):
                todo.append(str(answer.location))
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            yield address, answer.data
            for link in html.fromstring(answer.data).iter("a"):
                found = (link.get("href") or "").partition("#")[0]
                if not found.startswith("/") or found in seen or found.startswith(APART):
                    continue
                seen.add(found)
                kind = re.sub(r"=[^&]*", "=", re.sub(r"[0-9a-f]{20,}|\d+", "*", found))
                kinds[kind] += 1
                if kinds[kind] <= (FACTS if kind.startswith("/history") else MOST):
                    todo.append(f"{found}{'&' if '?' in found else '?'}lang={lang}")


APART = ("/logout", "/api/", "/problems", "/static")
"""The way out, and the pages for those who write programs, which speak of codes."""


@pytest.fixture(scope="module")
def read(app: Flask, lived_in: tuple[Engine, People]) -> dict[str, list[tuple[str, Piece]]]:
    """Every text of the pages, with where it stands, by language."""
    return {
        lang: [(address, piece) for address, page in pages(app, lived_in[1], lang)
               for piece in pieces(page)]
        for lang in ("sv", "en")
    }  # fmt: skip


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_no_page_speaks_in_ids_or_codes(
    read: dict[str, list[tuple[str, Piece]]], lang: str
) -> None:
    wrong = {
        (piece.where, piece.text[:120], address)
        for address, piece in read[lang]
        if CODE.search(FILE.sub("", OWN_NAME.sub("", piece.text)))
    }
    assert sorted(wrong) == []


def test_swedish_pages_have_no_english_but_what_is_marked_so(
    read: dict[str, list[tuple[str, Piece]]],
) -> None:
    words = ENGLISH - SWEDISH_TOO
    wrong = {
        (piece.where, piece.text[:120])
        for _, piece in read["sv"]
        if piece.lang == "sv" and words & set(re.findall(r"[\w-]+", piece.text.lower()))
    }
    assert sorted(wrong) == []


def test_the_pages_that_were_read_are_many_and_of_every_kind(
    read: dict[str, list[tuple[str, Piece]]],
) -> None:
    paths = {re.sub(r"[0-9a-f]{20,}", "*", a.partition("?")[0]) for a, _ in read["sv"]}
    assert {"/tasks", "/cases/*", "/tasks/*", "/incidents/", "/overview/", "/history/", "/people/",
            "/definitions/*", "/decisions/*",
            "/cases/*/instances/*/variables"} <= paths  # fmt: skip
