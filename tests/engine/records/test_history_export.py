"""The history as it is taken along has the same facts as the list, on both databases."""

from __future__ import annotations

import pytest

from engine import SYSTEM, Engine
from engine.queries import history_export
from tests.support.desk import Desk


@pytest.mark.parametrize("person", ["saljare", "manager"])
@pytest.mark.parametrize(
    "query", [{}, {"q": "marknadsanalys"}, {"q": "saljare ärende"}, {"type": "task.opened"}]
)
def test_what_is_taken_along_is_what_the_list_has(
    desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch, person: str, query: dict[str, str]
) -> None:
    monkeypatch.setattr(history_export, "LOOKED_AT", 9)
    monkeypatch.setattr(history_export, "READ", 4)
    desk.case()
    desk.case()
    actor = desk.people[person].actor
    cursor, listed = None, []
    while True:
        page = engine.history.search(actor, **query, cursor=cursor, limit=10)
        listed += page.items
        cursor = page.next
        if cursor is None:
            break
    steps = list(engine.history.export(actor, **query))
    assert [entry for entries in steps for entry in entries] == listed
    assert all(len(entries) <= 4 for entries in steps)


def test_there_are_facts_to_compare(desk: Desk, engine: Engine) -> None:
    desk.case()
    assert sum(map(len, engine.history.export(SYSTEM, q="marknadsanalys"))) > 0
