"""A page has 1 to 200 rows, whichever list it is of; anything else is refused, not bent."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from engine import Engine, Invalid, NotFound
from tests.support.desk import problems
from tests.support.parts import anything, methods

LISTS = {
    "cases.search",
    "customers.search",
    "history.search",
    "incidents.search",
    "migrations.get",
    "people.search",
    "tasks.search",
}


@pytest.fixture
def lists(engine: Engine) -> dict[str, Any]:
    """The methods that take a ``limit``."""
    return {
        name: method
        for name, method in methods(engine)
        if "limit" in inspect.signature(method).parameters
    }


def test_all_lists_are_known(lists: dict[str, Any]) -> None:
    assert set(lists) == LISTS


@pytest.mark.parametrize("name", sorted(LISTS))
@pytest.mark.parametrize("limit", [0, -1, 201, 10_000, True, "5", 5.0, None])
def test_another_number_of_rows_is_refused(lists: dict[str, Any], name: str, limit: Any) -> None:
    method = lists[name]
    with pytest.raises(Invalid) as caught:
        method(**anything(method), limit=limit)
    assert problems(caught.value) == {("limit_out_of_range", "limit")}


@pytest.mark.parametrize("name", sorted(LISTS - {"migrations.get"}))
@pytest.mark.parametrize("limit", [1, 200])
def test_these_are_numbers_of_rows(lists: dict[str, Any], name: str, limit: int) -> None:
    method = lists[name]
    assert len(method(**anything(method), limit=limit).items) <= limit


@pytest.mark.parametrize("limit", [1, 200])
def test_so_they_are_of_a_migrations_instances(lists: dict[str, Any], limit: int) -> None:
    method = lists["migrations.get"]
    with pytest.raises(NotFound):
        method(**anything(method), limit=limit)


@pytest.mark.parametrize("most", [0, -1, 5001, True, "5"])
def test_a_preview_looks_at_so_many_instances_and_no_other_number(
    engine: Engine, most: Any
) -> None:
    preview = engine.migrations.preview
    with pytest.raises(Invalid) as caught:
        preview(**anything(preview), most=most)
    assert problems(caught.value) == {("limit_out_of_range", "most")}
