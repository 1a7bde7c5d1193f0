"""The pages of cases (Ärenden): the list, one case, and everything that a person does with one.

Each module adds its addresses to the blueprint of ``routes``.
"""

from __future__ import annotations

from web.cases import adhoc, cancel, incidents, listing, messages, plan, show, start, variables
from web.cases.routes import blueprint

__all__ = [
    "adhoc",
    "blueprint",
    "cancel",
    "incidents",
    "listing",
    "messages",
    "plan",
    "show",
    "start",
    "variables",
]
