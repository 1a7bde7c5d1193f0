"""Coming in, going out, and what every answer carries."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from engine import Config, Engine, FakeClock
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor, form, forms
from web import create_app
from web.security import POLICY, local_path, masked, unmasked


def test_a_stranger_is_sent_to_the_login_page_and_back_to_what_was_asked_for(
    visitor: Visitor, people: People
) -> None:
    asked = visitor.open("/tasks?due=late&q=offert")
    login = visitor.follow(asked)
    assert "Logga in" in login.text
    saljare = people["saljare"]
    answer = visitor.send(
        login, {"username": saljare.username, "password": saljare.password}, having="password"
    )
    assert answer.location == "/tasks?due=late&q=offert"
    assert visitor.follow(answer).status_code == 200


def test_every_page_but_the_login_needs_a_session(app: Flask, visitor: Visitor) -> None:
    open_to_all = {"static", "accounts.login", "accounts.login_sent", "accounts.language"}
    open_to_all |= {"api.docs", "api.problems", "api.problem"}
    open_to_all |= {
        f"identity.{name}"
        for name in ("second_step", "second_step_sent", "second_step_challenge",
                     "second_step_passkey", "passkey_login", "passkey_challenge",
                     "openid_login", "openid_callback")
    }  # fmt: skip
    open_to_all |= {"monitoring.live", "monitoring.ready", "monitoring.metrics"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in open_to_all:
            continue
        one_of_some = {"name": "verify.py"} if "any(" in rule.rule else {}
        path = rule.build({**dict.fromkeys(rule.arguments, "1"), **one_of_some})
        assert path is not None
        if "GET" in (rule.methods or ()):
            answer = visitor.open(path[1])
            assert answer.status_code == 302, rule
            assert str(answer.location).startswith("/login"), rule
        else:
            answer = visitor.client.post(path[1])
            assert answer.status_code == 303, rule
            assert str(answer.location).startswith("/login"), rule


def test_a_wrong_password_keeps_the_user_name_and_never_the_password(
    visitor: Visitor, people: People
) -> None:
    username = people["saljare"].username
    login = visitor.open("/login")
    answer = visitor.send(
        login, {"username": username, "password": "inte detta alls"}, having="password"
    )
    assert answer.status_code == 401
    assert f'value="{username}"' in answer.text
    assert "inte detta alls" not in answer.text
    assert "stämmer inte" in answer.text


def test_too_many_wrong_passwords_say_how_long_to_wait(visitor: Visitor, people: People) -> None:
    login = visitor.open("/login")
    wrong = {"username": people["saljare"].username, "password": "fel"}
    answers = [visitor.send(login, wrong, having="password") for _ in range(7)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] in ("1", "2")
    assert "Vänta" in answers[-1].text
    assert "sekunder" in answers[-1].text


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/", "//example.org", "/\\example.org", "\\\\example.org",
        "javascript:alert(1)", "http:example.org", "/\t/example.org", " /tasks", "tasks", "",
    ],
)  # fmt: skip
def test_after_login_nobody_is_led_to_another_site(
    visitor: Visitor, people: People, target: str
) -> None:
    login = visitor.open("/login")
    account = people["saljare"]
    filled = {"username": account.username, "password": account.password, "next": target}
    assert visitor.send(login, filled, having="password").location == "/tasks"


def test_a_local_path_keeps_its_query() -> None:
    assert local_path("/tasks/1?done=1#f-note", "/") == "/tasks/1?done=1#f-note"


def test_the_cookie_is_http_only_lax_and_not_the_one_from_before_the_login(
    visitor: Visitor, people: People
) -> None:
    answer = visitor.sign_in(people["saljare"])
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("serviceplan="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(app: Flask, people: People) -> None:
    visitor = Visitor(app, "https://localhost")
    answer = visitor.sign_in(people["saljare"])
    cookies = answer.headers.getlist("Set-Cookie")
    cookie = next(c for c in cookies if c.startswith("__Host-serviceplan="))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def guess(app: Flask, username: str, times: int) -> list[int]:
    """The statuses of so many wrong passwords from another address."""
    attacker = Visitor(app)
    attacker.client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    login = attacker.open("/login")
    wrong = {"username": username, "password": "fel"}
    return [attacker.send(login, wrong, having="password").status_code for _ in range(times)]


def test_guesses_from_elsewhere_keep_nobody_from_logging_in_or_entering_the_password_again(
    app: Flask, visitor: Visitor, signed_in: SignedIn, people: People
) -> None:
    account = people["saljare"]
    inside = signed_in(account)
    assert guess(app, account.username, 9)[-1] == 429
    assert visitor.sign_in(account).location == "/tasks"
    filled = {"password": account.password, "new_password": "x", "repeated": "x"}
    page = inside.open("/password")
    told = inside.send(page, {**filled, "current": account.password}, having="new_password")
    assert "För många försök" not in told.text


def test_a_browser_is_known_by_a_cookie_of_its_own_after_a_login(
    app: Flask, visitor: Visitor, people: People
) -> None:
    account = people["saljare"]
    answer = visitor.sign_in(account)
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if "serviceplan-device=" in c]
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=15552000"} <= set(cookie.split("; "))
    value = cookie.split(";")[0].partition("=")[2]
    # It lets nobody in, and stays as it is at the next login, also after guesses from this address.
    thief = Visitor(app)
    thief.client.set_cookie("serviceplan-device", value)
    assert thief.open("/tasks").status_code == 302
    login = Visitor(app)
    for _ in range(9):
        login.send(
            login.open("/login"), {"username": account.username, "password": "fel"},
            having="password",
        )  # fmt: skip
    visitor.client.delete_cookie("serviceplan")
    again = visitor.sign_in(account)
    assert again.status_code == 302
    assert any(value in c for c in again.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("given", ["", "short", "x" * 44, "a b" * 14 + "a", "å" * 43])
def test_a_device_cookie_that_cannot_be_ours_is_replaced(
    visitor: Visitor, people: People, given: str
) -> None:
    visitor.client.set_cookie("serviceplan-device", given)
    answer = visitor.sign_in(people["saljare"])
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if "serviceplan-device=" in c]
    value = cookie.split(";")[0].partition("=")[2]
    assert len(value) == 43
    assert value != given


@pytest.mark.parametrize(("proxies", "cookie"), [(1, "__Host-serviceplan"), (0, "serviceplan")])
def test_only_a_proxy_of_our_own_is_believed_about_https(
    engine: Engine, config: Config, people: People, proxies: int, cookie: str
) -> None:
    web = replace(config.web, trusted_proxies=proxies, hosts=("plan.example",))
    visitor = Visitor(create_app(replace(config, web=web), engine))
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "plan.example"}
    account = people["saljare"]
    login = visitor.open("/login", headers=told)
    filled = {"username": account.username, "password": account.password}
    headers = {**told, "Referer": "https://plan.example/login"}
    # The test's browser keeps no Secure cookie for http, so it is carried by hand.
    start = login.headers["Set-Cookie"].split(";")[0]
    headers["Cookie"] = start
    answer = visitor.send(login, filled, having="password", headers=headers)
    assert any(c.startswith(f"{cookie}=") for c in answer.headers.getlist("Set-Cookie"))


def test_the_token_of_the_cookie_is_new_at_every_login(app: Flask, people: People) -> None:
    tokens = set()
    visitor = Visitor(app)
    for _ in range(2):
        visitor.sign_in(people["saljare"])
        cookie = visitor.client.get_cookie("serviceplan")
        assert cookie is not None
        tokens.add(cookie.value)
        visitor.client.set_cookie("serviceplan", "")
    assert len(tokens) == 2


def test_logging_out_ends_the_session_on_the_server(
    signed_in: SignedIn, people: People, engine: Engine
) -> None:
    visitor = signed_in(people["saljare"])
    cookie = visitor.client.get_cookie("serviceplan")
    assert cookie is not None
    page = visitor.open("/tasks")
    logout = next(f for f in forms(page) if f.action == "/logout")
    visitor.client.post("/logout", data=logout.values)
    assert engine.sessions.get(cookie.value) is None
    assert visitor.open("/tasks").status_code == 302


def test_a_form_without_its_csrf_token_is_refused(signed_in: SignedIn, people: People) -> None:
    visitor = signed_in(people["saljare"])
    page = visitor.open("/password")
    answer = visitor.send(page, having="new_password", leave_out=("csrf_token",))
    assert answer.status_code == 400
    assert "för gammal" in answer.text


def test_the_login_form_too_needs_its_csrf_token(visitor: Visitor, people: People) -> None:
    login = visitor.open("/login")
    account = people["saljare"]
    filled = {"username": account.username, "password": account.password}
    answer = visitor.send(login, filled, having="password", leave_out=("csrf_token",))
    assert answer.status_code == 400
    assert visitor.client.get_cookie("serviceplan") is None


def test_somebody_elses_csrf_token_is_refused(signed_in: SignedIn, people: People) -> None:
    mine, theirs = signed_in(people["saljare"]), signed_in(people["ekonomi"])
    stolen = form(theirs.open("/password"), having="new_password").values["csrf_token"]
    answer = mine.send(mine.open("/password"), {"csrf_token": stolen}, having="new_password")
    assert answer.status_code == 400


def test_the_csrf_token_looks_different_on_every_page(signed_in: SignedIn, people: People) -> None:
    visitor = signed_in(people["saljare"])
    pages = [visitor.open("/password") for _ in range(2)]
    first, second = (form(p, having="new_password").values["csrf_token"][0] for p in pages)
    assert first != second
    assert unmasked(masked("token")) == "token"


def test_every_answer_carries_the_policy_and_is_not_stored(
    visitor: Visitor, signed_in: SignedIn, people: People
) -> None:
    inside = signed_in(people["saljare"])
    for answer in (visitor.open("/login"), inside.open("/tasks"), inside.open("/tasks/nothing")):
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_pages_have_neither_inline_scripts_nor_inline_styles(
    signed_in: SignedIn, people: People, task_id: str
) -> None:
    visitor = signed_in(people["saljare"])
    for path in ("/login", "/tasks", f"/tasks/{task_id}", "/password"):
        page = visitor.open(path).text
        assert "style=" not in page
        assert "<style" not in page
        assert "onclick" not in page
        assert page.count("<script") == page.count("<script src=")


def test_what_was_written_survives_a_session_that_ended(
    signed_in: SignedIn, people: People, task_id: str, clock: FakeClock
) -> None:
    visitor = signed_in(people["saljare"])
    page = visitor.open(f"/tasks/{task_id}")
    clock.advance(timedelta(hours=13))
    filled = {"note": "Ring på fredag", "f.marknadsrapport": "Lång text", "password": "hemligt"}
    login = visitor.follow(visitor.send(page, filled, having="note", button=("action", "complete")))
    assert "finns kvar" in login.text
    account = people["saljare"]
    answer = visitor.send(
        login, {"username": account.username, "password": account.password}, having="username"
    )
    again = visitor.follow(answer)
    assert again.request.path == f"/tasks/{task_id}"
    assert form(again, having="note").values["note"] == ["Ring på fredag"]
    assert "Lång text" in again.text
    assert "Välkommen tillbaka" in again.text
    assert "hemligt" not in again.text
    password = {"password": account.password}
    refused = visitor.send(again, password, having="note", button=("action", "complete"))
    assert refused.status_code == 422
    assert "Ring på fredag" in refused.text


def test_what_somebody_wrote_is_not_shown_to_who_signs_in_next_at_the_same_browser(
    signed_in: SignedIn, people: People, task_id: str, clock: FakeClock
) -> None:
    visitor = signed_in(people["saljare"])
    page = visitor.open(f"/tasks/{task_id}")
    clock.advance(timedelta(hours=13))
    login = visitor.follow(visitor.send(page, {"note": "Bara för mig"}, having="note"))
    other = people["manager"]
    filled = {"username": other.username, "password": other.password}
    theirs = visitor.follow(visitor.send(login, filled, having="username"))
    assert theirs.request.path == f"/tasks/{task_id}"
    assert "Bara för mig" not in theirs.text
    mine = signed_in(people["saljare"]).open(f"/tasks/{task_id}")
    assert "Bara för mig" in mine.text


def test_a_form_of_nobody_known_belongs_to_who_signs_in_with_the_browser(
    signed_in: SignedIn, people: People, app: Flask, task_id: str, clock: FakeClock
) -> None:
    visitor = signed_in(people["saljare"])
    page = visitor.open(f"/tasks/{task_id}")
    clock.advance(timedelta(hours=13))
    answer = visitor.send(page, {"note": "Mitt"}, having="note", leave_out=("reader",))
    login = visitor.follow(answer)
    stranger = signed_in(people["saljare"])
    assert "Mitt" not in stranger.open(str(answer.location)).text
    assert "Mitt" not in stranger.open(f"/tasks/{task_id}").text
    account = people["saljare"]
    filled = {"username": account.username, "password": account.password}
    again = visitor.follow(visitor.send(login, filled, having="username"))
    assert form(again, having="note").values["note"] == ["Mitt"]


def test_another_sites_form_is_not_carried_through_the_login(
    visitor: Visitor, task_id: str
) -> None:
    answer = visitor.client.post(
        f"/tasks/{task_id}", data={"note": "lurad"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 303
    assert "form" not in str(answer.location)


def test_the_language_is_one_press_away_and_remembered(signed_in: SignedIn, people: People) -> None:
    visitor = signed_in(people["saljare"])
    page = visitor.open("/tasks?due=late")
    assert '<html lang="sv">' in page.text
    assert 'href="/language/en?next=/tasks?due%3Dlate"' in page.text.replace("%2F", "/").replace(
        "%3F", "?"
    )
    answer = visitor.open("/language/en?next=/tasks?due%3Dlate")
    english = visitor.follow(answer)
    assert '<html lang="en">' in english.text
    assert "My tasks" in english.text
    assert '<html lang="en">' in visitor.open("/tasks").text


def test_one_changes_ones_own_password(signed_in: SignedIn, people: People, app: Flask) -> None:
    account = people["ekonomi"]
    visitor = signed_in(account)
    page = visitor.open("/password")
    new = "fyra ord i en rad"
    wrong = visitor.send(
        page,
        {"password": "gissat", "new_password": new, "repeated": new + "x"},
        having="new_password",
    )
    assert wrong.status_code == 422
    assert "Lösenordet stämmer inte" in wrong.text
    assert "inte lika" in wrong.text
    right = {"password": account.password, "new_password": new, "repeated": new}
    answer = visitor.send(visitor.open("/password"), right, having="new_password")
    assert "Lösenordet är bytt" in visitor.follow(answer).text
    newcomer = Visitor(app)
    filled = {"username": account.username, "password": new}
    assert newcomer.send(newcomer.open("/login"), filled, having="password").status_code == 302


def test_a_password_that_is_too_short_says_how_long_it_must_be(
    signed_in: SignedIn, people: People
) -> None:
    account = people["ekonomi"]
    visitor = signed_in(account)
    filled = {"password": account.password, "new_password": "kort", "repeated": "kort"}
    answer = visitor.send(visitor.open("/password"), filled, having="new_password")
    assert answer.status_code == 422
    assert "Minst 15 tecken" in answer.text
