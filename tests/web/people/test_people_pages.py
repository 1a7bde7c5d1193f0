"""Who works here, for administrators."""

from __future__ import annotations

from flask import Flask

from engine import SYSTEM, Engine
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor, form


def test_only_administrators_see_the_pages(signed_in: SignedIn, people: People) -> None:
    for key in ("saljare", "manager", "process_owner"):
        visitor = signed_in(people[key])
        assert visitor.open("/people/").status_code == 403
        assert visitor.open("/people/new").status_code == 403
        assert "/people/" not in visitor.open("/tasks").text
    assert "/people/" in signed_in(people["administrator"]).open("/tasks").text


def test_a_new_person_can_sign_in_with_the_password_that_the_page_made(
    signed_in: SignedIn, people: People, app: Flask
) -> None:
    administrator = signed_in(people["administrator"])
    page = administrator.open("/people/new")
    password = form(page, having="username").values["password"][0]
    filled = {"name": "Åsa Öberg", "username": "asa", "roles": "ekonomi"}
    answer = administrator.send(page, filled, having="username")
    assert "Åsa Öberg kan nu logga in." in administrator.follow(answer).text
    newcomer = Visitor(app)
    login = {"username": "asa", "password": password}
    assert newcomer.send(newcomer.open("/login"), login, having="password").status_code == 302
    assert "Ekonomiavdelningen" in newcomer.open("/tasks").text


def test_a_user_name_that_is_taken_keeps_what_was_filled_in(
    signed_in: SignedIn, people: People
) -> None:
    administrator = signed_in(people["administrator"])
    filled = {"name": "Bo Ek", "username": people["saljare"].username, "roles": "inkop"}
    page = administrator.open("/people/new")
    answer = administrator.send(page, filled, having="username")
    assert answer.status_code == 422
    assert "Användarnamn: Det finns redan." in answer.text
    kept = form(answer, having="username").values
    assert kept["name"] == ["Bo Ek"]
    assert kept["roles"] == ["inkop"]


def test_roles_rights_and_the_account_are_changed(
    signed_in: SignedIn, people: People, engine: Engine
) -> None:
    administrator = signed_in(people["administrator"])
    username = people["inkop"].username
    page = administrator.open(f"/people/{username}")
    filled = {"roles": ["ekonomi", "inkop"], "rights": "manager", "active": None}
    answer = administrator.send(page, filled, having="roles", button=("action", "save"))
    assert answer.status_code == 302
    changed = next(p for p in engine.people.all(SYSTEM) if p.username == username)
    assert changed.roles == {"ekonomi", "inkop"}
    assert changed.rights == {"manager"}
    assert not changed.active


def test_a_new_password_ends_the_persons_sessions(signed_in: SignedIn, people: People) -> None:
    buyer = signed_in(people["inkop"])
    administrator = signed_in(people["administrator"])
    page = administrator.open(f"/people/{people['inkop'].username}")
    answer = administrator.send(page, having="new_password", button=("action", "password"))
    assert answer.status_code == 302
    assert buyer.open("/tasks").status_code == 302


def test_somebody_who_does_not_exist_is_not_found(signed_in: SignedIn, people: People) -> None:
    assert signed_in(people["administrator"]).open("/people/ingen").status_code == 404


def test_an_address_for_reminders_is_kept_and_a_wrong_one_is_refused(
    signed_in: SignedIn, people: People, engine: Engine
) -> None:
    administrator = signed_in(people["administrator"])
    page = administrator.open("/people/saljare")
    refused = administrator.send(page, {"email": "ingen adress"}, having="email")
    assert refused.status_code == 422
    assert "E-postadressen kan inte stämma. Skriv den som namn@exempel.se." in refused.text
    administrator.send(page, {"email": "anna@example.com"}, having="email")
    [person] = [p for p in engine.people.all(SYSTEM) if p.username == "saljare"]
    assert person.email == "anna@example.com"
