"""Every post of the pages is answered by a redirect, whatever comes of it, so that Back, Reload and
a bookmark always meet a page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from engine import Conflict, Invalid, NotAllowed, Problem, ProcessFailed
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor, form
from web.pending_forms import SECRETS

HERE = {"Sec-Fetch-Site": "same-origin"}


def posts(app: Flask) -> list[str]:
    """The addresses that take posts, with "nothing" for whatever they name."""
    found = []
    for rule in app.url_map.iter_rules():
        # Scripts, not forms, ask for challenges, and get JSON.
        if "POST" in (rule.methods or ()) and not rule.rule.endswith("/challenge"):
            built = rule.build(dict.fromkeys(rule.arguments, "nothing"))
            assert built is not None
            found.append(built[1])
    return sorted(found)


def token(visitor: Visitor) -> str:
    return form(visitor.open("/password"), having="new_password").values["csrf_token"][0]


def inputs(extra: dict[str, Any]) -> dict[str, Any]:
    return {"note": "Skriven text", "password": "hemligt", "action": "save", **extra}


def test_there_are_posts_to_try(app: Flask) -> None:
    assert len(posts(app)) >= 24


def test_a_post_about_what_is_not_there_leads_to_a_page(
    app: Flask, signed_in: SignedIn, people: People
) -> None:
    for path in posts(app):
        for who in ("saljare", "manager", "administrator"):
            visitor = signed_in(people[who])
            data = inputs({"csrf_token": token(visitor)})
            answer = visitor.client.post(path, data=data, headers=HERE)
            assert answer.status_code in (302, 303), path
            assert visitor.open(str(answer.location)).status_code != 500, path


def test_a_post_without_its_token_leads_to_a_page(
    app: Flask, signed_in: SignedIn, people: People
) -> None:
    for path in posts(app):
        visitor = signed_in(people["saljare"])
        for headers in (HERE, {"Sec-Fetch-Site": "cross-site"}):
            answer = visitor.client.post(path, data=inputs({}), headers=headers)
            assert answer.status_code in (302, 303), path


def test_a_post_without_a_session_leads_to_the_login(app: Flask, visitor: Visitor) -> None:
    for path in posts(app):
        answer = visitor.client.post(path, data=inputs({}), headers=HERE)
        assert answer.status_code in (302, 303), path
        assert str(answer.location).startswith("/login"), path


@pytest.mark.parametrize(
    "error",
    [Conflict(), NotAllowed(), ProcessFailed("no way out"), Invalid([Problem("required", "", "x")]),
     RuntimeError("oops")],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_whatever_fails_in_a_post_leads_to_its_page_which_says_so(
    app: Flask,
    signed_in: SignedIn,
    people: People,
    error: Exception,
) -> None:
    app.testing = False
    visitor = signed_in(people["administrator"])
    data = inputs({"csrf_token": token(visitor)})

    def fail(**_given: object) -> None:
        raise error

    own = {"accounts.login_sent", "accounts.logout", "pending_forms.discard"}
    # Their pages are for people who have not signed in yet.
    own |= {f"identity.second_step_{what}" for what in ("sent", "challenge", "passkey")}
    own |= {"identity.passkey_login", "identity.passkey_challenge"}
    for rule in list(app.url_map.iter_rules()):
        if "POST" not in (rule.methods or ()) or rule.endpoint in own:
            continue
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(app.view_functions, rule.endpoint, fail)
            built = rule.build(dict.fromkeys(rule.arguments, "nothing"))
            assert built is not None
            answer = visitor.client.post(built[1], data=data, headers=HERE)
        assert answer.status_code == 303, rule
        page = visitor.open(str(answer.location))
        assert page.status_code >= 400, rule
        assert "Kasta det jag skrev" in page.text, rule
        assert "hemligt" not in page.text, rule


def test_no_input_for_a_secret_has_another_name(signed_in: SignedIn, people: People) -> None:
    visitor = signed_in(people["administrator"])
    for path in ("/password", "/people/new", "/people/saljare", "/tokens/"):
        page = visitor.open(path).text
        for part in page.split("<input ")[1:]:
            tag = part.split(">")[0]
            if "password" in tag and 'type="hidden"' not in tag:
                name = tag.split('name="')[1].split('"')[0]
                assert name in SECRETS, tag
