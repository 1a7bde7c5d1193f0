"""One way to write a value as bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records.chain import canonical


@dataclass(frozen=True)
class YearsMonths:
    months: int


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"ö": 1, "a": [True, None, "é"]}, '{"a":[true,null,"é"],"ö":1}'),
        (Decimal("1.50"), '"1.50"'),
        (Decimal("1E+3"), '"1000"'),
        (0.1, '"0.1"'),
        (2**53 - 1, "9007199254740991"),
        (2**53, '"9007199254740992"'),
        (date(2027, 3, 28), '"2027-03-28"'),
        (time(9, 30), '"09:30:00"'),
        (datetime(2027, 3, 28, 17), '"2027-03-28T17:00:00"'),
        (
            datetime(2027, 3, 28, 17, tzinfo=timezone(timedelta(hours=2))),
            '"2027-03-28T15:00:00.000000Z"',
        ),
        (timedelta(days=1, hours=2), '"P1DT2H"'),
        (-timedelta(hours=2), '"-PT2H"'),
        (timedelta(days=40_000), '"P40000D"'),
        (YearsMonths(15), '"P1Y3M"'),
        (frozenset({"b", "a"}), '["a","b"]'),
        ((1, 2), "[1,2]"),
    ],
)
def test_a_value_has_one_form(value: Any, written: str) -> None:
    assert canonical(value) == written.encode()


@pytest.mark.parametrize("value", [object(), {1: 2}, b"bytes", [object()]])
def test_what_has_no_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


@given(values)
def test_the_form_is_read_back_and_written_the_same(value: Any) -> None:
    written = canonical(value)
    assert json.loads(written) == value
    assert canonical(json.loads(written)) == written


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.booleans()))
def test_the_order_of_keys_does_not_matter(value: dict[str, bool]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_written_to_the_microsecond(moment: datetime) -> None:
    text = json.loads(canonical(moment))
    assert datetime.fromisoformat(text) == moment
