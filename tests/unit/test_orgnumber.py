"""Swedish organisation numbers."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.customers.orgnumber import check_digit, parse_org_number
from engine.errors import Invalid

numbers = st.from_regex(r"[125-9][0-9][2-9][0-9]{6}", fullmatch=True).map(
    lambda nine: f"{nine[:6]}-{nine[6:]}{check_digit(nine)}"
)


@pytest.mark.parametrize("text", ["556036-0793", "5560360793", " 165560360793 "])
def test_a_number_is_read_and_written_in_one_way(text: str) -> None:
    assert parse_org_number(text) == "556036-0793"


@pytest.mark.parametrize(
    "text", ["", "556036-079", "556036 0793", "811228-9874", "55603607932", "x"]
)
def test_what_is_no_organisation_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_org_number(text)
    assert [(p.code, p.field) for p in caught.value.problems] == [
        ("org_number_malformed", "org_number")
    ]


@given(numbers)
def test_a_number_with_its_check_digit_is_accepted(number: str) -> None:
    assert parse_org_number(number) == number


@given(numbers, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(number: str, place: int, change: int) -> None:
    digits = number.replace("-", "")
    wrong = digits[:place] + str((int(digits[place]) + change) % 10) + digits[place + 1 :]
    assume(wrong[2] >= "2")
    with pytest.raises(Invalid) as caught:
        parse_org_number(wrong)
    assert caught.value.problems[0].code == "org_number_check_digit"
