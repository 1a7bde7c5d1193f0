"""What pages cost, counted where counting gives the same on every machine: statements, never
time."""

from __future__ import annotations

import pytest

from engine import Engine
from tests.support.people import People
from tests.support.statements import statements
from tests.support.visitor import SignedIn, Visitor

HISTORY = 4
"""Statements of a page of the history: the session; the facts, the types there are, the people to
choose from."""


def counted(engine: Engine, visitor: Visitor, path: str) -> int:
    """The statements of a page that has been shown before."""
    visitor.open(path)
    with statements(engine) as sent:
        visitor.open(path)
    return len(sent)


@pytest.mark.parametrize("query", ["", "?since=2020-01-01", "?until=2030-01-01&since=2020-01-01"])
def test_the_history_takes_few_statements(
    engine: Engine, people: People, signed_in: SignedIn, case_id: str, query: str
) -> None:
    assert case_id in signed_in(people["manager"]).open(f"/history/{query}").text
    assert 0 < counted(engine, signed_in(people["manager"]), f"/history/{query}") <= HISTORY
