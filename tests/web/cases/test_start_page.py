"""Starta ärende, when there is more than one process to start: the choice, and what each asks."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from engine import SYSTEM, Config, Engine
from tests.support.desk import a_customer
from tests.support.diagrams import chain, diagram, end, field, start, task
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor, form
from web import create_app

ASKED = field("what", required="true") + field("much", "money", default="= 12.5")
PARTS = (start(form=ASKED), task("act"), end(), chain("start", "act", "end"))
BARE = (start(), task("act"), end(), chain("start", "act", "end"))
OURS = '<sp:case customer="none"/><sp:starter role="saljare"/>'
MAYBE = (
    '<sp:case customer="optional" startDate="day" startDateLabel="First &lt;day&gt;"/>'
    '<sp:starter role="saljare"/>'
)


@pytest.fixture
def seller(signed_in: SignedIn, engine: Engine, people: People) -> Visitor:
    engine.definitions.deploy(SYSTEM, [diagram("asking", *PARTS, said=OURS)], key="asking")
    engine.definitions.deploy(
        SYSTEM, [diagram("maybe", *BARE, said=MAYBE, lanes={"inkop": ["act"]})], key="m"
    )
    return signed_in(people["saljare"])


def options(page: str) -> list[str]:
    return re.findall(r'href="/cases/new\?process=(\w+)', page)


def test_the_first_process_of_the_settings_stands_first(seller: Visitor) -> None:
    page = seller.open("/cases/new").text
    assert options(page) == ["serviceplan", "asking", "maybe"]
    assert "Ett kundavtal från förberedelse till avveckling." in page
    assert "<form" not in page.partition("<main")[2]


def test_whoever_comes_from_a_customer_chooses_among_what_customers_get(
    seller: Visitor, engine: Engine
) -> None:
    customer = a_customer(engine)
    page = seller.open(f"/cases/new?customer={customer}").text
    assert options(page) == ["serviceplan", "maybe"]
    link = re.search(r'href="(/cases/new\?process=maybe[^"]+)"', page)
    assert link is not None
    started = seller.open(link[1].replace("&amp;", "&")).text
    assert f'<option value="{customer}" selected>' in started


def test_a_process_of_no_customer_asks_for_what_it_needs_and_nothing_else(
    seller: Visitor, engine: Engine, people: People
) -> None:
    page = seller.open("/cases/new?process=asking")
    for absent in ('name="org_number"', 'name="start"', 'name="people.', 'value="preview"'):
        assert absent not in page.text
    assert 'value="12,5"' in page.text
    wrong = seller.send(page, {"f.much": "mycket"}, having="f.what", button=("action", "start"))
    assert wrong.status_code == 422
    assert 'href="#f-what"' in wrong.text
    assert 'value="mycket"' in wrong.text
    wrong = seller.send(wrong, {"f.what": "Kran"}, having="f.what", button=("action", "start"))
    assert wrong.status_code == 422
    assert 'href="#f-much"' in wrong.text
    done = seller.send(
        wrong, {"f.much": "1 200,50", "title": "Ny kran"}, having="f.what",
        button=("action", "start"),
    )  # fmt: skip
    assert "Ärende 2026-0001 är startat" in seller.follow(done).text
    [row] = engine.cases.search(people["manager"].actor).items
    assert row.title == "Ny kran"
    known = engine.cases.get(people["manager"].actor, row.id).variables
    assert known == {"what": "Kran", "much": 1200.5}


def test_a_customer_that_may_be_there_may_be_left_out(
    seller: Visitor, engine: Engine, people: People
) -> None:
    page = seller.open("/cases/new?process=maybe")
    assert "First &lt;day&gt;" in page.text
    assert re.findall(r'name="(people\.\w+)"', page.text) == ["people.inkop"]
    press = {"having": "start", "button": ("action", "start")}
    alone = seller.send(page, {"start": "2026-09-01"}, **press)  # type: ignore[arg-type]
    shown = seller.follow(alone).text
    assert "first &lt;day&gt;</span> 2026-09-01" in shown
    new = {"start": "2026-09-01", "mode": "new", "name": "Bok AB", "org_number": "5560160680"}
    assert seller.send(page, {**new, "key": "2"}, **press).status_code == 302  # type: ignore[arg-type]
    found = engine.cases.search(people["manager"].actor).items
    assert {row.customer and row.customer.name for row in found} == {"Bok AB", None}


def test_a_form_from_an_older_page_means_the_first_process(
    seller: Visitor, engine: Engine, people: People
) -> None:
    page = seller.open("/cases/new?process=serviceplan")
    filled = {"name": "Bok AB", "org_number": "5560160680", "start": "2026-09-01"}
    sent = seller.send(
        page, filled, having="org_number", button=("action", "start"), leave_out=("process",)
    )
    assert sent.status_code == 302
    [row] = engine.cases.search(people["manager"].actor).items
    assert row.customer is not None
    assert row.customer.name == "Bok AB"


@pytest.mark.parametrize(("process", "status"), [("nothing", 404), ("fas_b1", 403)])
def test_what_is_not_there_or_not_mine_is_told(seller: Visitor, process: str, status: int) -> None:
    assert seller.open(f"/cases/new?process={process}").status_code == status
    page = seller.open("/cases/new?process=asking")
    sent = seller.send(page, {"process": process, "f.what": "x"}, having="f.what")
    assert sent.status_code == status


def test_a_manager_of_a_system_in_which_nothing_can_be_started_is_told_so(
    bare_engine: Engine, config: Config, people: People
) -> None:
    timed = (start(timer="P1D"), task("act"), end(), chain("start", "act", "end"))
    bare_engine.definitions.deploy(SYSTEM, [diagram("daily", *timed)], key="daily")
    application: Flask = create_app(config, bare_engine)
    application.testing = True
    manager, clerk = Visitor(application), Visitor(application)
    manager.sign_in(people["manager"])
    clerk.sign_in(people["saljare"])
    assert "Ingen plan är publicerad än" in manager.open("/cases/new").text
    assert clerk.open("/cases/new").status_code == 403


# ---------------------------------------------------------------- dates that cannot be kept

NEW = {"mode": "new", "name": "Bok AB", "org_number": "5560160680", "start": "2026-03-03"}


@pytest.fixture
def planner(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["saljare"])


def test_dates_that_cannot_be_kept_are_told_before_anything_is_started(
    planner: Visitor, engine: Engine, people: People
) -> None:
    page = planner.open("/cases/new?process=serviceplan")
    told = planner.send(page, NEW, having="start", button=("action", "start"))
    assert told.status_code == 422
    assert "Datumen går inte att hålla" in told.text
    assert "Material och lokaler" in told.text
    assert "Den första dag då alla datum går att hålla är" in told.text
    assert engine.cases.search(people["manager"].actor).items == ()
    assert engine.customers.search(people["manager"].actor).items == ()

    anyway = ("action", "anyway:2026-03-03")
    assert anyway in form(told, having="start").buttons
    # Another day is another question.
    other = planner.send(told, {"start": "2026-03-04"}, having="start", button=anyway)
    assert other.status_code == 422
    done = planner.send(told, {}, having="start", button=anyway)
    assert "är startat" in planner.follow(done).text


def test_the_day_that_fits_is_one_press_away_and_starts_at_once(planner: Visitor) -> None:
    page = planner.open("/cases/new?process=serviceplan")
    told = planner.send(page, NEW, having="start", button=("action", "start"))
    (earliest,) = (b for b in form(told, having="start").buttons if b[1].startswith("earliest:"))
    fits = planner.send(told, {}, having="start", button=earliest)
    assert fits.status_code == 200
    assert form(fits, having="start").values["start"] == [earliest[1].removeprefix("earliest:")]
    assert "Datumen går inte att hålla" not in fits.text
    started = planner.send(fits, {}, having="start", button=("action", "start"))
    assert "är startat" in planner.follow(started).text


def test_the_preview_marks_them(planner: Visitor) -> None:
    page = planner.open("/cases/new?process=serviceplan")
    shown = planner.send(page, NEW, having="start", button=("action", "preview"))
    assert shown.status_code == 200
    assert shown.text.count("Går inte att hålla") == 10


def test_the_date_of_a_start_is_called_so_wherever_a_due_rule_counts_from_it(
    signed_in: SignedIn, engine: Engine, people: People
) -> None:
    due = task("act", due="P3D").replace("after=", 'of="day" before=')
    parts = (start(), due, end(), chain("start", "act", "end"))
    said = '<sp:case customer="none" startDate="day" startDateLabel="Första dagen"/>'
    deployed = engine.definitions.deploy(SYSTEM, [diagram("dated", *parts, said=said)], key="d")
    page = signed_in(people["manager"]).open(f"/definitions/{deployed.definitions[0].id}").text
    assert "3 dagar före ”Första dagen”" in page
    visitor = signed_in(people["manager"])
    visitor.open("/language/en?next=/")
    english = visitor.open(f"/definitions/{deployed.definitions[0].id}").text
    assert "3 days before “Första dagen”" in english
