"""The first page of whoever has signed in."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from engine import Person
from web.context import signed_in

blueprint = Blueprint("home", __name__)

BY_RIGHT: Final = {
    "administrator": "people.index",
    "manager": "overview.index",
    "process_owner": "definitions.index",
}
"""Where the work is of somebody who holds no role, by the first of these rights that they have."""


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Go on to the page where the reader's work is."""
    return redirect(url_for(first_page(signed_in())))


def first_page(reader: Person) -> str:
    """The endpoint of the page where the reader's work is: the inbox for whoever holds a role;
    nobody else is offered tasks."""
    if reader.roles:
        return "tasks.inbox"
    return next((page for right, page in BY_RIGHT.items() if right in reader.rights), "tasks.inbox")
