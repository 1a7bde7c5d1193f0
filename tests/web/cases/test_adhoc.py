"""The page of a case offers the activities of its open ad-hoc sub-processes."""

from __future__ import annotations

import pytest

from engine import Engine
from tests.support.desk import Desk
from tests.support.diagrams import ad_hoc, chain, diagram, end, field, start, task
from tests.support.people import People
from tests.support.visitor import SignedIn


@pytest.fixture
def desk(bare_engine: Engine, people: People) -> Desk:
    keys = iter(range(1000))
    return Desk(bare_engine, people, lambda: f"key-{next(keys)}")


@pytest.fixture
def engine(bare_engine: Engine) -> Engine:
    return bare_engine


@pytest.fixture
def case(desk: Desk) -> str:
    inner = (task("bredd", form=field("klart", "boolean")), task("trivsel"))
    parts = (
        start(),
        ad_hoc("utveckling", *inner, until="= klart = true"),
        task("rapport"),
        end(),
        chain("start", "utveckling", "rapport", "end"),
    )
    lanes = {"kundansvarig": ["utveckling"], "inkop": ["trivsel"]}
    desk.deploy(diagram("fri", *parts, lanes=lanes, variables={"klart": "= false"}))
    return desk.case("fri")


def test_a_button_begins_an_activity(
    signed_in: SignedIn, desk: Desk, people: People, case: str
) -> None:
    visitor = signed_in(people["kundansvarig"])
    page = visitor.open(f"/cases/{case}")
    assert "Kan påbörjas i ”Utveckling”" in page.text
    assert "1 pågår redan" in page.text
    page = visitor.follow(visitor.send(page, {}, having="scope"))
    assert "”Bredd” är påbörjad." in page.text
    assert desk.names(case) == ["Bredd", "Bredd", "Trivsel"]
    assert "Kundansvarig" in page.text
    assert "påbörjade ”Bredd”" in page.text


def test_a_double_click_begins_it_once(
    signed_in: SignedIn, desk: Desk, people: People, case: str
) -> None:
    visitor = signed_in(people["kundansvarig"])
    page = visitor.open(f"/cases/{case}")
    for _ in range(2):
        assert visitor.send(page, {}, having="scope").status_code == 302
    assert desk.names(case) == ["Bredd", "Bredd", "Trivsel"]


def test_other_roles_see_it_without_a_button(
    signed_in: SignedIn, people: People, case: str
) -> None:
    page = signed_in(people["inkop"]).open(f"/cases/{case}")
    assert "Kan påbörjas i ”Utveckling”" in page.text
    assert page.text.count('name="scope"') == 1
    assert "begin/trivsel" in page.text
    assert "begin/bredd" not in page.text


def test_what_is_over_meanwhile_is_told_and_nothing_else_happens(
    signed_in: SignedIn, desk: Desk, people: People, case: str
) -> None:
    visitor = signed_in(people["kundansvarig"])
    page = visitor.open(f"/cases/{case}")
    desk.complete(people["kundansvarig"], desk.task(case, "Bredd"), {"klart": True})
    page = visitor.follow(visitor.send(page, {}, having="scope"))
    assert "”Bredd” kan inte påbörjas just nu." in page.text
    assert desk.names(case) == ["Rapport"]


def test_nobody_begins_anything_without_the_forms_token(
    signed_in: SignedIn, desk: Desk, people: People, case: str
) -> None:
    visitor = signed_in(people["kundansvarig"])
    instance = desk.engine.cases.get(desk.manager.actor, case).activities[0].instance_id
    answer = visitor.client.post(f"/cases/{case}/instances/{instance}/begin/bredd", data={})
    assert answer.status_code == 303
    assert desk.names(case) == ["Bredd", "Trivsel"]
