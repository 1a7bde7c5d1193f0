"""What could not go on: told in the reader's language, listed, and tried again."""

from __future__ import annotations

import pytest

from engine import INCIDENT_KINDS, SYSTEM, Engine, Invalid, ProcessFailed
from tests.support.incidents import CHOICE, stopped_case
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor
from web.i18n import catalogue
from web.texts.incidents import KINDS


@pytest.fixture
def engine(bare_engine: Engine) -> Engine:
    return bare_engine


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


@pytest.fixture
def stopped(engine: Engine) -> str:
    """A case that stopped at once: nobody has set ``amount``."""
    return stopped_case(engine, title="Ett köp")


def in_english(visitor: Visitor, path: str) -> str:
    return visitor.open(f"{path}?lang=en").text


def test_every_kind_of_incident_has_its_words_in_both_languages() -> None:
    assert set(KINDS) == set(INCIDENT_KINDS)
    for words in KINDS.values():
        assert words.ways
        for text in (words.label, words.happened, *words.ways):
            entry = catalogue().get(text)
            assert entry is not None, text
            assert entry.string not in ("", text), text


def test_a_stopped_case_says_in_swedish_what_has_happened_and_what_can_be_done(
    manager: Visitor, stopped: str
) -> None:
    page = manager.open(f"/cases/{stopped}").text
    assert "gick inte att räkna ut, eller gav ett värde av fel slag." in page
    assert "Rätta värdet som är fel och försök igen." in page
    assert "flytta ärendet till den nya versionen" in page
    shown, hidden = page.split("Teknisk beskrivning", 1)
    assert "the variables here are" not in shown
    assert '<blockquote class="quoted mono" lang="en">' in hidden
    assert "the variables here are" in hidden.split("</blockquote>", 1)[0]


def test_the_same_in_english(manager: Visitor, stopped: str) -> None:
    page = in_english(manager, f"/cases/{stopped}")
    assert "could not be calculated, or gave a value of the wrong kind." in page
    assert "Correct the value that is wrong and try again." in page
    assert "Rätta" not in page


def test_the_history_tells_it_in_the_readers_language_too(manager: Visitor, stopped: str) -> None:
    page = manager.open("/history/").text
    assert "Ett uttryck vid ”" in page
    assert "the variables here are" not in page


def test_the_list_has_every_stop_with_its_case_and_a_way_to_try_again(
    manager: Visitor, engine: Engine, stopped: str
) -> None:
    [incident] = engine.incidents.newest(SYSTEM)
    page = manager.open("/incidents/")
    assert f'href="/cases/{stopped}?back=/incidents/#stopp-{incident.id}"' in page.text
    assert f'id="stopp-{incident.id}"' in manager.open(f"/cases/{stopped}").text
    assert "Ett köp" in page.text
    assert "Ett uttryck går inte att räkna ut" in page.text
    assert f"/cases/{stopped}/instances/{stopped}/variables?incident={incident.id}" in page.text
    again = manager.follow(manager.send(page, having="key"))
    assert "Samma sak stoppar ärendet igen." in again.text
    engine.instances.correct_variables(SYSTEM, stopped, {"amount": 5}, reason="prov", key="correct")
    gone = manager.follow(manager.send(again, having="key"))
    assert "ärendet går vidare" in gone.text
    assert "Inget står still" in gone.text


def test_a_task_that_could_not_be_completed_is_opened_from_the_stop(
    manager: Visitor, engine: Engine
) -> None:
    engine.definitions.deploy(SYSTEM, [CHOICE], key="deploy")
    case_id = str(engine.cases.start(SYSTEM, process_id="choice", key="start").id)
    [open_task] = engine.tasks.search(SYSTEM, show="all").items
    with pytest.raises(ProcessFailed):
        engine.tasks.complete(SYSTEM, open_task.id, answers={"amount": 13}, ticks={}, key="done")
    [incident] = engine.incidents.newest(SYSTEM)
    assert (incident.task_id, incident.element_name) == (open_task.id, "large")
    for path in (f"/cases/{case_id}", "/incidents/"):
        page = manager.open(path).text
        assert "Uppgiften är kvar." in page or path == "/incidents/"
        assert f'<a class="btn" href="/tasks/{open_task.id}?back=/' in page


def test_the_list_is_for_those_who_look_after_the_engine(
    signed_in: SignedIn, people: People, stopped: str
) -> None:
    for right in ("manager", "process_owner"):
        visitor = signed_in(people[right])
        assert 'href="/incidents/"' in visitor.open("/tasks").text
        assert "Ett köp" in visitor.open("/incidents/").text
    staff = signed_in(people["inkop"])
    assert 'href="/incidents/"' not in staff.open("/tasks").text
    assert staff.open("/incidents/").status_code == 403


def test_who_may_not_look_at_the_case_is_not_sent_there(
    signed_in: SignedIn, people: People, stopped: str
) -> None:
    page = signed_in(people["process_owner"]).open("/incidents/").text
    assert f"/cases/{stopped}" not in page
    assert "Försök igen" in page


def test_the_list_comes_in_pages_that_neither_repeat_nor_leave_out(
    manager: Visitor, engine: Engine, stopped: str
) -> None:
    for _ in range(6):
        stopped_case(engine)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = engine.incidents.search(SYSTEM, cursor=cursor, limit=3)
        seen += [incident.id for incident in page.items]
        if (cursor := page.next) is None:
            break
    assert seen == [incident.id for incident in engine.incidents.newest(SYSTEM)]
    assert len(set(seen)) == 7
    second = engine.incidents.search(SYSTEM, limit=3).next
    assert "Till början" in manager.open(f"/incidents/?cursor={second}").text
    with pytest.raises(Invalid):
        engine.incidents.search(SYSTEM, cursor="nonsense")


def test_staff_are_given_none(engine: Engine, people: People, stopped: str) -> None:
    assert engine.incidents.search(people["inkop"].actor).items == ()


def test_the_overview_leads_to_the_list(manager: Visitor, engine: Engine, stopped: str) -> None:
    engine.analysis.count_figures()
    page = manager.open("/overview/").text
    assert '<a class="tile tile-late" href="/incidents/">' in page


def test_a_case_without_a_plan_shows_its_steps_and_leads_to_its_tasks(
    manager: Visitor, engine: Engine
) -> None:
    engine.definitions.deploy(SYSTEM, [CHOICE], key="deploy")
    case_id = str(engine.cases.start(SYSTEM, process_id="choice", key="start").id)
    [open_task] = engine.tasks.search(SYSTEM, show="all").items
    page = manager.open(f"/cases/{case_id}").text
    assert f'href="/tasks/{open_task.id}?back=/cases/' in page
    assert "0 av 0" not in page
