"""Mina inloggningar: where one is signed in, and ending it; new tokens when something changes."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask

from engine import SYSTEM, Engine, FakeClock
from tests.support.ground import Keys
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor, forms

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


def _token(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("serviceplan")
    assert cookie is not None
    return cookie.value


def test_one_sees_where_one_is_signed_in_and_ends_one_of_them(
    app: Flask, people: People, engine: Engine, clock: FakeClock
) -> None:
    account = people["saljare"]
    desk, phone = Visitor(app), Visitor(app)
    for visitor, browser, address in ((desk, CHROME, "192.0.2.7"), (phone, IPHONE, "2001:db8::1")):
        visitor.client.environ_base.update(HTTP_USER_AGENT=browser, REMOTE_ADDR=address)
        assert visitor.sign_in(account).status_code == 302
    clock.advance(timedelta(minutes=5))
    page = desk.open("/account/")
    assert "Chrome på Windows" in page.text
    assert "Safari på iPhone" in page.text
    assert "192.0.2.7" in page.text
    assert "2001:db8::1" in page.text
    assert page.text.count("Den här") == 1
    gone = next(f for f in forms(page) if f.action.endswith("/end"))
    assert desk.client.post(gone.action, data=gone.values).status_code == 303
    assert phone.open("/tasks").status_code == 302
    assert desk.open("/tasks").status_code == 200
    assert "Safari på iPhone" not in desk.open("/account/").text


def test_one_signs_out_everywhere_but_here(signed_in: SignedIn, people: People) -> None:
    account = people["saljare"]
    here, there, stranger = signed_in(account), signed_in(account), signed_in(people["ekonomi"])
    page = here.open("/account/")
    everywhere = next(f for f in forms(page) if f.action.endswith("/end-others"))
    here.client.post(everywhere.action, data=everywhere.values)
    assert here.open("/tasks").status_code == 200
    assert there.open("/tasks").status_code == 302
    assert stranger.open("/tasks").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(
    signed_in: SignedIn, people: People, engine: Engine, key: Keys
) -> None:
    theirs = signed_in(people["ekonomi"])
    [row] = engine.sessions.of_person(people["ekonomi"].actor)
    mine = signed_in(people["administrator"])
    page = mine.open("/account/")
    token = forms(page)[0].values["csrf_token"]
    answer = mine.client.post(
        f"/account/sessions/{row.id}/end",
        data={"csrf_token": token},
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=True,
    )
    assert answer.status_code == 404
    assert theirs.open("/tasks").status_code == 200


def test_an_idle_session_and_one_whose_time_is_over_are_not_listed(
    signed_in: SignedIn, people: People, engine: Engine, clock: FakeClock
) -> None:
    signed_in(people["saljare"])
    assert len(engine.sessions.of_person(people["saljare"].actor)) == 1
    clock.advance(timedelta(minutes=61))
    assert engine.sessions.of_person(people["saljare"].actor) == ()


def test_a_change_of_rights_gives_the_browser_a_new_token_and_keeps_it_signed_in(
    signed_in: SignedIn, people: People, engine: Engine, key: Keys, clock: FakeClock
) -> None:
    account = people["saljare"]
    visitor = signed_in(account)
    old = _token(visitor)
    engine.people.change(SYSTEM, account.username, roles=["saljare", "inkop"], key=key())
    assert visitor.open("/tasks").status_code == 200
    new = _token(visitor)
    assert new != old
    assert visitor.open("/tasks").status_code == 200
    assert _token(visitor) == new
    # What the browser had asked with the old token meanwhile is still answered; later it is not.
    assert engine.sessions.get(old) is not None
    assert engine.sessions.renew(old) is None
    clock.advance(timedelta(seconds=11))
    assert engine.sessions.get(old) is None
    assert visitor.open("/tasks").status_code == 200
    assert len(engine.sessions.of_person(account.actor)) == 1


def test_what_does_not_change_rights_renews_nothing(
    signed_in: SignedIn, people: People, engine: Engine, key: Keys
) -> None:
    visitor = signed_in(people["saljare"])
    old = _token(visitor)
    engine.people.change(SYSTEM, "saljare", email="s@example.com", key=key())
    visitor.open("/tasks")
    assert _token(visitor) == old


def test_a_new_password_gives_a_new_token_at_once_and_ends_the_others(
    signed_in: SignedIn, people: People, engine: Engine, clock: FakeClock
) -> None:
    account = people["ekonomi"]
    visitor, other = signed_in(account), signed_in(account)
    old = _token(visitor)
    new = "fyra ord i en rad"
    filled = {"password": account.password, "new_password": new, "repeated": new}
    answer = visitor.send(visitor.open("/password"), filled, having="new_password")
    assert answer.status_code == 302
    assert _token(visitor) != old
    assert other.open("/tasks").status_code == 302
    assert visitor.open("/tasks").status_code == 200
    clock.advance(timedelta(seconds=11))
    assert engine.sessions.get(old) is None


def test_a_renewed_session_ends_when_the_first_would_have_ended(
    signed_in: SignedIn, people: People, engine: Engine, key: Keys, clock: FakeClock
) -> None:
    visitor = signed_in(people["saljare"])
    for _ in range(13):
        clock.advance(timedelta(minutes=50))
        engine.people.change(
            SYSTEM, "saljare", roles=["saljare", "inkop"] if _ % 2 else ["saljare"], key=key()
        )
        visitor.open("/tasks")
    clock.advance(timedelta(minutes=71))
    assert visitor.open("/tasks").status_code == 302


def test_the_list_names_no_token(signed_in: SignedIn, people: People) -> None:
    visitor = signed_in(people["saljare"])
    assert not re.search(re.escape(_token(visitor)), visitor.open("/account/").text)
