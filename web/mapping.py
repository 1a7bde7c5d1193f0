"""Where work goes on whose step the new version does not have, as forms say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PREFIX: Final = "to-"
"""Inputs of the mapping are named ``to-`` and the id of the element that is gone."""


def mapping_of(given: Mapping[str, str]) -> dict[str, str]:
    """The chosen target element by the id of each element that is gone."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in given.items()
        if name.startswith(PREFIX) and value
    }
