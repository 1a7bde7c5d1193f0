"""How far one thing travels through the code: ceilings of three trips (``python -m
tests.house.trips`` prints them). A trip that grows is read by everybody who looks for a fault."""

from __future__ import annotations

import pytest

from tests.house import trips

CEILINGS = {
    "signature from the page": 50,
    "upload of one file": 70,
    "due timer to new task": 24,
}
"""Files of ``engine`` and ``web``. The signature's are those of the whole request: its session, log
line and headers too."""


@pytest.mark.parametrize("name", CEILINGS)
def test_a_trip_does_not_grow(name: str) -> None:
    with trips.company() as made:
        trip = trips.TRIPS[name](made)
    assert len(trip.files) <= CEILINGS[name], trip.files


def test_an_uploaded_file_is_parsed_once() -> None:
    with trips.company() as made:
        assert trips.upload(made).parses == 1
