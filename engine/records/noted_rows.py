"""The rows that are written with a fact, so that the fact vouches for them.

An entry's ``noted`` is JSON: ``[[table, key, {column: value}], …]``, null instead of the columns
for a row that was taken away. A value is plain, or a digest (``engine.store.vouched``). What the
newest entry that names a column says of it is what the row must have:
``engine.records.verification`` compares.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

KIND: Final = "rows.noted"
"""The type of a fact that notes rows which were written without a fact of their own chain."""
CHAINS: Final[Mapping[str, str]] = {
    "person": "accounts",
    "api_token": "accounts",
    "passkey": "accounts",
    "customer": "customers",
    "definition": "definitions",
    "deployment": "definitions",
    "resource": "definitions",
    "decision": "definitions",
    "decision_model": "definitions",
    "migration": "definitions",
}
"""The chain of the rows of a table that belong to no case."""


class NotedRow(NamedTuple):
    """A row as an entry notes it; ``values`` is None when it was taken away."""

    table: str
    key: str
    values: Mapping[str, Any] | None


def read(noted: str) -> list[NotedRow]:
    """The rows of an entry's ``noted``.

    :raises ValueError: for anything that ``engine.records.history.assign`` does not write
    """
    if not noted:
        return []
    listed = json.loads(noted)
    if not isinstance(listed, list):
        raise ValueError("no list of rows")
    return [_checked(each) for each in listed]


def _checked(each: Any) -> NotedRow:
    match each:
        case [str() as table, str() as key, dict() | None as values]:
            return NotedRow(table, key, values)
    raise ValueError("no row")
