"""The page of the checkpoints: for managers, with what an outsider needs."""

from __future__ import annotations

import re

import pytest

from engine import Engine
from tests.support.files import PROJECT
from tests.support.people import People
from tests.support.visitor import SignedIn


@pytest.fixture
def database_kind() -> str:
    """What the page shows is the same on both databases."""
    return "sqlite"


def test_it_shows_the_newest_checkpoint_and_the_key_s_fingerprint(
    engine: Engine, people: People, signed_in: SignedIn
) -> None:
    visitor = signed_in(people["manager"])
    visitor.open("/history/checkpoints/")
    made = engine.checkpoints.make()
    assert made is not None
    status = engine.checkpoints.status(people["manager"].actor)
    page = visitor.open("/history/checkpoints/").text
    assert made.root in page
    assert status.fingerprint in page
    assert "Europe/Stockholm" in page
    assert "/history/checkpoints/" in visitor.open("/history/").text
    answer = visitor.open("/history/checkpoints/newest.txt")
    assert answer.text == made.note
    assert re.search("attachment", answer.headers["Content-Disposition"])


@pytest.mark.parametrize("name", ["verify.py", "witness.py"])
def test_the_programs_for_outsiders_are_there_as_text(
    people: People, signed_in: SignedIn, engine: Engine, name: str
) -> None:
    answer = signed_in(people["manager"]).open(f"/history/checkpoints/{name}")
    assert answer.text == (PROJECT / "docs" / name).read_text(encoding="utf-8")
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_it_is_not_for_staff(people: People, signed_in: SignedIn, engine: Engine) -> None:
    answer = signed_in(people["saljare"]).client.get("/history/checkpoints/")
    assert answer.status_code in (403, 404)
