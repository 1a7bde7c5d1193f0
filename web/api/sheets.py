"""The operations that give a case or a task on paper."""

from __future__ import annotations

from typing import Any

from engine import PrintedCase
from web.api import requests
from web.api.call import Call, Reply, Route
from web.printed import paper


def get_case_sheet(call: Call) -> Reply:
    """A case, by its id or its number, as a PDF (PDF/A-3a, PDF/UA-1): the paper form with all that
    was signed, and the signed bytes as attached files."""
    return _pdf(call, call.engine.printed.case(call.actor, call.id), "cases")


def get_task_sheet(call: Call) -> Reply:
    """One task as a PDF, in the same form."""
    return _pdf(call, call.engine.printed.task(call.actor, call.id), "tasks")


def _pdf(call: Call, printed: PrintedCase, kind: str) -> Reply:
    asked: requests.SheetQuestion = call.query
    site = call.config.web.address
    address = f"{site}/{kind}/{printed.task_id or printed.case_id}" if site else None
    data = paper.made(call.engine, printed, address=address, language=asked.lang)
    name = ("Content-Disposition", paper.disposition(printed))
    return Reply(data, [name], paper.MEDIA_TYPE)


_PDF: dict[str, Any] = {
    "answer": bytes,
    "query": requests.SheetQuestion,
    "headers": ("Content-Disposition",),
    "media_type": paper.MEDIA_TYPE,
}
ROUTES = (
    Route("GET", "/cases/{id}/sheet.pdf", get_case_sheet, "Get a case as a PDF", tag="cases",
          **_PDF),
    Route("GET", "/tasks/{id}/sheet.pdf", get_task_sheet, "Get a task as a PDF", tag="tasks",
          **_PDF),
)  # fmt: skip
"""The operations of this module."""
