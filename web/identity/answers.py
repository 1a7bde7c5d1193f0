"""What the script of passkeys and the pages say to each other: a challenge as JSON, and the
browser's answer to it as an input of a form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from engine import Invalid, IssuedChallenge, NotAuthenticated, ServiceplanError
from web.texts.errors import error_page_texts, problem_text

LONGEST: Final = 60_000
"""Characters of an answer that are read."""


def challenge(make: Callable[[], IssuedChallenge]) -> ResponseReturnValue:
    """A new challenge as JSON: ``token`` and ``options``; or why there is none, in the reader's
    words (``error``)."""
    try:
        issued = make()
    except ServiceplanError as error:
        told = " ".join(error_page_texts(error))
        if isinstance(error, Invalid):
            told = " ".join(problem_text(problem) for problem in error.problems)
        return jsonify(error=told), 422
    return jsonify(token=issued.token, options=issued.options)


def posted() -> tuple[str, Mapping[str, Any]]:
    """The token and the credential of the posted form.

    :raises NotAuthenticated: ``passkey_malformed``
    """
    text = request.form.get("credential", "")
    try:
        credential = json.loads(text) if 0 < len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        credential = None
    if not isinstance(credential, dict):
        raise NotAuthenticated("there is no credential", code="passkey_malformed")
    return request.form.get("token", ""), credential
