"""What was typed: all problems told at once, said how it was understood, and never lost."""

from __future__ import annotations

import uuid

import pytest

from engine import SYSTEM, Engine
from tests.support.diagrams import chain, diagram, end, field, flow, gateway, start, task
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor, form

FIELDS = (
    field("day", "date", required="true")
    + field("amount", "money")
    + field("count", "integer")
    + field("rhythm", "interval")
    + field("text", required="true")
)
ASKING = diagram(
    "asking",
    start(),
    task("answer", form=FIELDS, points=("seen",), sign=True),
    gateway("way"),
    task("small"),
    task("large"),
    end(),
    flow("way", "small", "amount > 1000"),
    flow("way", "large", "amount = 7"),
    chain("start", "answer", "way"),
    chain("small", "end"),
    chain("large", "end"),
)


@pytest.fixture
def engine(bare_engine: Engine) -> Engine:
    return bare_engine


@pytest.fixture
def path(engine: Engine, people: People) -> str:
    """The page of a task that asks for every kind of text that is read leniently."""
    engine.definitions.deploy(SYSTEM, [ASKING], key="deploy")
    engine.cases.start(people["manager"].actor, process_id="asking", key=uuid.uuid4().hex)
    return f"/tasks/{engine.tasks.search(people['manager'].actor, show='all').items[0].id}"


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("&nbsp;", " ")


def test_a_wrong_password_is_told_with_everything_else(manager: Visitor, path: str) -> None:
    filled = {"f.day": "32/1", "f.amount": "10 12", "password": "alldeles fel"}
    page = manager.send(manager.open(path), filled, having="note", button=("action", "complete"))
    assert page.status_code == 422
    for anchor in ("f-day", "f-amount", "f-text", "f-checklist-seen", "f-password"):
        assert f'href="#{anchor}"' in page.text, anchor
    kept = form(page, having="note").values
    assert kept["f.day"] == ["32/1"]
    assert kept["f.amount"] == ["10 12"]


def test_a_point_that_is_done_and_does_not_apply_hides_nothing_else(
    manager: Visitor, path: str
) -> None:
    filled = {"tick.seen": "1", "why.seen": "nej", "f.count": "1,5", "password": "fel"}
    page = manager.send(manager.open(path), filled, having="note", button=("action", "complete"))
    for anchor in ("f-day", "f-count", "f-text", "f-checklist-seen", "f-password"):
        assert f'href="#{anchor}"' in page.text, anchor


def test_the_page_without_its_form_shows_what_was_typed_until_it_is_thrown_away(
    manager: Visitor, path: str
) -> None:
    filled = {"f.text": "Halvfärdigt", "note": "Mitt"}
    manager.send(manager.open(path), filled, having="note", button=("action", "complete"))
    again = manager.open(path)
    assert again.status_code == 200
    assert form(again, having="note").values["f.text"] == ["Halvfärdigt"]
    assert "Det du skrev" in again.text
    clean = manager.follow(manager.send(again, having="back"))
    assert form(clean, having="note").values["f.text"] == [""]
    assert "Kasta det jag skrev" not in clean.text


def test_a_form_that_is_done_is_forgotten(manager: Visitor, path: str) -> None:
    page = manager.send(
        manager.open(path), {"f.text": "Halv"}, having="note", button=("action", "complete")
    )
    saved = manager.send(page, {"f.text": "Hel"}, having="note", button=("action", "save"))
    after = manager.follow(saved)
    assert "Kasta det jag skrev" not in after.text
    assert form(after, having="note").values["f.text"] == ["Hel"]


def test_a_draft_says_what_it_understood_and_what_not(manager: Visitor, path: str) -> None:
    filled = {"f.day": "24/5", "f.amount": "345.000,50", "f.count": "1e5", "f.rhythm": "P3M"}
    page = manager.follow(
        manager.send(manager.open(path), filled, having="note", button=("action", "save"))
    )
    text = plain(page.text)
    assert "345 000,50 kr" in text
    assert "3 månader (var tredje månad)" in text
    assert "sön 24 maj 2026, v. 21" in text
    assert "Det här går inte att läsa och står kvar som du skrev det: Count." in text
    assert 'class="notice notice-warning"' in text
    assert form(page, having="note").values["f.count"] == ["1e5"]


@pytest.mark.parametrize("typed", ["31/2", "2026-02-30", "2026-W47-7", "snart"])
def test_a_date_that_cannot_be_stays_as_it_was_typed_in_a_draft(
    manager: Visitor, path: str, typed: str
) -> None:
    page = manager.follow(
        manager.send(manager.open(path), {"f.day": typed}, having="note", button=("action", "save"))
    )
    assert form(page, having="note").values["f.day"] == [typed]
    assert "står kvar som du skrev det: Day." in page.text
    assert "Skriv datumet som" in page.text


@pytest.mark.parametrize(
    "invisible", ["\u200b", "\u2060\ufeff", " \u00a0\u3164", "\u00ad", "\u2800"]
)
def test_what_nobody_can_see_is_no_answer(manager: Visitor, path: str, invisible: str) -> None:
    page = manager.send(
        manager.open(path), {"f.text": invisible}, having="note", button=("action", "complete")
    )
    assert 'href="#f-text"' in page.text


def test_an_incident_leaves_the_answers_on_the_task(
    manager: Visitor, signed_in: SignedIn, people: People, path: str
) -> None:
    filled = {"f.day": "2026-12-24", "f.amount": "12", "f.text": "Kvar", "tick.seen": "1",
              "note": "Också kvar", "password": people["manager"].password}  # fmt: skip
    page = manager.send(manager.open(path), filled, having="note", button=("action", "complete"))
    assert page.status_code == 409
    assert "är sparat som utkast" in page.text
    other = signed_in(people["manager"]).open(path)
    manager.send(other, having="back")
    kept = form(signed_in(people["manager"]).open(path), having="note").values
    assert kept["f.text"] == ["Kvar"]
    assert kept["note"] == ["Också kvar"]
    assert kept["tick.seen"] == ["1"]


@pytest.mark.parametrize(
    ("kind", "typed", "said", "ok"),
    [
        ("date", "22/11 2026", "sön 22 nov. 2026, v. 47", True),
        ("date", "31/2", "Skriv datumet", False),
        ("money", "345.000,50", "345 000,50 kr", True),
        ("money", "1,005", "Skriv ett tal", False),
        ("decimal", "12 345,678", "12 345,678", True),
        ("integer", "3,5", "Skriv ett heltal", False),
        ("interval", "varannan vecka", "2 veckor (varannan vecka)", True),
        ("interval", "vart tredje halvår", "18 månader", True),
        ("interval", "ibland", "Skriv ett tidsavstånd", False),
        ("date", " ", "", True),
        ("password", "hemligt", "", True),
    ],
)
def test_the_browser_asks_how_a_text_is_understood(
    manager: Visitor, kind: str, typed: str, said: str, ok: bool
) -> None:
    answer = manager.client.get("/understood", query_string={"kind": kind, "text": typed})
    assert answer.json is not None
    assert plain(answer.json["text"]).startswith(said)
    assert bool(answer.json["text"]) == bool(said)
    assert answer.json["ok"] is ok


def test_a_note_that_nobody_can_see_is_none(manager: Visitor, path: str) -> None:
    page = manager.open(path)
    filled = {"note": "\u200b", "why.seen": "\u2060"}
    saved = manager.follow(manager.send(page, filled, having="note", button=("action", "save")))
    assert form(saved, having="note").values["note"] == [""]
    assert form(saved, having="note").values["why.seen"] == [""]
