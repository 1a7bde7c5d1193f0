"""How much of everything: a short form for every day, a long one for `make chaos`."""

from __future__ import annotations

import os
from typing import TypeVar

VARIABLE = "SERVICEPLAN_CHAOS"
LONG = os.environ.get(VARIABLE) == "long"

Amount = TypeVar("Amount", int, float)


def scale(short: Amount, long: Amount) -> Amount:
    return long if LONG else short
