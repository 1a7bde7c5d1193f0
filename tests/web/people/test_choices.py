"""Choosing a person or a customer among very many: the likeliest at hand, the others by a search
that loses nothing of what was typed; and pages that are no larger for three thousand people than
for fifty."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine as DatabaseEngine

from engine import SYSTEM, Engine
from tests.support.crowd import clientele, crowd
from tests.support.databases import database_of
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor, form

BOX = "find:person:saljare:assignee"
SELLER = "find:person:saljare:people.saljare"
CUSTOMER = "find:customer::customer"


class Town:
    """Adds people and customers to a company."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._many = engine, 0

    def grow(self, number: int) -> None:
        """Until there are so many of each, all of whom hold every role."""
        with database_of(self._engine).writing() as connection:
            crowd(connection, number - self._many, list(self._engine.roles), first=self._many)
            clientele(connection, number - self._many, first=self._many)
        self._many = number


@pytest.fixture
def town(engine: Engine) -> Town:
    return Town(engine)


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


def options(text: str, name: str) -> list[str]:
    """The values of a select's options."""
    select = re.search(rf'<select[^>]*name="{re.escape(name)}".*?</select>', text, re.S)
    assert select is not None, name
    return re.findall(r'<option value="([^"]*)"', select[0])


# ---------------------------------------------------------------- in a task


def test_a_small_company_has_a_plain_select(manager: Visitor, task_id: str) -> None:
    page = manager.open(f"/tasks/{task_id}")
    assert options(page.text, "assignee") == ["", "saljare"]
    assert "find:" not in page.text


def test_a_task_is_given_to_somebody_who_is_searched_for(
    manager: Visitor, task_id: str, town: Town, engine: Engine, people: People
) -> None:
    town.grow(60)
    address = f"/tasks/{task_id}"
    page = manager.open(address)
    assert len(options(page.text, "assignee")) < 12
    filled = {BOX: "p00042"}
    answer = manager.send(page, filled, having="assignee", button=("action", "find"))
    assert form(answer, having="assignee").values["assignee"] == ["p00042"]
    answer = manager.send(answer, having="assignee", button=("action", "reassign"))
    assert "Cecilia Fors har nu uppgiften." in manager.follow(answer).text


def test_a_text_that_means_one_person_needs_no_search(
    manager: Visitor, task_id: str, town: Town, engine: Engine, people: People
) -> None:
    town.grow(60)
    page = manager.open(f"/tasks/{task_id}")
    filled = {BOX: "cecilia gran"}
    manager.follow(manager.send(page, filled, having="assignee", button=("action", "reassign")))
    row = engine.tasks.get(people["manager"].actor, task_id).row
    assert row.assignee is not None
    assert row.assignee.username == "p00052"


def test_a_text_that_means_several_asks_and_keeps_everything(
    signed_in: SignedIn, people: People, task_id: str, town: Town, engine: Engine
) -> None:
    town.grow(60)
    seller = people["saljare"]
    engine.tasks.claim(seller.actor, task_id, key="claim")
    manager = signed_in(people["manager"])
    page = manager.open(f"/tasks/{task_id}")
    filled = {BOX: "anna"}
    shown = manager.send(page, filled, having="assignee", button=("action", "reassign"))
    assert shown.status_code == 422
    assert "Flera stämmer in på ”anna”" in shown.text
    found = [value for value in options(shown.text, "assignee") if value.startswith("p")]
    assert found[:6] == ["p00000", "p00010", "p00020", "p00030", "p00040", "p00050"]
    assert form(shown, having="assignee").values[BOX] == ["anna"]
    again = manager.send(shown, having="assignee", button=("action", "reassign"))
    assert "Välj bland träffarna på ”anna”" in again.text
    chosen = {"assignee": "p00030"}
    done = manager.send(shown, chosen, having="assignee", button=("action", "reassign"))
    assert "Anna Ek har nu uppgiften." in manager.follow(done).text


@pytest.mark.parametrize("text", ["zzz", "%", "''", "a\x00zz", "p99999", "<script>"])
def test_a_text_that_means_nobody_is_told(
    manager: Visitor, task_id: str, town: Town, text: str
) -> None:
    town.grow(60)
    page = manager.open(f"/tasks/{task_id}")
    shown = manager.send(page, {BOX: text}, having="assignee", button=("action", "find"))
    assert shown.status_code == 200
    assert "Ingen träff på ”" in shown.text
    assert "<script>”" not in shown.text


# ---------------------------------------------------------------- at the start of a case


def test_a_search_at_the_start_keeps_what_was_typed(
    signed_in: SignedIn, people: People, town: Town, engine: Engine
) -> None:
    town.grow(60)
    seller = signed_in(people["saljare"])
    page = seller.open("/cases/new")
    assert len(options(page.text, "customer")) == 1
    filled = {"mode": "known", "start": "2026-09-01", SELLER: "anna", CUSTOMER: "00033"}
    shown = seller.send(page, filled, having="start", button=("action", "find"))
    assert shown.status_code == 200
    values = form(shown, having="start").values
    assert values["customer"] == ["kund00033"]
    assert (values["mode"], values["start"], values[SELLER]) == (
        ["known"],
        ["2026-09-01"],
        ["anna"],
    )
    assert "6 träffar på ”anna”. Välj i listan." in shown.text
    chosen = {"people.saljare": "p00020"}
    answer = seller.send(shown, chosen, having="start", button=("action", "start"))
    assert "är startat." in seller.follow(answer).text
    [case] = engine.cases.search(SYSTEM).items
    assert case.customer is not None
    assert case.customer.id == "kund00033"
    assert engine.cases.get(SYSTEM, case.id).people["saljare"].username == "p00020"


