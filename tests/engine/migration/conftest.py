"""``mover``: a process owner with no diagram deployed yet."""

from __future__ import annotations

import pytest

from engine import FakeClock
from tests.support.desk import Desk
from tests.support.mover import Mover


@pytest.fixture
def mover(bare_desk: Desk, clock: FakeClock) -> Mover:
    return Mover(bare_desk, clock)
