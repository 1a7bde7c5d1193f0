"""The addresses of everything that can be read, with the filters, searches and pages of the lists.

An address is a template: ``{case}`` and the like stand for what the database has (``Places``). It
is also the name by which a test speaks of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from flask import Flask

from web.api.call import BASE
from web.api.routes import ROUTES, find
from web.api.wsgi import DOCUMENT

STATIC: Final = "static"
"""The endpoint of files that are the same for everybody."""

SEARCHES: Final = ("a", "k", "ab", "{number}", "{number}+ab", "ab+x", "xyzzy")
"""What people type: a letter, one that the number of every case begins with, a word that all cases
have, the number of one case and a word beside it, two words of all, one that nobody has. (A word of
every tenth case costs the more the more there are, until they are the most that are looked at.)"""

PAGES: Final[Mapping[str, Sequence[str]]] = {
    "inbox": (
        "/tasks",
        "/tasks?due=late",
        "/tasks?show=role",
        "/tasks?show=all",
        "/tasks?show=all&due=late",
        "/tasks?show=all&due=today",
        "/tasks?show=all&due=coming",
        "/tasks?show=all&phase=C",
        "/tasks?show=all&role=kundansvarig",
        "/tasks?show=all&role=kundansvarig&phase=C&due=late",
        *(f"/tasks?show=all&q={words}" for words in SEARCHES),
        *(f"/tasks?q={words}" for words in ("a", "ab")),
        "/tasks?show=all&cursor={task_cursor}",
        "/tasks?show=all&cursor={no_task_cursor}",
        "/tasks?show=all&q=k&cursor={task_cursor}",
    ),
    "cases": (
        "/cases/",
        *(f"/cases/?state={state}" for state in ("incident", "ended", "all")),
        "/cases/?phase=C",
        *(f"/cases/?q={words}" for words in SEARCHES),
        "/cases/?state=all&phase=C&q=k",
        "/cases/?state=all&cursor={case_cursor}",
        "/cases/?state=all&cursor={no_case_cursor}",
        "/cases/?state=all&q=k&cursor={case_cursor}",
    ),
    "one case": (
        "/cases/{case}",
        "/cases/{case}?blad={sheet}",
        "/cases/{case}/cancel",
        "/cases/{case}/plan",
        "/cases/{case}/messages/{message}",
        "/cases/{case}/instances/{instance}",
        "/cases/{case}/instances/{instance}/variables",
        "/cases/{case}/instances/{instance}/variables/correct?name={variable}",
        "/cases/new",
        "/cases/new?process={process}",
        "/cases/new?process={process}&customer={customer}",
        "/cases/{case}/sheet.pdf",
        "/tasks/{task}",
        "/tasks/batch",
        "/tasks/batch?task={task}",
        "/tasks/{task}/sign",
        "/tasks/{task}/sheet.pdf",
        "/attachments/{attachment}",
    ),
    "history": (
        "/history/",
        "/history/?type=task.signed",
        "/history/?type=case.cancelled",
        "/history/?person={person}",
        "/history/?person={person}&type=task.signed",
        "/history/?case={number}",
        "/history/?case={number}&q=offert",
        "/history/?since={day}&until={day}",
        *(f"/history/?q={words}" for words in (*SEARCHES, "offert", "offert+ab")),
        "/history/?cursor={fact_cursor}",
        "/history/?cursor={no_fact_cursor}",
        "/history/?q=k&cursor={fact_cursor}",
        "/history/export.csv?case={number}",
        "/history/verify?case={number}",
        "/history/reads?case={number}",
        "/history/checkpoints/",
        "/history/checkpoints/newest.txt",
        "/history/checkpoints/verify.py",
        "/history/checkpoints/witness.py",
    ),
    "definitions": (
        "/definitions/",
        "/definitions/upload",
        "/definitions/{definition}",
        "/definitions/{definition}/file",
        "/decisions/{decision}",
        "/decisions/{decision}/file",
        "/migration/{definition}",
        "/migration/{definition}?to-{gone}={gone}_nu",
        "/migration/previews/{preview}",
        "/migration/jobs/{migration}",
        "/migration/jobs/{migration}?cursor={item_cursor}",
        "/migration/jobs/{migration}?cursor={no_item_cursor}",
    ),
    "people": (
        "/people/",
        "/people/new",
        "/people/settings",
        "/people/{username}",
        "/tokens/",
        "/account/",
        "/account/codes",
        "/account/confirm/codes",
        "/account/passkeys",
        "/account/recovery",
        "/account/openid",
        "/account/openid/go",
        "/password",
    ),
    "the rest": (
        "/",
        "/overview/",
        "/incidents/",
        "/incidents/?cursor={incident_cursor}",
        "/incidents/?cursor={no_incident_cursor}",
        "/language/en?next=/tasks",
        "/login",
        "/login/second",
        "/login/openid",
        "/login/openid/callback",
        "/understood?kind=date&text=i+morgon",
        "/problems/",
        "/problems/not-found",
        "/api/v1/docs",
        "/health/live",
        "/health/ready",
        "/metrics",
    ),
}
"""Pages, and the files and figures beside them."""

_TASK_FILTERS: Final = (
    "case={number}",
    "business_key={number}",
    "customer={org_number}",
    "process={process}",
    "process={definition}",
    "element={element}",
    "assignee={person}",
    "role=kundansvarig",
    "phase=C",
    "due_from={day}&due_to={day}",
)
OPERATIONS: Final = (
    "/me",
    "/openapi.json",
    "/tasks",
    "/tasks?show=role",
    "/tasks?show=all&due=late",
    *(f"/tasks?show=all&{one}" for one in _TASK_FILTERS),
    *(f"/tasks?show=all&q={words}" for words in SEARCHES),
    "/tasks?show=all&cursor={task_cursor}",
    "/tasks/{task}",
    "/cases",
    "/cases?state=all",
    *(f"/cases?state=all&{one}" for one in _TASK_FILTERS),
    *(f"/cases?state=all&q={words}" for words in SEARCHES),
    "/cases?state=all&cursor={case_cursor}",
    "/cases/{case}",
    "/cases/{case}/sheet.pdf",
    "/tasks/{task}/sheet.pdf",
    "/cases/{case}/history",
    "/cases/{case}/history?type=task.signed",
    "/cases/{case}/history?q=offert",
    "/cases/{case}/history?cursor={case_fact_cursor}",
    "/start-check?process_id={process}&start_date={day}",
    *(f"/customers?q={words}" for words in ("", *SEARCHES)),
    "/incidents",
    "/incidents?cursor={incident_cursor}",
    "/definitions",
    "/definitions/{definition}",
    "/definitions/{definition}/xml",
)
"""Operations of the API, without its own beginning."""

ALL: Final = (
    *(address for pages in PAGES.values() for address in pages),
    *(f"{BASE}{address}" for address in OPERATIONS),
)
"""Everything that is asked."""
OF_STAFF: Final = tuple(
    address
    for address in ALL
    if urlsplit(address).path
    in ("/tasks", "/cases/", "/history/", "/cases/{case}", "/tasks/{task}")
)
"""What somebody without rights is asked for too: which rows they see is a question of its own."""


def reading(app: Flask) -> set[str]:
    """All that can be read: endpoints of pages, and paths of the API's operations."""
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint != STATIC
    }
    return pages | {DOCUMENT} | {route.path for route in ROUTES if route.method == "GET"}


def asked(app: Flask) -> set[str]:
    """Which of these the addresses are about."""
    return {_kind(app, urlsplit(address).path) for address in ALL}


def _kind(app: Flask, path: str) -> str:
    adapter = app.url_map.bind("localhost")
    if adapter.test(path):
        return str(adapter.match(path)[0])
    if path == DOCUMENT:
        return path
    return find("GET", path.replace("{", "").replace("}", ""))[0].path
