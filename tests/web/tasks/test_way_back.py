"""From a task one comes back to the list that one came from, with its filters."""

from __future__ import annotations

import pytest

from engine import Engine
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor, form

DONE = {"tick.kort_rapport": "1"}
REPORT = {"f.marknadsrapport": "Marknaden växer."}
FILTERED = "/tasks?show=role&q=marknad"
CARRIED = "back=/tasks?show%3Drole%26q%3Dmarknad"


@pytest.fixture
def seller(signed_in: SignedIn, people: People, task_id: str) -> Visitor:
    assert task_id
    return signed_in(people["saljare"])


def crumb(text: str) -> str:
    return text.partition('class="crumb" href="')[2].partition("</a>")[0].replace("&amp;", "&")


def test_a_filtered_list_is_carried_through_saving_and_signing(
    seller: Visitor, people: People, task_id: str
) -> None:
    assert f'href="/tasks/{task_id}?{CARRIED}"' in seller.open(FILTERED).text
    page = seller.open(f"/tasks/{task_id}?{CARRIED}")
    assert crumb(page.text).startswith(FILTERED)
    saved = seller.follow(seller.send(page, {"note": "x"}, having="note", button=SAVE))
    assert crumb(saved.text).startswith(FILTERED)
    wrong = seller.send(saved, {"password": "fel"}, having="note", button=COMPLETE)
    assert form(wrong, having="note").values["back"] == [FILTERED]
    filled = {**DONE, **REPORT, "password": people["saljare"].password}
    done = seller.follow(seller.send(wrong, filled, having="note", button=COMPLETE)).text
    assert crumb(done).startswith(FILTERED)
    assert f'class="btn btn-primary" href="{FILTERED.replace("&", "&amp;")}"' in done


SAVE, COMPLETE = ("action", "save"), ("action", "complete")


def test_a_task_that_is_handed_back_leads_to_the_list(seller: Visitor, task_id: str) -> None:
    page = seller.open(f"/tasks/{task_id}?{CARRIED}")
    mine = seller.follow(seller.send(page, {}, having="note", button=("action", "claim")))
    left = seller.send(mine, {}, having="note", button=("action", "release"))
    assert left.location == FILTERED


def test_a_task_of_a_case_leads_back_to_the_case_and_that_to_its_list(
    seller: Visitor, case_id: str, task_id: str
) -> None:
    listed = seller.open("/cases/?q=örnen")
    way = f"/cases/{case_id}?back=/cases/?q%3D%C3%B6rnen"
    assert f'href="{way}"' in listed.text
    case = seller.open(way).text
    assert crumb(case).startswith("/cases/?q=örnen")
    link = case.partition(f'href="/tasks/{task_id}')[2].partition('"')[0].replace("&amp;", "&")
    task = seller.open(f"/tasks/{task_id}{link}").text
    assert crumb(task).startswith(f"/cases/{case_id}?back=")
    assert crumb(task).endswith("Ärendet")


def test_a_task_that_comes_from_nowhere_leads_to_the_inbox(seller: Visitor, task_id: str) -> None:
    assert crumb(seller.open(f"/tasks/{task_id}").text).startswith('/tasks">')


@pytest.mark.parametrize(
    "back", ["https://example.org/", "//example.org/tasks", "/\\example.org", "/people/", "x", "/"]
)
def test_nobody_is_led_anywhere_else(seller: Visitor, task_id: str, back: str) -> None:
    page = seller.open(f"/tasks/{task_id}", query_string={"back": back})
    assert crumb(page.text).startswith('/tasks">')
    mine = seller.follow(
        seller.send(page, {"back": back}, having="note", button=("action", "claim"))
    )
    left = seller.send(mine, {"back": back}, having="note", button=("action", "release"))
    assert left.location == "/tasks"


def test_what_comes_next_is_said_and_to_whom(
    seller: Visitor, people: People, engine: Engine, task_id: str
) -> None:
    page = seller.open(f"/tasks/{task_id}")
    filled = {**DONE, **REPORT, "password": people["saljare"].password}
    done = seller.follow(seller.send(page, filled, having="note", button=COMPLETE)).text
    assert "Ärendet har gått vidare till:" in done
    assert "Inventering" in done
    assert "alla med rollen Ledningsgrupp" in done
    assert "klart den" in done
