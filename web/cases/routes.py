"""The blueprint of /cases, to which the modules of web/cases add their addresses."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("cases", __name__, url_prefix="/cases")


@blueprint.app_template_filter()
def initials(name: str) -> str:
    """A name's initials, as a signature on paper: at most three letters, EL of Eva Lindqvist."""
    return "".join(part[0] for part in name.split() if part).upper()[:3]
