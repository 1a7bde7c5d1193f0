"""The blueprint of the pages of signing in; the modules beside this one fill it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("identity", __name__)
