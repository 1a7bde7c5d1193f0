"""A posted form that could not be handled yet, carried to the next page and sent again from there.

That is the case when the session has ended while somebody wrote, or when the database did not
answer. Secrets are left out.
"""

from __future__ import annotations

import json
from typing import Any, Final

from flask import request
from werkzeug.datastructures import MultiDict

from web.security import local_path, same_origin

MOST_CHARACTERS: Final = 200_000
"""The longest form (as JSON) that is carried: it travels in a hidden input and in the session."""
SECRETS: Final = frozenset({"csrf_token", "password", "new_password", "repeated"})
"""Inputs that are never carried."""


def serialize(form: MultiDict[str, str] | None = None) -> str:
    """The form of this request (or another one) and its path as JSON, without secrets.

    "" when the form is too long or does not come from one of our own pages.
    """
    if not same_origin():
        return ""
    given = request.form if form is None else form
    pairs = [(k, v) for k, v in given.items(multi=True) if k not in SECRETS]
    text = json.dumps({"path": request.path, "form": pairs})
    return text if len(text) <= MOST_CHARACTERS else ""


def deserialize(text: Any) -> tuple[str, list[tuple[str, str]]] | None:
    """The path and the fields of a serialized form; None when ``text`` is no such form."""
    try:
        content = json.loads(text)
        fields = [(str(name), str(value)) for name, value in content["form"]]
        path = local_path(str(content["path"]), "")
    except (ValueError, TypeError, KeyError):
        return None
    return (path, [(n, v) for n, v in fields if n not in SECRETS]) if path else None
