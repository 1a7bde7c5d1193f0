"""Översikt: what runs, what is late and with whom; every figure opens its list."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.context import actor, engine

blueprint = Blueprint("overview", __name__, url_prefix="/overview")


@blueprint.get("/")
def index() -> str:
    return render_template("overview/index.html", figures=engine().overview(actor()))
