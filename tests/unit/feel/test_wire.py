"""Values to JSON and back."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import feel
from engine.feel import FeelRange, YearsMonthsDuration
from tests.support.feel import STOCKHOLM, value


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        (None, None),
        (True, True),
        ("text", "text"),
        (3, 3),
        (Decimal("1.00"), 1),
        (Decimal("1.50"), {"@number": "1.50"}),
        (2.5, {"@number": "2.5"}),
        (2**60, {"@number": str(2**60)}),
        (date(2026, 1, 31), {"@date": "2026-01-31"}),
        (time(9, 30), {"@time": "09:30:00"}),
        (
            datetime(2026, 1, 31, 9, tzinfo=STOCKHOLM),
            {"@date and time": "2026-01-31T09:00:00@Europe/Stockholm"},
        ),
        (timedelta(hours=26), {"@duration": "P1DT2H"}),
        (YearsMonthsDuration(14), {"@duration": "P1Y2M"}),
        (
            FeelRange(Decimal(1), Decimal("2.5"), True, False),
            {"@range": [1, {"@number": "2.5"}, True, False]},
        ),
        (
            FeelRange(Decimal(1), None, unknown=True),
            {"@range": [1, None, True, True, True]},
        ),
        ([1, {"a": date(2026, 1, 1)}], [1, {"a": {"@date": "2026-01-01"}}]),
        ({"@date": "x"}, {"@context": {"@date": "x"}}),
        ({"@other": 1}, {"@other": 1}),
    ],
)
def test_a_value_is_marked_where_json_has_no_such_type(given_value: Any, expected: Any) -> None:
    assert feel.to_json(given_value) == expected


def test_an_end_that_nobody_knows_is_not_stored_as_no_end() -> None:
    known = feel.from_json(feel.to_json(value("[1..null]")))
    assert value("5 in r", r=known) is None
    assert value("string(r)", r=known) == "[1..null]"
    assert value("string([null..null))") == "[null..null)"


def test_a_test_in_a_context_is_written_so_that_it_can_be_read() -> None:
    assert value("string({a: (< 3)})") == "{a: (<3)}"
    assert value(value("string({a: (!= 3), b: [< 3]})")) == value("{a: (!= 3), b: [< 3]}")


def test_functions_cannot_be_stored() -> None:
    with pytest.raises(feel.FeelError, match="cannot be stored"):
        feel.to_json(value("function(a) a"))


@pytest.mark.parametrize("stored", [{"@date": "nonsense"}, {"@number": "x"}, {"@range": [1]}])
def test_what_to_json_never_wrote_is_refused(stored: Any) -> None:
    with pytest.raises(feel.FeelError):
        feel.from_json(stored)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.00", 1),
        ("1.5", 1.5),
        ("1e20", 10**20),
        ("1e400", "1E+400"),
        ('@"2026-01-31"', "2026-01-31"),
        ('@"P1D"', "P1D"),
        ("[1, null, {a: true}]", [1, None, {"a": True}]),
        ("[1..2)", {"start": 1, "end": 2, "start included": True, "end included": False}),
    ],
)
def test_plain_values_are_what_people_and_programs_read(text: str, expected: Any) -> None:
    plain = feel.plain(value(text))
    assert plain == expected
    assert type(plain) is type(expected)


_NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=4).filter(
    lambda number: abs(number) < Decimal(10) ** 25
)
_KEYS = st.text(max_size=4) | st.sampled_from(["@date", "@context"])
_SCALARS = (
    st.none()
    | st.booleans()
    | st.text(max_size=8)
    | _NUMBERS
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.datetimes(timezones=st.just(STOCKHOLM))
    | st.timedeltas()
    | st.integers(-10_000, 10_000).map(YearsMonthsDuration)
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=4) | st.sampled_from(["@date", "@context"]), inner, max_size=2
        )
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(_VALUES)
def test_nothing_is_lost_through_json(original: Any) -> None:
    stored = json.loads(json.dumps(feel.to_json(original)))
    assert feel.from_json(stored) == original


def test_stored_values_are_read_one_by_one() -> None:
    stored = {"day": {"@date": "2026-01-31"}, "nobody": None, "broken": {"@date": "never"}}
    values = feel.StoredValues(stored)
    assert values["day"] == date(2026, 1, 31)  # what cannot be read is not asked for
    assert list(values) == ["day", "nobody", "broken"]
    assert list(values.without_nulls()) == ["day", "broken"]
    assert ("nobody" in values, "other" in values, len(values)) == (True, False, 3)
    with pytest.raises(feel.FeelError):
        values["broken"]
