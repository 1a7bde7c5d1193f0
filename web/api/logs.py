"""The operation that gives the history for process mining."""

from __future__ import annotations

from typing import Final

from web.api import requests
from web.api.call import Call, Reply, Route

MEDIA_TYPE: Final = "application/octet-stream"
NAMES: Final = {"xes": "xes", "ocel-json": "jsonocel", "ocel-sqlite": "sqlite"}
"""How the files of the forms end."""


def export_history(call: Call) -> Reply:
    """All facts that you may see, or those that the filters leave, as XES (IEEE 1849-2016) or OCEL
    2.0: a case is a trace, a fact is an event. However many there are, they are sent as they are
    read."""
    asked: requests.HistoryExport = call.query
    filters = {name: value for name, value in call.asked.items() if name != "format"}
    pieces = call.engine.history.event_log(call.actor, asked.format, **filters)
    name = f'attachment; filename="history.{NAMES[asked.format]}"'
    return Reply(pieces, [("Content-Disposition", name)], MEDIA_TYPE)


ROUTES = (
    Route("GET", "/history/export", export_history, "Export the history", bytes, "history",
          query=requests.HistoryExport, headers=("Content-Disposition",), media_type=MEDIA_TYPE,
          pieces=True),
)  # fmt: skip
"""The operations of this module."""
