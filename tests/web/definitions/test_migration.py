"""Moving running processes to a new version: seen before, done, followed and taken back."""

from __future__ import annotations

import pytest

from engine import Engine, Source
from tests.support.diagrams import task
from tests.support.mover import steps
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor


@pytest.fixture
def owner(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["process_owner"])


def deploy(engine: Engine, people: People, source: Source, key: str) -> str:
    found = engine.definitions.deploy(people["process_owner"].actor, [source], key=key)
    return found.definitions[0].id


@pytest.fixture
def case(engine: Engine, people: People) -> str:
    deploy(engine, people, steps(task("write"), ids="write"), "one")
    manager = people["manager"].actor
    receipt = engine.cases.start(manager, process_id="work", title="Ett arbete", key="case")
    assert receipt.id is not None
    return receipt.id


@pytest.fixture
def newest(engine: Engine, people: People, case: str) -> str:
    newer = steps(task("first"), task("draft"), ids="first draft")
    return deploy(engine, people, newer, "two")


def test_the_new_version_says_what_runs_on_older_ones(owner: Visitor, newest: str) -> None:
    page = owner.open(f"/definitions/{newest}")
    assert "1 pågår på en annan version" in page.text
    assert f"/migration/{newest}" in page.text


def test_staff_are_not_shown_the_way_and_may_not_go_it(
    signed_in: SignedIn, people: People, newest: str
) -> None:
    staff = signed_in(people["inkop"])
    assert "/migration/" not in staff.open(f"/definitions/{newest}").text
    assert staff.open(f"/migration/{newest}").status_code == 403


def test_a_step_that_is_gone_is_asked_for_and_the_answer_makes_the_move_possible(
    owner: Visitor, newest: str
) -> None:
    page = owner.open(f"/migration/{newest}")
    assert "Välj var arbetet fortsätter" in page.text
    assert "Draft – troligast" not in page.text or "First" in page.text
    answered = owner.open(f"/migration/{newest}?to-write=draft")
    assert "Kan flyttas" in answered.text
    assert "”Write” fortsätter som ”Draft”" in answered.text
    assert "First" in answered.text


def test_moved_followed_and_taken_back(
    owner: Visitor, engine: Engine, people: People, newest: str, case: str
) -> None:
    page = owner.open(f"/migration/{newest}?to-write=draft")
    answer = owner.send(page, {}, having="group")
    assert answer.status_code == 302
    waiting = owner.follow(answer)
    assert 'http-equiv="refresh"' in waiting.text
    assert engine.migrations.run() == 1
    done = owner.open(answer.location)
    assert 'http-equiv="refresh"' not in done.text
    assert "Flyttade: 1" in done.text
    assert engine.instances.get(people["manager"].actor, case).version == 2
    back = owner.follow(owner.send(done, {}, having="key"))
    assert "Tillbakatagen" in back.text
    assert engine.instances.get(people["manager"].actor, case).version == 1


def test_without_a_choice_nothing_is_moved(owner: Visitor, newest: str) -> None:
    page = owner.open(f"/migration/{newest}?to-write=draft")
    token = {"group": ""}
    answer = owner.send(page, token, having="group")
    assert answer.status_code == 422
    assert "Välj minst en grupp" in answer.text


def test_steps_that_were_not_run_stand_on_the_case(
    signed_in: SignedIn, engine: Engine, people: People, newest: str, case: str
) -> None:
    owner = people["process_owner"].actor
    engine.migrations.start(owner, "work", 2, [case], mapping={"write": "draft"}, key="move")
    manager = signed_in(people["manager"])
    page = manager.open(f"/cases/{case}")
    assert "Inte utförda steg från ny version" in page.text
    unreasoned = manager.send(page, {}, having="reason", button=("action", "dismiss"))
    assert "Skriv varför" in manager.follow(unreasoned).text
    opened = manager.send(page, {}, having="reason", button=("action", "run"))
    assert opened.status_code == 302
    names = {t.name for t in engine.tasks.search(people["manager"].actor, show="all").items}
    assert names >= {"First", "Draft"}


def test_the_story_of_the_case_tells_of_the_move(
    signed_in: SignedIn, engine: Engine, people: People, newest: str, case: str
) -> None:
    owner = people["process_owner"].actor
    engine.migrations.start(owner, "work", 2, [case], mapping={"write": "draft"}, key="move")
    page = signed_in(people["manager"]).open(f"/cases/{case}")
    assert "flyttade ”Work” till version 2" in page.text