def test_the_enter_key_in_a_search_box_searches_and_starts_nothing(
    signed_in: SignedIn, people: People, town: Town, engine: Engine
) -> None:
    town.grow(60)
    seller = signed_in(people["saljare"])
    page = seller.open("/cases/new")
    assert form(page, having="start").buttons[0] == ("action", "enter")
    filled = {"mode": "known", CUSTOMER: "00033"}
    answer = seller.send(page, filled, having="start", button=("action", "enter"))
    assert answer.status_code == 200
    assert "Fyll i detta." not in answer.text
    assert form(answer, having="start").values["customer"] == ["kund00033"]
    assert engine.cases.search(SYSTEM).items == ()


# ---------------------------------------------------------------- in the plan


def test_a_plan_is_changed_by_a_search(
    manager: Visitor, case_id: str, town: Town, engine: Engine
) -> None:
    town.grow(60)
    address = f"/cases/{case_id}/plan"
    page = manager.open(address)
    posted = form(page, having="shown")
    box = next(name for name in posted.names if name.startswith("find:person:saljare:plan."))
    name = box.removeprefix("find:person:saljare:")
    shown = manager.send(page, {box: "david"}, having="shown", button=("action", "find"))
    assert "6 träffar på ”david”" in shown.text
    manager.send(shown, {name: "p00013"}, having="shown")
    rows = [r.plan for sheet in engine.cases.get(SYSTEM, case_id).sheets for r in sheet.rows]
    chosen = {r.id: r.person.username for r in rows if r.person}
    assert chosen == {name.split(".")[1]: "p00013"}


# ---------------------------------------------------------------- in the history


def test_the_history_understands_a_name_and_asks_when_it_is_several(
    manager: Visitor, case_id: str, town: Town, people: People
) -> None:
    town.grow(60)
    assert "<datalist" in manager.open("/history/").text
    for text in ("manager", "Manager Ståhl", people["manager"].id):
        page = manager.open(f"/history/?person={text}")
        assert page.status_code == 200
        assert "startade" in page.text
    several = manager.open("/history/?person=anna&type=case.started")
    assert several.status_code == 422
    assert "Flera stämmer in på ”anna”" in several.text
    assert "type=case.started" in several.text
    assert "person=p00010" in several.text
    nobody = manager.open("/history/?person=zzz")
    assert nobody.status_code == 422
    assert "Ingen träff på ”zzz”" in nobody.text
    assert manager.open("/history/export.csv?person=zzz").status_code == 422
    assert manager.open("/history/?person=system").status_code == 200


# ---------------------------------------------------------------- the list of people


def test_people_are_listed_in_pages_and_searched(
    signed_in: SignedIn, people: People, town: Town
) -> None:
    town.grow(120)
    administrator = signed_in(people["administrator"])
    page = administrator.open("/people/")
    seen = re.findall(r'href="/people/(p\d{5}|[a-z_]+)">', page.text)
    while following := re.search(r'rel="next" href="([^"]+)"', page.text):
        page = administrator.open(following[1].replace("&amp;", "&"))
        seen += re.findall(r'href="/people/(p\d{5}|[a-z_]+)">', page.text)
    listed = [name for name in seen if name not in ("settings", "new")]
    assert len(listed) == len(set(listed)) == 120 + len(people)
    found = administrator.open("/people/?q=åke sand").text
    assert re.findall(r'href="/people/(p\d{5})"', found) == ["p00089"]
    of_role = administrator.open("/people/?role=saljare&q=saljare").text
    assert re.findall(r'href="/people/(saljare)"', of_role) == ["saljare"]
    assert "Ingen motsvarar det du söker." in administrator.open("/people/?q=zzz").text
    assert administrator.open("/people/?cursor=nonsense").status_code == 422
    assert "och fler" in administrator.open("/people/settings").text


# ---------------------------------------------------------------- what pages cost


@pytest.fixture
def fetched() -> Iterator[list[int]]:
    """The number of statements that are sent while the test runs."""
    sent: list[int] = []

    def note(*_: object) -> None:
        sent.append(1)

    event.listen(DatabaseEngine, "before_cursor_execute", note)
    yield sent
    event.remove(DatabaseEngine, "before_cursor_execute", note)


def test_pages_are_as_large_for_three_thousand_as_for_fifty(
    signed_in: SignedIn,
    people: People,
    case_id: str,
    task_id: str,
    town: Town,
    fetched: list[int],
) -> None:
    manager, administrator = signed_in(people["manager"]), signed_in(people["administrator"])
    seller = signed_in(people["saljare"])
    pages = [
        (administrator, "/people/"),
        (administrator, "/people/settings"),
        (administrator, "/people/p00007"),
        (administrator, "/people/?role=saljare"),
        (manager, "/history/"),
        (manager, f"/tasks/{task_id}"),
        (manager, f"/cases/{case_id}"),
        (manager, f"/cases/{case_id}/plan"),
        (seller, "/cases/new"),
        (seller, "/tasks"),
    ]

    def costs() -> dict[str, tuple[int, int]]:
        found = {}
        for visitor, address in pages:
            visitor.open(address)
            fetched.clear()
            answer = visitor.open(address)
            assert answer.status_code == 200, address
            found[address] = len(answer.data), len(fetched)
        return found

    town.grow(60)
    before = costs()
    town.grow(3_000)
    after = costs()
    for address, (size, statements) in before.items():
        assert after[address][0] <= size * 1.3, address
        assert after[address][1] <= statements, address
