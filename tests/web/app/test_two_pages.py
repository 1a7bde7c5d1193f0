"""The same page twice: what the second one does not change stays as the first one has made it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import SYSTEM, Engine, Person
from tests.support.diagrams import task
from tests.support.incidents import stopped_case
from tests.support.mover import steps
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor, form, upload

SAVE = ("action", "save")


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


@pytest.fixture
def administrator(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["administrator"])


# ---------------------------------------------------------------- a person


def person(engine: Engine, username: str = "inkop") -> Person:
    return next(p for p in engine.people.all(SYSTEM) if p.username == username)


def test_who_writes_an_address_opens_no_account_that_was_closed(
    administrator: Visitor, engine: Engine
) -> None:
    page = administrator.open("/people/inkop")
    engine.people.change(SYSTEM, "inkop", active=False, roles=("ekonomi",), key="closed")
    answer = administrator.send(page, {"email": "a@example.com"}, having="email", button=SAVE)
    assert answer.status_code == 302
    now = person(engine)
    assert (now.active, now.email, now.roles) == (False, "a@example.com", {"ekonomi"})


def test_roles_are_merged_one_by_one(administrator: Visitor, engine: Engine) -> None:
    page = administrator.open("/people/inkop")
    engine.people.change(SYSTEM, "inkop", roles=("inkop", "ekonomi"), key="more")
    filled = {"roles": ["inkop", "saljare"]}
    assert administrator.send(page, filled, having="roles", button=SAVE).status_code == 302
    assert person(engine).roles == {"inkop", "ekonomi", "saljare"}


def test_two_addresses_are_shown_side_by_side_and_one_press_chooses(
    administrator: Visitor, engine: Engine, people: People
) -> None:
    page = administrator.open("/people/inkop")
    other = people["administrator"].actor
    engine.people.change(other, "inkop", email="b@example.com", key="other")
    asked = administrator.send(
        page, {"email": "a@example.com", "rights": "manager"}, having="email", button=SAVE
    )
    assert asked.status_code == 409
    assert "b@example.com" in asked.text
    assert f"{other.name}, 09:00" in asked.text
    assert form(asked, having="email").values["email"] == ["a@example.com"]
    assert person(engine).rights == set()
    done = administrator.send(asked, having="email", button=("keep", "theirs"))
    assert done.status_code == 302
    assert (person(engine).email, person(engine).rights) == ("b@example.com", {"manager"})


def test_a_role_that_one_takes_and_the_other_gives_is_asked_about(
    administrator: Visitor, engine: Engine
) -> None:
    engine.people.change(SYSTEM, "inkop", roles=("inkop", "ekonomi"), key="both")
    page = administrator.open("/people/inkop")
    engine.people.change(SYSTEM, "inkop", roles=("inkop",), key="one")
    # The page shows the role ticked and leaves it so: it is left alone.
    administrator.send(page, {"rights": "manager"}, having="roles", button=SAVE)
    assert person(engine).roles == {"inkop"}


def test_nothing_changed_writes_nothing(administrator: Visitor, engine: Engine) -> None:
    page = administrator.open("/people/inkop")
    before = len(engine.history.search(SYSTEM, type="person.changed").items)
    assert administrator.send(page, having="email", button=SAVE).status_code == 302
    assert len(engine.history.search(SYSTEM, type="person.changed").items) == before


def test_a_password_that_was_set_meanwhile_is_not_set_again_in_silence(
    administrator: Visitor, engine: Engine, clock: Any
) -> None:
    page = administrator.open("/people/inkop")
    clock.advance(timedelta(minutes=5))
    engine.people.set_password(SYSTEM, "inkop", "fyra ord i en rad", key="other")
    press = ("action", "password")
    asked = administrator.send(page, having="new_password", button=press)
    assert asked.status_code == 409
    assert engine.sessions.check_password("inkop", "fyra ord i en rad").username == "inkop"
    assert administrator.send(asked, having="new_password", button=press).status_code == 302


# ---------------------------------------------------------------- the plan


def test_rows_of_two_planners_are_both_kept(manager: Visitor, engine: Engine, case_id: str) -> None:
    page = manager.open(f"/cases/{case_id}/plan")
    first, second = [n for n in form(page, having="key").names if n.endswith(".due")][1:3]
    other = manager.open(f"/cases/{case_id}/plan")
    assert manager.send(page, {first: "2026-12-01"}, having=first).status_code == 302
    assert manager.send(other, {second: "2026-12-02"}, having=second).status_code == 302
    now = form(manager.open(f"/cases/{case_id}/plan"), having=first).values
    assert (now[first], now[second]) == (["2026-12-01"], ["2026-12-02"])
    assert len(engine.history.search(SYSTEM, case_id=case_id, type="plan.changed").items) == 2


def test_the_same_date_of_two_planners_is_asked_about(
    manager: Visitor, people: People, case_id: str
) -> None:
    page, other = (manager.open(f"/cases/{case_id}/plan") for _ in range(2))
    due = [n for n in form(page, having="key").names if n.endswith(".due")][1]
    manager.send(page, {due: "2026-12-01"}, having=due)
    asked = manager.send(other, {due: "3 dec 2026"}, having=due)
    assert asked.status_code == 409
    assert f"{people['manager'].name}, 09:00" in asked.text
    assert form(asked, having=due).values[due] == ["3 dec 2026"]
    assert manager.send(asked, having=due, button=("keep", "mine")).status_code == 302
    now = form(manager.open(f"/cases/{case_id}/plan"), having=due).values
    assert now[due] == ["2026-12-03"]


# ---------------------------------------------------------------- a value


def test_a_value_that_was_corrected_meanwhile_is_asked_about(
    manager: Visitor, engine: Engine
) -> None:
    case = stopped_case(engine)
    engine.instances.correct_variables(SYSTEM, case, {"amount": 1}, reason="a", key="a")
    address = f"/cases/{case}/instances/{case}/variables/correct?name=amount"
    page = manager.open(address)
    engine.instances.correct_variables(SYSTEM, case, {"amount": 2}, reason="b", key="b")
    filled = {"value": "3", "reason": "Fel"}
    asked = manager.send(page, filled, having="reason", button=SAVE)
    assert asked.status_code == 409
    assert amount(engine, case) == "2"
    again = manager.send(asked, having="reason", button=("keep", "mine"))
    assert again.status_code == 302
    assert amount(engine, case) == "3"
    stale = manager.send(page, {"value": "4", "reason": "Fel"}, having="reason", button=SAVE)
    left = manager.send(stale, having="reason", button=("keep", "theirs"))
    assert left.status_code == 302
    assert amount(engine, case) == "3"


def amount(engine: Engine, case: str) -> str:
    return next(v.text for v in engine.instances.variables(SYSTEM, case) if v.name == "amount")


# ---------------------------------------------------------------- pages with nothing to merge


def test_a_case_that_went_on_is_not_cancelled_in_silence(
    manager: Visitor, engine: Engine, people: People, case_id: str, task_id: str
) -> None:
    page = manager.open(f"/cases/{case_id}/cancel")
    points = {p.id: True for p in engine.tasks.get(SYSTEM, task_id).checklist}
    engine.tasks.complete(
        SYSTEM, task_id, answers={"marknadsrapport": "Klar"}, ticks=points, key="done"
    )
    asked = manager.send(page, {"reason": "Ångrat"}, having="reason")
    assert asked.status_code == 409
    assert "Ärendet har gått vidare" in asked.text
    assert form(asked, having="reason").values["reason"] == ["Ångrat"]
    assert engine.cases.get(SYSTEM, case_id).row.state == "running"
    assert manager.send(asked, having="reason").status_code == 302
    assert engine.cases.get(SYSTEM, case_id).row.state == "cancelled"


def test_a_version_that_went_live_meanwhile_is_named_with_who_and_when(
    signed_in: SignedIn, engine: Engine, people: People
) -> None:
    owner = signed_in(people["process_owner"])
    one, two, three = (steps(task(name), ids=name) for name in ("one", "two", "three"))
    engine.definitions.deploy(SYSTEM, [one], strict_roles=False, key="one")
    page = owner.open("/definitions/upload")
    checked = upload(owner, {"work.bpmn": three.data}, "check")
    engine.definitions.deploy(people["process_owner"].actor, [two], strict_roles=False, key="two")
    assert page.status_code == 200
    press = ("action", "deploy")
    asked = owner.send(checked, having="checked_file", button=press)
    assert asked.status_code == 409
    assert f"Work, version 2: {people['process_owner'].name}, 2026-03-02 09:00" in asked.text
    done = owner.send(asked, having="checked_file", button=press)
    assert done.status_code == 302
    [live] = [d for d in engine.definitions.all(SYSTEM) if d.process_id == "work" and d.latest]
    assert live.version == 3


def test_a_preview_whose_instances_have_changed_is_shown_again(
    signed_in: SignedIn, engine: Engine, people: People
) -> None:
    owner = signed_in(people["process_owner"])
    first, then = steps(task("one"), ids="one"), steps(task("one"), task("two"), ids="one two")
    engine.definitions.deploy(SYSTEM, [first], strict_roles=False, key="v1")
    cases = [engine.cases.start(SYSTEM, process_id="work", key=key).id for key in ("a", "b")]
    newest = engine.definitions.deploy(SYSTEM, [then], strict_roles=False, key="v2")
    page = owner.open(f"/migration/{newest.definitions[0].id}")
    assert "2 processer" in page.text
    engine.cases.cancel(SYSTEM, str(cases[0]), "Ångrat", key="cancel")
    asked = owner.send(page, having="group")
    assert asked.status_code == 409
    assert "2 processer" not in asked.text
    assert owner.send(asked, having="group").status_code == 302
    engine.migrations.run()
    assert engine.instances.get(SYSTEM, str(cases[1])).version == 2


# ---------------------------------------------------------------- a form that does not say


def test_a_form_that_does_not_say_what_it_showed_opens_no_closed_account(
    administrator: Visitor, engine: Engine
) -> None:
    page = administrator.open("/people/inkop")
    engine.people.change(SYSTEM, "inkop", active=False, key="closed")
    filled, left_out = {"email": "a@example.com"}, ("shown",)
    asked = administrator.send(page, filled, having="email", button=SAVE, leave_out=left_out)
    assert asked.status_code == 409
    assert "Får logga in" in asked.text
    assert not person(engine).active
    done = administrator.send(asked, having="email", button=("keep", "theirs:active"))
    assert done.status_code == 409
    done = administrator.send(done, having="email", button=("keep", "mine"))
    assert (person(engine).active, person(engine).email) == (False, "a@example.com")


def test_problems_and_a_conflict_stand_on_one_page_each_said_once(
    administrator: Visitor, engine: Engine
) -> None:
    page = administrator.open("/people/inkop")
    engine.people.change(SYSTEM, "inkop", email="b@example.com", key="other")
    asked = administrator.send(page, {"email": "fel"}, having="email", button=SAVE)
    wrong = administrator.send(asked, having="email", button=("keep", "mine"))
    assert wrong.status_code == 422
    assert wrong.text.count("Kasta det jag skrev") == 1
    assert "Det du skrev är inte sparat än" not in wrong.text
    assert wrong.text.index("Ett fel behöver rättas") < wrong.text.index('id="krock"')
