"""Swedish organisation numbers: ten digits NNNNNN-NNNN, the last one a check digit (Luhn).

The third digit is 2 or more, which tells them from the personal numbers of people (there it is
part of a month). Source: lag (1974:174) om identitetsbeteckning för juridiska personer m.fl.
"""

from __future__ import annotations

import re

from engine.errors import Invalid, Problem

_WRITTEN = re.compile(r"(?:16)?(\d{6})-?(\d{4})", re.ASCII)


def parse_org_number(text: str, *, field: str = "org_number") -> str:
    """The number in the form NNNNNN-NNNN. It is also read without the hyphen, and with the prefix
    16.

    Raises Invalid with one problem on ``field``: ``org_number_malformed`` for any other form, or
    ``org_number_check_digit`` when the check digit shows that a digit is wrong.
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None or match[1][2] < "2":
        problem = Problem(
            "org_number_malformed",
            "an organisation number is ten digits, NNNNNN-NNNN, with a third digit of 2 or more",
            field,
        )
        raise Invalid([problem])
    if check_digit(match[1] + match[2][:3]) != int(match[2][3]):
        problem = Problem(
            "org_number_check_digit", "the check digit does not fit: some digit is wrong", field
        )
        raise Invalid([problem])
    return f"{match[1]}-{match[2]}"


def check_digit(digits: str) -> int:
    """The check digit of the nine digits before it (Luhn: every other digit doubled, from the
    first, and the digits of the products added)."""
    products = (int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(digits))
    return -sum(p // 10 + p % 10 for p in products) % 10
