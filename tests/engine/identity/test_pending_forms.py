"""Forms that could not be done are kept for whoever has written them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import Engine, FakeClock
from engine.identity import pending_forms
from tests.support.people import People

PATH = "/tasks/1"


def keep(engine: Engine, person: str | None, text: str = "x", **more: str) -> str:
    kept = engine.pending_forms.keep(PATH, {"text": text}, person_id=person, **more)
    assert kept is not None
    return kept


def text_of(engine: Engine, people: People, who: str, id: str | None = None) -> str | None:
    found = engine.pending_forms.get(people[who].actor, PATH, id)
    return None if found is None else str(found.content["text"])


def test_the_newest_form_of_a_page_is_shown_and_each_by_its_id(
    engine: Engine, people: People, clock: FakeClock
) -> None:
    first = keep(engine, people["saljare"].id, "först")
    clock.advance(timedelta(seconds=1))
    keep(engine, people["saljare"].id, "sist")
    assert text_of(engine, people, "saljare") == "sist"
    assert text_of(engine, people, "saljare", first) == "först"
    assert engine.pending_forms.get(people["saljare"].actor, "/tasks/2") is None


def test_nobody_sees_or_throws_away_what_another_has_written(
    engine: Engine, people: People
) -> None:
    id = keep(engine, people["saljare"].id)
    assert text_of(engine, people, "ekonomi") is None
    assert text_of(engine, people, "ekonomi", id) is None
    engine.pending_forms.discard(people["ekonomi"].actor, id)
    engine.pending_forms.claim(people["ekonomi"].actor, id)
    assert text_of(engine, people, "saljare") == "x"
    assert text_of(engine, people, "ekonomi") is None


def test_one_that_is_tried_again_or_done_goes(engine: Engine, people: People) -> None:
    saljare = people["saljare"]
    first = keep(engine, saljare.id, "först")
    second = keep(engine, saljare.id, "sedan", replaces=first)
    assert text_of(engine, people, "saljare", first) is None
    engine.pending_forms.discard(saljare.actor, second, "/tasks/2")
    assert text_of(engine, people, "saljare") == "sedan"
    engine.pending_forms.discard(saljare.actor, second, PATH)
    assert text_of(engine, people, "saljare") is None


def test_one_without_a_person_is_claimed_once(engine: Engine, people: People) -> None:
    id = keep(engine, None, address="192.0.2.1")
    assert text_of(engine, people, "saljare", id) is None
    engine.pending_forms.claim(people["saljare"].actor, id)
    engine.pending_forms.claim(people["ekonomi"].actor, id)
    assert text_of(engine, people, "saljare", id) == "x"
    assert text_of(engine, people, "ekonomi", id) is None


@pytest.mark.parametrize("person", ["saljare", None])
def test_only_the_newest_are_kept(
    engine: Engine, people: People, clock: FakeClock, person: str | None
) -> None:
    whose = people[person].id if person else None
    ids = []
    for number in range(pending_forms.OF_ONE + 3):
        ids.append(keep(engine, whose, str(number), address="192.0.2.1"))
        clock.advance(timedelta(seconds=1))
    keep(engine, None, address="192.0.2.2")
    for id in ids:
        engine.pending_forms.claim(people["saljare"].actor, id)
    left = [id for id in ids if text_of(engine, people, "saljare", id) is not None]
    assert left == ids[3:]


def test_one_person_keeps_a_bounded_number_of_characters(
    engine: Engine, people: People, clock: FakeClock
) -> None:
    ids = []
    for _ in range(4):
        ids.append(keep(engine, people["saljare"].id, "x" * 2_000_000))
        clock.advance(timedelta(seconds=1))
    left = [id for id in ids if text_of(engine, people, "saljare", id) is not None]
    assert left == ids[2:]
    long = {"text": "x" * pending_forms.LENGTH}
    assert engine.pending_forms.keep(PATH, long, person_id=people["saljare"].id) is None


def test_strangers_fill_no_database(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending_forms, "WITHOUT_SESSION", 2)
    for number in range(2):
        keep(engine, None, address=f"192.0.2.{number}")
    assert engine.pending_forms.keep(PATH, {}, person_id=None, address="192.0.2.9") is None


def test_after_a_week_it_is_gone(engine: Engine, people: People, clock: FakeClock) -> None:
    id = keep(engine, people["saljare"].id)
    clock.advance(pending_forms.KEPT_FOR)
    assert text_of(engine, people, "saljare", id) is None
    account = people["ekonomi"]
    engine.sessions.sign_in(account.username, account.password)
    clock.advance(-pending_forms.KEPT_FOR)
    assert text_of(engine, people, "saljare", id) is None
