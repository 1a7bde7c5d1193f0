"""How PostgreSQL stores the tables that change at every step.

An update that changes no column of an index, and finds room on its row's own page, touches no index
at all (a heap-only tuple). Of an instance's updates that is nearly every one: state, variables and
revision are in no index. Of a task's it is each saved draft; an assignment, and the completion that
takes it out of the lists of open tasks, change what these lists are found by. So the pages of these
tables keep room for another version of a row or two: measured on full pages, with 70 % filled 99 of
100 updates of instances found room (78 with 100 %), with 85 % 93 of 100 of a task's (42).

Dead rows and the entries of completed tasks at the head of each list are cleared by autovacuum. Its
default waits for a fifth of a table, which for a million tasks is two hundred thousand dead rows
that each list's first page must step over.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_OFTEN: Final = {
    "autovacuum_vacuum_scale_factor": 0.02,
    "autovacuum_vacuum_threshold": 500,
    "autovacuum_analyze_scale_factor": 0.05,
}
_GROWING: Final = {"autovacuum_vacuum_insert_scale_factor": 0.05}

STORED: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "instance": {"fillfactor": 70, **_OFTEN},
        "task": {"fillfactor": 85, **_OFTEN},
        "plan_item": {"fillfactor": 85, **_OFTEN},
        "session": {"fillfactor": 70, **_OFTEN},
        "history": _GROWING,
        "signature": _GROWING,
        "receipt": _GROWING,
    }
)
"""PostgreSQL's storage parameters by table. SQLite has none."""
