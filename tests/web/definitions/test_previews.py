"""The move of more processes than a request may look at: asked for, followed, seen and done."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine import Engine, Source
from engine.migration import preview_job
from tests.support.desk import Desk
from tests.support.diagrams import task
from tests.support.mover import steps
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor
from web import migration

OLD = steps(task("write"), task("check"), ids="write check")
NEW = steps(task("first"), task("write"), task("check"), ids="first write check")
GONE = steps(task("draft"), task("check"), ids="draft check")


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than three are too many for a request, and are looked at two at a time."""
    monkeypatch.setattr(migration, "COUNTED_RUNNING", 3)
    monkeypatch.setattr(preview_job, "PART", 2)


@pytest.fixture
def desk(engine: Engine, people: People) -> Desk:
    keys = iter(range(1000))
    return Desk(engine, people, lambda: f"many-{next(keys)}")


@pytest.fixture
def owner(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["process_owner"])


def begun(desk: Desk, count: int, newer: Source = NEW) -> tuple[str, list[str]]:
    """The id of the newest version, and the cases on the one before."""
    desk.deploy(OLD)
    cases = [desk.case("work") for _ in range(count)]
    desk.deploy(newer)
    live = {d.process_id: d.id for d in desk.engine.definitions.live(desk.manager.actor)}
    return live["work"], cases


def asked(owner: Visitor, definition: str) -> Any:
    """The page of the preview that the page of the move asks for."""
    page = owner.open(f"/migration/{definition}")
    assert "Så många granskas i bakgrunden" in page.text
    answer = owner.send(page, {}, having="key")
    assert answer.status_code == 302
    return owner.follow(answer)


def made(desk: Desk) -> None:
    while desk.engine.previews.run():
        pass


def versions(desk: Desk, cases: list[str]) -> list[int]:
    actor = desk.manager.actor
    return [desk.engine.instances.get(actor, case).version for case in cases]


def test_asked_for_followed_and_moved(desk: Desk, owner: Visitor) -> None:
    definition, cases = begun(desk, 5)
    waiting = asked(owner, definition)
    assert "Granskningen väntar på sin tur." in waiting.text
    assert 'http-equiv="refresh"' in waiting.text
    desk.engine.previews.run(seconds=0)
    half = owner.open(waiting.request.path)
    assert "2 av 5" in half.text
    assert 'http-equiv="refresh"' in half.text
    assert 'name="group"' not in half.text
    made(desk)
    done = owner.open(waiting.request.path)
    assert 'http-equiv="refresh"' not in done.text
    assert "5 processer är granskade, som de stod" in done.text
    assert "Kan flyttas" in done.text
    assert "First" in done.text
    job = owner.follow(owner.send(done, {}, having="group"))
    assert "Väntar: 5" in job.text
    desk.engine.migrations.run()
    assert "Flyttade: 5" in owner.open(job.request.path).text
    assert versions(desk, cases) == [2] * 5
    assert "Tidigare granskningar" in owner.open(f"/migration/{definition}").text


def test_the_page_looks_at_no_process_itself(
    desk: Desk, owner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition, _ = begun(desk, 5)

    def look(*_: Any, **__: Any) -> None:
        raise AssertionError("a request has looked at the instances")

    monkeypatch.setattr("engine.migration.preview.preview", look)
    monkeypatch.setattr("engine.migration.preview_job.look", look)
    page = asked(owner, definition)
    assert page.status_code == 200


def test_few_are_looked_at_at_once(desk: Desk, owner: Visitor) -> None:
    definition, cases = begun(desk, 3)
    page = owner.open(f"/migration/{definition}")
    assert "3 processer" in page.text
    assert "i bakgrunden" not in page.text
    owner.send(page, {}, having="group")
    desk.engine.migrations.run()
    assert versions(desk, cases) == [2, 2, 2]


def test_what_has_gone_on_since_is_told_before_anything_moves(desk: Desk, owner: Visitor) -> None:
    definition, cases = begun(desk, 5)
    page = asked(owner, definition)
    made(desk)
    seen = owner.open(page.request.path)
    assert "leave_changed" not in seen.text
    desk.complete(desk.manager, desk.task(cases[0]))
    told = owner.follow(owner.send(seen, {}, having="group"))
    assert "Inget är flyttat: 1 process har gått vidare sedan granskningen." in told.text
    assert versions(desk, cases) == [1] * 5
    again = owner.follow(owner.send(told, {}, having="group"))
    assert "Inget är flyttat" in again.text
    owner.send(again, {"leave_changed": "1"}, having="group")
    desk.engine.migrations.run()
    assert versions(desk, cases) == [1, 2, 2, 2, 2]


def test_a_step_that_is_gone_is_asked_for_and_looked_at_again(desk: Desk, owner: Visitor) -> None:
    definition, cases = begun(desk, 4, GONE)
    page = asked(owner, definition)
    made(desk)
    question = owner.open(page.request.path)
    assert "Välj var arbetet fortsätter" in question.text
    answer = owner.send(question, {"to-write": "draft"}, having="to-write")
    made(desk)
    answered = owner.follow(answer)
    assert answered.request.path != page.request.path
    assert "”Write” fortsätter som ”Draft”" in answered.text
    owner.send(answered, {}, having="group")
    desk.engine.migrations.run()
    assert versions(desk, cases) == [2] * 4


def test_without_a_choice_nothing_is_moved(desk: Desk, owner: Visitor) -> None:
    definition, cases = begun(desk, 4)
    page = asked(owner, definition)
    made(desk)
    answer = owner.send(owner.open(page.request.path), {"group": ""}, having="group")
    assert answer.status_code == 422
    assert "Välj minst en grupp" in answer.text
    assert versions(desk, cases) == [1] * 4


def test_staff_may_neither_ask_nor_see(
    desk: Desk, owner: Visitor, signed_in: SignedIn, people: People
) -> None:
    definition, _ = begun(desk, 4)
    preview = asked(owner, definition).request.path
    staff = signed_in(people["inkop"])
    assert staff.open(preview).status_code == 403
    assert staff.open(f"/migration/{definition}").status_code == 403


def test_the_pages_are_in_english_too(desk: Desk, owner: Visitor) -> None:
    definition, _ = begun(desk, 4)
    page = asked(owner, definition).request.path
    made(desk)
    text = owner.open(f"{page}?lang=en").text
    assert "4 processes are reviewed, as they stood" in text
    assert "Review again" in text
    assert re.search(r"So many are reviewed in the background",
                     owner.open(f"/migration/{definition}?lang=en").text)  # fmt: skip


def test_the_page_of_a_version_counts_as_far_as_the_move_does(desk: Desk, owner: Visitor) -> None:
    definition, _ = begun(desk, 5)
    page = owner.open(f"/definitions/{definition}")
    assert "5 pågår på andra versioner" in page.text
