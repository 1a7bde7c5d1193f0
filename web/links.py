"""Addresses of pages in templates. One that has no parts to fill in, as those of the menu on every
page, is the same in every request and is built once."""

from __future__ import annotations

from typing import Any

from flask import Flask, request


def init(app: Flask) -> None:
    """Give the templates their ``url_for``."""
    known: dict[str, str] = {}

    def url_for(endpoint: str, **values: Any) -> str:
        """The address of an endpoint, as Flask's own function of this name gives it."""
        # A dot in front means the blueprint of this request; under a prefix it is another address.
        if values or endpoint.startswith(".") or request.root_path:
            return app.url_for(endpoint, **values)
        if endpoint not in known:
            known[endpoint] = app.url_for(endpoint)
        return known[endpoint]

    app.jinja_env.globals["url_for"] = url_for
