"""Mina uppgifter: what is late, for today and to come, found by filters in the address."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from engine import SYSTEM, Config, Engine, FakeClock
from tests.support.diagrams import chain, diagram, end, start, task
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor
from web import create_app


@pytest.fixture
def seller(signed_in: SignedIn, people: People, task_id: str) -> Visitor:
    assert task_id
    return signed_in(people["saljare"])


def test_the_page_tells_the_date_the_week_and_the_counts(seller: Visitor) -> None:
    page = seller.open("/tasks").text
    assert "Måndag 2 mars 2026, v. 10" in page.replace("\u00a0", " ")
    assert '<span class="tile-number">1</span><span class="tile-text">Kommande</span>' in page


def test_a_card_tells_the_task_the_customer_and_the_points(seller: Visitor, task_id: str) -> None:
    page = seller.open("/tasks").text
    assert f'href="/tasks/{task_id}">Marknadsanalys</a>' in page
    assert "Fastighets AB Örnen" in page
    assert "0 av 1 punkt<" in page


def test_a_task_without_a_name_is_called_by_its_kind_and_one_named_as_its_id_by_its_name(
    seller: Visitor, engine: Engine, people: People
) -> None:
    bare = task("first_step").replace(' name="First_step"', "")
    steps = (start(), bare, task("Ring"), end(), chain("start", "first_step", "Ring", "end"))
    lanes = {"saljare": ["first_step", "Ring"]}
    source = diagram("bare", *steps, lanes=lanes, said='<sp:starter role="saljare"/>')
    engine.definitions.deploy(SYSTEM, [source], key="bare")
    engine.cases.start(people["saljare"].actor, process_id="bare", title="x", key="bare")
    page = seller.open("/tasks").text
    assert "first_step" not in page
    ((address, name),) = re.findall(r'href="(/tasks/\w+)">(Uppgift)</a>', page)
    assert name == "Uppgift"
    done = seller.follow(
        seller.send(seller.open(address), {}, having="note", button=("action", "complete"))
    ).text
    assert "first_step" not in done.partition("<main")[2]
    assert "Klart! Uppgift är slutförd" in done
    assert ">Ring</a>" in done


def test_what_should_have_been_done_is_late(
    seller: Visitor, clock: FakeClock, people: People
) -> None:
    clock.advance(timedelta(days=20))
    again = seller.follow(seller.sign_in(people["saljare"])).text
    assert 'id="grupp-late"' in again
    assert "dagar\u00a0försenad" in again
    assert 'id="grupp-coming"' not in again


def test_who_has_nothing_to_do_reads_when_there_will_be_something(
    signed_in: SignedIn, people: People, task_id: str
) -> None:
    page = signed_in(people["inkop"]).open("/tasks")
    assert "Inga uppgifter här" in page.text
    assert task_id not in page.text


def test_filters_stand_in_the_address_and_stay_filled_in(seller: Visitor) -> None:
    found = seller.open("/tasks?show=all&q=marknad&phase=A").text
    assert "Marknadsanalys" in found
    assert 'value="marknad"' in found
    assert '<option value="A" selected>' in found
    nothing = seller.open("/tasks?show=all&q=finnsinte").text
    assert "Inget motsvarar det du filtrerar på" in nothing


def test_a_filter_that_does_not_exist_counts_as_not_asked_for(seller: Visitor) -> None:
    for query in ("due=sometime", "show=everybody", "role=king"):
        assert "Marknadsanalys" in seller.open(f"/tasks?{query}").text


def test_a_place_in_the_list_that_does_not_exist_is_told(seller: Visitor) -> None:
    answer = seller.open("/tasks?cursor=nonsense")
    assert answer.status_code == 422
    assert "Börja om från början" in answer.text


def test_a_long_list_is_cut_and_goes_on(
    engine: Engine, config: Config, people: People, task_id: str
) -> None:
    manager = people["manager"].actor
    for number in range(3):
        engine.cases.start(
            manager, customer_id=engine.customers.search(manager).items[0].id, key=f"more-{number}"
        )
    small = replace(config, web=replace(config.web, page_size=3))
    visitor = Visitor(create_app(small, engine))
    visitor.sign_in(people["saljare"])
    first = visitor.open("/tasks?show=all").text
    assert first.count('class="task"') == 3
    link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "show=all" in link
    second = visitor.open(link).text
    assert second.count('class="task"') == 1
    assert "Till början" in second
    assert 'rel="next"' not in second


def test_the_page_is_small_enough_for_a_slow_line(seller: Visitor) -> None:
    """Everything that the first page needs, compressed: 40 kB at most."""
    compressed = {"Accept-Encoding": "gzip"}
    page = seller.open("/tasks", headers=compressed)
    assert page.headers["Content-Encoding"] == "gzip"
    total = len(page.data)
    for file in ("first.css", "app.js", "icon.svg", "fonts/public-sans.woff2"):
        total += len(seller.open(f"/static/{file}", headers=compressed).data)
    assert total <= 40_000
