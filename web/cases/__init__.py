"""Ärenden: the list, one case with its paper table and diagram, start, plan, messages, cancel."""

from __future__ import annotations

from web.cases import begin, change, incidents, listing, messages, show, start, values
from web.cases.routes import blueprint

__all__ = [
    "begin",
    "blueprint",
    "change",
    "incidents",
    "listing",
    "messages",
    "show",
    "start",
    "values",
]
