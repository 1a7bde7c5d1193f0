"""The pages that describe the API to people: its operations, its types of problem. Open to all."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from engine import NotFound
from web.api import openapi
from web.api.problems import KINDS

blueprint = Blueprint("api", __name__)


@cache
def _document() -> dict[str, Any]:
    return openapi.document()


@blueprint.app_template_filter()
def code_words(text: str) -> Markup:
    """A text of the OpenAPI document as HTML: what stands between backticks becomes code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704


@blueprint.get("/api/v1/docs")
def docs() -> ResponseReturnValue:
    """The page of all operations, made of the OpenAPI document."""
    document = _document()
    return render_template(
        "api/docs.html", document=document, schemas=document["components"]["schemas"]
    )


@blueprint.get("/problems/")
def problems() -> ResponseReturnValue:
    """The page of all types of problem."""
    return render_template("api/problems.html", kinds=KINDS)


@blueprint.get("/problems/<name>")
def problem(name: str) -> ResponseReturnValue:
    """The page of one type of problem, which is the address in ``type``."""
    if name not in KINDS:
        raise NotFound(f"there is no problem {name!r}")
    return render_template("api/problem.html", name=name, kind=KINDS[name])
