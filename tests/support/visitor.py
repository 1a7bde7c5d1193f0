"""Somebody with a browser, without JavaScript: opens pages, fills in their forms, presses buttons.

A form is sent as a browser would send it: with its hidden fields and with everything that the
page shows filled in.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from tests.support.people import Account

VOID = {"input", "br", "img", "meta", "link", "hr"}


@dataclass
class Form:
    """A form of a page. ``values`` are what it sends unless something else is filled in."""

    action: str
    method: str
    id: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """Collects the forms of a page, and the inputs that belong to them by ``form=``."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.loose: list[tuple[str, str, dict[str, str]]] = []
        self._inside: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = Form(a.get("action", ""), a.get("method", "get"), a.get("id", ""))
            self.forms.append(self._inside)
        elif tag == "option" and self._select:
            self._select[1].append((a.get("value", ""), "selected" in a))
        elif "name" in a and (form := self._form(a)) is not None:
            self._input(tag, a, form)

    def _form(self, a: dict[str, str]) -> Form | None:
        if "form" in a:
            return next((f for f in self.forms if f.id == a["form"]), None)
        return self._inside

    def _input(self, tag: str, a: dict[str, str], form: Form) -> None:
        name = a["name"]
        if tag == "button":
            form.buttons.append((name, a.get("value", "")))
            return
        form.names.append(name)
        if tag == "select":
            self._select = (name, [])
        elif tag == "textarea":
            self._text = (name, [])
        elif a.get("type") in ("checkbox", "radio"):
            if "checked" in a:
                form.values.setdefault(name, []).append(a.get("value", "on"))
        elif a.get("type") != "file":
            form.values.setdefault(name, []).append(a.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "select" and self._select and self.forms:
            name, options = self._select
            chosen = [value for value, selected in options if selected] or [
                options[0][0] if options else ""
            ]
            self._owner(name).values[name] = chosen[:1]
            self._select = None
        elif tag == "textarea" and self._text:
            name, parts = self._text
            self._owner(name).values[name] = ["".join(parts).removeprefix("\n")]
            self._text = None

    def _owner(self, name: str) -> Form:
        return next(f for f in reversed(self.forms) if name in f.names)


def forms(page: TestResponse) -> list[Form]:
    """The forms of a page, in its order."""
    parser = _Forms()
    parser.feed(page.text)
    return parser.forms


def form(page: TestResponse, *, having: str) -> Form:
    """The form that has an input or a button of that name."""
    found = [f for f in forms(page) if having in f.names or having in dict(f.buttons)]
    assert found, f"no form of the page has {having!r}"
    return found[0]


class Visitor:
    """A browser with its own cookies."""

    def __init__(self, app: Flask, address: str = "http://localhost"):
        self.client = app.test_client()
        self.address = address

    def open(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=self.address, buffered=True, **options)

    def follow(self, answer: TestResponse) -> TestResponse:
        """The page that an answer leads to."""
        assert answer.status_code in (302, 303), answer.text
        return self.open(str(answer.location))

    def send(
        self,
        page: TestResponse,
        filled: dict[str, Any] | None = None,
        *,
        having: str,
        button: tuple[str, str] | None = None,
        leave_out: tuple[str, ...] = (),
        **options: Any,
    ) -> TestResponse:
        """Fill in the form that has the input ``having`` and press a button of it. A value of
        None empties an input; a tuple ``(stream, filename)`` is a file. An answer that leads back
        to the form, with what is wrong, is followed as a browser does."""
        found = form(page, having=having)
        values: dict[str, Any] = {**found.values, **dict([button] if button else [])}
        for name, value in (filled or {}).items():
            values.pop(name, None)
            if value is not None:
                values[name] = value
        data = {name: value for name, value in values.items() if name not in leave_out}
        here = {"Sec-Fetch-Site": "same-origin", "Referer": f"{self.address}{page.request.path}"}
        headers = {**here, **options.pop("headers", {})}
        answer = self.client.post(
            found.action or page.request.path,
            data=data,
            base_url=self.address,
            content_type="multipart/form-data",
            headers=headers,
            **options,
        )
        back = urlsplit(answer.location or "")
        leads_back = answer.status_code == 303 and {"form", "refused"} & parse_qs(back.query).keys()
        return self.open(str(answer.location)) if leads_back else answer

    def sign_in(self, account: Account, target: str = "/tasks") -> TestResponse:
        page = self.open(f"/login?next={target}")
        filled = {"username": account.username, "password": account.password}
        return self.send(page, filled, having="password")


SignedIn = Callable[..., Visitor]
"""Gives a visitor who has signed in: ``signed_in(people["saljare"])``."""


def upload(visitor: Visitor, files: dict[str, bytes], action: str) -> TestResponse:
    """Diagrams sent by the page of uploads, to ``check`` or ``deploy`` them."""
    page = visitor.open("/definitions/upload")
    chosen: Any = [(io.BytesIO(data), name) for name, data in files.items()]
    return visitor.send(page, {"files": chosen}, having="action", button=("action", action))
