"""The addresses under /cases; the modules beside this one add theirs to it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("cases", __name__, url_prefix="/cases")


@blueprint.app_template_filter()
def initials(name: str) -> str:
    """The letters of a signature on paper: EL of Eva Lindqvist."""
    return "".join(part[0] for part in name.split() if part).upper()[:3]
